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
    EntryCache entries;  ///< with their rulings: only for after the last one of the message was learnt
    std::map<JournalId, std::optional<StoredJournal>> journals;
    struct Own {
        std::uint64_t number = 0;
        Verdict verdict = Verdict::accepted;
        std::int64_t time_ms = 0;
    };
    std::unordered_map<TransactionName, Own> own;  ///< how this batch rules on entries that are here
    std::unordered_map<std::uint64_t, TransactionName> own_by_number;
    std::vector<TransactionName> refused;
    std::set<JournalId> copied;  ///< own journals that another life of this database has written too
    std::set<JournalId> holed;  ///< own journals of which something was ruled lost that is gone from here too
    Stamp greatest;           ///< of what was taken
    std::map<JournalId, std::uint64_t> in_word;  ///< own journals: what a comparison brings has them up to this number
    bool is_erased = false;  ///< something was refused for a record that was erased: its rest may be written again
    bool is_awaited = false;  ///< something taken may let what was refused be written again
    Applied outcome;
};

}  // namespace indaba::sync
