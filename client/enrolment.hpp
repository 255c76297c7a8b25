// How a directory becomes a home: an invitation is spent at the centre that it names, over TLS pinned to the
// fingerprint in it. Blocks the calling thread. Until the centre has answered nothing but a fresh key is left behind,
// and the same invitation spent again with that key is answered again, so an enrolment cut off anywhere can be
// repeated. A home that is enrolled already is enrolled again, as the same device of the same person, where its centre
// knows it no more or its certificate is over; only what the centre answers is written, at once or not at all.
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

/// `device_name` is what others will read beside what is written here; empty: as it was, or this machine's name.
/// forbidden: the invitation is used or expired, or another person's than this home. untrusted: somebody else answers
/// there. usage: enrolled already at another centre, or an invitation or a name that cannot be one. busy: another
/// process is enrolling this home. With a passphrase a new home is locked by it from its first byte; untrusted: an
/// enrolment that was cut off began with another one. A home that is enrolled and locked is opened with it.
[[nodiscard]] Result<Home> enrol(const std::string& directory, const Invitation& invitation, std::string device_name,
                                 std::stop_token stop = {}, const AskPassphrase& passphrase = {});

}  // namespace indaba::client
