// The journal's way out: runs of entries, sealed.
#include "sync/replica.hpp"

#include "shared/check.hpp"
#include "shared/limits.hpp"

namespace indaba::sync {

Result<std::optional<Outgoing>> Replica::outgoing(const StoredJournal& journal, std::uint64_t after,
                                                  std::size_t target_bytes)
{
    shared::ChangeSet set;
    set.journal = journal.head;
    set.first = after + 1;
    set.previous = shared::first_hash(journal.head, ports_.digest);
    auto last = set.previous;
    std::size_t bytes = 0;
    const auto take = [&](StoredEntry&& entry) {
        if (entry.name.number == after) {
            last = set.previous = entry.hash;
            return true;
        }
        if (entry.name.number != set.first + set.entries.size()) return false;  // behind a hole
        last = entry.hash;
        bytes += entry.payload.size();
        set.entries.push_back({entry.stamp, std::move(entry.payload), entry.original});
        return bytes < target_bytes && set.entries.size() < shared::limits::kEntriesPerChangeSet;
    };
    INDABA_TRY(ports_.storage.each_entry(journal.head.id, after, take));
    if (set.entries.empty()) return std::optional<Outgoing>();
    shared::seal(set, last, ports_.signer);
    return Outgoing{shared::encode_change_set(set), after + set.entries.size()};
}

}  // namespace indaba::sync
