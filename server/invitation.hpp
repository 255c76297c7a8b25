// Invitations: one line that a person carries from an operator to a device. The one-time code is 130 random bits in
// Crockford's base32 and is stored only as its SHA-256. Pure functions, any thread.
#pragma once

#include "platform/net_address.hpp"
#include "shared/ids.hpp"
#include "shared/ports.hpp"
#include "shared/result.hpp"

#include <string>
#include <string_view>

namespace indaba::server {

/// Where to connect, whom to trust, and the code that makes a device this person's, once.
struct Invitation {
    platform::Address address;
    shared::Hash authority;  ///< SHA-256 of the organisation's certificate in DER
    std::string code;

    /// indaba:HOST:PORT/FINGERPRINT/CODE
    [[nodiscard]] std::string text() const;
};

/// 26 characters.
[[nodiscard]] std::string make_code(shared::Random& random);

/// As it was made, from what a person typed: any case, hyphens and spaces between, O for 0, I and L for 1.
/// malformed if it can be no code.
[[nodiscard]] shared::Result<std::string> normal_code(std::string_view typed);

}  // namespace indaba::server
