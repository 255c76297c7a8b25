#include "sync/store/journals.hpp"

#include "sync/store/entries.hpp"

#include <algorithm>

namespace indaba::sync::store {

namespace {

using shared::ByteView;
using shared::Errc;

bool is_known(const Author& author)
{
    return author.device != shared::DeviceId{} || !author.device_name.empty() || !author.person.empty();
}

}  // namespace

/// Columns: jid, space, author_key, own, last, last_hash, ruled, device, device_name, person.
Result<StoredJournal> Journals::read(const platform::Statement& row)
{
    StoredJournal journal;
    INDABA_ASSIGN(const auto* id, names_.journals.name(std::uint64_t(row.int64(0))));
    journal.head.id.value = *id;
    if (!row.is_null(1)) {
        INDABA_ASSIGN(const auto* space, names_.spaces.name(std::uint64_t(row.int64(1))));
        journal.head.space = *space;
        const auto key = row.blob(2);
        if (key.size() != journal.head.author.bytes.size())
            return fail(Errc::corrupt, database_.path() + ": a journal's key is damaged; restore a backup");
        std::ranges::copy(key, journal.head.author.bytes.begin());
        journal.own = row.int64(3) != 0;
        journal.last = std::uint64_t(row.int64(4));
        INDABA_ASSIGN(journal.last_hash, read_hash(row, 5));
        journal.ruled = std::uint64_t(row.int64(6));
    }
    journal.author.journal = journal.head.id;
    if (!row.is_null(7)) {
        INDABA_ASSIGN(journal.author.device.hash, read_hash(row, 7));
        journal.author.device_name = row.text(8);
        journal.author.person = row.text(9);
    }
    return journal;
}

Result<std::optional<StoredJournal>> Journals::at(std::uint64_t jid)
{
    auto row = database_.statement(
        "SELECT jid, space, author_key, own, last, last_hash, ruled, device, device_name, person "
        "FROM journal WHERE jid = ?1");
    INDABA_ASSIGN(const bool found, row.bind_all(jid).step());
    if (!found) return std::optional<StoredJournal>();
    INDABA_ASSIGN(auto journal, read(row));
    return std::optional(std::move(journal));
}

Result<std::optional<StoredJournal>> Journals::find(JournalId id)
{
    INDABA_ASSIGN(const auto jid, names_.journals.find(id.value));
    if (!jid) return std::optional<StoredJournal>();
    return at(*jid);
}

Result<void> Journals::save(const StoredJournal& journal)
{
    INDABA_ASSIGN(const auto jid, names_.journals.number(journal.head.id.value));
    INDABA_ASSIGN(const auto space, names_.spaces.number(journal.head.space));
    const ByteView key(journal.head.author.bytes);
    const ByteView last_hash(journal.last_hash.bytes);
    const std::int64_t own = journal.own ? 1 : 0;
    // Nearly always only its ends move. Setting a column of an index, even to what it was, writes the index too.
    auto moved = database_.statement(
        "UPDATE journal SET last = ?5, last_hash = ?6, ruled = ?7 "
        "WHERE jid = ?1 AND (space, author_key, own) IS (?2, ?3, ?4)");
    INDABA_TRY(moved.bind_all(jid, space, key, own, journal.last, last_hash, journal.ruled).run());
    if (database_.changes() == 0) {
        auto row = database_.statement(
            "INSERT INTO journal(jid, space, author_key, own, last, last_hash, ruled) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(jid) DO UPDATE SET space = ?2, author_key = ?3, "
            "own = ?4, last = ?5, last_hash = ?6, ruled = ?7");
        INDABA_TRY(row.bind_all(jid, space, key, own, journal.last, last_hash, journal.ruled).run());
        if (journal.own) INDABA_TRY(note_name(jid, journal.head));
    }
    auto author = journal.author;
    author.journal = journal.head.id;
    return is_known(author) ? keep_author(author) : Result<void>();
}

/// A second time, in another page: what is written here cannot be sent without either, and names are one page.
Result<void> Journals::note_name(std::uint64_t jid, const shared::JournalHead& head)
{
    const auto key = std::string(kNotedJournal) + std::to_string(jid);
    const auto name = std::to_string(head.id.value) + " " + head.space;
    auto row = database_.statement(
        "INSERT INTO meta(key, value) VALUES (?1, ?2) ON CONFLICT(key) DO UPDATE SET value = excluded.value");
    return row.bind_all(std::string_view(key), std::string_view(name)).run();
}

Result<void> Journals::keep_author(const Author& author)
{
    INDABA_ASSIGN(const auto jid, names_.journals.number(author.journal.value));
    auto row = database_.statement(
        "INSERT INTO journal(jid, device, device_name, person) VALUES (?1, ?2, ?3, ?4) ON CONFLICT(jid) DO UPDATE "
        "SET device = ?2, device_name = ?3, person = ?4 "
        "WHERE (device, device_name, person) IS NOT (?2, ?3, ?4)");
    return row.bind_all(jid, ByteView(author.device.hash.bytes), author.device_name, author.person).run();
}

Result<std::vector<StoredJournal>> Journals::own(const SpaceName& space)
{
    std::vector<StoredJournal> journals;
    INDABA_ASSIGN(const auto sid, names_.spaces.find(space));
    if (!sid) return journals;
    auto rows = database_.statement("SELECT jid FROM journal WHERE own AND space = ?1 ORDER BY jid");
    rows.bind_all(*sid);
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return journals;
        INDABA_ASSIGN(auto journal, at(std::uint64_t(rows.int64(0))));
        if (journal) journals.push_back(std::move(*journal));
    }
}

Result<std::optional<StoredJournal>> Journals::newest_own(const SpaceName& space)
{
    INDABA_ASSIGN(const auto sid, names_.spaces.find(space));
    if (!sid) return std::optional<StoredJournal>();
    auto row = database_.statement("SELECT jid FROM journal WHERE own AND space = ?1 ORDER BY jid DESC LIMIT 1");
    INDABA_ASSIGN(const bool found, row.bind_all(*sid).step());
    if (!found) return std::optional<StoredJournal>();
    return at(std::uint64_t(row.int64(0)));
}

Result<StoredClock> Journals::clock()
{
    auto row = database_.statement("SELECT last, ruled FROM journal WHERE jid = 0");
    INDABA_ASSIGN(const bool found, row.step());
    if (!found) return StoredClock{};
    return StoredClock{{std::uint64_t(row.int64(0))}, row.is_null(1) ? 0 : row.int64(1)};
}

Result<void> Journals::save_clock(const StoredClock& clock)
{
    auto row = database_.statement(
        "INSERT INTO journal(jid, last, ruled) VALUES (0, ?1, ?2) ON CONFLICT(jid) DO UPDATE SET last = ?1, ruled = "
        "?2");
    return row.bind_all(clock.last.value, clock.offset_ms).run();
}

}  // namespace indaba::sync::store
