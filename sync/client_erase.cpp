// The centre's orders to erase: carried out before anything else, and confirmed.
#include "sync/client_session.hpp"

namespace indaba::sync {

namespace {

constexpr std::size_t kOrders = shared::limits::kErasuresPerMessage;

}  // namespace

Result<void> ClientSession::take_erasures(const Erasures& erasures, Actions& actions)
{
    const auto erased = replica_.take_erasures(erasures.orders, erasures.through);
    if (erased.has_error() && erased.error().code == shared::Errc::full) {  // what is here is still sent
        no_room_ = erased.error();
        orders_owed_ = false;
        return {};
    }
    INDABA_TRY(erased);
    progress_.erased += *erased;
    asks_for_orders_ = asks_for_orders_ || erasures.all;
    if (!erasures.last) return {};
    orders_owed_ = false;
    if (std::exchange(asks_for_orders_, false)) INDABA_TRY(tell_orders(actions));
    INDABA_ASSIGN(const auto state, replica_.storage().erasure_state());
    actions.send.push_back(encode_message(Erased{state}));
    return {};
}

/// A centre that was put back gets again the orders that it has lost.
Result<void> ClientSession::tell_orders(Actions& actions)
{
    std::vector<Erasure> orders;
    INDABA_TRY(replica_.storage().each_erasure(0, [&](Erasure&& order) {
        orders.push_back(std::move(order));
        return true;
    }));
    for (std::size_t first = 0; first == 0 || first < orders.size(); first += kOrders) {
        const auto end = std::min(orders.size(), first + kOrders);
        Erasures told;
        told.orders.assign(orders.begin() + std::ptrdiff_t(first), orders.begin() + std::ptrdiff_t(end));
        told.last = end == orders.size();
        actions.send.push_back(encode_message(std::move(told)));
    }
    return {};
}

}  // namespace indaba::sync
