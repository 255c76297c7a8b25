// What the words say, and nothing else: leaves = writes - named. Slow and plain on purpose; the judge of
// sync/merge.hpp, and for that reason without a line of it. Knows nothing of storage, feeds or devices. One thread at a
// time.
#pragma once

#include "shared/catalogue.hpp"
#include "shared/stamp.hpp"
#include "shared/transaction.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace indaba::tests::model {

using Name = shared::TransactionName;

/// The merged transactions, each with the time of its ruling if it was ruled.
using Merged = std::map<Name, std::optional<std::int64_t>>;

/// A transaction as somebody wrote it, whatever became of it.
struct Written {
    Name name;
    shared::Stamp stamp;
    shared::Transaction transaction;

    /// Its write to that cell, if it has one.
    [[nodiscard]] const shared::Write* write(const shared::RecordId& record, std::string_view key) const;
    [[nodiscard]] bool touches(const shared::RecordId& record) const;
};

/// Everything that anybody ever wrote.
class History {
public:
    void add(Written written) { written_.insert_or_assign(written.name, std::move(written)); }
    [[nodiscard]] const Written* find(const Name& name) const;
    [[nodiscard]] const std::map<Name, Written>& all() const { return written_; }

    /// What the write of `name` to a cell names where `merged` is merged: its bases, and for each base in its own
    /// journal that is neither merged nor lost what that one named in turn (in the same cell; of a deletion: in any
    /// cell of the record).
    [[nodiscard]] std::set<Name> named(const Name& name, const shared::RecordId& record, std::string_view key,
                                       const Merged& merged) const;
    /// This journal's author invents bases: nobody answers for what they replace.
    void distrust(shared::JournalId journal) { distrusted_.insert(journal); }
    /// What it named counts for nobody any more, or again.
    void lose(const Name& name, bool is_lost) { is_lost ? void(lost_.insert(name)) : void(lost_.erase(name)); }
    /// Everything that the write of `name` to a cell replaces, through all trusted journals and whatever became of it.
    [[nodiscard]] std::set<Name> replaced(const Name& name, const shared::RecordId& record, std::string_view key) const;

private:
    std::map<Name, Written> written_;
    std::set<shared::JournalId> distrusted_;
    std::set<Name> lost_;
};

struct Leaf {
    shared::Stamp stamp;
    shared::Value value;
    std::set<Name> saw;  ///< of a deletion
};

struct Cell {
    std::map<Name, Leaf> leaves;
    std::set<Name> awaited;  ///< named by what is merged, not merged
};

using Record = std::map<std::string, Cell, std::less<>>;

[[nodiscard]] Record state_of(const History& history, const Merged& merged, const shared::RecordId& record);

enum class Existence : unsigned char { none, alive, deleted, disputed };
[[nodiscard]] Existence existence(const Record& record);

/// The name of the leaf that is shown; nothing without leaves. `field` only for `precedence`.
[[nodiscard]] std::optional<Name> shown(const Cell& cell, shared::Policy policy, const shared::Field* field);
/// A person has to look: different values under `latest`.
[[nodiscard]] bool in_conflict(const Cell& cell, shared::Policy policy);

/// A leaf that another leaf of its cell replaced (by `history`): its author is shown a conflict with themself.
[[nodiscard]] std::optional<std::string> false_conflict(const History& history, const shared::RecordId& id,
                                                        const Record& record);

}  // namespace indaba::tests::model
