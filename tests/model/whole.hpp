// What the program reads in place, piece by piece, as one plain value: for tests only, which look at all of it. Costs
// memory without a bound.
#pragma once

#include "shared/transaction_view.hpp"
#include "sync/batch.hpp"
#include "sync/replica.hpp"

namespace indaba::tests::model {

[[nodiscard]] inline shared::Transaction whole(const shared::TransactionView& view)
{
    shared::Transaction transaction;
    for (std::size_t i = 0; i < view.size(); ++i) {
        transaction.records.push_back({view.id(i), std::string(view.type(i))});
        for (const auto& write : view.writes(i)) transaction.writes.push_back(write);
    }
    return transaction;
}

[[nodiscard]] inline shared::Result<shared::Transaction> decode_transaction(shared::ByteView payload)
{
    INDABA_ASSIGN(const auto view, shared::TransactionView::open(payload));
    return whole(view);
}

/// Malformed if it is found to be so anywhere.
[[nodiscard]] inline shared::Result<sync::FeedBatch> decode_batch(shared::ByteView bytes)
{
    INDABA_ASSIGN(auto reader, sync::BatchReader::open(bytes));
    sync::FeedBatch batch{reader.head(), {}, {}};
    auto rulings = reader.rulings();
    for (sync::Ruling ruling; rulings.next(ruling);) batch.rulings.push_back(ruling);
    for (sync::FeedRecord record;; batch.records.push_back(record)) {
        INDABA_ASSIGN(const bool more, reader.next_record(record));
        if (!more) return batch;
        sync::Cell* last = nullptr;
        const auto on_cell = [&](sync::Cell&& cell) {
            last = &record.cells.at(cell.key);
            *last = std::move(cell);
        };
        INDABA_TRY(reader.read_cells(on_cell, [&](sync::Leaf&& leaf) { last->leaves.push_back(std::move(leaf)); }));
    }
}

[[nodiscard]] inline shared::Result<sync::Replica::Applied> take(sync::Replica& replica, const sync::FeedBatch& batch)
{
    const auto bytes = sync::encode_batch(batch);
    INDABA_ASSIGN(auto reader, sync::BatchReader::open(bytes));
    return replica.take(reader);
}

}  // namespace indaba::tests::model
