#include "sync/erasure.hpp"

#include "shared/archive.hpp"

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

std::optional<RecordId> settled_record(const std::string& type, std::span<const shared::Write> writes)
{
    if (type != "decision") return std::nullopt;
    const auto place = std::ranges::find(writes, "record", &shared::Write::key);
    if (place == writes.end() || place->value.kind() != shared::ValueKind::reference) return std::nullopt;
    return place->value.as_reference();
}

Result<std::optional<Redacted>> redact(shared::ByteView payload, const IsErased& is_erased)
{
    INDABA_ASSIGN(const auto transaction, shared::decode_transaction(payload));
    Redacted redacted;
    shared::Transaction left;
    const std::span all(transaction.writes);
    std::size_t first = 0;
    for (std::uint32_t i = 0; i < transaction.records.size(); ++i) {
        const auto& record = transaction.records[i];
        auto end = first;
        while (end < all.size() && all[end].record == i) ++end;
        const auto writes = all.subspan(first, end - first);
        first = end;
        INDABA_ASSIGN(bool gone, is_erased(record.id));
        if (const auto settled = settled_record(record.type, writes); settled && !gone) {
            INDABA_ASSIGN(gone, is_erased(*settled));
        }
        if (gone) {
            redacted.records.push_back(record.id);
            continue;
        }
        for (const auto& write : writes) {
            left.writes.push_back(write);
            left.writes.back().record = std::uint32_t(left.records.size());
        }
        left.records.push_back(record);
    }
    if (redacted.records.empty()) return std::optional<Redacted>();
    INDABA_ASSIGN(redacted.payload, shared::encode_transaction(left));
    return std::optional(std::move(redacted));
}

}  // namespace indaba::sync
