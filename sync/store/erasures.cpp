#include "sync/store/erasures.hpp"

#include "sync/store/records.hpp"

#include <algorithm>

namespace indaba::sync::store {

using shared::ByteView;
using shared::Errc;

Result<bool> Erasures::any()
{
    if (any_) return *any_;
    auto row = database_.statement("SELECT 1 FROM erasure LIMIT 1");
    INDABA_ASSIGN(const bool found, row.step());
    if (writing_) any_ = found;
    return found;
}

Result<bool> Erasures::has(const RecordId& record)
{
    INDABA_ASSIGN(const bool some, any());
    if (!some) return false;
    return database_.statement("SELECT 1 FROM erasure WHERE record = ?1").bind_all(ByteView(record.bytes)).step();
}

Result<ErasureState> Erasures::state()
{
    auto row = database_.statement("SELECT number, digest FROM erasure ORDER BY number DESC LIMIT 1");
    INDABA_ASSIGN(const bool found, row.step());
    if (!found) return ErasureState{};
    return ErasureState{std::uint64_t(row.int64(0)), std::uint64_t(row.int64(1))};
}

Result<std::optional<std::uint64_t>> Erasures::digest_at(std::uint64_t through)
{
    if (through == 0) return std::optional<std::uint64_t>(0);
    auto row = database_.statement("SELECT digest FROM erasure WHERE number = ?1");
    INDABA_ASSIGN(const bool found, row.bind_all(through).step());
    return found ? std::optional(std::uint64_t(row.int64(0))) : std::nullopt;
}

Result<void> Erasures::add(const Erasure& erasure)
{
    any_.reset();
    INDABA_ASSIGN(const auto before, state());
    auto row = database_.statement(
        "INSERT INTO erasure(number, record, ordered_ms, signature, digest) VALUES (?1, ?2, ?3, ?4, ?5)");
    return row
        .bind_all(before.through + 1, ByteView(erasure.record.bytes), erasure.ordered_ms,
                  ByteView(erasure.signature.bytes), add_to_digest(before.digest, erasure.record))
        .run();
}

Result<void> Erasures::each(std::uint64_t after, const std::function<bool(Erasure&&)>& visit)
{
    auto rows =
        database_.statement("SELECT record, ordered_ms, signature FROM erasure WHERE number > ?1 ORDER BY number");
    rows.bind_all(after);
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return {};
        Erasure erasure;
        INDABA_ASSIGN(erasure.record, read_record_id(rows, 0, database_));
        erasure.ordered_ms = rows.int64(1);
        const auto signature = rows.blob(2);
        if (signature.size() != erasure.signature.bytes.size())
            return fail(Errc::corrupt, database_.path() + ": an order to erase is damaged; restore a backup");
        std::ranges::copy(signature, erasure.signature.bytes.begin());
        if (!visit(std::move(erasure))) return {};
    }
}

Result<std::uint64_t> Erasures::through()
{
    auto row = database_.statement("SELECT number FROM erased_through");
    INDABA_ASSIGN(const bool found, row.step());
    return found ? std::uint64_t(row.int64(0)) : 0;
}

Result<void> Erasures::save_through(std::uint64_t through)
{
    return database_.statement("INSERT OR REPLACE INTO erased_through(id, number) VALUES (0, ?1)")
        .bind_all(through)
        .run();
}

}  // namespace indaba::sync::store
