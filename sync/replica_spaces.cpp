// Spaces that come, go and begin anew: what is pending outlives all of it.
#include "shared/roles.hpp"
#include "sync/fold.hpp"
#include "sync/replica.hpp"
#include "sync/storage_transaction.hpp"

#include <algorithm>

namespace indaba::sync {

using shared::Errc;

/// After a purge: folds what is pending over the empty word, so that it shows again.
Result<void> Replica::show_pending(const SpaceName& space)
{
    EntryCache entries(ports_.storage);
    INDABA_ASSIGN(const auto ids, ports_.storage.pending_records(space));
    for (const auto& id : ids) {
        INDABA_ASSIGN(auto record, ports_.storage.find_record(id));
        if (!record) continue;
        INDABA_TRY(refold(*record, entries));
        INDABA_TRY(ports_.storage.save_record(*record));
    }
    return {};
}

Result<void> Replica::start_over(const SpaceName& name)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(auto space, ports_.storage.find_space(name));
    if (!space) return fail(Errc::not_found, "no space called " + name + " on this device");
    if (!space->is_followed()) return {};
    INDABA_TRY(forget_word(*space));
    INDABA_TRY(reopen_beyond(name, 0));  // what the centre rules now is not known
    return transaction.commit();
}

Result<void> Replica::forget_word(StoredSpace& space)
{
    INDABA_TRY(ports_.storage.purge_space(space.name));
    space.rewind();
    space.cursor = {};
    space.backed_up = 0;
    INDABA_TRY(ports_.storage.save_space(space));
    return space.is_followed() ? show_pending(space.name) : Result<void>();
}

/// Rulings beyond this number of the feed may not be on the centre's chain any more: what they were on is sent again,
/// and what was accepted waits and shows until then. True if there is something.
Result<bool> Replica::reopen_beyond(const SpaceName& space, std::uint64_t number)
{
    EntryCache entries(ports_.storage);
    INDABA_ASSIGN(auto journals, ports_.storage.own_journals(space));
    bool reopened = false;
    for (auto& journal : journals) {
        std::vector<TransactionName> again;  // without their payloads, which may be more than fits into memory
        std::uint64_t first = 0;
        INDABA_TRY(ports_.storage.each_entry(journal.head.id, 1, [&](StoredEntry&& entry) {
            if (entry.name.number > journal.last) return false;  // behind a hole: it cannot be sent
            if (entry.ruling && entry.ruling->number <= number) return true;
            if (first == 0) first = entry.name.number;
            if (!entry.ruling || entry.ruling->verdict == Verdict::accepted) again.push_back(entry.name);
            return true;
        }));
        for (const auto& name : again) {
            INDABA_ASSIGN(const auto entry, ports_.storage.find_entry(name));
            INDABA_TRY(wait_again(*entry, entries));
        }
        if (first == 0 || first > journal.ruled) continue;
        journal.ruled = first - 1;
        INDABA_TRY(ports_.storage.save_journal(journal));
        reopened = true;
    }
    return reopened;
}

/// What was ruled beyond the newest head that was seen. In a space that is not followed it does not show.
Result<bool> Replica::send_again(const StoredSpace& space)
{
    INDABA_ASSIGN(const bool reopened, reopen_beyond(space.name, space.cursor.head));
    if (!space.is_followed()) INDABA_TRY(ports_.storage.purge_space(space.name));
    return reopened;
}

Result<void> Replica::take_grants(const std::vector<Grant>& grants)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(auto known, ports_.storage.spaces());
    for (auto& space : known) {
        const auto granted = std::ranges::any_of(grants, [&](const Grant& grant) { return grant.space == space.name; });
        if (granted || space.role.empty()) continue;
        INDABA_TRY(ports_.storage.purge_space(space.name));
        INDABA_TRY(forget_orphans(space.name));
        auto lost = space;
        lost.rewind();
        lost.role.clear();
        lost.backed_up = 0;
        lost.centre = {};
        INDABA_TRY(ports_.storage.save_space(lost));
    }
    for (const auto& grant : grants) {
        const auto place = std::ranges::find(known, grant.space, &StoredSpace::name);
        auto space = place != known.end() ? *place : StoredSpace{grant.space, {}, {}, {}, true, {}, {}, 0};
        const bool regained = place != known.end() && place->role.empty();
        const bool may_write = shared::role_writes(grant.role) && !shared::role_writes(space.role);
        space.kind = grant.kind;
        space.title = grant.title;
        space.role = grant.role;
        space.lease_days = grant.lease_days;
        INDABA_TRY(ports_.storage.save_space(space));
        if (regained) {
            if (space.carried) INDABA_TRY(show_pending(grant.space));
            INDABA_TRY(send_again(space));
        }
        if (may_write && space.carried) INDABA_TRY(offer_again(grant.space, Reason::Code::no_role));
        if (may_write) INDABA_TRY(offer_what_is_left(space));
    }
    return transaction.commit();
}

shared::Error not_carried(const SpaceName& space)
{
    return fail(
        Errc::not_found,
        "the space " + space + " is not carried on this device: carry it first, `indaba space carry " + space + "`");
}

shared::Error no_role(const SpaceName& space)
{
    return fail(Errc::forbidden,
                "you have no role in the space " + space + ": ask your organiser for one, then run `indaba sync`");
}

Result<void> Replica::carry(const SpaceName& name)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(auto space, ports_.storage.find_space(name));
    if (!space || space->role.empty()) return no_role(name);
    if (space->carried) return {};
    space->carried = true;
    INDABA_TRY(ports_.storage.save_space(*space));
    INDABA_TRY(show_pending(name));
    INDABA_TRY(send_again(*space));
    if (shared::role_writes(space->role)) INDABA_TRY(offer_again(name, Reason::Code::no_role));
    INDABA_TRY(offer_what_is_left(*space));
    return transaction.commit();
}

Result<void> Replica::drop(const SpaceName& name)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(auto space, ports_.storage.find_space(name));
    if (!space || space->role.empty()) return no_role(name);
    if (!space->carried) return {};
    INDABA_ASSIGN(const auto orphans, ports_.storage.orphans());
    if (std::ranges::any_of(orphans, [&](const Orphan& orphan) { return orphan.space == name; }))
        return fail(Errc::rule_broken,
                    "the space " + name +
                        " has something here that the centre has no more: restore it or drop it first, `indaba "
                        "forgotten` lists it");
    INDABA_TRY(ports_.storage.purge_space(name));
    space->carried = false;
    space->rewind();
    INDABA_TRY(ports_.storage.save_space(*space));
    return transaction.commit();
}

Result<bool> Replica::take_size(const AtCentre& told)
{
    INDABA_TRY(check_signed(told.head));
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(auto space, ports_.storage.find_space(told.head.space));
    if (!space || space->is_followed()) return false;
    const bool is_known = told.on_chain && space->cursor.head_hash == told.head.hash;
    if (is_known && space->centre == told.size && space->backed_up >= told.head.backed_up) return false;
    if (!told.on_chain) INDABA_TRY(forget_word(*space));
    bool again = false;
    if (!told.heard || !told.on_chain) {
        INDABA_ASSIGN(again, send_again(*space));
    }
    space->centre = told.size;
    space->cursor.head = told.head.number;
    space->cursor.head_hash = told.head.hash;
    space->backed_up = std::max(space->backed_up, told.head.backed_up);
    INDABA_TRY(ports_.storage.save_space(*space));
    INDABA_TRY(transaction.commit());
    return again;
}

}  // namespace indaba::sync
