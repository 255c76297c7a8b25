// Which leaves of a conflict this device's person was shown last, so that a choice made from that is not taken for one
// between others. Thread rule: the database's.
#pragma once

#include "platform/sqlite.hpp"
#include "sync/storage.hpp"
#include "sync/store/interned.hpp"

#include <optional>
#include <string>
#include <vector>

namespace indaba::sync::store {

struct SeenConflict {
    RecordId record;
    std::string key;
    std::vector<TransactionName> leaves;

    friend auto operator<=>(const SeenConflict&, const SeenConflict&) = default;
};

class SeenConflicts {
public:
    SeenConflicts(platform::Database& database, InternedNames& names) : database_(database), names_(names) {}

    /// Of one record, or of all; ordered.
    [[nodiscard]] Result<std::vector<SeenConflict>> of(const std::optional<RecordId>& only);
    /// Replaces what was remembered of one record, or of all.
    [[nodiscard]] Result<void> remember(const std::optional<RecordId>& only, const std::vector<SeenConflict>& seen);
    [[nodiscard]] Result<void> forget(const RecordId& record);
    /// Of a space that is purged; while its records are still there.
    [[nodiscard]] Result<void> purge(const SpaceName& space);

private:
    platform::Database& database_;
    InternedNames& names_;
};

}  // namespace indaba::sync::store
