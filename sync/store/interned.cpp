#include "sync/store/interned.hpp"

namespace indaba::sync::store {

namespace {

using shared::Errc;

constexpr InternedTable kJournals{"journal", "SELECT jid, id FROM journal_name WHERE jid > ?1 ORDER BY jid",
                                  "INSERT INTO journal_name(id, jid) VALUES (?1, ?2)"};
constexpr InternedTable kKeys{"key", "SELECT kid, name FROM key_name WHERE kid > ?1 ORDER BY kid",
                              "INSERT INTO key_name(name, kid) VALUES (?1, ?2)"};
constexpr InternedTable kTypes{"type", "SELECT tid, name FROM type_name WHERE tid > ?1 ORDER BY tid",
                               "INSERT INTO type_name(name, tid) VALUES (?1, ?2)"};
constexpr InternedTable kSpaces{"space", "SELECT sid, name FROM space_name WHERE sid > ?1 ORDER BY sid",
                                "INSERT INTO space_name(name, sid) VALUES (?1, ?2)"};

std::string_view stored(const platform::Statement& row, std::string_view /*kind*/) { return row.text(1); }

std::uint64_t stored(const platform::Statement& row, std::uint64_t /*kind*/)
{
    return static_cast<std::uint64_t>(row.int64(1));
}

}  // namespace

template <class Name, class View>
void Interned<Name, View>::remember(View name)
{
    names_.emplace_back(name);
    numbers_.emplace(View(names_.back()), names_.size());
}

template <class Name, class View>
Result<void> Interned<Name, View>::read_on()
{
    auto rows = database_.statement(table_.all);
    rows.bind_all(names_.size());
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return {};
        if (rows.int64(0) != std::int64_t(names_.size()) + 1)
            return fail(Errc::corrupt,
                        database_.path() + ": the names of its " + table_.what + "s have a gap; restore a backup");
        remember(stored(rows, View()));
    }
}

template <class Name, class View>
Result<std::optional<std::uint64_t>> Interned<Name, View>::find(View name)
{
    if (const auto place = numbers_.find(name); place != numbers_.end()) return std::optional(place->second);
    INDABA_TRY(read_on());
    const auto place = numbers_.find(name);
    return place == numbers_.end() ? std::nullopt : std::optional(place->second);
}

template <class Name, class View>
Result<std::uint64_t> Interned<Name, View>::number(View name)
{
    INDABA_ASSIGN(const auto known, find(name));
    if (known) return *known;
    // The write lock is held: nobody can have added this name, or taken this number, since find() read on.
    const auto number = std::uint64_t(names_.size()) + 1;
    INDABA_TRY(database_.statement(table_.add).bind_all(name, number).run());
    remember(name);
    ++uncommitted_;
    return number;
}

template <class Name, class View>
Result<const Name*> Interned<Name, View>::name_added_elsewhere(std::uint64_t number)
{
    INDABA_TRY(read_on());
    if (number - 1 < names_.size()) return &names_[number - 1];
    return fail(Errc::corrupt,
                database_.path() + ": a row names a " + table_.what + " that is not there; restore a backup");
}

template <class Name, class View>
void Interned<Name, View>::rolled_back()
{
    for (; uncommitted_ > 0; --uncommitted_) {
        numbers_.erase(View(names_.back()));
        names_.pop_back();
    }
}

template class Interned<std::string, std::string_view>;
template class Interned<std::uint64_t, std::uint64_t>;

InternedNames::InternedNames(platform::Database& database)
    : journals(database, kJournals), keys(database, kKeys), types(database, kTypes), spaces(database, kSpaces),
      path_(database.path())
{
}

void InternedNames::committed()
{
    journals.committed();
    keys.committed();
    types.committed();
    spaces.committed();
}

void InternedNames::rolled_back()
{
    journals.rolled_back();
    keys.rolled_back();
    types.rolled_back();
    spaces.rolled_back();
}

}  // namespace indaba::sync::store
