#include "platform/tls_native.hpp"

#include "platform/crypto.hpp"
#include "shared/check.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <string_view>

namespace indaba::platform {

namespace {

using boost::system::error_code;
using shared::Errc;
using shared::Error;
using shared::fail;

/// SSL_R_… of an error that TLS itself raised, or 0.
int tls_reason(error_code error)
{
    const bool of_tls = error.category() == boost::asio::error::get_ssl_category();
    return of_tls ? ERR_GET_REASON(static_cast<unsigned long>(error.value())) : 0;
}

bool is_date_problem(long verified)
{
    return verified == X509_V_ERR_CERT_NOT_YET_VALID || verified == X509_V_ERR_CERT_HAS_EXPIRED;
}

bool is_name_problem(long verified)
{
    return verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH;
}

/// The other side's alert about a certificate of ours.
bool is_certificate_alert(int reason)
{
    switch (reason) {
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
        case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
        case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED: return true;
        default: return false;
    }
}

/// Ours or theirs: no version of TLS in common, or no TLS at all.
bool is_version_problem(int reason)
{
    return reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION ||
           reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_WRONG_SSL_VERSION ||
           reason == SSL_R_NO_PROTOCOLS_AVAILABLE || reason == SSL_R_VERSION_TOO_LOW;
}

std::string reason_text(int reason)
{
    const char* text = ERR_reason_error_string(ERR_PACK(ERR_LIB_SSL, 0, reason));
    return text != nullptr ? text : "error " + std::to_string(reason);
}

Error refused_server(long verified, const std::string& where)
{
    if (is_name_problem(verified))
        return fail(Errc::untrusted,
                    where + " shows a certificate for another name: ask the operator which address to use");
    if (is_date_problem(verified))
        return fail(Errc::untrusted, "the certificate of " + where +
                                         " is not valid today: check this device's date, then tell the operator");
    return fail(Errc::untrusted, where +
                                     " is not the centre it should be (its certificate is from another authority): "
                                     "check the address, or ask the operator for a new invitation");
}

}  // namespace

std::optional<PeerCertificate> peer_certificate(const ssl_st* ssl)
{
    const X509* certificate = SSL_get0_peer_certificate(ssl);
    if (certificate == nullptr || SSL_get_verify_result(ssl) != X509_V_OK) return std::nullopt;
    EVP_PKEY* key = X509_get0_pubkey(certificate);
    if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_EC || EVP_PKEY_get_bits(key) != 256)
        return std::nullopt;
    unsigned char* point = nullptr;
    const std::size_t point_size = EVP_PKEY_get1_encoded_public_key(key, &point);
    const std::unique_ptr<unsigned char, void (*)(unsigned char*)> point_owner(
        point, [](unsigned char* bytes) { OPENSSL_free(bytes); });
    PeerCertificate peer;
    if (point_size != peer.key.bytes.size()) return std::nullopt;
    std::copy_n(point, point_size, peer.key.bytes.begin());
    peer.device = device_id(peer.key);
    const int der_size = i2d_X509(certificate, nullptr);
    INDABA_CHECK(der_size > 0);
    peer.der.resize(std::size_t(der_size));
    unsigned char* out = peer.der.data();
    INDABA_CHECK(i2d_X509(certificate, &out) == der_size);
    return peer;
}

void expect_host(ssl_st* ssl, const std::string& host)
{
    X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    error_code not_an_ip;
    boost::asio::ip::make_address(host, not_an_ip);
    if (not_an_ip) {
        INDABA_CHECK(X509_VERIFY_PARAM_set1_host(wanted, host.data(), host.size()) == 1);
        SSL_set_tlsext_host_name(ssl, host.c_str());
    } else {
        INDABA_CHECK(X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1);
    }
}

Error client_tls_error(const ssl_st* ssl, error_code error, const Address& server)
{
    const auto where = server.text();
    if (const long verified = SSL_get_verify_result(ssl); verified != X509_V_OK) return refused_server(verified, where);
    const int reason = tls_reason(error);
    if (is_certificate_alert(reason))
        return fail(Errc::untrusted,
                    where +
                        " refused this device's certificate: ask the operator for an invitation, then run "
                        "`indaba enrol INVITATION` with this home");
    if (is_version_problem(reason))
        return fail(Errc::untrusted, where + " does not speak TLS 1.3, so it is not a centre: check the address");
    if (reason != 0)
        return fail(Errc::untrusted, "no secure connection to " + where + " (" + reason_text(reason) +
                                         "): check the address, then tell the operator");
    return fail(Errc::unreachable, "no connection to " + where + " (it was cut)");
}

std::string server_tls_error(const ssl_st* ssl, error_code error)
{
    const int reason = tls_reason(error);
    if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
        const long verified = SSL_get_verify_result(ssl);
        const auto* why = is_date_problem(verified) ? "refused a device certificate that is not valid today"
                                                    : "refused a certificate that this organisation did not issue";
        return std::string(why) + " (" + X509_verify_cert_error_string(verified) + ")";
    }
    if (is_version_problem(reason)) return "refused a connection that is not TLS 1.3";
    if (is_certificate_alert(reason))
        return "a client does not trust this centre's certificate (" + reason_text(reason) + ")";
    if (reason != 0) return "refused a TLS handshake (" + reason_text(reason) + ")";
    return {};
}

}  // namespace indaba::platform
