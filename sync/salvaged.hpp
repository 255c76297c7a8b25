// What was read of a damaged device's database: its own journals with their holes, and what else nobody else has. Plain
// values; sync/store/salvage.hpp reads them, Replica::adopt puts them into a new database.
#pragma once

#include "sync/storage.hpp"

#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace indaba::sync {

/// One own journal. `journal` ends before the first hole.
struct SalvagedJournal {
    StoredJournal journal;
    std::vector<StoredEntry> chain;  ///< from number 1 on, without a hole
    std::vector<StoredEntry> detached;  ///< behind a hole: nothing joins them to the chain any more
    std::uint64_t unreadable = 0;  ///< entries that were there and that the centre is not known to have accepted
};

struct Salvaged {
    std::vector<StoredSpace> spaces;
    std::vector<SalvagedJournal> journals;  ///< in the order in which they were begun
    using Wish = std::tuple<TransactionName, RecordId, std::string>;  ///< what a refused entry wanted of one cell
    std::set<Wish> ended;  ///< what was written again since, or dropped
    std::vector<Orphan> orphans;
    StoredClock clock;
    LeaseClock leases;
    std::uint64_t nameless = 0;  ///< entries that can be read, of journals or spaces whose names cannot
};

/// A ruling of this device's own on an entry behind a hole, until the centre has told all that it has: not of any feed.
inline constexpr std::uint64_t kUnfed = 0;

}  // namespace indaba::sync
