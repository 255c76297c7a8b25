#include "sync/store/refusals.hpp"

#include "sync/store/records.hpp"

namespace indaba::sync::store {

using shared::ByteView;
using shared::Errc;

Result<bool> Refusals::any()
{
    if (any_) return *any_;
    auto row = database_.statement("SELECT 1 FROM refusal WHERE ended = 0 LIMIT 1");
    INDABA_ASSIGN(const bool found, row.step());
    if (writing_) any_ = found;
    return found;
}

Result<void> Refusals::stand(const StandingRefusal& refusal)
{
    any_.reset();
    INDABA_ASSIGN(const auto eid, entries_.eid_of(refusal.name));
    if (!eid) return fail(Errc::corrupt, "a refusal of an entry that is not here");
    for (const auto& key : refusal.keys) {
        auto row = database_.statement(
            "INSERT INTO refusal(record, eid, key, ended) VALUES (?1, ?2, ?3, 0) ON CONFLICT DO NOTHING");
        INDABA_TRY(row.bind_all(ByteView(refusal.record.bytes), *eid, key).run());
    }
    return {};
}

Result<void> Refusals::end(const RecordId& record, const std::vector<std::string>& keys)
{
    if (keys.empty()) {
        auto rows = database_.statement("UPDATE refusal SET ended = 1 WHERE record = ?1 AND ended = 0");
        return rows.bind_all(ByteView(record.bytes)).run();
    }
    for (const auto& key : keys) {
        auto rows = database_.statement("UPDATE refusal SET ended = 1 WHERE record = ?1 AND key = ?2");
        INDABA_TRY(rows.bind_all(ByteView(record.bytes), key).run());
    }
    return {};
}

Result<std::vector<StandingRefusal>> Refusals::standing(const std::optional<RecordId>& record)
{
    std::vector<StandingRefusal> found;
    INDABA_ASSIGN(const bool stands, any());
    if (!stands) return found;
    auto rows = record ? database_.statement(
                             "SELECT eid, record, key FROM refusal WHERE ended = 0 AND record = ?1 "
                             "ORDER BY eid, key")
                       : database_.statement(
                             "SELECT eid, record, key FROM refusal WHERE ended = 0 "
                             "ORDER BY eid, record, key");
    if (record) rows.bind_all(ByteView(record->bytes));
    std::int64_t last = -1;
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return found;
        INDABA_ASSIGN(const auto its, read_record_id(rows, 1, database_));
        if (rows.int64(0) != last || found.back().record != its) {
            last = rows.int64(0);
            INDABA_ASSIGN(const auto name, entries_.name_of(last));
            found.push_back({name, its, {}});
        }
        found.back().keys.emplace_back(rows.text(2));
    }
}

Result<void> Refusals::forget(const RecordId& record)
{
    any_.reset();
    return database_.statement("DELETE FROM refusal WHERE record = ?1").bind_all(ByteView(record.bytes)).run();
}

Result<void> Refusals::take_back(const TransactionName& name)
{
    INDABA_ASSIGN(const bool stands, any());
    if (!stands) return {};
    INDABA_ASSIGN(const auto eid, entries_.eid_of(name));
    if (!eid) return {};
    return database_.statement("DELETE FROM refusal WHERE eid = ?1 AND ended = 0").bind_all(*eid).run();
}

}  // namespace indaba::sync::store
