#include "platform/net_address.hpp"

#include <boost/asio/ip/address.hpp>

#include <charconv>

namespace indaba::platform {

using shared::Errc;
using shared::fail;
using shared::Result;

Result<Address> Address::parse(std::string_view text)
{
    const auto wrong = [&] {
        return fail(Errc::usage, "not an address: it looks like centre.example:8443 or [::1]:8443");
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return wrong();
    auto host = text.substr(0, colon);
    const auto digits = text.substr(colon + 1);
    if (host.front() == '[') {
        if (host.size() < 3 || host.back() != ']') return wrong();
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return wrong();
    }
    if (host.size() > 253 || host.find_first_of(" \t\r\n/@[]\\\"") != std::string_view::npos) return wrong();
    Address address{std::string(host), 0};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
    if (error != std::errc() || end != digits.data() + digits.size()) return wrong();
    return address;
}

std::string network_of(const std::string& host)
{
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    if (error || !address.is_v6() || address.to_v6().is_v4_mapped()) return host;
    const auto bytes = address.to_v6().to_bytes();
    return {reinterpret_cast<const char*>(bytes.data()), 8};
}

std::string Address::text() const
{
    const bool bracketed = host.find(':') != std::string::npos;
    return (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace indaba::platform
