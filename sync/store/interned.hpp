// Interned names: journals, cell keys, types and spaces as small numbers, which rows hold instead of the names. A
// number never changes its meaning once committed, so what was read is kept in memory for good, while other processes
// add to the tables; what a rolled back transaction added is forgotten again. Thread rule: the database's.
#pragma once

#include "platform/sqlite.hpp"
#include "shared/ids.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace indaba::sync::store {

using shared::Result;

/// Numbers from 1 without gaps: `all` reads (number, name) beyond ?1, `add` writes name ?1 under number ?2.
struct InternedTable {
    const char* what;
    platform::Sql all;
    platform::Sql add;
};

template <class Name, class View>
class Interned {
public:
    Interned(platform::Database& database, const InternedTable& table) : database_(database), table_(table) {}
    Interned(const Interned&) = delete;
    Interned& operator=(const Interned&) = delete;

    /// The number to store, given now if need be: inside a write transaction only.
    [[nodiscard]] Result<std::uint64_t> number(View name);
    /// Absent: nothing stored can have that name.
    [[nodiscard]] Result<std::optional<std::uint64_t>> find(View name);
    /// Corrupt if no name has this number. The pointer holds until a rollback.
    [[nodiscard]] Result<const Name*> name(std::uint64_t number)
    {
        if (number - 1 < names_.size()) return &names_[number - 1];
        return name_added_elsewhere(number);
    }

    void committed() { uncommitted_ = 0; }
    void rolled_back();

private:
    [[nodiscard]] Result<void> read_on();
    [[nodiscard]] Result<const Name*> name_added_elsewhere(std::uint64_t number);
    void remember(View name);

    platform::Database& database_;
    const InternedTable& table_;
    std::deque<Name> names_;  // by number - 1; numbers_ looks into it
    std::unordered_map<View, std::uint64_t> numbers_;
    std::size_t uncommitted_ = 0;  // so many at the end
};

using InternedTexts = Interned<std::string, std::string_view>;
using InternedJournals = Interned<std::uint64_t, std::uint64_t>;

/// All of one database.
struct InternedNames {
    explicit InternedNames(platform::Database& database);

    /// Of the file that they are in, for messages.
    [[nodiscard]] const std::string& path() const { return path_; }
    void committed();
    void rolled_back();

    InternedJournals journals;
    InternedTexts keys;
    InternedTexts types;
    InternedTexts spaces;

private:
    const std::string& path_;
};

}  // namespace indaba::sync::store
