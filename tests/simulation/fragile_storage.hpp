// The real stores behind a fuse: at any storage call the process may be gone, inside a transaction or right after a
// commit, or the disk may be full. And where a test has planted a bug, it is here. One thread.
#pragma once

#include "sync/storage.hpp"
#include "tests/simulation/bug.hpp"
#include "tests/simulation/faults.hpp"

#include <optional>

namespace indaba::tests::simulation {

/// Thrown where the process ends; whoever owns it drops everything and starts another.
struct Crash {};

class Fuse {
public:
    enum class End { crash, crash_stored, full };

    explicit Fuse(FaultCounts& counts) : counts_(counts) {}

    /// After so many calls; a fuse that is lit stays so.
    void light(End end, Fault fault, std::size_t calls)
    {
        if (calls_) return;
        end_ = end;
        fault_ = fault;
        calls_ = calls;
    }
    void put_out() { calls_.reset(); }
    [[nodiscard]] bool dead() const { return dead_; }

    /// Before each call.
    [[nodiscard]] std::optional<shared::Error> burn()
    {
        if (!calls_ || end_ == End::crash_stored || (*calls_)-- > 0) return std::nullopt;
        strike();
        if (end_ == End::full) return shared::fail(shared::Errc::full, "the disk is full: make room");
        dead_ = true;
        throw Crash{};
    }
    void committed()
    {
        if (!calls_ || end_ != End::crash_stored) return;
        strike();
        dead_ = true;
        throw Crash{};
    }

private:
    void strike()
    {
        calls_.reset();
        counts_.count(fault_);
    }

    FaultCounts& counts_;
    End end_ = End::crash;
    Fault fault_ = Fault::device_crash;
    std::optional<std::size_t> calls_;
    bool dead_ = false;
};

#define INDABA_FRAGILE(...)                          \
    do {                                             \
        if (auto error = fuse_.burn()) return *error; \
        return store_.__VA_ARGS__;                   \
    } while (false)

template <class Port>
class FragileStorage : public Port {
public:
    FragileStorage(Port& store, Fuse& fuse, Bug bug, const shared::Catalogue& catalogue)
        : store_(store), fuse_(fuse), bug_(bug), catalogue_(catalogue)
    {
    }

    sync::Result<void> begin() override { INDABA_FRAGILE(begin()); }
    sync::Result<void> commit() override
    {
        if (auto error = fuse_.burn()) return *error;
        INDABA_TRY(store_.commit());
        fuse_.committed();
        return {};
    }
    /// A process that is gone rolls nothing back: its connection does.
    void rollback() override
    {
        if (!fuse_.dead()) store_.rollback();
    }
    sync::Result<std::optional<sync::StoredRecord>> find_record(const sync::RecordId& id) override
    {
        INDABA_FRAGILE(find_record(id));
    }
    sync::Result<void> save_record(const sync::StoredRecord& record) override
    {
        if (bug_.is(Bug::Kind::none)) INDABA_FRAGILE(save_record(record));
        auto other = record;
        if (bug_.is(Bug::Kind::own_work_unseen) && other.word) other.shown = *other.word;
        if (bug_.is(Bug::Kind::unknown_cells_dropped))
            for (auto& cell : other.shown)
                if (cell.key != shared::kExistence && catalogue_.field(record.type, cell.key) == nullptr)
                    cell.leaves.clear();
        INDABA_FRAGILE(save_record(other));
    }
    sync::Result<std::optional<sync::StoredEntry>> find_entry(const sync::TransactionName& name) override
    {
        INDABA_FRAGILE(find_entry(name));
    }
    sync::Result<void> each_entry(sync::JournalId journal, std::uint64_t from,
                                  const std::function<bool(sync::StoredEntry&&)>& visit) override
    {
        INDABA_FRAGILE(each_entry(journal, from, visit));
    }
    sync::Result<void> add_entry(const sync::StoredEntry& entry) override { INDABA_FRAGILE(add_entry(entry)); }
    sync::Result<sync::Storage::RulingKept> set_ruling(const sync::Ruling& ruling) override
    {
        if (bug_.is(Bug::Kind::rulings_forgotten)) return RulingKept::again;
        INDABA_FRAGILE(set_ruling(ruling));
    }
    sync::Result<std::optional<sync::StoredJournal>> find_journal(sync::JournalId id) override
    {
        INDABA_FRAGILE(find_journal(id));
    }
    sync::Result<void> save_journal(const sync::StoredJournal& journal) override
    {
        INDABA_FRAGILE(save_journal(journal));
    }
    sync::Result<bool> is_erased(const sync::RecordId& id) override { INDABA_FRAGILE(is_erased(id)); }
    sync::Result<sync::ErasureState> erasure_state() override { INDABA_FRAGILE(erasure_state()); }
    sync::Result<void> each_erasure(std::uint64_t after, const std::function<bool(sync::Erasure&&)>& visit) override
    {
        INDABA_FRAGILE(each_erasure(after, visit));
    }
    sync::Result<void> erase_record(const sync::Erasure& erasure) override { INDABA_FRAGILE(erase_record(erasure)); }
    sync::Result<void> redact_entry(const sync::TransactionName& name, const sync::Bytes& payload,
                                    const sync::Hash& original) override
    {
        INDABA_FRAGILE(redact_entry(name, payload, original));
    }

protected:
    using RulingKept = sync::Storage::RulingKept;

    Port& store_;
    Fuse& fuse_;
    Bug bug_;
    const shared::Catalogue& catalogue_;
};

class FragileReplica final : public FragileStorage<sync::ReplicaStorage> {
public:
    using FragileStorage::FragileStorage;

    sync::Result<std::vector<sync::StoredSpace>> spaces() override { INDABA_FRAGILE(spaces()); }
    sync::Result<std::optional<sync::StoredSpace>> find_space(const sync::SpaceName& name) override
    {
        INDABA_FRAGILE(find_space(name));
    }
    sync::Result<void> save_space(const sync::StoredSpace& space) override { INDABA_FRAGILE(save_space(space)); }
    sync::Result<std::optional<sync::StoredJournal>> own_journal(const sync::SpaceName& space) override
    {
        INDABA_FRAGILE(own_journal(space));
    }
    sync::Result<std::vector<sync::StoredJournal>> own_journals(const sync::SpaceName& space) override
    {
        INDABA_FRAGILE(own_journals(space));
    }
    sync::Result<void> keep_rulings(const sync::SpaceName& space, std::uint64_t to,
                                    const std::vector<sync::Ruling>& rulings) override
    {
        INDABA_FRAGILE(keep_rulings(space, to, rulings));
    }
    sync::Result<void> drop_rulings(const sync::SpaceName& space) override { INDABA_FRAGILE(drop_rulings(space)); }
    sync::Result<void> keep_author(const sync::Author& author) override { INDABA_FRAGILE(keep_author(author)); }
    sync::Result<void> purge_space(const sync::SpaceName& space) override
    {
        if (bug_.is(Bug::Kind::purge_forgotten)) return {};
        INDABA_FRAGILE(purge_space(space));
    }
    sync::Result<std::vector<sync::RecordId>> pending_records(const sync::SpaceName& space) override
    {
        INDABA_FRAGILE(pending_records(space));
    }
    sync::Result<void> each_record(const sync::SpaceName& space,
                                   const std::function<bool(sync::StoredRecord&&)>& visit) override
    {
        INDABA_FRAGILE(each_record(space, visit));
    }
    sync::Result<void> reopen_entry(const sync::TransactionName& name) override { INDABA_FRAGILE(reopen_entry(name)); }
    sync::Result<void> stand_refused(const sync::StandingRefusal& refusal) override
    {
        if (bug_.is(Bug::Kind::refusals_forgotten)) return {};
        INDABA_FRAGILE(stand_refused(refusal));
    }
    sync::Result<void> end_refused(const sync::RecordId& record, const std::vector<std::string>& keys) override
    {
        if (bug_.is(Bug::Kind::refusals_never_end)) return {};
        INDABA_FRAGILE(end_refused(record, keys));
    }
    sync::Result<std::vector<sync::StandingRefusal>> standing_refused(
        const std::optional<sync::RecordId>& record) override
    {
        INDABA_FRAGILE(standing_refused(record));
    }
    sync::Result<void> save_orphan(const sync::Orphan& orphan) override { INDABA_FRAGILE(save_orphan(orphan)); }
    sync::Result<std::vector<sync::Orphan>> orphans() override { INDABA_FRAGILE(orphans()); }
    sync::Result<std::optional<sync::Orphan>> find_orphan(const sync::RecordId& record) override
    {
        INDABA_FRAGILE(find_orphan(record));
    }
    sync::Result<void> drop_orphan(const sync::RecordId& record) override { INDABA_FRAGILE(drop_orphan(record)); }
    sync::Result<void> forget_deleted(const sync::SpaceName& space, std::uint64_t horizon) override
    {
        INDABA_FRAGILE(forget_deleted(space, horizon));
    }
    sync::Result<void> require_room() override { INDABA_FRAGILE(require_room()); }
    sync::Result<sync::StoredClock> clock() override { INDABA_FRAGILE(clock()); }
    sync::Result<void> save_clock(const sync::StoredClock& clock) override
    {
        if (bug_.is(Bug::Kind::clock_forgotten)) return {};
        INDABA_FRAGILE(save_clock(clock));
    }
    sync::Result<sync::LeaseClock> lease_clock() override { INDABA_FRAGILE(lease_clock()); }
    sync::Result<void> save_erased_through(std::uint64_t through) override
    {
        INDABA_FRAGILE(save_erased_through(through));
    }
    sync::Result<void> save_lease_clock(const sync::LeaseClock& clock) override
    {
        INDABA_FRAGILE(save_lease_clock(clock));
    }
};

class FragileCentre final : public FragileStorage<sync::CentreStorage> {
public:
    using FragileStorage::FragileStorage;

    sync::Result<Head> head(const sync::SpaceName& space) override { INDABA_FRAGILE(head(space)); }
    sync::Result<void> set_horizon(const sync::SpaceName& space, std::uint64_t number) override
    {
        INDABA_FRAGILE(set_horizon(space, number));
    }
    sync::Result<sync::CentreSize> size(const sync::SpaceName& space) override { INDABA_FRAGILE(size(space)); }
    sync::Result<std::optional<sync::Hash>> chain_at(const sync::SpaceName& space, std::uint64_t number) override
    {
        INDABA_FRAGILE(chain_at(space, number));
    }
    sync::Result<void> append_ruled(const sync::StoredEntry& entry, const sync::Hash& chain,
                                    const std::vector<sync::RecordId>& touched) override
    {
        if (bug_.is(Bug::Kind::none)) INDABA_FRAGILE(append_ruled(entry, chain, touched));
        auto other = entry;
        auto& ruling = *other.ruling;
        auto other_chain = chain;
        if (bug_.is(Bug::Kind::another_chain)) other_chain.bytes[0] ^= 1;
        if (bug_.is(Bug::Kind::accepts) && ruling.reason.code == bug_.code) {
            ruling.verdict = sync::Verdict::accepted;
            ruling.reason = {};
        } else if (bug_.is(Bug::Kind::refuses) && ruling.verdict == sync::Verdict::accepted) {
            ruling.verdict = sync::Verdict::refused;
            ruling.reason = {bug_.code, {}, "planted"};
        }
        INDABA_FRAGILE(append_ruled(other, other_chain, touched));
    }
    sync::Result<std::optional<Mark>> mark(sync::JournalId journal, std::uint64_t line) override
    {
        INDABA_FRAGILE(mark(journal, line));
    }
    sync::Result<std::vector<Mark>> marks(sync::JournalId journal, std::size_t limit) override
    {
        INDABA_FRAGILE(marks(journal, limit));
    }
    sync::Result<void> set_mark(sync::JournalId journal, std::uint64_t line, const Mark& mark) override
    {
        INDABA_FRAGILE(set_mark(journal, line, mark));
    }
    sync::Result<void> each_record_after(const sync::SpaceName& space, std::uint64_t after,
                                         const std::function<bool(sync::StoredRecord&&)>& visit) override
    {
        INDABA_FRAGILE(each_record_after(space, after, visit));
    }
    sync::Result<void> each_ruling(const sync::SpaceName& space, std::uint64_t after, std::uint64_t to,
                                   const std::function<bool(sync::Ruling&&)>& visit) override
    {
        INDABA_FRAGILE(each_ruling(space, after, to, visit));
    }
    sync::Result<void> each_entry_of(const sync::RecordId& id, std::uint64_t after,
                                     const std::function<bool(sync::StoredEntry&&)>& visit) override
    {
        INDABA_FRAGILE(each_entry_of(id, after, visit));
    }
    sync::Result<void> each_refused_entry(const std::function<bool(sync::StoredEntry&&)>& visit) override
    {
        INDABA_FRAGILE(each_refused_entry(visit));
    }
    sync::Result<void> note_gap(const sync::WaitingGap& gap, std::size_t most) override
    {
        if (bug_.is(Bug::Kind::gaps_unnoted)) return {};
        INDABA_FRAGILE(note_gap(gap, most));
    }
    sync::Result<std::vector<sync::WaitingGap>> gaps() override { INDABA_FRAGILE(gaps()); }
    sync::Result<void> add_lost(sync::JournalId journal, const sync::LostNumbers& numbers) override
    {
        INDABA_FRAGILE(add_lost(journal, numbers));
    }
    // With every change set: that nothing is gone costs a seed none of its steps.
    sync::Result<void> end_gaps(sync::JournalId journal, std::uint64_t from, std::uint64_t to) override
    {
        return store_.end_gaps(journal, from, to);
    }
    sync::Result<std::vector<sync::LostNumbers>> lost(sync::JournalId journal) override
    {
        if (bug_.is(Bug::Kind::losses_forgotten)) return std::vector<sync::LostNumbers>();
        return store_.lost(journal);
    }
    sync::Result<std::optional<std::uint64_t>> erasure_digest(std::uint64_t through) override
    {
        INDABA_FRAGILE(erasure_digest(through));
    }
};

#undef INDABA_FRAGILE

}  // namespace indaba::tests::simulation
