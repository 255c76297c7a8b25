// What Replica remembers while it takes one message. Only for sync/replica*.cpp.
#pragma once

#include "sync/entry_cache.hpp"
#include "sync/replica.hpp"

#include <map>
#include <set>
#include <unordered_map>

namespace indaba::sync {

struct Replica::Step {
    explicit Step(Storage& storage) : entries(storage) {}

    StoredSpace space;
    Hash hash;  ///< chain hash at batch.to
    EntryCache entries;
    std::map<JournalId, std::optional<StoredJournal>> journals;
    std::unordered_map<TransactionName, const Ruling*> own;  ///< rulings of this batch on entries that are here
    std::unordered_map<std::uint64_t, const Ruling*> own_by_number;
    std::vector<TransactionName> refused;
    std::set<JournalId> copied;  ///< own journals that another life of this database has written too
    Applied outcome;
};

}  // namespace indaba::sync
