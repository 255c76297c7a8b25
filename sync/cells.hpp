// A record's cells and the leaves in them: the state that merge (merge.hpp) computes. Plain values, any thread.
#pragma once

#include "shared/ids.hpp"
#include "shared/stamp.hpp"
#include "shared/transaction.hpp"
#include "shared/value.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace indaba::sync {

using shared::Stamp;
using shared::TransactionName;
using shared::Value;

/// A write that no merged write names as a base.
struct Leaf {
    TransactionName name;
    Stamp stamp;  ///< counts as at most the time of its ruling, once ruled
    Value value;
    std::vector<TransactionName> saw;  ///< of a deletion: every transaction whose leaves it saw; else empty

    friend bool operator==(const Leaf&, const Leaf&) = default;
};

struct Cell {
    std::string key;
    std::vector<Leaf> leaves;              ///< ordered by name; nearly always one
    std::vector<TransactionName>
        unknown;  ///< ordered: named as bases, not merged here; each silences that write if it comes
    std::uint64_t number = 0;  ///< of the feed, when the centre last changed it; 0 for what was never ruled

    friend bool operator==(const Cell&, const Cell&) = default;
};

/// Ordered by key, each key once; the existence cell sorts before every field.
class Cells {
public:
    [[nodiscard]] const Cell* find(std::string_view key) const;
    /// The cell of that key, made empty if there was none.
    [[nodiscard]] Cell& at(std::string_view key);
    /// For decoders: keys must arrive in order; false if this one does not.
    [[nodiscard]] bool append(Cell cell);
    void clear() { cells_.clear(); }
    void reserve(std::size_t count) { cells_.reserve(count); }

    [[nodiscard]] bool empty() const { return cells_.empty(); }
    [[nodiscard]] std::size_t size() const { return cells_.size(); }
    [[nodiscard]] auto begin() const { return cells_.begin(); }
    [[nodiscard]] auto end() const { return cells_.end(); }
    [[nodiscard]] auto begin() { return cells_.begin(); }
    [[nodiscard]] auto end() { return cells_.end(); }

    /// About how many bytes they take on the wire and on disk.
    [[nodiscard]] std::size_t size_bytes() const;

    friend bool operator==(const Cells&, const Cells&) = default;

private:
    std::vector<Cell> cells_;
};

}  // namespace indaba::sync
