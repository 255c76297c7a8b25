// Settling: a person's choice and the decision record that says why, in one transaction.
#include "sync/replica.hpp"
#include "sync/storage_transaction.hpp"

#include <algorithm>

namespace indaba::sync {

namespace {

using shared::Errc;

/// The values that were not kept, for people; each once.
std::string dropped_values(const Cell& cell, const Value& kept)
{
    std::vector<std::string> values;
    for (const auto& leaf : cell.leaves)
        if (leaf.value != kept && std::ranges::find(values, leaf.value.display()) == values.end())
            values.push_back(leaf.value.display());
    std::string text;
    for (const auto& value : values) text += (text.empty() ? "" : "; ") + value;
    return text;
}

/// A value as the decision tells it: whole if its field can hold it. The audit trail keeps all of it.
Value told(const shared::Catalogue& catalogue, std::string_view name, std::string_view text)
{
    const auto* decision = catalogue.type("decision");
    const auto* field = decision == nullptr ? nullptr : decision->field(name);
    const auto length = field == nullptr || field->length == 0 ? std::string_view::npos : field->length;
    return Value::text(shared::clipped(text, shared::limits::kValue_bytes, length));
}

shared::Error changed_since(std::string_view what)
{
    return fail(Errc::rule_broken, std::string(what) +
                                       ": somebody else's edit has come since you looked: look at the "
                                       "conflict again ('indaba conflicts'), then settle it");
}

Result<void> check_reason(std::string_view reason)
{
    if (reason.empty()) return fail(Errc::usage, "say why: a reason goes with every settlement");
    return {};
}

}  // namespace

Result<TransactionName> Replica::settle_with_reason(Change change, const StoredRecord& record,
                                                    std::vector<std::pair<std::string, Value>> why)
{
    std::array<std::uint8_t, 10> random{};
    ports_.random.fill(random);
    why.emplace_back("record", Value::reference(record.id));
    why.emplace_back("type", Value::code(record.type));
    Change decision{Change::Kind::put, RecordId::make(ports_.clock.now_ms(), random), "decision", std::move(why)};
    std::ranges::sort(decision.cells, {}, [](const auto& cell) { return cell.first; });
    return write_in_transaction({record.space, {std::move(change), std::move(decision)}});
}

Result<TransactionName> Replica::settle(const RecordId& id, std::string_view key, const Value& value,
                                        std::string_view reason, const Seen& seen)
{
    INDABA_TRY(check_reason(reason));
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(const auto record, ports_.storage.find_record(id));
    if (!record) return fail(Errc::not_found, "no such record here");
    const auto* cell = record->shown.find(key);
    if (cell == nullptr || cell->leaves.empty())
        return fail(Errc::not_found, std::string(key) + ": the record has no such value");
    if (!seen.empty() && !std::ranges::equal(cell->leaves, seen, {}, &Leaf::name)) return changed_since(key);
    const bool chosen = std::ranges::any_of(cell->leaves, [&](const Leaf& leaf) { return leaf.value == value; });
    Change change{Change::Kind::settle, id, record->type, {{std::string(key), value}}};
    INDABA_ASSIGN(const auto name,
                  settle_with_reason(std::move(change), *record,
                                     {{"kind", Value::code(chosen ? "choice" : "value")},
                                      {"cell", Value::text(key)},
                                      {"kept", told(ports_.catalogue, "kept", value.display())},
                                      {"dropped", told(ports_.catalogue, "dropped", dropped_values(*cell, value))},
                                      {"reason", Value::text(reason)}}));
    INDABA_TRY(transaction.commit());
    return name;
}

Result<TransactionName> Replica::settle_existence(const RecordId& id, bool alive, std::string_view reason,
                                                  const Seen& seen)
{
    INDABA_TRY(check_reason(reason));
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(const auto record, ports_.storage.find_record(id));
    if (!record) return fail(Errc::not_found, "no such record here");
    if (!seen.empty() && leaf_names(record->shown) != seen) return changed_since("existence");
    Change change{alive ? Change::Kind::restore : Change::Kind::confirm, id, record->type, {}};
    INDABA_ASSIGN(const auto name, settle_with_reason(std::move(change), *record,
                                                      {{"kind", Value::code(alive ? "restore" : "delete")},
                                                       {"kept", Value::text(alive ? "the record" : "the deletion")},
                                                       {"dropped", Value::text(alive ? "the deletion" : "the record")},
                                                       {"reason", Value::text(reason)}}));
    INDABA_TRY(transaction.commit());
    return name;
}

}  // namespace indaba::sync
