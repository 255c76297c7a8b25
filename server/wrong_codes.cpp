#include "server/wrong_codes.hpp"

#include "platform/net_address.hpp"
#include "shared/limits.hpp"

namespace indaba::server {

using platform::network_of;

bool WrongCodes::may_try(const std::string& host, std::int64_t now_ms)
{
    forget_before(now_ms - shared::limits::kWrongCodes_ms);
    if (recent_.size() >= shared::limits::kWrongCodesInTotal) return false;
    const auto found = by_network_.find(network_of(host));
    return found == by_network_.end() || found->second < shared::limits::kWrongCodesPerAddress;
}

void WrongCodes::count(const std::string& host, std::int64_t now_ms)
{
    if (recent_.size() >= shared::limits::kWrongCodesInTotal) return;
    recent_.push_back({now_ms, network_of(host)});
    ++by_network_[recent_.back().network];
}

void WrongCodes::forget_before(std::int64_t now_ms)
{
    while (!recent_.empty() && recent_.front().at_ms < now_ms) {
        const auto found = by_network_.find(recent_.front().network);
        if (--found->second == 0) by_network_.erase(found);
        recent_.pop_front();
    }
}

}  // namespace indaba::server
