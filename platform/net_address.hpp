// Where a peer is, and who it proved to be. Values.
#pragma once

#include "shared/ids.hpp"
#include "shared/ports.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace indaba::platform {

struct Address {
    std::string host;  ///< a DNS name or an IP address, IPv6 without brackets
    std::uint16_t port = 0;

    /// HOST:PORT, with IPv6 as [::1]:443. usage if it is anything else.
    [[nodiscard]] static shared::Result<Address> parse(std::string_view text);
    [[nodiscard]] std::string text() const;

    friend bool operator==(const Address&, const Address&) = default;
};

/// One subscriber: an IPv4 address, or the /64 network of an IPv6 address. A key, not a text. What is no address is its
/// own.
[[nodiscard]] std::string network_of(const std::string& host);

/// A certificate that the handshake has verified: its chain, its dates and that the peer holds its key.
struct PeerCertificate {
    shared::DeviceId device;
    shared::PublicKey key;
    shared::Bytes der;
};

struct Peer {
    Address address;
    std::optional<PeerCertificate> certificate;
};

}  // namespace indaba::platform
