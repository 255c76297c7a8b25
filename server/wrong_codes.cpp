#include "server/wrong_codes.hpp"

#include "server/limits.hpp"

#include <boost/asio/ip/address.hpp>

namespace indaba::server {

namespace {

/// One subscriber: an IPv4 address, or the /64 network of an IPv6 address.
std::string network_of(const std::string& host)
{
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    if (error || !address.is_v6() || address.to_v6().is_v4_mapped()) return host;
    const auto bytes = address.to_v6().to_bytes();
    return {reinterpret_cast<const char*>(bytes.data()), 8};
}

}  // namespace

bool WrongCodes::may_try(const std::string& host, std::int64_t now_ms)
{
    forget_before(now_ms - limits::kWrongCodes_ms);
    if (recent_.size() >= limits::kWrongCodesInTotal) return false;
    const auto found = by_network_.find(network_of(host));
    return found == by_network_.end() || found->second < limits::kWrongCodesPerAddress;
}

void WrongCodes::count(const std::string& host, std::int64_t now_ms)
{
    if (recent_.size() >= limits::kWrongCodesInTotal) return;
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
