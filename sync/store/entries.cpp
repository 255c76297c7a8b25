#include "sync/store/entries.hpp"

#include <algorithm>
#include <limits>

namespace indaba::sync::store {

namespace {

using shared::Bytes;
using shared::ByteView;
using shared::Errc;

/// Kept in the entry's row, which spares a page in every small transaction. A longer one would be written again with
/// its ruling.
constexpr std::size_t kShortPayload_bytes = 1024;

template <class Enum>
Result<Enum> read_enum(const platform::Statement& row, int column, Enum last)
{
    const auto number = row.int64(column);
    if (number < 0 || number > std::int64_t(last))
        return fail(Errc::corrupt, "a stored ruling is damaged; restore a backup");
    return Enum(number);
}

/// Absent for the rulings of the journal itself, which is nearly all.
std::optional<std::uint64_t> stored_line(const Ruling& ruling)
{
    return ruling.line == ruling.name.journal.value ? std::nullopt : std::optional(ruling.line);
}

template <class Text>
std::optional<std::string_view> unless_empty(const Text& text)
{
    return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
}

shared::Error no_entry(const platform::Database& database)
{
    return fail(Errc::corrupt, database.path() + ": an index names an entry that is not there; restore a backup");
}

}  // namespace

std::int64_t stored_number(std::uint64_t number)
{
    return std::int64_t(std::min<std::uint64_t>(number, std::numeric_limits<std::int64_t>::max()));
}

Result<Hash> read_hash(const platform::Statement& row, int column)
{
    Hash hash;
    const auto bytes = row.blob(column);
    if (bytes.size() != hash.bytes.size()) return fail(Errc::corrupt, "a stored hash is damaged; restore a backup");
    std::ranges::copy(bytes, hash.bytes.begin());
    return hash;
}

/// Columns: journal, number, hash, ruled, verdict, ruled_ms, line, reason, reason_field, reason_text.
Result<Ruling> Entries::read_ruling(const platform::Statement& row)
{
    Ruling ruling;
    INDABA_ASSIGN(const auto* journal, names_.journals.name(std::uint64_t(row.int64(0))));
    INDABA_ASSIGN(const auto hash, read_hash(row, 2));
    ruling.name = {{*journal}, std::uint64_t(row.int64(1)), hash.prefix()};
    ruling.number = std::uint64_t(row.int64(3));
    INDABA_ASSIGN(ruling.verdict, read_enum(row, 4, Verdict::lost));
    ruling.time_ms = row.int64(5);
    ruling.line = row.is_null(6) ? *journal : std::uint64_t(row.int64(6));
    INDABA_ASSIGN(ruling.reason.code, read_enum(row, 7, Reason::Code::erased));
    ruling.reason.field = row.text(8);
    ruling.reason.text = row.text(9);
    return ruling;
}

/// The columns of a ruling, then stamp, space, payload, original.
Result<StoredEntry> Entries::read(const platform::Statement& row)
{
    StoredEntry entry;
    INDABA_ASSIGN(const auto* journal, names_.journals.name(std::uint64_t(row.int64(0))));
    INDABA_ASSIGN(entry.hash, read_hash(row, 2));
    entry.name = {{*journal}, std::uint64_t(row.int64(1)), entry.hash.prefix()};
    if (!row.is_null(3)) {
        INDABA_ASSIGN(entry.ruling, read_ruling(row));
    }
    entry.stamp.value = std::uint64_t(row.int64(10));
    INDABA_ASSIGN(const auto* space, names_.spaces.name(std::uint64_t(row.int64(11))));
    entry.space = *space;
    const auto payload = row.blob(12);
    entry.payload.assign(payload.begin(), payload.end());
    if (!row.is_null(13)) {
        INDABA_ASSIGN(entry.original, read_hash(row, 13));
    }
    return entry;
}

Result<StoredEntry> Entries::at(std::int64_t eid)
{
    auto row = database_.statement(
        "SELECT journal, number, hash, ruled, verdict, ruled_ms, line, reason, reason_field, reason_text, stamp, "
        "space, "
        "coalesce(payload, bytes), original FROM entry LEFT JOIN payload USING (eid) WHERE eid = ?1");
    INDABA_ASSIGN(const bool found, row.bind_all(eid).step());
    if (!found) return no_entry(database_);
    return read(row);
}

Result<TransactionName> Entries::name_of(std::int64_t eid)
{
    auto row = database_.statement("SELECT journal, number, hash FROM entry WHERE eid = ?1");
    INDABA_ASSIGN(const bool found, row.bind_all(eid).step());
    if (!found) return no_entry(database_);
    INDABA_ASSIGN(const auto* journal, names_.journals.name(std::uint64_t(row.int64(0))));
    INDABA_ASSIGN(const auto hash, read_hash(row, 2));
    return TransactionName{{*journal}, std::uint64_t(row.int64(1)), hash.prefix()};
}

Result<std::optional<std::int64_t>> Entries::eid_of(const TransactionName& name)
{
    INDABA_ASSIGN(const auto journal, names_.journals.find(name.journal.value));
    if (!journal) return std::optional<std::int64_t>();
    auto rows = database_.statement("SELECT eid, hash FROM entry WHERE journal = ?1 AND number = ?2");
    rows.bind_all(*journal, name.number);
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return std::optional<std::int64_t>();
        INDABA_ASSIGN(const auto hash, read_hash(rows, 1));
        if (hash.prefix() == name.hash) return std::optional(rows.int64(0));
    }
}

Result<std::optional<StoredEntry>> Entries::find(const TransactionName& name)
{
    INDABA_ASSIGN(const auto eid, eid_of(name));
    if (!eid) return std::optional<StoredEntry>();
    INDABA_ASSIGN(auto entry, at(*eid));
    return std::optional(std::move(entry));
}

/// Of rows of one column, eid.
Result<void> Entries::visit_rows(platform::Statement& rows, const EntryVisitor& visit)
{
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return {};
        INDABA_ASSIGN(auto entry, at(rows.int64(0)));
        if (!visit(std::move(entry))) return {};
    }
}

Result<void> Entries::each(JournalId journal, std::uint64_t from, const EntryVisitor& visit)
{
    INDABA_ASSIGN(const auto number, names_.journals.find(journal.value));
    if (!number) return {};
    auto rows = database_.statement("SELECT eid FROM entry WHERE journal = ?1 AND number >= ?2 ORDER BY number, eid");
    rows.bind_all(*number, stored_number(from));
    return visit_rows(rows, visit);
}

Result<void> Entries::each_own_refused(const EntryVisitor& visit)
{
    auto rows = database_.statement(
        "SELECT eid FROM entry WHERE verdict > 0 AND journal IN (SELECT jid FROM journal WHERE own) ORDER BY eid");
    return visit_rows(rows, visit);
}

Result<void> Entries::each_refused(const EntryVisitor& visit)
{
    auto rows = database_.statement("SELECT eid FROM entry WHERE verdict > 0 ORDER BY eid");
    return visit_rows(rows, visit);
}

Result<void> Entries::add(const StoredEntry& entry, const Hash* chain)
{
    INDABA_ASSIGN(const auto journal, names_.journals.number(entry.name.journal.value));
    INDABA_ASSIGN(const auto space, names_.spaces.number(entry.space));
    auto row = database_.statement(
        "INSERT INTO entry(journal, number, hash, stamp, space, ruled, verdict, ruled_ms, line, reason, reason_field, "
        "reason_text, "
        "chain, payload, original) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)");
    row.bind_all(journal, entry.name.number, ByteView(entry.hash.bytes), entry.stamp.value, space);
    if (entry.ruling) {
        const auto& ruling = *entry.ruling;
        row.bind(6, ruling.number);
        row.bind(7, std::int64_t(ruling.verdict));
        row.bind(8, ruling.time_ms);
        row.bind(9, stored_line(ruling));
        row.bind(10, std::int64_t(ruling.reason.code));
        row.bind(11, unless_empty(ruling.reason.field));
        row.bind(12, unless_empty(ruling.reason.text));
    }
    if (chain != nullptr) row.bind(13, ByteView(chain->bytes));
    const bool is_short = entry.payload.size() <= kShortPayload_bytes;
    if (is_short) row.bind(14, ByteView(entry.payload));
    if (entry.original) row.bind(15, ByteView(entry.original->bytes));
    INDABA_TRY(row.run());
    return is_short ? Result<void>() : put_payload(database_.last_insert_rowid(), entry.payload);
}

/// A long one.
Result<void> Entries::put_payload(std::int64_t eid, const Bytes& payload)
{
    auto row = database_.statement("INSERT INTO payload(eid, bytes) VALUES (?1, ?2)");
    return row.bind_all(eid, ByteView(payload)).run();
}

Result<void> Entries::redact(const TransactionName& name, const Bytes& payload, const Hash& original)
{
    INDABA_ASSIGN(const auto eid, eid_of(name));
    if (!eid) return {};
    const bool is_short = payload.size() <= kShortPayload_bytes;
    auto row = database_.statement("UPDATE entry SET payload = ?2, original = coalesce(original, ?3) WHERE eid = ?1");
    row.bind(1, *eid);
    if (is_short) row.bind(2, ByteView(payload));
    row.bind(3, ByteView(original.bytes));
    INDABA_TRY(row.run());
    INDABA_TRY(database_.statement("DELETE FROM payload WHERE eid = ?1").bind_all(*eid).run());
    return is_short ? Result<void>() : put_payload(*eid, payload);
}

Result<Storage::RulingKept> Entries::set_ruling(const Ruling& ruling)
{
    INDABA_ASSIGN(const auto eid, eid_of(ruling.name));
    if (!eid) return Storage::RulingKept::no_entry;
    auto before = database_.statement("SELECT verdict IS NOT ?2 FROM entry WHERE eid = ?1");
    INDABA_ASSIGN(const bool there, before.bind_all(*eid, std::int64_t(ruling.verdict)).step());
    const bool anew = there && before.int64(0) != 0;
    auto row = database_.statement(
        "UPDATE entry SET ruled = ?2, verdict = ?3, ruled_ms = ?4, line = ?5, reason = ?6, reason_field = ?7, "
        "reason_text = ?8 WHERE eid = ?1");
    row.bind_all(*eid, ruling.number, std::int64_t(ruling.verdict), ruling.time_ms, stored_line(ruling),
                 std::int64_t(ruling.reason.code), unless_empty(ruling.reason.field), unless_empty(ruling.reason.text));
    INDABA_TRY(row.run());
    return anew ? Storage::RulingKept::anew : Storage::RulingKept::again;
}

Result<void> Entries::clear_ruling(const TransactionName& name)
{
    INDABA_ASSIGN(const auto eid, eid_of(name));
    if (!eid) return {};
    auto row = database_.statement(
        "UPDATE entry SET ruled = NULL, verdict = NULL, ruled_ms = NULL, line = NULL, reason = NULL, "
        "reason_field = NULL, reason_text = NULL WHERE eid = ?1");
    return row.bind_all(*eid).run();
}

}  // namespace indaba::sync::store
