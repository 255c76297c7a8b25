// The storage port over one SQLite file: ReplicaStore for a device, CentreStore for a centre. Several processes may use
// one file at once; each store is used by one thread at a time. Beside the port's errors, open() answers unsupported
// for a file of a newer program. Not here: what records mean, who may do what, connections.
#pragma once

#include "platform/sqlite.hpp"
#include "shared/catalogue.hpp"
#include "sync/store/queries.hpp"
#include "sync/store/seen_conflicts.hpp"
#include "sync/store/store_over.hpp"

#include <functional>

namespace indaba::sync::store {

struct StoreOptions {
    /// Keeps the search index. Every process that uses a file says the same; a change rebuilds or drops the index at
    /// open.
    bool search_index = true;
    /// What is free on the disk of the file; empty: the system is asked, but for a file in memory nobody.
    std::function<Result<std::uint64_t>()> free_bytes = {};
};

class ReplicaStore final : public StoreOver<ReplicaStorage> {
public:
    /// `catalogue` must outlive the store: it says what is searched and what is a conflict.
    [[nodiscard]] static Result<std::unique_ptr<ReplicaStore>> open(const platform::DatabaseOptions& file,
                                                                    const shared::Catalogue& catalogue,
                                                                    StoreOptions options);

    [[nodiscard]] Queries& queries() { return queries_; }

    [[nodiscard]] Result<std::vector<StoredSpace>> spaces() override;
    [[nodiscard]] Result<std::optional<StoredSpace>> find_space(const SpaceName& name) override;
    [[nodiscard]] Result<void> save_space(const StoredSpace& space) override;
    [[nodiscard]] Result<std::optional<StoredJournal>> own_journal(const SpaceName& space) override;
    [[nodiscard]] Result<std::vector<StoredJournal>> own_journals(const SpaceName& space) override;
    [[nodiscard]] Result<void> keep_rulings(const SpaceName& space, std::uint64_t to,
                                            const std::vector<Ruling>& rulings) override;
    [[nodiscard]] Result<void> drop_rulings(const SpaceName& space) override;
    /// The author is there with find_journal() from then on, whether or not the journal was ever saved.
    [[nodiscard]] Result<void> keep_author(const Author& author) override;
    /// After the commit nothing of it is in any file, unless somebody reads for long: then see clean_up(). A file of
    /// which a third is free then is made as small as what it holds, if there is room.
    /// Records with something pending stay, hidden, with an empty word; nothing shows them until they are saved again.
    /// The space's row stays as it is: the caller resets its cursor.
    [[nodiscard]] Result<void> purge_space(const SpaceName& space) override;
    [[nodiscard]] Result<std::vector<RecordId>> pending_records(const SpaceName& space) override;
    [[nodiscard]] Result<void> each_record(const SpaceName& space,
                                           const std::function<bool(StoredRecord&&)>& visit) override;
    [[nodiscard]] Result<RulingKept> set_ruling(const Ruling& ruling) override;
    [[nodiscard]] Result<void> reopen_entry(const TransactionName& name) override;
    [[nodiscard]] Result<void> stand_refused(const StandingRefusal& refusal) override;
    [[nodiscard]] Result<void> end_refused(const RecordId& record, const std::vector<std::string>& keys) override;
    [[nodiscard]] Result<std::vector<StandingRefusal>> standing_refused(const std::optional<RecordId>& record) override;
    [[nodiscard]] Result<void> save_orphan(const Orphan& orphan) override;
    [[nodiscard]] Result<std::vector<Orphan>> orphans() override;
    [[nodiscard]] Result<std::optional<Orphan>> find_orphan(const RecordId& record) override;
    [[nodiscard]] Result<void> drop_orphan(const RecordId& record) override;
    [[nodiscard]] Result<void> forget_deleted(const SpaceName& space, std::uint64_t horizon) override;
    /// Room that is not known is taken to be there: SQLite says when it is not.
    [[nodiscard]] Result<void> require_room() override;
    [[nodiscard]] Result<StoredClock> clock() override;
    [[nodiscard]] Result<void> save_clock(const StoredClock& clock) override;
    [[nodiscard]] Result<LeaseClock> lease_clock() override;
    [[nodiscard]] Result<void> save_lease_clock(const LeaseClock& clock) override;
    [[nodiscard]] Result<ErasureState> erasure_state() override;
    [[nodiscard]] Result<void> save_erased_through(std::uint64_t through) override;

    /// Outside a transaction: replaces what was remembered of one record, or of all. Nothing is written if it is that.
    [[nodiscard]] Result<void> remember_seen(const std::optional<RecordId>& only, std::vector<SeenConflict> seen);
    /// Nothing if nothing was remembered.
    [[nodiscard]] Result<std::optional<std::vector<TransactionName>>> seen_leaves(const RecordId& record,
                                                                                  std::string_view key);

    /// What keep_rulings() kept and drop_rulings() has not dropped, in the order of the feed.
    [[nodiscard]] Result<std::vector<Ruling>> kept_rulings(const SpaceName& space);

private:
    ReplicaStore(std::unique_ptr<Tables> tables, const shared::Catalogue& catalogue, StoreOptions options);

    Queries queries_;
    std::function<Result<std::uint64_t>()> free_bytes_;
};

class CentreStore final : public StoreOver<CentreStorage> {
public:
    [[nodiscard]] static Result<std::unique_ptr<CentreStore>> open(const platform::DatabaseOptions& file,
                                                                   const shared::Catalogue& catalogue);

    struct Space {
        SpaceName name;
        std::string kind;
        std::string title;
        std::uint32_t lease_days = shared::limits::kLease_days;  ///< for its devices, without contact
    };
    /// Inside a transaction, once for each space; rule_broken if it is there already.
    [[nodiscard]] Result<void> add_space(const Space& space);
    [[nodiscard]] Result<std::vector<Space>> spaces();
    /// Inside a transaction.
    [[nodiscard]] Result<void> set_lease(const SpaceName& space, std::uint32_t days);

    /// The feed up to this number is in a backup. In a transaction; a smaller number changes nothing.
    [[nodiscard]] Result<void> note_backed_up(const SpaceName& space, std::uint64_t number);

    [[nodiscard]] Result<Head> head(const SpaceName& space) override;
    [[nodiscard]] Result<void> set_horizon(const SpaceName& space, std::uint64_t number) override;
    [[nodiscard]] Result<CentreSize> size(const SpaceName& space) override;
    [[nodiscard]] Result<std::optional<Hash>> chain_at(const SpaceName& space, std::uint64_t number) override;
    [[nodiscard]] Result<void> append_ruled(const StoredEntry& entry, const Hash& chain,
                                            const std::vector<RecordId>& touched) override;
    [[nodiscard]] Result<std::optional<Mark>> mark(JournalId journal, std::uint64_t line) override;
    [[nodiscard]] Result<void> set_mark(JournalId journal, std::uint64_t line, const Mark& mark) override;
    [[nodiscard]] Result<std::vector<Mark>> marks(JournalId journal, std::size_t limit) override;
    [[nodiscard]] Result<void> each_record_after(const SpaceName& space, std::uint64_t after,
                                                 const std::function<bool(StoredRecord&&)>& visit) override;
    [[nodiscard]] Result<void> each_ruling(const SpaceName& space, std::uint64_t after, std::uint64_t to,
                                           const std::function<bool(Ruling&&)>& visit) override;
    [[nodiscard]] Result<void> each_entry_of(const RecordId& id, std::uint64_t after,
                                             const std::function<bool(StoredEntry&&)>& visit) override;
    [[nodiscard]] Result<void> each_refused_entry(const std::function<bool(StoredEntry&&)>& visit) override;
    [[nodiscard]] Result<void> note_gap(const WaitingGap& gap, std::size_t most) override;
    [[nodiscard]] Result<std::vector<WaitingGap>> gaps() override;
    [[nodiscard]] Result<void> end_gaps(JournalId journal, std::uint64_t from, std::uint64_t to) override;
    [[nodiscard]] Result<void> add_lost(JournalId journal, const LostNumbers& numbers) override;
    [[nodiscard]] Result<std::vector<LostNumbers>> lost(JournalId journal) override;
    [[nodiscard]] Result<std::optional<std::uint64_t>> erasure_digest(std::uint64_t through) override;

private:
    explicit CentreStore(std::unique_ptr<Tables> tables);
};

}  // namespace indaba::sync::store
