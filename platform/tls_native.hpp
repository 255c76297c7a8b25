// The parts of TLS that need OpenSSL's own types: for the sources of the connection only, nobody outside includes it.
#pragma once

#include "platform/net_address.hpp"
#include "platform/tls.hpp"

#include <boost/system/error_code.hpp>

struct ssl_st;

namespace indaba::platform {

/// The certificate that the handshake verified. Absent if there was none or it is not a P-256 one.
[[nodiscard]] std::optional<PeerCertificate> peer_certificate(const ssl_st* ssl);

/// Before a client's handshake: the certificate must name `host`, and the server is told which one is asked for.
void expect_host(ssl_st* ssl, const std::string& host);

/// Why a client got no further: in the handshake, or at its first read, which is where TLS 1.3 tells it that the server
/// refused its certificate. unreachable if TLS has nothing to do with it.
[[nodiscard]] shared::Error client_tls_error(const ssl_st* ssl, boost::system::error_code error, const Address& server);

/// The same for the server, one line for the operator. Empty if the client just left.
[[nodiscard]] std::string server_tls_error(const ssl_st* ssl, boost::system::error_code error);

}  // namespace indaba::platform
