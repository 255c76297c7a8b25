// A damaged database's own journals in a new one: what joins its chain is sent under its name, what stands behind a
// hole is written again once the centre has told that it does not have it.
#include "shared/roles.hpp"
#include "shared/transaction_view.hpp"
#include "sync/replica_step.hpp"
#include "sync/salvaged.hpp"
#include "sync/storage_transaction.hpp"

#include <algorithm>
#include <utility>

namespace indaba::sync {

namespace {

using shared::Errc;

constexpr const char* kBehindHole =
    "an edit before it can no longer be read on this device: unless the centre has it, the next sync writes it again";

/// Neither sent nor folded, for its chain is broken; standing, so that it is shown and can be written again.
Ruling unfed(const StoredEntry& entry)
{
    Ruling ruling;
    ruling.number = kUnfed;
    ruling.name = entry.name;
    ruling.line = entry.name.journal.value;
    ruling.verdict = Verdict::lost;
    ruling.reason = {Reason::Code::lost, {}, kBehindHole};
    ruling.time_ms = entry.stamp.unix_ms();
    return ruling;
}

}  // namespace

/// All that it wanted and nobody has written again or dropped since.
Result<void> Replica::adopt_refused(const StoredEntry& entry, const Salvaged& found)
{
    INDABA_ASSIGN(const auto transaction, shared::TransactionView::open(entry.payload));
    for (std::size_t i = 0; i < transaction.size(); ++i) {
        StandingRefusal refusal{entry.name, transaction.id(i), {}};
        for (const auto& write : transaction.writes(i))
            if (!found.ended.contains({entry.name, refusal.record, write.key})) refusal.keys.push_back(write.key);
        if (!refusal.keys.empty()) INDABA_TRY(ports_.storage.stand_refused(refusal));
    }
    return {};
}

Result<void> Replica::adopt_entry(const StoredEntry& entry, const Salvaged& found)
{
    INDABA_TRY(ports_.storage.add_entry(entry));
    const bool refused = entry.ruling && entry.ruling->verdict != Verdict::accepted;
    return refused ? adopt_refused(entry, found) : Result<void>();
}

Result<void> Replica::adopt_journal(SalvagedJournal saved, const Salvaged& found)
{
    INDABA_TRY(ports_.storage.save_journal(saved.journal));
    for (const auto& entry : saved.chain) INDABA_TRY(adopt_entry(entry, found));
    for (auto& entry : saved.detached) {
        if (!entry.ruling) entry.ruling = unfed(entry);
        INDABA_TRY(adopt_entry(entry, found));
    }
    return {};
}

Result<void> Replica::adopt(Salvaged found)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(const auto before, ports_.storage.spaces());
    if (!before.empty()) return fail(Errc::usage, "what was salvaged belongs into a new database");
    for (const auto& space : found.spaces) INDABA_TRY(ports_.storage.save_space(space));
    for (auto& saved : found.journals)  // each may be most of what is in memory, and is there once
        INDABA_TRY(adopt_journal(std::exchange(saved, {}), found));
    for (const auto& space : found.spaces) {
        INDABA_ASSIGN(const auto journals, ports_.storage.own_journals(space.name));
        if (journals.empty()) continue;
        INDABA_TRY(
            reopen_beyond(space.name, 0));  // as after every beginning anew: what the centre has now is not known
        if (!space.is_followed()) INDABA_TRY(ports_.storage.purge_space(space.name));
        // Nobody knows whether the journal's end was read, and what is behind a hole keeps its numbers.
        INDABA_TRY(ports_.storage.save_journal(new_journal(space.name)));
    }
    for (const auto& orphan : found.orphans) INDABA_TRY(ports_.storage.save_orphan(orphan));
    INDABA_TRY(ports_.storage.save_clock(found.clock));
    INDABA_TRY(ports_.storage.save_lease_clock(found.leases));
    return transaction.commit();
}

/// After a scan from zero: what stands behind a hole and was not among all the rulings is not at the centre, and nobody
/// but this device can bring it. It names what it stands for, so should that turn up after all, nothing is there twice.
Result<void> Replica::write_detached(const StoredSpace& space)
{
    if (!shared::role_writes(space.role)) return {};
    INDABA_ASSIGN(auto left, refused_for(Reason::Code::lost, space.name));
    std::vector<StandingRefusal> detached;
    for (auto& refusal : left) {
        INDABA_ASSIGN(const auto entry, ports_.storage.find_entry(refusal.name));
        if (entry->ruling->number == kUnfed) detached.push_back(std::move(refusal));
    }
    return write_all_again(space.name, std::move(detached), Reason::Code::lost);
}

}  // namespace indaba::sync
