#include "client/core_parts.hpp"

#include "shared/transaction.hpp"

#include <algorithm>

namespace indaba::client {

namespace {

std::vector<Cell> cells_written(const shared::Transaction& transaction, std::size_t record)
{
    std::vector<Cell> cells;
    for (const auto& write : transaction.writes) {
        if (write.record != record) continue;
        cells.emplace_back(write.key == shared::kExistence ? std::string(kExistenceField) : write.key, write.value);
    }
    return cells;
}

bool restores(const shared::Transaction& transaction, std::size_t record)
{
    return std::ranges::any_of(transaction.writes, [&](const shared::Write& write) {
        return write.record == record && write.key == shared::kExistence && !write.bases.empty();
    });
}

/// The record that broke the rule is not named by the ruling: it is one that has the field, else the first.
std::size_t blamed_record(const shared::Transaction& transaction, const std::string& field)
{
    for (const auto& write : transaction.writes)
        if (!field.empty() && shared::key_parts(write.key).field == field) return write.record;
    return 0;
}

}  // namespace

Result<Refusals> Core::Parts::refusals()
{
    Refusals refusals;
    std::optional<shared::Error> broken;
    INDABA_TRY(store->queries().each_refused([&](sync::StoredEntry&& entry) {
        auto transaction = shared::decode_transaction(entry.payload);
        if (transaction.has_error()) {
            broken = std::move(transaction).error();
            return false;
        }
        for (const auto& record : transaction->records) refusals[record.id].push_back(entry.name);
        return true;
    }));
    if (broken) return *broken;
    return refusals;
}

Result<bool> Core::Parts::stands(const shared::TransactionName& refused, const shared::Transaction& transaction)
{
    for (const auto& touched : transaction.records) {
        INDABA_ASSIGN(const auto record, store->find_record(touched.id));
        if (!record || stands_refused(*record, refused)) return true;
    }
    return false;
}

Result<std::vector<Refusal>> Core::refused(Refused which)
{
    std::vector<Refusal> list;
    std::optional<shared::Error> broken;
    INDABA_TRY(parts_->store->queries().each_refused([&](sync::StoredEntry&& entry) {
        auto transaction = shared::decode_transaction(entry.payload);
        if (transaction.has_error() || transaction->records.empty() || !entry.ruling) {
            broken = transaction.has_error() ? std::move(transaction).error()
                                             : shared::fail(shared::Errc::corrupt, "a refused entry without records");
            return false;
        }
        const auto stands = parts_->stands(entry.name, *transaction);
        if (stands.has_error()) broken = stands.error();
        if (broken || (which == Refused::standing && !*stands)) return !broken;
        const auto& ruling = *entry.ruling;
        const auto index = blamed_record(*transaction, ruling.reason.field);
        const auto& record = transaction->records[index];
        Refusal refusal{record.id,
                        record.type,
                        {},
                        entry.space,
                        ruling.reason.field,
                        ruling.reason.text,
                        entry.stamp.unix_ms(),
                        ruling.time_ms,
                        cells_written(*transaction, index),
                        restores(*transaction, index)};
        refusal.title = parts_->title(record.type, refusal.cells);
        list.push_back(std::move(refusal));
        return true;
    }));
    if (broken) return *broken;
    return list;
}

}  // namespace indaba::client
