// Orders to erase: told to a device before anything else, and its receipts.
#include "sync/server_session.hpp"

namespace indaba::sync {

namespace {

using shared::Errc;

constexpr std::size_t kOrders = shared::limits::kErasuresPerMessage;

}  // namespace

/// Answers whether orders follow.
Result<bool> ServerSession::compare_erased(const ErasureState& device)
{
    auto& storage = centre_.storage();
    INDABA_ASSIGN(const auto digest, storage.erasure_digest(device.through));
    const bool in_step = digest && *digest == device.digest;
    // Else one of both was put back: it is told all of them, and asked for its own.
    orders_told_ = in_step ? device.through : 0;
    asks_for_orders_ = tells_all_orders_ = !in_step;
    INDABA_ASSIGN(const auto state, storage.erasure_state());
    INDABA_TRY(note_erased(in_step ? device.through : 0));
    return !in_step || orders_told_ < state.through;
}

Result<void> ServerSession::tell_erasures(Actions& actions)
{
    auto& storage = centre_.storage();
    INDABA_ASSIGN(const auto state, storage.erasure_state());
    while (orders_told_ < state.through || tells_all_orders_) {
        Erasures erasures;
        INDABA_TRY(storage.each_erasure(orders_told_, [&](Erasure&& order) {
            erasures.orders.push_back(std::move(order));
            return erasures.orders.size() < kOrders;
        }));
        orders_told_ += erasures.orders.size();
        erasures.through = orders_told_;
        erasures.all = std::exchange(tells_all_orders_, false);
        erasures.last = orders_told_ >= state.through;
        actions.send.push_back(encode_message(std::move(erasures)));
    }
    return {};
}

Result<void> ServerSession::take_erasures(const Erasures& erasures)
{
    if (!asks_for_orders_) return fail(Errc::malformed, "the device tells orders that it was not asked for");
    if (erasures.orders.size() > kOrders) return fail(Errc::too_large, "the device tells too many orders at once");
    if (erasures.last) asks_for_orders_ = false;
    INDABA_ASSIGN(const auto erased, centre_.take_erasures(erasures.orders));
    if (erased.records + erased.entries > 0)
        for (const auto& [space, lane] : lanes_)
            grown_.insert(space);  // whoever shares one is told, and of the orders first
    return {};
}

Result<void> ServerSession::confirm(const ErasureState& state)
{
    INDABA_ASSIGN(const auto digest, centre_.storage().erasure_digest(state.through));
    return digest && *digest == state.digest ? note_erased(state.through) : Result<void>();
}

/// What cannot be written down now is said again with the next hello.
Result<void> ServerSession::note_erased(std::uint64_t through)
{
    if (!peer_.note_erased) return {};
    const auto noted = peer_.note_erased(through);
    return noted.has_error() && is_own_trouble(noted.error().code) ? Result<void>() : noted;
}

}  // namespace indaba::sync
