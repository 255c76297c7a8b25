#include "sync/store/search.hpp"

#include "platform/sqlite_meta.hpp"
#include "sync/store/cells_codec.hpp"
#include "sync/store/record_flags.hpp"
#include "sync/store/searched_text.hpp"

#include <algorithm>

namespace indaba::sync::store {

namespace {

/// Records that may wait. More would make searches slower (they index these for themselves), fewer the writes.
constexpr std::size_t kStale = 256;
/// Text that a transaction holds back, so that FTS5 gets it in order of rows and in one piece.
constexpr std::size_t kHeldText_bytes = 1024 * 1024;

constexpr const char* kVersionKey = "search_version";

constexpr const char* kDrop = R"sql(
DROP TABLE IF EXISTS search;
DROP TABLE IF EXISTS indexed;
DROP TABLE IF EXISTS stale;
)sql";

// One segment a transaction: merging four of a kind, the default, doubles the cost of what is written.
constexpr const char* kMake = R"sql(
CREATE VIRTUAL TABLE search USING fts5(text, content='', contentless_delete=1, detail=none,
    tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'");
INSERT INTO search(search, rank) VALUES('automerge', 16);
-- What the index does not have yet: rows beyond `upto`, and rows before it that are noted.
CREATE TABLE indexed(upto INT NOT NULL);
CREATE TABLE stale(seq INTEGER PRIMARY KEY, rid INT NOT NULL);
INSERT INTO indexed SELECT coalesce(max(rid), 0) FROM record;
)sql";

std::int64_t version_of(const shared::Catalogue& catalogue)
{
    return std::int64_t(searched_fields(catalogue) ^ (kSearchVersion << 48));
}

}  // namespace

Result<void> Search::provide()
{
    const auto wanted = version_of(catalogue_);
    INDABA_ASSIGN(auto version, platform::meta_int64(database_, kVersionKey));
    if (version == wanted) return {};
    INDABA_ASSIGN(auto transaction, platform::Transaction::write(database_));
    INDABA_ASSIGN(version, platform::meta_int64(database_, kVersionKey));  // another process may have been faster
    if (version == wanted) return {};
    INDABA_TRY(rebuild());
    INDABA_TRY(platform::set_meta_int64(transaction, kVersionKey, wanted));
    return transaction.commit();
}

Result<void> Search::rebuild()
{
    INDABA_TRY(database_.execute(kDrop));
    INDABA_TRY(database_.execute(kMake));
    INDABA_TRY(database_.statement("UPDATE record SET searched = 0 WHERE searched <> 0").run());
    auto rows = database_.statement("SELECT rid FROM record ORDER BY rid");
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return {};
        const auto rid = rows.int64(0);
        INDABA_ASSIGN(auto text, current_text(rid));
        if (text.empty()) continue;
        auto note = database_.statement("UPDATE record SET searched = ?2 WHERE rid = ?1");
        INDABA_TRY(note.bind_all(rid, fingerprint(text)).run());
        INDABA_TRY(index({rid, true, std::move(text)}));
    }
}

Result<void> Search::drop(platform::Database& database)
{
    INDABA_ASSIGN(const auto version, platform::meta_int64(database, kVersionKey));
    if (!version || *version == 0) return {};
    INDABA_ASSIGN(auto transaction, platform::Transaction::write(database));
    INDABA_TRY(database.execute(kDrop));
    INDABA_TRY(platform::set_meta_int64(transaction, kVersionKey, 0));
    return transaction.commit();
}

Result<void> Search::changed(std::int64_t rid, bool fresh, std::string text)
{
    text_bytes_ += text.size();
    const auto [place, first] = places_.try_emplace(rid, changes_.size());
    if (first) {
        changes_.push_back({rid, fresh, std::move(text)});
    } else {
        changes_[place->second].text = std::move(text);
    }
    return text_bytes_ < kHeldText_bytes ? Result<void>() : index_all();
}

Result<void> Search::write()
{
    if (changes_.empty()) return {};
    INDABA_ASSIGN(const bool noted, only_noted());
    return noted ? Result<void>() : index_all();
}

Result<void> Search::write_all()
{
    INDABA_TRY(index_all());  // also without changes: of what was deleted before, the words may still be there
    return database_.execute("INSERT INTO search(search) VALUES ('optimize')");
}

void Search::forget()
{
    changes_.clear();
    places_.clear();
    text_bytes_ = 0;
}

/// Notes the changed rows that do not wait anyway; false if too many wait then.
Result<bool> Search::only_noted()
{
    if (changes_.size() >= kStale) return false;
    INDABA_ASSIGN(const auto known, upto());
    std::int64_t last = 0;
    for (const auto& change : changes_) {
        if (change.rid >= known + std::int64_t(kStale)) return false;
        if (change.rid > known) continue;
        auto note = database_.statement("INSERT INTO stale(rid) VALUES (?1)");
        INDABA_TRY(note.bind_all(change.rid).run());
        last = database_.last_insert_rowid();  // counts from 1 again whenever the table was emptied
    }
    return last < std::int64_t(kStale);
}

/// What waits and what this transaction changed, in order of rows: FTS5 writes a segment for every step back.
Result<void> Search::index_all()
{
    INDABA_ASSIGN(auto known, upto());
    INDABA_ASSIGN(const auto waiting, stale());
    for (const auto rid : waiting) {
        if (places_.contains(rid)) continue;
        INDABA_ASSIGN(auto text, current_text(rid));
        changes_.push_back({rid, true, std::move(text)});
    }
    if (changes_.empty()) return {};
    std::ranges::sort(changes_, {}, &Change::rid);
    for (auto& change : changes_) {
        // The number of a row that is gone can come again while the old row's text is still in the index.
        if (waiting.contains(change.rid)) change.fresh = change.rid > known;
        INDABA_TRY(index(change));
    }
    known = std::max(known, changes_.back().rid);
    forget();
    INDABA_TRY(database_.statement("DELETE FROM stale").run());
    return database_.statement("UPDATE indexed SET upto = ?1").bind_all(known).run();
}

Result<void> Search::index(const Change& change)
{
    if (!change.fresh)
        INDABA_TRY(database_.statement("DELETE FROM search WHERE rowid = ?1").bind_all(change.rid).run());
    if (change.text.empty()) return {};
    auto insert = database_.statement("INSERT INTO search(rowid, text) VALUES (?1, ?2)");
    return insert.bind_all(change.rid, std::string_view(change.text)).run();
}

Result<std::int64_t> Search::upto()
{
    auto row = database_.statement("SELECT upto FROM indexed");
    INDABA_ASSIGN(const bool found, row.step());
    if (!found) return shared::fail(shared::Errc::corrupt, database_.path() + ": the search index has no end");
    return row.int64(0);
}

Result<std::unordered_set<std::int64_t>> Search::stale()
{
    std::unordered_set<std::int64_t> rids;
    auto rows = database_.statement(
        "SELECT rid FROM stale UNION ALL SELECT rid FROM record WHERE rid > (SELECT upto FROM indexed)");
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return rids;
        rids.insert(rows.int64(0));
    }
}

/// Empty for a record that is gone, hidden, or has nothing that is searched.
Result<std::string> Search::current_text(std::int64_t rid)
{
    auto row = database_.statement("SELECT type, flags, shown FROM record WHERE rid = ?1");
    INDABA_ASSIGN(const bool found, row.bind_all(rid).step());
    if (!found || !is_shown(row.int64(1))) return std::string();
    INDABA_ASSIGN(const auto* type, names_.types.name(std::uint64_t(row.int64(0))));
    INDABA_ASSIGN(const auto cells, decode_cells(row.blob(2), names_));
    return searched_text(*type, cells, catalogue_);
}

}  // namespace indaba::sync::store
