// How a feed batch is laid out in bytes: by column, so that what is alike stands together and compresses well; write
// identities once each, in the order of the rulings; cells as values alone where the record's own write identity holds.
// The layout is described at the top of batch_write.cpp. Pure functions, any thread.
#pragma once

#include "shared/archive.hpp"
#include "sync/feed.hpp"

namespace indaba::sync {

void save_batch(shared::BinaryOutput& archive, const FeedBatch& batch);
/// Faults the archive on bytes that are no batch.
void load_batch(shared::BinaryInput& archive, FeedBatch& batch);

}  // namespace indaba::sync
