// Journals of this device that nothing has been written in yet. One thread at a time.
#pragma once

#include "sync/replica.hpp"

namespace indaba::sync {

/// Under an id never used before; not saved.
[[nodiscard]] StoredJournal new_own_journal(const ReplicaPorts& ports, const SpaceName& space);

/// In a transaction: whatever is written from now on goes into new journals, for this database is, or may be, a copy.
/// What stands in the others is sent as before.
[[nodiscard]] Result<void> leave_all_journals(const ReplicaPorts& ports);

}  // namespace indaba::sync
