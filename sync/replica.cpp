// Writing: from a person's changes to a stored, stamped transaction that shows.
#include "sync/replica.hpp"

#include "shared/check.hpp"
#include "shared/roles.hpp"
#include "sync/entry_cache.hpp"
#include "sync/fold.hpp"
#include "sync/own_journal.hpp"
#include "sync/replica_draft.hpp"
#include "sync/shown_values.hpp"
#include "sync/storage_transaction.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace indaba::sync {

namespace {

using shared::Errc;

/// Each key once: the last value given counts.
void order_by_key(std::vector<std::pair<std::string, Value>>& cells)
{
    const auto key = [](const auto& cell) -> const std::string& { return cell.first; };
    if (std::ranges::adjacent_find(cells, std::ranges::greater_equal(), key) == cells.end()) return;
    std::ranges::stable_sort(cells, {}, key);
    const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
    const auto kept = std::unique(cells.rbegin(), cells.rend(), same);
    cells.erase(cells.begin(), kept.base());
}

/// Repeated puts to one record become one; anything else twice is a mistake.
Result<std::vector<Change>> by_record(std::vector<Change> changes)
{
    std::vector<Change> merged;
    merged.reserve(changes.size());
    std::unordered_map<RecordId, std::size_t> places;
    for (auto& change : changes) {
        const auto [place, fresh] = places.try_emplace(change.id, merged.size());
        if (fresh) {
            merged.push_back(std::move(change));
            continue;
        }
        auto& first = merged[place->second];
        if (first.kind != change.kind || first.kind != Change::Kind::put || first.type != change.type)
            return fail(Errc::usage,
                        "two different changes to one record in one transaction: make them one after the other");
        std::ranges::move(change.cells, std::back_inserter(first.cells));
    }
    for (auto& change : merged) order_by_key(change.cells);
    return merged;
}

Result<void> check_values(const shared::Catalogue& catalogue, const std::string& type,
                          std::span<const shared::Write> writes)
{
    const auto* known = catalogue.type(type);
    if (known == nullptr) return {};
    for (const auto& write : writes)
        if (write.key != shared::kExistence) INDABA_TRY(shared::check_value(*known, write.key, write.value));
    return {};
}

}  // namespace

StoredJournal new_own_journal(const ReplicaPorts& ports, const SpaceName& space)
{
    StoredJournal journal;
    const auto drawn = std::uint32_t(shared::draw64(ports.random));
    journal.head = shared::journal_head(drawn, space, ports.signer.public_key(), ports.digest);
    journal.own = true;
    journal.last_hash = shared::first_hash(journal.head, ports.digest);
    journal.author = {journal.head.id, shared::device_of(journal.head.author, ports.digest), {}, {}};
    return journal;
}

Result<void> leave_all_journals(const ReplicaPorts& ports)
{
    INDABA_ASSIGN(const auto spaces, ports.storage.spaces());
    for (const auto& space : spaces) {
        INDABA_ASSIGN(const auto own, ports.storage.own_journal(space.name));
        if (own) INDABA_TRY(ports.storage.save_journal(new_own_journal(ports, space.name)));
    }
    return {};
}

StoredJournal Replica::new_journal(const SpaceName& space) { return new_own_journal(ports_, space); }

Result<StoredJournal> Replica::journal_for(const SpaceName& space)
{
    INDABA_ASSIGN(auto own, ports_.storage.own_journal(space));
    return own ? std::move(*own) : new_journal(space);
}

/// As it is, or as it is before it is made.
Result<StoredRecord> Replica::record_to_write(const RecordId& id, const std::string& type, const Draft& draft)
{
    INDABA_TRY(require_not_erased(id));
    INDABA_ASSIGN(auto found, ports_.storage.find_record(id));
    auto record = found ? std::move(*found) : StoredRecord{id, type, draft.space.name, 0, {}, {}, {}};
    if (record.space != draft.space.name)
        return fail(Errc::usage, "the record lives in the space " + record.space + ": a record never moves");
    if (record.type != type) return fail(Errc::usage, "the record is a " + record.type + ", not a " + type);
    return record;
}

Result<void> Replica::draft_change(Change change, Draft& draft)
{
    INDABA_ASSIGN(auto record, record_to_write(change.id, change.type, draft));
    INDABA_ASSIGN(auto writes, writes_of(std::move(change), record.shown, ports_.catalogue));
    if (writes.empty()) return {};
    return draft_writes(std::move(record), std::move(writes), draft);
}

/// Writes to one record, ordered by key, their record not set yet.
Result<void> Replica::draft_writes(StoredRecord record, std::vector<shared::Write> writes, Draft& draft)
{
    INDABA_TRY(check_values(ports_.catalogue, record.type, writes));
    INDABA_TRY(close_bases(record, draft.journal.head.id, writes));
    if (record.shown.empty()) record.shown.reserve(writes.size());
    const auto index = std::uint32_t(draft.transaction.records.size());
    draft.transaction.records.push_back({record.id, record.type});
    for (auto& write : writes) {
        write.record = index;
        draft.transaction.writes.push_back(std::move(write));
    }
    draft.blind.push_back(existence(record.shown) == Existence::deleted || (draft.all_blind && !record.shown.empty()));
    INDABA_TRY(name_refused(record.id, draft));
    draft.records.push_back(std::move(record));
    return {};
}

/// A base that is pending and not from this journal may be refused: its author's bases are named as well.
Result<void> Replica::close_bases(const StoredRecord& record, JournalId own, std::vector<shared::Write>& writes)
{
    EntryCache entries(ports_.storage);
    for (auto& write : writes) {
        auto open = write.bases;
        while (!open.empty()) {
            const auto base = open.back();
            open.pop_back();
            // A deletion must have seen what was replaced as well; any other write stands for what its own journal
            // named.
            if (base.journal == own && !is_deletion(write)) continue;
            if (std::ranges::find(record.pending, base) == record.pending.end()) continue;
            INDABA_ASSIGN(const auto entry, entries.load(base));
            if (entry == nullptr) continue;
            for (const auto& before : entry->writes_to(record.id)) {
                if (before.key != write.key && !is_deletion(write)) continue;
                for (const auto& name : before.bases) {
                    if (has_name(write.bases, name)) continue;
                    insert_name(write.bases, name);
                    open.push_back(name);
                }
            }
        }
    }
    return {};
}

Result<TransactionName> Replica::store_draft(Draft& draft)
{
    INDABA_ASSIGN(auto payload, shared::encode_transaction(draft.transaction));
    INDABA_ASSIGN(auto stored_clock, ports_.storage.clock());
    shared::StampClock clock(stored_clock.last);
    auto& journal = draft.journal;
    StoredEntry entry;
    entry.stamp = clock.next(ports_.clock.now_ms() + stored_clock.offset_ms);
    entry.hash = shared::entry_hash(journal.last_hash, journal.last + 1, entry.stamp, ports_.digest.sha256(payload),
                                    ports_.digest);
    entry.name = {journal.head.id, journal.last + 1, entry.hash.prefix()};
    entry.space = draft.space.name;
    entry.payload = std::move(payload);
    auto write = draft.transaction.writes.begin();
    std::size_t touched_bytes = 0;
    EntryCache entries(ports_.storage);
    for (std::size_t i = 0; i < draft.records.size(); ++i) {
        auto& record = draft.records[i];
        if (record.pending.empty()) record.word = record.shown;
        record.pending.push_back(entry.name);
        for (; write != draft.transaction.writes.end() && write->record == i; ++write) {
            auto bases = write->bases;
            if (draft.again[i]) {  // one that was refused stands for what it named
                INDABA_ASSIGN(bases, entries.resolve(record.id, *write, entry.name.journal, record.shown));
            }
            fold_write(record.shown, *write, entry.name, entry.stamp, bases);
        }
        drop_named(record.shown);
        INDABA_TRY(check_limits(record));
        touched_bytes += record.shown.size_bytes();
        if (!draft.blind[i]) INDABA_TRY(check_shown(ports_.catalogue, record.type, record.shown));
    }
    if (touched_bytes > shared::limits::kTouched_bytes)
        return fail(Errc::too_large, "these records are over 4 MiB together: change fewer at a time");
    // The journal first: an entry is stored under it.
    journal.last = entry.name.number;
    journal.last_hash = entry.hash;
    INDABA_TRY(ports_.storage.save_journal(journal));
    INDABA_TRY(ports_.storage.add_entry(entry));
    for (const auto& record : draft.records) INDABA_TRY(ports_.storage.save_record(record));
    INDABA_TRY(end_refused(draft));
    stored_clock.last = clock.last();
    INDABA_TRY(ports_.storage.save_clock(stored_clock));
    return entry.name;
}

Result<void> Replica::check_limits(const StoredRecord& record)
{
    if (record.shown.size() > shared::limits::kCells)
        return fail(Errc::too_large, "a record holds at most 1,024 values");
    for (const auto& cell : record.shown)
        if (cell.leaves.size() > shared::limits::kLeaves)
            return fail(Errc::too_large, cell.key + ": 64 different edits are waiting there: settle them first");
    return {};
}

Result<Replica::Draft> Replica::begin_draft(const SpaceName& name)
{
    Draft draft;
    INDABA_ASSIGN(auto space, ports_.storage.find_space(name));
    if (!space || space->role.empty()) return no_role(name);
    if (!space->carried) return not_carried(name);
    if (!shared::role_writes(space->role))
        return fail(Errc::forbidden, "your role in " + name + " is " + space->role + ": it reads and does not write");
    draft.space = std::move(*space);
    INDABA_ASSIGN(draft.journal, journal_for(name));
    return draft;
}

Result<TransactionName> Replica::write_in_transaction(Batch batch)
{
    INDABA_ASSIGN(auto draft, begin_draft(batch.space));
    draft.all_blind = batch.blind;
    INDABA_ASSIGN(auto merged, by_record(std::move(batch.changes)));
    draft.records.reserve(merged.size());
    for (auto& change : merged) INDABA_TRY(draft_change(std::move(change), draft));
    if (draft.transaction.records.empty()) return TransactionName{};
    return store_draft(draft);
}

Result<TransactionName> Replica::write(const SpaceName& space, std::vector<Change> changes)
{
    return write(Batch{space, std::move(changes)});
}

Result<TransactionName> Replica::write(Batch batch)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(const auto name, write_in_transaction(std::move(batch)));
    INDABA_TRY(transaction.commit());
    return name;
}

Result<void> Replica::write_all(const std::function<Result<std::optional<Batch>>()>& next)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    while (true) {
        INDABA_ASSIGN(auto batch, next());
        if (!batch) return transaction.commit();
        INDABA_TRY(write_in_transaction(std::move(*batch)));
    }
}

}  // namespace indaba::sync
