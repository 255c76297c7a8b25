// What a device learns of time: how far its clock is off at each contact, and the stamps of what it takes.
#include "sync/replica.hpp"
#include "sync/storage_transaction.hpp"

#include <algorithm>
#include <cstdlib>

namespace indaba::sync {

Result<std::int64_t> Replica::learn_time(std::int64_t centre_ms)
{
    if (centre_ms < 0 || centre_ms > Stamp::kLast_ms)
        return shared::fail(shared::Errc::malformed, "the centre's clock shows no time that there is");
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(auto clock, ports_.storage.clock());
    const auto offset_ms = centre_ms - ports_.clock.now_ms();
    if (std::abs(offset_ms - clock.offset_ms) < shared::limits::kClockNoise_ms) return clock.offset_ms;
    clock.offset_ms = offset_ms;
    INDABA_TRY(ports_.storage.save_clock(clock));
    INDABA_TRY(transaction.commit());
    return offset_ms;
}

/// What is written from now on orders after what was just taken, though both clocks may show the same.
Result<void> Replica::hear(const std::vector<FeedRecord>& records)
{
    Stamp greatest;
    for (const auto& record : records)
        for (const auto& cell : record.cells)
            for (const auto& leaf : cell.leaves) greatest = std::max(greatest, leaf.stamp);
    INDABA_ASSIGN(auto stored, ports_.storage.clock());
    if (greatest <= stored.last) return {};
    shared::StampClock clock(stored.last);
    clock.hear(greatest, ports_.clock.now_ms() + stored.offset_ms);
    if (clock.last() == stored.last) return {};
    stored.last = clock.last();
    return ports_.storage.save_clock(stored);
}

}  // namespace indaba::sync
