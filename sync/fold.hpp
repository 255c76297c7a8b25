// The fold: what a device shows is the centre's word with the transactions that wait for a ruling merged over it.
// One thread at a time.
#pragma once

#include "sync/entry_cache.hpp"
#include "sync/merge.hpp"

namespace indaba::sync {

/// Merges one write that waits into the cells; drop_named follows after the last.
void fold_write(Cells& cells, const shared::Write& write, const TransactionName& name, Stamp stamp,
                std::span<const TransactionName> bases);

/// Makes `shown` anew from the centre's word and what is still pending.
[[nodiscard]] Result<void> refold(StoredRecord& record, EntryCache& entries);

}  // namespace indaba::sync
