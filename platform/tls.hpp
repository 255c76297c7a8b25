// What TLS trusts and shows, and the contexts made of it. TLS 1.3 only, ECDSA P-256 certificates, no session tickets;
// the organisation's own authority and never the system's. Values; a context is immutable and may be shared by
// connections of one executor. Deliberately not: revocation lists (the centre looks every device up).
#pragma once

#include "shared/ids.hpp"
#include "shared/result.hpp"

#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace boost::asio::ssl {
class context;
}

namespace indaba::platform {

struct Identity {
    std::string certificate_chain_pem;  ///< leaf first; a server adds its authority, for those who enrol
    std::string private_key_pem;        ///< a secret
};

struct ServerTls {
    Identity identity;
    std::string device_authority_pem;  ///< the one authority whose device certificates are accepted
};

/// An enrolled device trusts exactly this authority.
struct PinnedAuthority {
    std::string authority_pem;
};

/// A device that enrols trusts a chain whose root, sent by the server, has this SHA-256.
struct PinnedFingerprint {
    shared::Hash authority_sha256;
};

/// Both check that the certificate names the host.
struct ClientTls {
    std::variant<PinnedAuthority, PinnedFingerprint> trust;
    std::optional<Identity> identity;  ///< none while enrolling
    bool check_dates = true;           ///< false for a device whose clock is known to be wrong
};

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// Asks clients for a certificate but goes on without one; one that does not verify ends the handshake.
/// malformed or untrusted if the certificates and keys are not what they should be.
[[nodiscard]] shared::Result<TlsContext> make_tls_context(const ServerTls& tls);
[[nodiscard]] shared::Result<TlsContext> make_tls_context(const ClientTls& tls);

}  // namespace indaba::platform
