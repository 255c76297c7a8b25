#include "sync/store/spaces.hpp"

#include "sync/feed_archive.hpp"
#include "sync/store/entries.hpp"

namespace indaba::sync::store {

namespace {

using shared::ByteView;
using shared::Errc;

}  // namespace

/// Columns: sid, kind, title, role, carried, base, position, head, head_hash, position_hash, backed_up,
/// centre_records, centre_bytes, sized_ms, lease_days, horizon, rewinds.
Result<StoredSpace> Spaces::read(const platform::Statement& row)
{
    StoredSpace space;
    INDABA_ASSIGN(const auto* name, names_.spaces.name(std::uint64_t(row.int64(0))));
    space.name = *name;
    space.kind = row.text(1);
    space.title = row.text(2);
    space.role = row.text(3);
    space.carried = row.int64(4) != 0;
    space.cursor.base = std::uint64_t(row.int64(5));
    space.cursor.position = std::uint64_t(row.int64(6));
    space.cursor.head = std::uint64_t(row.int64(7));
    INDABA_ASSIGN(space.cursor.head_hash, read_hash(row, 8));
    INDABA_ASSIGN(space.position_hash, read_hash(row, 9));
    space.backed_up = std::uint64_t(row.int64(10));
    space.centre = {std::uint64_t(row.int64(11)), std::uint64_t(row.int64(12)), row.int64(13)};
    space.lease_days = std::uint32_t(row.int64(14));
    space.cursor.horizon = std::uint64_t(row.int64(15));
    space.rewinds = std::uint64_t(row.int64(16));
    return space;
}

Result<std::vector<StoredSpace>> Spaces::all()
{
    std::vector<StoredSpace> spaces;
    auto rows = database_.statement(
        "SELECT sid, kind, title, role, carried, base, position, head, head_hash, position_hash, backed_up, "
        "centre_records, centre_bytes, sized_ms, lease_days, horizon, rewinds "
        "FROM space ORDER BY sid");
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return spaces;
        INDABA_ASSIGN(auto space, read(rows));
        spaces.push_back(std::move(space));
    }
}

Result<std::optional<StoredSpace>> Spaces::find(const SpaceName& name)
{
    INDABA_ASSIGN(const auto sid, names_.spaces.find(name));
    if (!sid) return std::optional<StoredSpace>();
    auto row = database_.statement(
        "SELECT sid, kind, title, role, carried, base, position, head, head_hash, position_hash, backed_up, "
        "centre_records, centre_bytes, sized_ms, lease_days, horizon, rewinds "
        "FROM space WHERE sid = ?1");
    INDABA_ASSIGN(const bool found, row.bind_all(*sid).step());
    if (!found) return std::optional<StoredSpace>();
    INDABA_ASSIGN(auto space, read(row));
    return std::optional(std::move(space));
}

Result<void> Spaces::save(const StoredSpace& space)
{
    INDABA_ASSIGN(const auto sid, names_.spaces.number(space.name));
    auto row = database_.statement(
        "INSERT OR REPLACE INTO space(sid, kind, title, role, carried, base, position, head, head_hash, position_hash, "
        "backed_up, centre_records, centre_bytes, sized_ms, lease_days, horizon, rewinds) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)");
    const std::int64_t carried = space.carried ? 1 : 0;
    const auto& cursor = space.cursor;
    return row
        .bind_all(sid, space.kind, space.title, space.role, carried, cursor.base, cursor.position, cursor.head,
                  ByteView(cursor.head_hash.bytes), ByteView(space.position_hash.bytes), space.backed_up,
                  space.centre.records, space.centre.bytes, space.centre.as_of_ms, std::int64_t(space.lease_days),
                  cursor.horizon, space.rewinds)
        .run();
}

Result<LeaseClock> Spaces::lease_clock()
{
    auto row = database_.statement("SELECT renewed_ms, seen_ms FROM lease_clock");
    INDABA_ASSIGN(const bool found, row.step());
    return found ? LeaseClock{row.int64(0), row.int64(1)} : LeaseClock{};
}

Result<void> Spaces::save_lease_clock(const LeaseClock& clock)
{
    auto row = database_.statement("INSERT OR REPLACE INTO lease_clock(id, renewed_ms, seen_ms) VALUES (0, ?1, ?2)");
    return row.bind_all(clock.renewed_ms, clock.seen_ms).run();
}

Result<void> Spaces::keep_rulings(const SpaceName& space, std::uint64_t to, const std::vector<Ruling>& rulings)
{
    if (rulings.empty()) return {};
    INDABA_ASSIGN(const auto sid, names_.spaces.number(space));
    const auto bytes = shared::encode(rulings);
    auto row = database_.statement("INSERT OR REPLACE INTO kept_rulings(space, last, rulings) VALUES (?1, ?2, ?3)");
    return row.bind_all(sid, to, ByteView(bytes)).run();
}

Result<void> Spaces::drop_rulings(const SpaceName& space)
{
    INDABA_ASSIGN(const auto sid, names_.spaces.find(space));
    if (!sid) return {};
    return database_.statement("DELETE FROM kept_rulings WHERE space = ?1").bind_all(*sid).run();
}

Result<std::vector<Ruling>> Spaces::kept_rulings(const SpaceName& space)
{
    std::vector<Ruling> all;
    INDABA_ASSIGN(const auto sid, names_.spaces.find(space));
    if (!sid) return all;
    auto rows = database_.statement("SELECT rulings FROM kept_rulings WHERE space = ?1 ORDER BY last");
    rows.bind_all(*sid);
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return all;
        auto rulings = shared::decode<std::vector<Ruling>>(rows.blob(0), "kept rulings");
        if (rulings.has_error())
            return fail(Errc::corrupt, database_.path() + ": kept rulings are damaged; restore a backup");
        for (auto& ruling : *rulings) all.push_back(std::move(ruling));
    }
}

}  // namespace indaba::sync::store
