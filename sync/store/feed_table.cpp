#include "sync/store/feed_table.hpp"

#include "shared/check.hpp"

namespace indaba::sync::store {

namespace {

using shared::ByteView;
using shared::Errc;

}  // namespace

Result<std::uint64_t> FeedTable::sid_of(const SpaceName& space)
{
    INDABA_ASSIGN(const auto sid, names_.spaces.find(space));
    if (sid) {
        auto row = database_.statement("SELECT 1 FROM space WHERE sid = ?1");
        INDABA_ASSIGN(const bool found, row.bind_all(*sid).step());
        if (found) return *sid;
    }
    return fail(Errc::not_found, "no space called " + space + " here");
}

Result<CentreStorage::Head> FeedTable::head(const SpaceName& space)
{
    INDABA_ASSIGN(const auto sid, sid_of(space));
    // Entries are never deleted, so the last row is the counter.
    auto row = database_.statement(
        "SELECT ruled, chain, s.backed_up, s.horizon FROM entry JOIN space s ON s.sid = ?1 "
        "WHERE entry.space = ?1 AND ruled > 0 ORDER BY ruled DESC LIMIT 1");
    INDABA_ASSIGN(const bool found, row.bind_all(sid).step());
    if (!found) return CentreStorage::Head{};
    INDABA_ASSIGN(const auto hash, read_hash(row, 1));
    return CentreStorage::Head{std::uint64_t(row.int64(0)), hash, std::uint64_t(row.int64(2)),
                               std::uint64_t(row.int64(3))};
}

Result<void> FeedTable::set_horizon(const SpaceName& space, std::uint64_t number)
{
    INDABA_ASSIGN(const auto sid, sid_of(space));
    auto row = database_.statement("UPDATE space SET horizon = ?2 WHERE sid = ?1 AND horizon < ?2");
    return row.bind_all(sid, number).run();
}

Result<CentreSize> FeedTable::size(const SpaceName& space)
{
    INDABA_ASSIGN(const auto sid, sid_of(space));
    auto row = database_.statement(
        "SELECT count(*) FILTER (WHERE flags < 4), "
        "coalesce(sum(length(shown)) FILTER (WHERE flags < 4 OR number > s.horizon), 0) "
        "FROM record JOIN space s ON s.sid = ?1 WHERE record.space = ?1");
    INDABA_TRY(row.bind_all(sid).step());
    return CentreSize{std::uint64_t(row.int64(0)), std::uint64_t(row.int64(1)), 0};
}

Result<void> FeedTable::note_backed_up(const SpaceName& space, std::uint64_t number)
{
    INDABA_ASSIGN(const auto sid, sid_of(space));
    auto row = database_.statement("UPDATE space SET backed_up = ?2 WHERE sid = ?1 AND backed_up < ?2");
    return row.bind_all(sid, number).run();
}

Result<std::optional<Hash>> FeedTable::chain_at(const SpaceName& space, std::uint64_t number)
{
    INDABA_ASSIGN(const auto sid, sid_of(space));
    if (number == 0) return std::optional(Hash{});  // what the chain begins with
    auto row = database_.statement("SELECT chain FROM entry WHERE space = ?1 AND ruled = ?2 AND ruled > 0");
    INDABA_ASSIGN(const bool found, row.bind_all(sid, number).step());
    if (!found) return std::optional<Hash>();
    INDABA_ASSIGN(const auto hash, read_hash(row, 0));
    return std::optional(hash);
}

Result<void> FeedTable::append(const StoredEntry& entry, const Hash& chain, const std::vector<RecordId>& touched)
{
    INDABA_CHECK(entry.ruling.has_value());
    INDABA_TRY(entries_.add(entry, &chain));
    for (const auto& id : touched) {
        INDABA_ASSIGN(const auto rid, records_.rid_of(id));
        if (!rid) {
            waiting_[id].push_back(entry.ruling->number);
            continue;
        }
        INDABA_TRY(touch(*rid, entry.ruling->number));
    }
    return {};
}

Result<void> FeedTable::touch(std::int64_t rid, std::uint64_t ruled)
{
    return database_.statement("INSERT OR IGNORE INTO touched(rid, ruled) VALUES (?1, ?2)").bind_all(rid, ruled).run();
}

Result<void> FeedTable::saved(const RecordId& id, std::int64_t rid)
{
    if (waiting_.empty()) return {};
    const auto place = waiting_.find(id);
    if (place == waiting_.end()) return {};
    for (const auto ruled : place->second) INDABA_TRY(touch(rid, ruled));
    waiting_.erase(place);
    return {};
}

Result<void> FeedTable::erased(std::int64_t rid)
{
    return database_.statement("DELETE FROM touched WHERE rid = ?1").bind_all(rid).run();
}

Result<std::optional<CentreStorage::Mark>> FeedTable::mark(JournalId journal, std::uint64_t line)
{
    INDABA_ASSIGN(const auto jid, names_.journals.find(journal.value));
    if (!jid) return std::optional<CentreStorage::Mark>();
    auto row = database_.statement("SELECT number, hash FROM mark WHERE journal = ?1 AND line = ?2");
    INDABA_ASSIGN(const bool found, row.bind_all(*jid, line).step());
    if (!found) return std::optional<CentreStorage::Mark>();
    INDABA_ASSIGN(const auto hash, read_hash(row, 1));
    return std::optional(CentreStorage::Mark{std::uint64_t(row.int64(0)), hash});
}

Result<std::vector<CentreStorage::Mark>> FeedTable::marks(JournalId journal, std::size_t limit)
{
    std::vector<CentreStorage::Mark> found;
    INDABA_ASSIGN(const auto jid, names_.journals.find(journal.value));
    if (!jid) return found;
    auto rows = database_.statement("SELECT number, hash FROM mark WHERE journal = ?1 ORDER BY number DESC LIMIT ?2");
    rows.bind_all(*jid, std::int64_t(limit));
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return found;
        INDABA_ASSIGN(const auto hash, read_hash(rows, 1));
        found.push_back({std::uint64_t(rows.int64(0)), hash});
    }
}

Result<void> FeedTable::set_mark(JournalId journal, std::uint64_t line, const CentreStorage::Mark& mark)
{
    INDABA_ASSIGN(const auto jid, names_.journals.number(journal.value));
    auto row = database_.statement("INSERT OR REPLACE INTO mark(journal, line, number, hash) VALUES (?1, ?2, ?3, ?4)");
    return row.bind_all(jid, line, mark.number, ByteView(mark.hash.bytes)).run();
}

Result<void> FeedTable::each_record_after(const SpaceName& space, std::uint64_t after,
                                          const std::function<bool(StoredRecord&&)>& visit)
{
    INDABA_ASSIGN(const auto sid, sid_of(space));
    auto rows = database_.statement(
        "SELECT rid FROM record WHERE space = ?1 AND number > ?2 AND number > 0 ORDER BY number, rid");
    rows.bind_all(sid, stored_number(after));
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return {};
        INDABA_ASSIGN(auto read, records_.at(rows.int64(0)));
        if (!visit(std::move(read.record))) return {};
    }
}

Result<void> FeedTable::each_ruling(const SpaceName& space, std::uint64_t after, std::uint64_t to,
                                    const std::function<bool(Ruling&&)>& visit)
{
    INDABA_ASSIGN(const auto sid, sid_of(space));
    auto rows = database_.statement(
        "SELECT journal, number, hash, ruled, verdict, ruled_ms, line, reason, reason_field, reason_text FROM entry "
        "WHERE space = ?1 AND ruled > ?2 AND ruled <= ?3 AND ruled > 0 ORDER BY ruled");
    rows.bind_all(sid, stored_number(after), stored_number(to));
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return {};
        INDABA_ASSIGN(auto ruling, entries_.read_ruling(rows));
        if (!visit(std::move(ruling))) return {};
    }
}

Result<void> FeedTable::each_entry_of(const RecordId& id, std::uint64_t after, const EntryVisitor& visit)
{
    INDABA_ASSIGN(const auto rid, records_.rid_of(id));
    if (!rid) return {};
    auto rows = database_.statement(
        "SELECT eid FROM touched JOIN entry ON entry.ruled = touched.ruled AND entry.ruled > 0 "
        "AND entry.space = (SELECT space FROM record WHERE rid = ?1) WHERE rid = ?1 AND touched.ruled > ?2 "
        "ORDER BY touched.ruled");
    rows.bind_all(*rid, after);
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return {};
        INDABA_ASSIGN(auto entry, entries_.at(rows.int64(0)));
        if (!visit(std::move(entry))) return {};
    }
}

}  // namespace indaba::sync::store
