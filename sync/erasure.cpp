#include "sync/erasure.hpp"

#include "shared/archive.hpp"
#include "sync/storage.hpp"

#include <algorithm>

namespace indaba::sync {

using shared::Errc;
using shared::RecordId;
using shared::Result;

shared::Bytes erasure_message(const Erasure& erasure)
{
    shared::BinaryOutput out;
    out(std::string_view("indaba erasure 1"), erasure.record, erasure.ordered_ms);
    return out.take();
}

Result<void> check_orders(std::span<const Erasure> erasures, const shared::PublicKey& centre, shared::Digest& digest)
{
    for (const auto& erasure : erasures)
        if (!digest.verify(centre, erasure_message(erasure), erasure.signature))
            return fail(Errc::untrusted, "an order to erase a record that the centre did not sign");
    return {};
}

std::uint64_t add_to_digest(std::uint64_t digest, const RecordId& record)
{
    std::uint64_t low = 0;
    for (std::size_t i = record.bytes.size() - sizeof(low); i < record.bytes.size(); ++i)
        low = low << 8 | record.bytes[i];
    return digest ^ low;
}

std::optional<RecordId> settled_record(const shared::TransactionView& transaction, std::size_t record)
{
    if (transaction.type(record) != "decision") return std::nullopt;
    const auto writes = transaction.writes(record);
    const auto place = std::ranges::find(writes, "record", &shared::Write::key);
    if (place == writes.end() || place->value.kind() != shared::ValueKind::reference) return std::nullopt;
    return place->value.as_reference();
}

bool is_decision_about(std::string_view type, const Cells& cells,
                       const std::function<bool(const shared::RecordId&)>& is_one)
{
    if (type != "decision") return false;
    const auto* cell = cells.find("record");
    return cell != nullptr && std::ranges::any_of(cell->leaves, [&](const Leaf& leaf) {
               return leaf.value.kind() == shared::ValueKind::reference && is_one(leaf.value.as_reference());
           });
}

Result<bool> is_of_erased(const shared::TransactionView& transaction, std::size_t record, const IsErased& is_erased)
{
    INDABA_ASSIGN(const bool erased, is_erased(transaction.id(record)));
    if (erased) return true;
    const auto settled = settled_record(transaction, record);
    return settled ? is_erased(*settled) : Result<bool>(false);
}

Result<std::optional<Redacted>> redact(shared::ByteView payload, const IsErased& is_erased)
{
    INDABA_ASSIGN(const auto transaction, shared::TransactionView::open(payload));
    Redacted redacted;
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < transaction.size(); ++i) {
        INDABA_ASSIGN(const bool gone, is_of_erased(transaction, i, is_erased));
        if (gone) redacted.records.push_back(transaction.id(i));
        else kept.push_back(i);
    }
    if (redacted.records.empty()) return std::optional<Redacted>();
    shared::Transaction left;
    for (const auto i : kept) {
        for (const auto& write : transaction.writes(i)) {
            left.writes.push_back(write);
            left.writes.back().record = std::uint32_t(left.records.size());
        }
        left.records.push_back({transaction.id(i), std::string(transaction.type(i))});
    }
    INDABA_ASSIGN(redacted.payload, shared::encode_transaction(left));
    return std::optional(std::move(redacted));
}

Result<std::vector<RecordId>> redact_kept(Storage& storage, const shared::TransactionName& name,
                                          const IsErased& is_erased, shared::Digest& digest)
{
    INDABA_ASSIGN(const auto entry, storage.find_entry(name));
    if (!entry) return std::vector<RecordId>();
    INDABA_ASSIGN(auto redacted, redact(entry->payload, is_erased));
    if (!redacted) return std::vector<RecordId>();
    INDABA_TRY(storage.redact_entry(name, redacted->payload, digest.sha256(entry->payload)));
    return std::move(redacted->records);
}

}  // namespace indaba::sync
