#include "sync/store/seen_conflicts.hpp"

#include "sync/store/cells_codec.hpp"
#include "sync/store/records.hpp"

#include <algorithm>

namespace indaba::sync::store {

using shared::ByteView;

Result<std::vector<SeenConflict>> SeenConflicts::of(const std::optional<RecordId>& only)
{
    auto rows = only ? database_.statement("SELECT record, key, leaves FROM seen_conflict WHERE record = ?1")
                     : database_.statement("SELECT record, key, leaves FROM seen_conflict");
    if (only) rows.bind_all(ByteView(only->bytes));
    std::vector<SeenConflict> seen;
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) break;
        auto& conflict = seen.emplace_back();
        INDABA_ASSIGN(conflict.record, read_record_id(rows, 0, database_));
        conflict.key = rows.text(1);
        INDABA_ASSIGN(conflict.leaves, decode_names(rows.blob(2), names_));
    }
    std::ranges::sort(seen);
    return seen;
}

Result<void> SeenConflicts::remember(const std::optional<RecordId>& only, const std::vector<SeenConflict>& seen)
{
    auto drop = only ? database_.statement("DELETE FROM seen_conflict WHERE record = ?1")
                     : database_.statement("DELETE FROM seen_conflict");
    if (only) drop.bind_all(ByteView(only->bytes));
    INDABA_TRY(drop.run());
    for (const auto& conflict : seen) {
        INDABA_ASSIGN(const auto leaves, encode_names(conflict.leaves, names_));
        auto row = database_.statement("INSERT OR REPLACE INTO seen_conflict(record, key, leaves) VALUES (?1, ?2, ?3)");
        INDABA_TRY(row.bind_all(ByteView(conflict.record.bytes), conflict.key, ByteView(leaves)).run());
    }
    return {};
}

Result<void> SeenConflicts::forget(const RecordId& record)
{
    return database_.statement("DELETE FROM seen_conflict WHERE record = ?1").bind_all(ByteView(record.bytes)).run();
}

Result<void> SeenConflicts::purge(const SpaceName& space)
{
    INDABA_ASSIGN(const auto sid, names_.spaces.find(space));
    if (!sid) return {};
    auto rows = database_.statement(
        "DELETE FROM seen_conflict WHERE (SELECT space FROM record WHERE id = seen_conflict.record) = ?1");
    return rows.bind_all(*sid).run();
}

}  // namespace indaba::sync::store
