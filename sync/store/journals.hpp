// Journals as far as they are here, and who wrote them. A journal of which only the author is known has no space.
// Thread rule: the database's.
#pragma once

#include "platform/sqlite.hpp"
#include "sync/storage.hpp"
#include "sync/store/interned.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace indaba::sync::store {

/// In the table `meta`: of each own journal, its number here; its id and its space, in decimal and a blank apart.
inline constexpr std::string_view kNotedJournal = "journal/";

class Journals {
public:
    Journals(platform::Database& database, InternedNames& names) : database_(database), names_(names) {}

    [[nodiscard]] Result<std::optional<StoredJournal>> find(JournalId id);
    /// An author without device and names is one that the caller does not know: what was kept stays.
    [[nodiscard]] Result<void> save(const StoredJournal& journal);
    [[nodiscard]] Result<void> keep_author(const Author& author);
    /// In the order in which they were begun.
    [[nodiscard]] Result<std::vector<StoredJournal>> own(const SpaceName& space);
    [[nodiscard]] Result<std::optional<StoredJournal>> newest_own(const SpaceName& space);

    /// The device's clock: it is written with every entry, so it stands on the journals' page.
    [[nodiscard]] Result<StoredClock> clock();
    [[nodiscard]] Result<void> save_clock(const StoredClock& clock);

private:
    [[nodiscard]] Result<std::optional<StoredJournal>> at(std::uint64_t jid);
    [[nodiscard]] Result<StoredJournal> read(const platform::Statement& row);
    [[nodiscard]] Result<void> note_name(std::uint64_t jid, const shared::JournalHead& head);

    platform::Database& database_;
    InternedNames& names_;
};

}  // namespace indaba::sync::store
