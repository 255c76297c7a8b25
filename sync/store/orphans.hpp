// Orphans as rows: what the centre once told and no longer has. Thread rule: the database's.
#pragma once

#include "platform/sqlite.hpp"
#include "sync/storage.hpp"
#include "sync/store/interned.hpp"

#include <vector>

namespace indaba::sync::store {

class Orphans {
public:
    Orphans(platform::Database& database, InternedNames& names) : database_(database), names_(names) {}

    /// Replaces the one of that record.
    [[nodiscard]] Result<void> save(const Orphan& orphan);
    [[nodiscard]] Result<std::optional<Orphan>> find(const RecordId& record);
    /// Oldest first.
    [[nodiscard]] Result<std::vector<Orphan>> all();
    [[nodiscard]] Result<void> drop(const RecordId& record);

private:
    Result<Orphan> read(const platform::Statement& row);

    platform::Database& database_;
    InternedNames& names_;
};

}  // namespace indaba::sync::store
