// The merge: leaves = writes - named. A cell's state is the set of writes to it that no merged write names as a base,
// so it is a function of the set of merged transactions: any order, any path, any repeats, the same state.
// Pure functions, any thread. They do not know who may write, what a field means to people, or where cells are stored.
#pragma once

#include "shared/catalogue.hpp"
#include "sync/cells.hpp"

#include <functional>
#include <optional>
#include <span>

namespace indaba::sync {

/// One write as it meets a cell: its bases resolved (what a refused own base named stands in its place as well).
struct MergingWrite {
    TransactionName name;
    Stamp stamp;
    const Value* value;
    std::span<const TransactionName> bases;
    bool deletion = false;
};

/// True if a transaction of that name is merged here.
using IsMerged = std::function<bool(const TransactionName&)>;

/// Merges one write into its cell. Bases that are neither leaves nor merged are remembered as unknown. The caller
/// merges each transaction once: a write that something merged has named meanwhile would come back.
void merge_write(Cell& cell, const MergingWrite& write, const IsMerged& is_merged);

/// Folds a write that is not ruled yet over the centre's word: every base is remembered, so that any order of such
/// writes gives the same leaves once drop_named has run.
void merge_pending(Cell& cell, const MergingWrite& write);

/// After the last merge_pending: drops the leaves that are named.
void drop_named(Cells& cells);

/// Alive, plainly deleted, or deleted while somebody wrote what the deletion had not seen (a conflict for a person).
enum class Existence : unsigned char { none, alive, deleted, disputed };
[[nodiscard]] Existence existence(const Cells& cells);

/// The leaf that is shown: greatest by the policy, then stamp, then name. Null without leaves.
[[nodiscard]] const Leaf* shown(const Cell& cell, const shared::CellRule& rule);

/// True if the cell's leaves need a person: more than one value under `latest`.
[[nodiscard]] bool in_conflict(const Cell& cell, shared::Policy policy);

/// Every transaction with a leaf in any cell, ordered, each once.
[[nodiscard]] std::vector<TransactionName> leaf_names(const Cells& cells);

/// Inserts into an ordered list unless it is there.
void insert_name(std::vector<TransactionName>& names, const TransactionName& name);
[[nodiscard]] bool has_name(std::span<const TransactionName> names, const TransactionName& name);

}  // namespace indaba::sync
