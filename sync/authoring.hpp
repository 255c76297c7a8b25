// From what a person does to the writes of a transaction: which bases each write names. Pure functions, any thread.
// They see the record as its author sees it; storing, stamping and rules are replica.hpp's.
#pragma once

#include "shared/catalogue.hpp"
#include "shared/transaction.hpp"
#include "sync/merge.hpp"

#include <string>
#include <utility>
#include <vector>

namespace indaba::sync {

/// One person's change to one record. Exactly what the person asked for: undeleting and naming is added here.
struct Change {
    enum class Kind : unsigned char {
        put,      ///< create or edit: sets `cells`; undeletes a deleted record
        remove,   ///< delete
        settle,   ///< set `cells` (one value each) and name all leaves of those cells
        restore,  ///< settle a disputed or plain deletion: the record lives
        confirm,  ///< settle a disputed deletion: the record stays deleted
    };
    Kind kind = Kind::put;
    shared::RecordId id;
    std::string type;
    std::vector<std::pair<std::string, Value>> cells;
};

/// The writes of a change to a record with these cells (empty for a record that is not there), ordered by key.
/// A put that changes nothing yields no write. Not found: removing or settling what is not there.
[[nodiscard]] shared::Result<std::vector<shared::Write>> writes_of(Change change, const Cells& seen,
                                                                   const shared::Catalogue& catalogue);

}  // namespace indaba::sync
