// Pieces of a batch's layout that writing and reading share, first of all its write identities, each once: those of the
// rulings in their order, then the others that leaves name. The layout is described in batch_write.cpp.
#pragma once

#include "shared/archive.hpp"
#include "shared/stamp.hpp"
#include "sync/cells.hpp"

#include <unordered_map>
#include <vector>

namespace indaba::sync {

/// How a record travels.
enum class Kind : std::uint8_t { cells, echo, tombstone };

/// A list of text indices: which cells a record has.
struct Shape {
    std::vector<std::uint32_t> keys;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(keys);
    }
};

/// Writes the difference to `last` and makes `value` the last.
void put_step(shared::BinaryOutput& out, std::int64_t value, std::int64_t& last);
[[nodiscard]] std::int64_t get_step(shared::BinaryInput& in, std::int64_t& last);

class NameTable {
public:
    /// Adds the name if it is new.
    std::uint32_t index(const TransactionName& name);
    /// The same for a leaf, whose stamp travels with its name.
    std::uint32_t index(const TransactionName& name, Stamp stamp);

    void save(shared::BinaryOutput& out, std::size_t rulings) const;
    /// Returns how many of the names are rulings'.
    [[nodiscard]] std::size_t load(shared::BinaryInput& in);

    [[nodiscard]] std::size_t size() const { return names_.size(); }
    [[nodiscard]] const TransactionName& name(std::size_t i) const { return names_[i]; }
    [[nodiscard]] Stamp stamp(std::size_t i) const { return stamps_[i]; }

private:
    std::vector<TransactionName> names_;
    std::vector<Stamp> stamps_;
    std::unordered_map<TransactionName, std::uint32_t> places_;
};

}  // namespace indaba::sync
