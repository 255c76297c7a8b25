// Erasing what the centre ordered: records with all that was derived from them, and their part of what this device
// wrote.
#include "sync/fold.hpp"
#include "sync/replica.hpp"
#include "sync/storage_transaction.hpp"

#include <algorithm>
#include <set>

namespace indaba::sync {

using shared::Errc;

/// A decision about what was erased, that this device wrote: of it nothing is wanted any more.
Result<void> Replica::fold_without(const RecordId& id)
{
    EntryCache entries(ports_.storage);
    INDABA_TRY(ports_.storage.end_refused(id, {}));
    INDABA_ASSIGN(auto record, ports_.storage.find_record(id));
    if (!record || record->pending.empty()) return {};
    std::vector<TransactionName> left;
    for (const auto& name : record->pending) {
        INDABA_ASSIGN(const auto entry, entries.load(name));
        if (entry != nullptr && !entry->writes_to(id).empty()) left.push_back(name);
    }
    record->pending = std::move(left);
    INDABA_TRY(refold(*record, entries));
    return ports_.storage.save_record(*record);
}

Result<void> Replica::redact_journal(const StoredJournal& journal, const std::set<RecordId>& ids)
{
    const IsErased is_erased = [&](const RecordId& id) -> Result<bool> { return ids.contains(id); };
    std::vector<TransactionName> names;
    INDABA_TRY(ports_.storage.each_entry(journal.head.id, 1, [&](StoredEntry&& entry) {
        const auto redacted = redact(entry.payload, is_erased);
        if (redacted.has_value() && *redacted) names.push_back(entry.name);
        return true;
    }));
    std::set<RecordId> unwritten;
    for (const auto& name : names) {
        INDABA_ASSIGN(const auto gone, redact_kept(ports_.storage, name, is_erased, ports_.digest));
        for (const auto& id : gone)
            if (!ids.contains(id)) unwritten.insert(id);
    }
    for (const auto& id : unwritten) INDABA_TRY(fold_without(id));
    return {};
}

Result<void> Replica::redact_journals(const std::set<RecordId>& ids)
{
    INDABA_ASSIGN(const auto spaces, ports_.storage.spaces());
    for (const auto& space : spaces) {
        INDABA_ASSIGN(const auto journals, ports_.storage.own_journals(space.name));
        for (const auto& journal : journals) INDABA_TRY(redact_journal(journal, ids));
    }
    return {};
}

Result<std::size_t> Replica::take_erasures(const std::vector<Erasure>& orders, std::uint64_t through)
{
    INDABA_TRY(check_orders(orders, ports_.centre_key, ports_.digest));
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    std::set<RecordId> ids;
    std::size_t held = 0;
    for (const auto& order : orders) {
        INDABA_ASSIGN(const bool before, ports_.storage.is_erased(order.record));
        if (before || !ids.insert(order.record).second) continue;
        INDABA_ASSIGN(const auto record, ports_.storage.find_record(order.record));
        if (record) ++held;
        INDABA_TRY(ports_.storage.erase_record(order));
    }
    if (!ids.empty()) {
        INDABA_TRY(redact_journals(ids));
        INDABA_TRY(drop_orphans_about(ids));
        INDABA_ASSIGN(const auto spaces, ports_.storage.spaces());
        for (const auto& space : spaces) INDABA_TRY(offer_what_is_left(space));
    }
    INDABA_TRY(ports_.storage.save_erased_through(through));
    INDABA_TRY(transaction.commit());
    return held;
}

/// Decisions that a centre which was put back has lost, and therefore orders nothing about.
Result<void> Replica::drop_orphans_about(const std::set<RecordId>& ids)
{
    INDABA_ASSIGN(const auto orphans, ports_.storage.orphans());
    for (const auto& orphan : orphans)
        if (is_decision_about(orphan.type, orphan.cells, [&](const RecordId& id) { return ids.contains(id); }))
            INDABA_TRY(ports_.storage.drop_orphan(orphan.record));
    return {};
}

/// The same of what is about to be kept aside.
Result<bool> Replica::quotes_erased(std::string_view type, const Cells& cells)
{
    Result<bool> erased(false);
    (void)is_decision_about(type, cells, [&](const RecordId& id) {
        erased = ports_.storage.is_erased(id);
        return erased.has_error() || *erased;
    });
    return erased;
}

Result<void> Replica::require_not_erased(const RecordId& id)
{
    INDABA_ASSIGN(const bool erased, ports_.storage.is_erased(id));
    if (!erased) return {};
    return fail(Errc::not_found,
                "record " + id.text() + " was erased by order of the centre: it cannot be written again");
}

}  // namespace indaba::sync
