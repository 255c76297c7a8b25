#include "client/core_parts.hpp"

#include "shared/transaction_view.hpp"

#include <algorithm>

namespace indaba::client {

namespace {

using Keys = std::vector<std::string>;

/// What an entry wrote to a record: of these keys, or all.
std::vector<Cell> cells_written(const shared::TransactionView& transaction, std::size_t record, const Keys* keys)
{
    std::vector<Cell> cells;
    for (const auto& write : transaction.writes(record)) {
        if (keys != nullptr && std::ranges::find(*keys, write.key) == keys->end()) continue;
        cells.emplace_back(write.key == shared::kExistence ? std::string(kExistenceField) : write.key, write.value);
    }
    return cells;
}

bool restores(const shared::TransactionView& transaction, std::size_t record)
{
    return std::ranges::any_of(transaction.writes(record), [](const shared::Write& write) {
        return write.key == shared::kExistence && !write.bases.empty();
    });
}

/// The record that broke the rule is not named by the ruling: it is one that has the field, else the first.
std::size_t blamed_record(const shared::TransactionView& transaction, const std::string& field)
{
    const auto has_field = [&](const shared::Write& write) { return shared::key_parts(write.key).field == field; };
    for (std::size_t i = 0; !field.empty() && i < transaction.size(); ++i)
        if (std::ranges::any_of(transaction.writes(i), has_field)) return i;
    return 0;
}

}  // namespace

Result<Refusals> Core::Parts::refusals()
{
    Refusals refusals;
    INDABA_ASSIGN(const auto standing, store->standing_refused({}));
    for (const auto& refusal : standing) refusals.insert(refusal.record);
    return refusals;
}

/// What an entry wanted of one of its records; nothing if the record or none of these keys is there.
Result<std::optional<Refusal>> Core::Parts::refusal(const sync::StoredEntry& entry,
                                                    const shared::TransactionView& transaction, std::size_t index,
                                                    const std::vector<std::string>* keys)
{
    if (!entry.ruling) return shared::fail(shared::Errc::corrupt, "a refused entry without its ruling");
    const auto& ruling = *entry.ruling;
    const auto& id = transaction.id(index);
    const std::string type(transaction.type(index));
    Refusal refusal{id,
                    transaction.id(blamed_record(transaction, ruling.reason.field)),
                    type,
                    {},
                    entry.space,
                    ruling.reason.field,
                    ruling.reason.text,
                    entry.stamp.unix_ms(),
                    ruling.time_ms,
                    cells_written(transaction, index, keys),
                    restores(transaction, index)};
    if (refusal.cells.empty()) return std::optional<Refusal>();
    refusal.title = title(type, cells_written(transaction, index, nullptr));
    if (const auto here = store->find_record(id); here.has_value() && *here && !(*here)->shown.empty())
        refusal.title = title(type, shown_cells(type, (*here)->shown));
    return std::optional(std::move(refusal));
}

Result<std::vector<Refusal>> Core::Parts::standing(const std::optional<RecordId>& only)
{
    std::vector<Refusal> list;
    INDABA_ASSIGN(const auto all, store->standing_refused(only));
    std::optional<sync::StoredEntry> entry;
    shared::TransactionView transaction;
    for (const auto& standing : all) {
        if (!entry || entry->name != standing.name) {
            INDABA_ASSIGN(entry, store->find_entry(standing.name));
            if (!entry) return shared::fail(shared::Errc::corrupt, "an entry of this device's journal is gone");
            INDABA_ASSIGN(transaction, shared::TransactionView::open(entry->payload));
        }
        const auto record = transaction.find(standing.record);
        if (!record) return shared::fail(shared::Errc::corrupt, "a refused entry without its record");
        INDABA_ASSIGN(auto found, refusal(*entry, transaction, *record, &standing.keys));
        if (found) list.push_back(std::move(*found));
    }
    return list;
}

/// Everything that was ever refused, what was written again or dropped since as well.
Result<std::vector<Refusal>> Core::Parts::ever_refused()
{
    std::vector<Refusal> list;
    std::optional<shared::Error> broken;
    const auto add_all = [&](const sync::StoredEntry& entry) -> Result<void> {
        INDABA_ASSIGN(const auto transaction, shared::TransactionView::open(entry.payload));
        for (std::size_t i = 0; i < transaction.size(); ++i) {
            INDABA_ASSIGN(auto found, refusal(entry, transaction, i, nullptr));
            if (found) list.push_back(std::move(*found));
        }
        return {};
    };
    INDABA_TRY(store->queries().each_refused([&](sync::StoredEntry&& entry) {
        if (const auto added = add_all(entry); added.has_error()) broken = added.error();
        return !broken;
    }));
    if (broken) return *broken;
    return list;
}

Result<std::vector<Refusal>> Core::refused(Refused which)
{
    INDABA_ASSIGN(const auto locked, parts_->locked_names());
    auto list = which == Refused::all ? parts_->ever_refused() : parts_->standing({});
    if (list.has_value()) std::erase_if(*list, [&](const Refusal& refusal) { return locked.contains(refusal.space); });
    return list;
}

Result<std::size_t> Core::retry_refused(const RecordId& id, const std::vector<Cell>& corrections)
{
    INDABA_TRY(require_writable());
    INDABA_ASSIGN(const auto standing, parts_->standing(id));
    if (!standing.empty()) INDABA_TRY(parts_->require_lease(standing.front().space));
    return parts_->replica.retry(id, corrections);
}

Result<void> Core::drop_refused(const RecordId& id)
{
    INDABA_TRY(require_writable());
    return parts_->replica.drop_refused(id);
}

}  // namespace indaba::client
