#include "sync/store/gaps.hpp"

#include "sync/store/entries.hpp"

#include <algorithm>

namespace indaba::sync::store {

using shared::ByteView;
using shared::Errc;

Result<void> Gaps::note(const WaitingGap& waiting, std::size_t most)
{
    const auto& gap = waiting.gap;
    const ByteView author(gap.journal.author.bytes);
    auto row = database_.statement(
        "INSERT INTO gap(journal, through, hash, after, line, space, author_key, noted_ms) VALUES (?1, ?2, ?3, ?4, ?5, "
        "?6, ?7, ?8) ON CONFLICT(journal, through) DO UPDATE SET after = ?4, line = ?5 WHERE hash = ?3 AND after <> "
        "?4");
    row.bind_all(gap.journal.id.value, stored_number(gap.through), ByteView(gap.hash.bytes), stored_number(gap.after),
                 waiting.line, gap.journal.space, author, waiting.noted_ms);
    INDABA_TRY(row.run());
    auto older = database_.statement(
        "DELETE FROM gap WHERE (journal, through) IN (SELECT journal, through FROM gap WHERE author_key = ?1 "
        "ORDER BY noted_ms DESC, journal, through LIMIT -1 OFFSET ?2)");
    return older.bind_all(author, std::int64_t(most)).run();
}

Result<std::vector<WaitingGap>> Gaps::all()
{
    std::vector<WaitingGap> found;
    auto rows = database_.statement(
        "SELECT journal, through, hash, after, line, space, author_key, noted_ms FROM gap ORDER BY noted_ms, journal, "
        "through");
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return found;
        WaitingGap waiting;
        auto& gap = waiting.gap;
        gap.journal.id.value = std::uint64_t(rows.int64(0));
        gap.through = std::uint64_t(rows.int64(1));
        INDABA_ASSIGN(gap.hash, read_hash(rows, 2));
        gap.after = std::uint64_t(rows.int64(3));
        waiting.line = std::uint64_t(rows.int64(4));
        gap.journal.space = rows.text(5);
        const auto key = rows.blob(6);
        if (key.size() != gap.journal.author.bytes.size())
            return fail(Errc::corrupt, database_.path() + ": a journal's key is damaged; restore a backup");
        std::ranges::copy(key, gap.journal.author.bytes.begin());
        waiting.noted_ms = rows.int64(7);
        found.push_back(std::move(waiting));
    }
}

Result<void> Gaps::end(JournalId journal, std::uint64_t from, std::uint64_t to)
{
    auto row = database_.statement("DELETE FROM gap WHERE journal = ?1 AND through >= ?2 AND through <= ?3");
    return row.bind_all(journal.value, stored_number(from), stored_number(to)).run();
}

Result<void> Gaps::add_lost(JournalId journal, const LostNumbers& numbers)
{
    auto row =
        database_.statement("INSERT OR IGNORE INTO lost(journal, first, last, ruled_ms) VALUES (?1, ?2, ?3, ?4)");
    return row.bind_all(journal.value, stored_number(numbers.first), stored_number(numbers.last), numbers.ruled_ms)
        .run();
}

Result<std::vector<LostNumbers>> Gaps::lost(JournalId journal)
{
    std::vector<LostNumbers> found;
    auto rows = database_.statement("SELECT first, last, ruled_ms FROM lost WHERE journal = ?1 ORDER BY first");
    rows.bind_all(journal.value);
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return found;
        found.push_back({std::uint64_t(rows.int64(0)), std::uint64_t(rows.int64(1)), rows.int64(2)});
    }
}

}  // namespace indaba::sync::store
