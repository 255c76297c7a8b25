// A home whose database is damaged gets a new one with all that can still be read of what is only here; the damaged
// file is moved aside and kept. All or nothing, killed anywhere: whoever opens the home next finds the old database or
// finishes the new one. Any thread. Deliberately not: what comes from the centre, which the next sync brings again.
#pragma once

#include "client/protection.hpp"

#include <string>
#include <vector>

namespace indaba::client {

/// What became of the edits of one space, each a transaction. What the centre has anyway is not counted.
struct SpaceSalvage {
    std::string space;
    std::uint64_t waiting = 0;  ///< saved: the next sync sends them
    std::uint64_t again = 0;  ///< saved: the next sync writes them again, unless the centre turns out to have them
    std::uint64_t refused = 0;  ///< saved: they stand refused as before
    std::uint64_t unreadable = 0;  ///< not saved; the centre is not known to have accepted them
};

struct SalvageReport {
    bool healthy = false;  ///< there was nothing to do, and nothing was done
    std::string kept_as;  ///< where the damaged file is now
    std::uint64_t pages = 0;
    std::uint64_t unreadable_pages = 0;
    std::vector<SpaceSalvage> spaces;
    std::uint64_t nameless = 0;  ///< edits that can be read, but not whose journal they are: not saved
    std::uint64_t forgotten = 0;  ///< saved: what others wrote and the centre has no more
    bool forgotten_unreadable = false;

    /// Everything that this device wrote is saved, or the centre's.
    [[nodiscard]] bool is_complete() const;
};

/// busy if another process works in the home; corrupt, with what to do, if nothing can be read, or there is no
/// database; otherwise the errors of Home::open.
[[nodiscard]] Result<SalvageReport> salvage(const std::string& directory, const AskPassphrase& ask);

/// True if a salvage was cut off after the new database was whole. The home's lock may be shared.
[[nodiscard]] bool is_salvaged(const std::string& directory);
/// The new database takes the damaged one's place. The home's lock is held alone. Answers where the damaged one is.
[[nodiscard]] Result<std::string> finish_salvage(const std::string& directory);

}  // namespace indaba::client
