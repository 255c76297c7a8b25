// Erasing: what the centre holds of a record goes, and the order stays for everybody else to carry out.
#include "sync/centre.hpp"
#include "sync/entry_cache.hpp"
#include "sync/storage_transaction.hpp"

#include <algorithm>
#include <set>

namespace indaba::sync {

namespace {

using shared::Errc;

}  // namespace

/// And those about what they order erased: decisions quote it, and there may be decisions about decisions.
Result<void> Centre::order_decisions(std::vector<Erasure>& orders)
{
    std::set<RecordId> ids;
    for (const auto& order : orders) ids.insert(order.record);
    for (std::size_t known = 0; known != ids.size();) {
        known = ids.size();
        INDABA_ASSIGN(const auto decisions, decisions_about(ids));
        for (const auto& id : decisions)
            if (ids.insert(id).second) orders.push_back(order_for(id));
    }
    return {};
}

Result<std::vector<RecordId>> Centre::decisions_about(const std::set<RecordId>& ids)
{
    std::set<SpaceName> spaces;
    for (const auto& id : ids) {
        INDABA_ASSIGN(const auto record, ports_.storage.find_record(id));
        if (record) spaces.insert(record->space);
    }
    const auto is_one = [&](const RecordId& id) { return ids.contains(id); };
    std::vector<RecordId> decisions;
    for (const auto& space : spaces)
        INDABA_TRY(ports_.storage.each_record_after(space, 0, [&](StoredRecord&& stored) {
            if (is_decision_about(stored.type, stored.shown, is_one)) decisions.push_back(stored.id);
            return true;
        }));
    return decisions;
}

/// The entries that wrote to one of these, accepted or not, as they will be without it. Those that are found leave
/// `missing`.
Result<std::size_t> Centre::redact_entries(const std::set<RecordId>& ids, std::set<RecordId>& missing)
{
    const IsErased is_erased = [&](const RecordId& id) -> Result<bool> { return ids.contains(id); };
    std::set<TransactionName> names;
    for (const auto& id : ids)
        INDABA_TRY(ports_.storage.each_entry_of(id, 0, [&](StoredEntry&& entry) {
            names.insert(entry.name);
            return true;
        }));
    INDABA_TRY(ports_.storage.each_refused_entry([&](StoredEntry&& entry) {
        const auto redacted = redact(entry.payload, is_erased);
        if (redacted.has_value() && *redacted) names.insert(entry.name);  // what cannot be read was never looked at
        return true;
    }));
    for (const auto& name : names) {
        INDABA_ASSIGN(const auto gone, redact_kept(ports_.storage, name, is_erased, ports_.digest));
        for (const auto& id : gone) missing.erase(id);
    }
    return names.size();
}

/// With the decisions about them. Of which of them nothing is here is told by `missing`.
Result<Centre::Erased> Centre::carry_out(std::vector<Erasure> orders, std::set<RecordId>& missing)
{
    INDABA_TRY(order_decisions(orders));
    std::set<RecordId> ids;
    for (const auto& order : orders) ids.insert(order.record);
    Erased erased;
    INDABA_ASSIGN(erased.entries, redact_entries(ids, missing));
    for (const auto& order : orders) {
        INDABA_ASSIGN(const auto record, ports_.storage.find_record(order.record));
        if (record) ++erased.records;
        if (record) missing.erase(order.record);
        INDABA_TRY(ports_.storage.erase_record(order));
    }
    return erased;
}

Erasure Centre::order_for(const RecordId& id)
{
    Erasure order{id, ports_.clock.now_ms(), {}};
    order.signature = ports_.signer.sign(erasure_message(order));
    return order;
}

Result<Centre::Erased> Centre::erase(const std::vector<RecordId>& ids)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    std::vector<Erasure> orders;
    std::set<RecordId> missing;
    for (const auto& id : ids) {
        INDABA_ASSIGN(const bool before, ports_.storage.is_erased(id));
        if (!before && missing.insert(id).second) orders.push_back(order_for(id));
    }
    if (orders.empty()) return Erased{};
    INDABA_ASSIGN(const auto erased, carry_out(std::move(orders), missing));
    if (!missing.empty())
        return fail(Errc::not_found, "there is no record " + missing.begin()->text() + " at this centre" +
                                         (ids.size() == 1 ? "" : ": nothing was erased"));
    INDABA_TRY(transaction.commit());
    return erased;
}

Result<Centre::Erased> Centre::take_erasures(std::vector<Erasure> orders)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    std::vector<Erasure> fresh;
    std::set<RecordId> ids;
    for (auto& order : orders) {
        INDABA_ASSIGN(const bool before, ports_.storage.is_erased(order.record));
        if (!before && ids.insert(order.record).second) fresh.push_back(std::move(order));
    }
    if (fresh.empty()) return Erased{};
    INDABA_TRY(check_orders(fresh, ports_.signer.public_key(), ports_.digest));
    // It was put back: somebody who did not know of the order may have decided about the record since.
    INDABA_ASSIGN(const auto erased, carry_out(std::move(fresh), ids));
    INDABA_TRY(transaction.commit());
    return erased;
}

Result<bool> Centre::touches_erased(const shared::TransactionView& transaction)
{
    const IsErased is_erased = [&](const RecordId& id) { return ports_.storage.is_erased(id); };
    for (std::size_t i = 0; i < transaction.size(); ++i) {
        INDABA_ASSIGN(const bool erased, is_of_erased(transaction, i, is_erased));
        if (erased) return true;
    }
    return false;
}

/// A decision quotes its record: where that is erased, the decisions about it are looked for in its space.
Result<Reason> Centre::judge_decisions(const shared::TransactionView& transaction, const SpaceName& space)
{
    for (std::size_t i = 0; i < transaction.size(); ++i) {
        const auto settled = settled_record(transaction, i);
        if (!settled || transaction.find(*settled)) continue;
        INDABA_ASSIGN(const auto record, ports_.storage.find_record(*settled));
        if (!record) return Reason{Reason::Code::no_record, "record", "a decision about what is not at the centre"};
        if (record->space != space)
            return Reason{Reason::Code::rule, "record", "record: a decision belongs in the space of its record"};
    }
    return Reason{};
}

/// What was erased does not come in with an entry that was written before its author knew.
Result<void> Centre::redact_refused(StoredEntry& entry)
{
    INDABA_ASSIGN(const auto state, ports_.storage.erasure_state());
    if (state.through == 0) return {};
    if (shared::TransactionView::open(entry.payload).has_error()) return {};  // by nobody can it be read
    INDABA_ASSIGN(auto redacted,
                  redact(entry.payload, [&](const RecordId& id) { return ports_.storage.is_erased(id); }));
    if (!redacted) return {};
    if (!entry.original) entry.original = ports_.digest.sha256(entry.payload);
    entry.payload = std::move(redacted->payload);
    return {};
}

}  // namespace indaba::sync
