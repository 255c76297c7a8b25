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
    if (in_step && device.through > 0) INDABA_TRY(confirm(device));
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
    if (erasures.last) asks_for_orders_ = false;
    INDABA_TRY(centre_.take_erasures(erasures.orders));
    return {};
}

Result<void> ServerSession::confirm(const ErasureState& state)
{
    INDABA_ASSIGN(const auto digest, centre_.storage().erasure_digest(state.through));
    if (!digest || *digest != state.digest || !peer_.confirm_erased) return {};
    return peer_.confirm_erased(state.through);
}

}  // namespace indaba::sync
