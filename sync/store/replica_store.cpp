#include "platform/files.hpp"
#include "shared/limits.hpp"
#include "sync/storage_transaction.hpp"
#include "sync/store/store.hpp"
#include "sync/store/tables.hpp"

#include <algorithm>

namespace indaba::sync::store {

using shared::Errc;

ReplicaStore::ReplicaStore(std::unique_ptr<Tables> tables, const shared::Catalogue& catalogue, StoreOptions options)
    : StoreOver(std::move(tables)), queries_(*tables_, catalogue), free_bytes_(std::move(options.free_bytes))
{
}

Result<std::unique_ptr<ReplicaStore>> ReplicaStore::open(const platform::DatabaseOptions& file,
                                                         const shared::Catalogue& catalogue, StoreOptions options)
{
    INDABA_ASSIGN(auto tables, Tables::open(file, Side::replica, catalogue, options.search_index));
    const bool on_disk = file.vfs.empty() && !file.path.starts_with("file:");
    if (!options.free_bytes && on_disk) options.free_bytes = [path = file.path] { return platform::free_bytes(path); };
    return std::unique_ptr<ReplicaStore>(new ReplicaStore(std::move(tables), catalogue, std::move(options)));
}

Result<std::vector<StoredSpace>> ReplicaStore::spaces() { return tables_->spaces.all(); }

Result<std::optional<StoredSpace>> ReplicaStore::find_space(const SpaceName& name)
{
    return tables_->spaces.find(name);
}

Result<void> ReplicaStore::save_space(const StoredSpace& space) { return tables_->spaces.save(space); }

Result<std::optional<StoredJournal>> ReplicaStore::own_journal(const SpaceName& space)
{
    return tables_->journals.newest_own(space);
}

Result<std::vector<StoredJournal>> ReplicaStore::own_journals(const SpaceName& space)
{
    return tables_->journals.own(space);
}

Result<void> ReplicaStore::keep_rulings(const SpaceName& space, std::uint64_t to, const std::vector<Ruling>& rulings)
{
    return tables_->spaces.keep_rulings(space, to, rulings);
}

Result<void> ReplicaStore::drop_rulings(const SpaceName& space) { return tables_->spaces.drop_rulings(space); }

Result<std::vector<Ruling>> ReplicaStore::kept_rulings(const SpaceName& space)
{
    return tables_->spaces.kept_rulings(space);
}

Result<void> ReplicaStore::keep_author(const Author& author) { return tables_->journals.keep_author(author); }

Result<void> ReplicaStore::purge_space(const SpaceName& space)
{
    INDABA_TRY(tables_->seen_conflicts.purge(space));
    INDABA_ASSIGN(const bool held, tables_->records.purge(space));
    if (held) tables_->note_wiped();
    return tables_->spaces.drop_rulings(space);
}

Result<std::vector<RecordId>> ReplicaStore::pending_records(const SpaceName& space)
{
    return tables_->records.pending(space);
}

Result<void> ReplicaStore::each_record(const SpaceName& space, const std::function<bool(StoredRecord&&)>& visit)
{
    return tables_->records.each_with_word(space, visit);
}

Result<Storage::RulingKept> ReplicaStore::set_ruling(const Ruling& ruling)
{
    if (ruling.verdict == Verdict::accepted) INDABA_TRY(tables_->refusals.take_back(ruling.name));
    return StoreOver::set_ruling(ruling);
}

Result<void> ReplicaStore::reopen_entry(const TransactionName& name)
{
    INDABA_TRY(tables_->refusals.take_back(name));
    return tables_->entries.clear_ruling(name);
}

Result<void> ReplicaStore::stand_refused(const StandingRefusal& refusal) { return tables_->refusals.stand(refusal); }

Result<void> ReplicaStore::end_refused(const RecordId& record, const std::vector<std::string>& keys)
{
    return tables_->refusals.end(record, keys);
}

Result<std::vector<StandingRefusal>> ReplicaStore::standing_refused(const std::optional<RecordId>& record)
{
    return tables_->refusals.standing(record);
}

Result<void> ReplicaStore::save_orphan(const Orphan& orphan) { return tables_->orphans.save(orphan); }

Result<std::vector<Orphan>> ReplicaStore::orphans() { return tables_->orphans.all(); }

Result<std::optional<Orphan>> ReplicaStore::find_orphan(const RecordId& record)
{
    return tables_->orphans.find(record);
}

Result<void> ReplicaStore::drop_orphan(const RecordId& record) { return tables_->orphans.drop(record); }

Result<void> ReplicaStore::forget_deleted(const SpaceName& space, std::uint64_t horizon)
{
    return tables_->records.forget_deleted(space, horizon);
}

Result<void> ReplicaStore::remember_seen(const std::optional<RecordId>& only, std::vector<SeenConflict> seen)
{
    std::ranges::sort(seen);
    INDABA_ASSIGN(const auto known, tables_->seen_conflicts.of(only));
    if (known == seen) return {};
    StorageTransaction transaction(*this);
    INDABA_TRY(transaction.begin());
    INDABA_TRY(tables_->seen_conflicts.remember(only, seen));
    return transaction.commit();
}

Result<std::optional<std::vector<TransactionName>>> ReplicaStore::seen_leaves(const RecordId& record,
                                                                              std::string_view key)
{
    INDABA_ASSIGN(const auto seen, tables_->seen_conflicts.of(record));
    const auto place = std::ranges::find(seen, key, &SeenConflict::key);
    return place == seen.end() ? std::optional<std::vector<TransactionName>>() : std::optional(place->leaves);
}

Result<void> ReplicaStore::require_room()
{
    if (!free_bytes_) return {};
    const auto free = free_bytes_();
    if (free.has_error() || *free >= shared::limits::kPullReserve_bytes) return {};
    return fail(Errc::full, tables_->database().path() +
                                ": less than 64 MiB are free on this disk, which are kept for what you write; make "
                                "room to get what others wrote");
}

Result<StoredClock> ReplicaStore::clock() { return tables_->journals.clock(); }

Result<LeaseClock> ReplicaStore::lease_clock() { return tables_->spaces.lease_clock(); }

Result<void> ReplicaStore::save_lease_clock(const LeaseClock& clock) { return tables_->spaces.save_lease_clock(clock); }

Result<ErasureState> ReplicaStore::erasure_state()
{
    INDABA_ASSIGN(auto state, tables_->erasures.state());
    INDABA_ASSIGN(state.through, tables_->erasures.through());
    return state;
}

Result<void> ReplicaStore::save_erased_through(std::uint64_t through)
{
    return tables_->erasures.save_through(through);
}

Result<void> ReplicaStore::save_clock(const StoredClock& clock) { return tables_->journals.save_clock(clock); }

}  // namespace indaba::sync::store
