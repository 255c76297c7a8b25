// Spaces as a device keeps them, and what belongs to its following of their feeds: kept rulings, and when the centre
// was met. Thread rule: the database's.
#pragma once

#include "platform/sqlite.hpp"
#include "sync/storage.hpp"
#include "sync/store/interned.hpp"

#include <optional>
#include <vector>

namespace indaba::sync::store {

class Spaces {
public:
    Spaces(platform::Database& database, InternedNames& names) : database_(database), names_(names) {}

    [[nodiscard]] Result<std::vector<StoredSpace>> all();
    [[nodiscard]] Result<std::optional<StoredSpace>> find(const SpaceName& name);
    [[nodiscard]] Result<void> save(const StoredSpace& space);

    [[nodiscard]] Result<LeaseClock> lease_clock();
    [[nodiscard]] Result<void> save_lease_clock(const LeaseClock& clock);

    /// One row for each call.
    [[nodiscard]] Result<void> keep_rulings(const SpaceName& space, std::uint64_t to,
                                            const std::vector<Ruling>& rulings);
    [[nodiscard]] Result<void> drop_rulings(const SpaceName& space);
    [[nodiscard]] Result<std::vector<Ruling>> kept_rulings(const SpaceName& space);

private:
    [[nodiscard]] Result<StoredSpace> read(const platform::Statement& row);

    platform::Database& database_;
    InternedNames& names_;
};

}  // namespace indaba::sync::store
