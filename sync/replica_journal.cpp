// The journal's way out: runs of entries, sealed; and where it has a gap.
#include "sync/replica.hpp"

#include "shared/check.hpp"
#include "shared/limits.hpp"
#include "sync/fold.hpp"
#include "sync/replica_step.hpp"
#include "sync/storage_transaction.hpp"

#include <algorithm>

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
    auto next = after == 0 ? 1 : after;
    std::optional<StoredEntry> behind;  // a gap
    const auto take = [&](StoredEntry&& entry) {
        if (entry.name.number > journal.last) return false;  // salvaged from behind a hole
        if (entry.name.number != next) {
            if (set.entries.empty()) behind = std::move(entry);
            return false;
        }
        ++next;
        last = entry.hash;
        if (entry.name.number == after) {
            set.previous = entry.hash;
            return true;
        }
        bytes += entry.payload.size();
        set.entries.push_back({entry.stamp, std::move(entry.payload), entry.original});
        return bytes < target_bytes && set.entries.size() < shared::limits::kEntriesPerChangeSet;
    };
    INDABA_TRY(ports_.storage.each_entry(journal.head.id, after, take));
    if (behind) return gap_before(journal, *behind);
    if (set.entries.empty()) return std::optional<Outgoing>();
    shared::seal(set, last, ports_.signer);
    return Outgoing{shared::encode_change_set(set), after + set.entries.size(), {}, {}};
}

/// Between the last entry that is here before this one, and this one, whose hash covers one that is gone.
Result<std::optional<Outgoing>> Replica::gap_before(const StoredJournal& journal, const StoredEntry& behind)
{
    Outgoing out;
    out.last = behind.name.number;
    out.gap = Gap{journal.head, 0, behind.name.number, behind.hash};
    out.after_hash = shared::first_hash(journal.head, ports_.digest);
    INDABA_TRY(ports_.storage.each_entry(journal.head.id, 1, [&](StoredEntry&& entry) {
        if (entry.name.number >= behind.name.number) return false;
        out.gap->after = entry.name.number;
        out.after_hash = entry.hash;
        return true;
    }));
    return out;
}

Result<void> Replica::leave_gap(const StoredJournal& journal)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    EntryCache entries(ports_.storage);
    INDABA_TRY(fold_without_gone(journal, entries));
    INDABA_TRY(leave_journal(journal.head.id));
    return transaction.commit();
}

/// Of this journal: nobody can say any more what they wrote.
Result<void> Replica::fold_without_gone(const StoredJournal& journal, EntryCache& entries)
{
    INDABA_ASSIGN(const auto space, ports_.storage.find_space(journal.head.space));
    const bool unseen = !space || !space->is_followed();
    INDABA_ASSIGN(const auto waiting, ports_.storage.pending_records(journal.head.space));
    for (const auto& id : waiting) {
        INDABA_ASSIGN(auto record, ports_.storage.find_record(id));
        if (!record) continue;
        std::vector<TransactionName> left;
        for (const auto& name : record->pending) {
            INDABA_ASSIGN(const auto entry, entries.load(name));
            if (entry != nullptr || name.journal != journal.head.id) left.push_back(name);
        }
        if (left.size() == record->pending.size()) continue;
        record->pending = std::move(left);
        INDABA_TRY(refold(*record, entries));
        if (unseen) record->shown.clear();
        INDABA_TRY(ports_.storage.save_record(*record));
    }
    return unseen ? ports_.storage.purge_space(journal.head.space) : Result<void>();
}

/// The first entry here that has no ruling has one now; those before it are gone.
Result<bool> Replica::is_next(const StoredJournal& journal, std::uint64_t number)
{
    if (number <= journal.ruled) return false;
    if (number == journal.ruled + 1) return true;
    if (!journal.own) return false;
    std::uint64_t first = 0;
    INDABA_TRY(ports_.storage.each_entry(journal.head.id, journal.ruled + 1, [&](StoredEntry&& entry) {
        first = entry.name.number;
        return false;
    }));
    return first == number;
}

}  // namespace indaba::sync
