#include "sync/store/records.hpp"

#include "platform/sqlite_meta.hpp"
#include "sync/merge.hpp"
#include "sync/store/cells_codec.hpp"
#include "sync/store/record_flags.hpp"
#include "sync/store/searched_text.hpp"

#include <algorithm>

namespace indaba::sync::store {

namespace {

using shared::Errc;

/// Of the policies that the conflict flags were set by.
constexpr const char* kPoliciesKey = "conflict_policies";

std::int64_t policies_of(const shared::Catalogue& catalogue)
{
    std::string policies;
    for (const auto& type : catalogue.types())
        for (const auto& field : type.fields)
            policies.append(type.name).append(".").append(field.name).append(std::to_string(int(field.policy))) += ' ';
    return std::int64_t(fingerprint(policies));
}

/// More rows than any transaction reads before it writes them.
constexpr std::size_t kSeen = 8192;

}  // namespace

struct Records::Blobs {
    Bytes shown;
    std::optional<Bytes> word;
    std::optional<Bytes> pending;
};

Result<RecordId> read_record_id(const platform::Statement& row, int column, const platform::Database& database)
{
    RecordId id;
    const auto bytes = row.blob(column);
    if (bytes.size() != id.bytes.size())
        return fail(Errc::corrupt, database.path() + ": a record's id is damaged; restore a backup");
    std::ranges::copy(bytes, id.bytes.begin());
    return id;
}

/// Columns: rid, id, space, type, flags, number, searched, shown, word, pending.
Result<RecordRow> Records::read(const platform::Statement& row)
{
    RecordRow read;
    read.rid = row.int64(0);
    auto& record = read.record;
    INDABA_ASSIGN(record.id, read_record_id(row, 1, database_));
    INDABA_ASSIGN(const auto* space, names_.spaces.name(std::uint64_t(row.int64(2))));
    INDABA_ASSIGN(const auto* type, names_.types.name(std::uint64_t(row.int64(3))));
    record.space = *space;
    record.type = *type;
    read.flags = row.int64(4);
    record.number = std::uint64_t(row.int64(5));
    read.searched = std::uint64_t(row.int64(6));
    INDABA_ASSIGN(record.shown, decode_cells(row.blob(7), names_));
    if (!row.is_null(8)) {
        INDABA_ASSIGN(record.word, decode_cells(row.blob(8), names_));
    }
    if (!row.is_null(9)) {
        INDABA_ASSIGN(record.pending, decode_names(row.blob(9), names_));
    }
    return read;
}

Result<void> Records::provide_flags()
{
    const auto wanted = policies_of(catalogue_);
    INDABA_ASSIGN(auto policies, platform::meta_int64(database_, kPoliciesKey));
    if (policies == wanted) return {};
    INDABA_ASSIGN(auto transaction, platform::Transaction::write(database_));
    INDABA_ASSIGN(policies, platform::meta_int64(database_, kPoliciesKey));  // another process may have been faster
    if (policies == wanted) return {};
    INDABA_TRY(set_conflict_flags());
    INDABA_TRY(platform::set_meta_int64(transaction, kPoliciesKey, wanted));
    return transaction.commit();
}

Result<void> Records::set_conflict_flags()
{
    auto rows = database_.statement("SELECT rid FROM record WHERE rid > ?1 AND flags < ?2 ORDER BY rid LIMIT 1");
    for (std::int64_t after = 0;;) {
        INDABA_ASSIGN(const bool more, rows.bind_all(after, kGone).step());
        if (!more) return {};
        after = rows.int64(0);
        rows.reset();
        INDABA_ASSIGN(const auto row, at(after));
        const auto flags = flags_of(row.record);
        if (flags == row.flags) continue;
        auto set = database_.statement("UPDATE record SET flags = ?2 WHERE rid = ?1");
        INDABA_TRY(set.bind_all(after, flags).run());
    }
}

Result<std::optional<RecordRow>> Records::find(const RecordId& id)
{
    auto row = database_.statement(
        "SELECT rid, id, space, type, flags, number, searched, shown, word, pending FROM record WHERE id = ?1");
    INDABA_ASSIGN(const bool found, row.bind_all(ByteView(id.bytes)).step());
    if (!found) {
        remember(id, {});
        return std::optional<RecordRow>();
    }
    INDABA_ASSIGN(auto read_row, read(row));
    remember(id, {read_row.rid, read_row.flags, read_row.searched, std::uint64_t(row.int64(2)),
                  std::uint64_t(row.int64(3))});
    return std::optional(std::move(read_row));
}

Result<RecordRow> Records::at(std::int64_t rid)
{
    auto row = database_.statement(
        "SELECT rid, id, space, type, flags, number, searched, shown, word, pending FROM record WHERE rid = ?1");
    INDABA_ASSIGN(const bool found, row.bind_all(rid).step());
    if (!found)
        return fail(Errc::corrupt, database_.path() + ": an index names a record that is not there; restore a backup");
    return read(row);
}

void Records::remember(const RecordId& id, const Seen& seen)
{
    if (!database_.in_transaction()) return;
    if (seen_.size() >= kSeen) seen_.clear();
    seen_[id] = seen;
}

Result<Records::Seen> Records::look_up(const RecordId& id)
{
    if (const auto place = seen_.find(id); place != seen_.end()) return place->second;
    auto row = database_.statement("SELECT rid, flags, searched, space, type FROM record WHERE id = ?1");
    INDABA_ASSIGN(const bool found, row.bind_all(ByteView(id.bytes)).step());
    if (!found) return Seen{};
    return Seen{row.int64(0), row.int64(1), std::uint64_t(row.int64(2)), std::uint64_t(row.int64(3)),
                std::uint64_t(row.int64(4))};
}

Result<std::optional<std::int64_t>> Records::rid_of(const RecordId& id)
{
    INDABA_ASSIGN(const auto seen, look_up(id));
    return seen.rid == 0 ? std::nullopt : std::optional(seen.rid);
}

std::int64_t Records::flags_of(const StoredRecord& record) const
{
    const auto alive = existence(record.shown);
    if (alive == Existence::deleted || alive == Existence::none) return kGone;
    if (alive == Existence::disputed) return kInConflict;
    const auto several = [](const Cell& cell) { return cell.leaves.size() > 1 && cell.key != shared::kExistence; };
    if (std::ranges::none_of(record.shown, several)) return 0;
    const auto* type = catalogue_.type(record.type);
    const auto disputed = [&](const Cell& cell) {
        return several(cell) && in_conflict(cell, shared::cell_rule(type, cell.key).policy);
    };
    return std::ranges::any_of(record.shown, disputed) ? kInConflict : 0;
}

Result<Records::Blobs> Records::encode(const StoredRecord& record)
{
    Blobs blobs;
    INDABA_ASSIGN(blobs.shown, encode_cells(record.shown, names_));
    if (record.word) {
        INDABA_ASSIGN(blobs.word, encode_cells(*record.word, names_));
    }
    if (!record.pending.empty()) {
        INDABA_ASSIGN(blobs.pending, encode_names(record.pending, names_));
    }
    return blobs;
}

Result<std::int64_t> Records::save(const StoredRecord& record)
{
    INDABA_ASSIGN(const auto before, look_up(record.id));
    INDABA_ASSIGN(const auto blobs, encode(record));
    INDABA_ASSIGN(const auto space, names_.spaces.number(record.space));
    INDABA_ASSIGN(const auto type, names_.types.number(record.type));
    Seen now{before.rid, flags_of(record), 0, space, type};
    std::string text;
    if (search_ != nullptr && is_shown(now.flags)) {
        text = searched_text(record.type, record.shown, catalogue_);
        now.searched = fingerprint(text);
    }
    if (before.rid == 0) {
        INDABA_ASSIGN(now.rid, insert(record, now, blobs));
    } else {
        INDABA_TRY(update(record, before, now, blobs));
    }
    remember(record.id, now);
    if (search_ != nullptr && now.searched != before.searched)
        INDABA_TRY(search_->changed(now.rid, before.rid == 0, std::move(text)));
    return now.rid;
}

Result<std::int64_t> Records::insert(const StoredRecord& record, const Seen& now, const Blobs& blobs)
{
    auto row = database_.statement(
        "INSERT INTO record(id, space, type, flags, number, searched, shown, word, pending) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    row.bind_all(ByteView(record.id.bytes), now.space, now.type, now.flags, record.number, now.searched,
                 ByteView(blobs.shown), blobs.word, blobs.pending);
    INDABA_TRY(row.run());
    return database_.last_insert_rowid();
}

Result<void> Records::update(const StoredRecord& record, const Seen& before, const Seen& now, const Blobs& blobs)
{
    // SQLite writes the entry of every index that has a column which is set, changed or not: these seldom change.
    if (now.flags != before.flags || now.space != before.space || now.type != before.type) {
        auto row = database_.statement("UPDATE record SET flags = ?2, space = ?3, type = ?4 WHERE rid = ?1");
        INDABA_TRY(row.bind_all(now.rid, now.flags, now.space, now.type).run());
    }
    auto row = database_.statement(
        "UPDATE record SET number = ?2, searched = ?3, shown = ?4, word = ?5, pending = ?6 WHERE rid = ?1");
    return row.bind_all(now.rid, record.number, now.searched, ByteView(blobs.shown), blobs.word, blobs.pending).run();
}

/// Leaves of a record what is pending, and the row.
Result<void> Records::hide(std::int64_t rid)
{
    INDABA_ASSIGN(const auto empty, encode_cells({}, names_));
    auto row = database_.statement(
        "UPDATE record SET flags = ?2, number = 0, searched = 0, shown = ?3, word = ?3 WHERE rid = ?1");
    return row.bind_all(rid, kHidden, ByteView(empty)).run();
}

Result<std::optional<std::int64_t>> Records::erase(const RecordId& id)
{
    INDABA_ASSIGN(const auto seen, look_up(id));
    seen_.erase(id);
    if (seen.rid == 0) return std::optional<std::int64_t>();
    if (seen.searched != 0 && search_ != nullptr) INDABA_TRY(search_->changed(seen.rid, false, {}));
    INDABA_TRY(database_.statement("DELETE FROM record WHERE rid = ?1").bind_all(seen.rid).run());
    return std::optional(seen.rid);
}

Result<void> Records::forget_deleted(const SpaceName& space, std::uint64_t horizon)
{
    INDABA_ASSIGN(const auto number, names_.spaces.find(space));
    if (!number) return {};
    std::vector<RecordId> ids;
    auto rows = database_.statement(
        "SELECT id FROM record WHERE space = ?1 AND flags & 4 AND number > 0 AND number <= ?2 AND pending IS NULL");
    rows.bind_all(*number, horizon);
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) break;
        INDABA_ASSIGN(const auto id, read_record_id(rows, 0, database_));
        ids.push_back(id);
    }
    for (const auto& id : ids) INDABA_TRY(erase(id));
    return {};
}

Result<bool> Records::purge(const SpaceName& space)
{
    seen_.clear();
    bool held = false;
    INDABA_ASSIGN(const auto number, names_.spaces.find(space));
    if (!number) return held;
    auto rows = database_.statement(
        "SELECT rid, searched, pending IS NULL, number FROM record WHERE space = ?1 AND rid > ?2 ORDER BY rid LIMIT 1");
    for (std::int64_t after = 0;;) {
        INDABA_ASSIGN(const bool row, rows.bind_all(*number, after).step());
        if (!row) return held;
        after = rows.int64(0);
        const bool searched = rows.int64(1) != 0;
        const bool settled = rows.int64(2) != 0;
        held = held || searched || rows.int64(3) != 0;
        rows.reset();
        if (searched && search_ != nullptr) INDABA_TRY(search_->changed(after, false, {}));
        if (settled) {
            INDABA_TRY(database_.statement("DELETE FROM record WHERE rid = ?1").bind_all(after).run());
        } else {
            INDABA_TRY(hide(after));
        }
    }
}

Result<void> Records::each_with_word(const SpaceName& space, const std::function<bool(StoredRecord&&)>& visit)
{
    INDABA_ASSIGN(const auto number, names_.spaces.find(space));
    if (!number) return {};
    auto rows = database_.statement("SELECT rid FROM record WHERE space = ?1 AND number > 0");
    rows.bind_all(*number);
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return {};
        INDABA_ASSIGN(auto read, at(rows.int64(0)));
        if (!visit(std::move(read.record))) return {};
    }
}

Result<std::vector<RecordId>> Records::pending(const SpaceName& space)
{
    std::vector<RecordId> ids;
    INDABA_ASSIGN(const auto number, names_.spaces.find(space));
    if (!number) return ids;
    auto rows = database_.statement("SELECT id FROM record WHERE space = ?1 AND pending IS NOT NULL ORDER BY rid");
    rows.bind_all(*number);
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return ids;
        INDABA_ASSIGN(const auto id, read_record_id(rows, 0, database_));
        ids.push_back(id);
    }
}

}  // namespace indaba::sync::store
