// How a directory becomes a home: an invitation is spent at the centre that it names, over TLS pinned to the
// fingerprint in it. Blocks the calling thread. Until the centre has answered nothing but a fresh key is left behind,
// and the same invitation spent again with that key is answered again, so an enrolment cut off anywhere can be
// repeated.
#pragma once

#include "client/home.hpp"

#include <stop_token>
#include <string>
#include <string_view>

namespace indaba::client {

/// `indaba:HOST:PORT/FINGERPRINT/CODE`, as `indaba-server invite` prints it.
struct Invitation {
    platform::Address server;
    shared::Hash authority;  ///< SHA-256 of the organisation's root certificate
    std::string code;        ///< a secret, good once

    /// usage if it is anything else; spaces and line ends around it are fine.
    [[nodiscard]] static Result<Invitation> parse(std::string_view text);
};

/// `device_name` is what others will read beside what is written here; empty: this machine's name.
/// forbidden: the invitation is used or expired. untrusted: somebody else answers there. usage: enrolled already.
/// busy: another process is enrolling this home. With a passphrase the home is locked by it from its first byte;
/// untrusted: an enrolment that was cut off began with another one.
[[nodiscard]] Result<Home> enrol(const std::string& directory, const Invitation& invitation, std::string device_name,
                                 std::stop_token stop = {}, const AskPassphrase& passphrase = {});

}  // namespace indaba::client
