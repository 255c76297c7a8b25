#include "sync/store/orphans.hpp"

#include "sync/store/cells_codec.hpp"
#include "sync/store/records.hpp"

namespace indaba::sync::store {

using shared::ByteView;

Result<void> Orphans::save(const Orphan& orphan)
{
    INDABA_ASSIGN(const auto space, names_.spaces.number(orphan.space));
    INDABA_ASSIGN(const auto type, names_.types.number(orphan.type));
    INDABA_ASSIGN(const auto cells, encode_cells(orphan.cells, names_));
    auto row = database_.statement(
        "INSERT OR REPLACE INTO orphan(record, space, type, cells, found_ms) VALUES (?1, ?2, ?3, ?4, ?5)");
    return row.bind_all(ByteView(orphan.record.bytes), space, type, ByteView(cells), orphan.found_ms).run();
}

/// Columns: record, space, type, cells, found_ms.
Result<Orphan> Orphans::read(const platform::Statement& row)
{
    Orphan orphan;
    INDABA_ASSIGN(orphan.record, read_record_id(row, 0, database_));
    INDABA_ASSIGN(const auto* space, names_.spaces.name(std::uint64_t(row.int64(1))));
    INDABA_ASSIGN(const auto* type, names_.types.name(std::uint64_t(row.int64(2))));
    orphan.space = *space;
    orphan.type = *type;
    INDABA_ASSIGN(orphan.cells, decode_cells(row.blob(3), names_));
    orphan.found_ms = row.int64(4);
    return orphan;
}

Result<std::vector<Orphan>> Orphans::all()
{
    std::vector<Orphan> orphans;
    auto rows =
        database_.statement("SELECT record, space, type, cells, found_ms FROM orphan ORDER BY found_ms, record");
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return orphans;
        INDABA_ASSIGN(auto orphan, read(rows));
        orphans.push_back(std::move(orphan));
    }
}

Result<std::optional<Orphan>> Orphans::find(const RecordId& record)
{
    auto row = database_.statement("SELECT record, space, type, cells, found_ms FROM orphan WHERE record = ?1");
    INDABA_ASSIGN(const bool found, row.bind_all(ByteView(record.bytes)).step());
    if (!found) return std::optional<Orphan>();
    INDABA_ASSIGN(auto orphan, read(row));
    return std::optional(std::move(orphan));
}

Result<void> Orphans::drop(const RecordId& record)
{
    return database_.statement("DELETE FROM orphan WHERE record = ?1").bind_all(ByteView(record.bytes)).run();
}

}  // namespace indaba::sync::store
