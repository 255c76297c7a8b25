// The rows of a damaged device's database that salvage.cpp works with, sorted by what they are. A row is taken by its
// table's name or, where the pages that say it cannot be read, by its shape; what it says is then proved by hashes.
// Plain values.
#pragma once

#include "platform/sqlite_rows.hpp"
#include "sync/storage.hpp"

#include <map>
#include <set>

namespace indaba::sync::store {

struct LooseEntry {
    std::int64_t journal = 0;  ///< interned, as `space` is
    std::int64_t space = 0;
    StoredEntry entry;  ///< its name without the journal, and without the space
    bool has_payload = false;
};

struct LooseJournal {
    std::int64_t space = 0;
    std::uint64_t last = 0;
    std::uint64_t ruled = 0;
    bool own = false;
};

/// Names by their interned numbers: those that are surely such, and those that may be.
template <class Name>
struct LooseNames {
    std::map<std::int64_t, Name> sure;
    std::map<std::int64_t, std::set<Name>> likely;
};

struct LooseRows {
    std::map<std::int64_t, LooseEntry> entries;  ///< by eid
    std::map<std::int64_t, LooseJournal> journals;
    std::map<std::int64_t, StoredSpace> spaces;  ///< without their names
    LooseNames<std::uint64_t> journal_names;
    LooseNames<std::string> space_names;
    std::map<std::int64_t, std::pair<std::uint64_t, std::string>> noted;  ///< journals and their spaces, said again
    std::vector<std::tuple<RecordId, std::int64_t, std::string>> ended;
    StoredClock clock;
    LeaseClock leases;
    platform::LoosePages pages;
};

[[nodiscard]] Result<LooseRows> read_loose_rows(const platform::DatabaseOptions& file);

}  // namespace indaba::sync::store
