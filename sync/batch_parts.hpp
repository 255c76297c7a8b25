// Pieces of a batch's layout that writing and reading share, first of all its write identities, each once: those of the
// rulings in their order, then the others that leaves name. Those that are read take little more memory than their
// bytes. The layout is described in batch_write.cpp.
#pragma once

#include "shared/archive.hpp"
#include "shared/stamp.hpp"
#include "sync/cells.hpp"

#include <unordered_map>
#include <vector>

namespace indaba::sync {

/// How a record travels.
enum class Kind : std::uint8_t { cells, echo, tombstone };
/// Of a record's id, what follows its time.
inline constexpr std::size_t kIdTail_bytes = 10;

/// Writes the difference to `last` and makes `value` the last.
void put_step(shared::BinaryOutput& out, std::int64_t value, std::int64_t& last);
[[nodiscard]] std::int64_t get_step(shared::ByteReader& in, std::int64_t& last);

/// Those of a batch that is written.
class NameTable {
public:
    /// Adds the name if it is new.
    std::uint32_t index(const TransactionName& name);
    /// The same for a leaf, whose stamp travels with its name.
    std::uint32_t index(const TransactionName& name, Stamp stamp);

    void save(shared::BinaryOutput& out, std::size_t rulings) const;

private:
    std::vector<TransactionName> names_;
    std::vector<Stamp> stamps_;
    std::unordered_map<TransactionName, std::uint32_t> places_;
};

/// Those of a batch that is read.
class BatchNames {
public:
    /// Faults the archive on bytes that are none. The bytes that it reads must outlive this.
    void load(shared::BinaryInput& in);

    [[nodiscard]] std::size_t size() const { return journal_of_.size(); }
    /// So many of them are rulings', the first ones.
    [[nodiscard]] std::size_t rulings() const { return rulings_; }
    [[nodiscard]] TransactionName name(std::size_t i) const;
    [[nodiscard]] Stamp stamp(std::size_t i) const { return {stamps_[i]}; }

private:
    void load_numbers(shared::BinaryInput& in);
    [[nodiscard]] bool holds_twice() const;

    std::vector<shared::JournalId> journals_;
    std::size_t rulings_ = 0;
    std::vector<std::uint32_t> journal_of_;
    std::vector<std::uint64_t> numbers_;
    shared::ByteView hashes_;
    std::vector<std::uint64_t> stamps_;
};

}  // namespace indaba::sync
