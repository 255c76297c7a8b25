// What a device learns of time: how far its clock is off at each contact, the stamps of what it takes, and how long it
// has not met the centre.
#include "shared/limits.hpp"
#include "sync/replica.hpp"
#include "sync/storage_transaction.hpp"

#include <algorithm>
#include <cstdlib>

namespace indaba::sync {

namespace {

Result<void> require_time(std::int64_t centre_ms)
{
    if (centre_ms >= 0 && centre_ms <= Stamp::kLast_ms) return {};
    return shared::fail(shared::Errc::malformed, "the centre's clock shows no time that there is");
}

}  // namespace

Result<std::int64_t> Replica::learn_time(std::int64_t centre_ms)
{
    INDABA_TRY(require_time(centre_ms));
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(auto clock, ports_.storage.clock());
    const auto offset_ms = centre_ms - ports_.clock.now_ms();
    const bool moved = std::abs(offset_ms - clock.offset_ms) >= shared::limits::kClockNoise_ms;
    if (moved) {
        clock.offset_ms = offset_ms;
        INDABA_TRY(ports_.storage.save_clock(clock));
    }
    INDABA_ASSIGN(const bool renewed, renew_leases_at(centre_ms));
    if (moved || renewed) INDABA_TRY(transaction.commit());
    return clock.offset_ms;
}

/// True if it had to be written down.
Result<bool> Replica::renew_leases_at(std::int64_t centre_ms)
{
    INDABA_ASSIGN(const auto known, ports_.storage.lease_clock());
    const auto is_near = [&](std::int64_t ms) { return std::abs(ms - centre_ms) < shared::limits::kLeaseStep_ms; };
    if (is_near(known.renewed_ms) && is_near(known.seen_ms)) return false;
    INDABA_TRY(ports_.storage.save_lease_clock({centre_ms, centre_ms}));
    return true;
}

Result<void> Replica::renew_leases(std::int64_t centre_ms)
{
    INDABA_TRY(require_time(centre_ms));
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(const auto known, ports_.storage.lease_clock());
    if (centre_ms < known.renewed_ms) return {};
    INDABA_ASSIGN(const bool renewed, renew_leases_at(centre_ms));
    return renewed ? transaction.commit() : Result<void>();
}

Result<LeaseClock> Replica::lease_clock(bool keep)
{
    INDABA_ASSIGN(const auto clock, ports_.storage.clock());
    INDABA_ASSIGN(auto lease, ports_.storage.lease_clock());
    const auto now_ms = ports_.clock.now_ms() + clock.offset_ms;
    const bool is_news = now_ms - lease.seen_ms >= shared::limits::kLeaseStep_ms;
    lease.seen_ms = std::max(lease.seen_ms, now_ms);
    if (!keep || !is_news || lease.renewed_ms == 0) return lease;
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(auto stored, ports_.storage.lease_clock());  // another process may have met the centre
    stored.seen_ms = std::max(stored.seen_ms, lease.seen_ms);
    INDABA_TRY(ports_.storage.save_lease_clock(stored));
    INDABA_TRY(transaction.commit());
    return stored;
}

std::int64_t lease_end_ms(const StoredSpace& space, const LeaseClock& clock)
{
    return clock.renewed_ms == 0 ? 0 : clock.renewed_ms + space.lease_days * shared::limits::kDay_ms;
}

/// What is written from now on orders after what was just taken, though both clocks may show the same.
Result<void> Replica::hear(Stamp greatest)
{
    INDABA_ASSIGN(auto stored, ports_.storage.clock());
    if (greatest <= stored.last) return {};
    shared::StampClock clock(stored.last);
    clock.hear(greatest, ports_.clock.now_ms() + stored.offset_ms);
    if (clock.last() == stored.last) return {};
    stored.last = clock.last();
    return ports_.storage.save_clock(stored);
}

}  // namespace indaba::sync
