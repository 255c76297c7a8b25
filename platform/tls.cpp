#include "platform/tls.hpp"

#include "shared/check.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509err.h>

#include <algorithm>
#include <climits>

namespace indaba::platform {

namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using shared::Errc;
using shared::fail;
using shared::Result;
using CertificatePtr = std::unique_ptr<X509, decltype(&X509_free)>;

/// A context and what its callbacks look at; a TlsContext points into it and so keeps all of it.
struct PinnedContext {
    explicit PinnedContext(ssl::context::method method) : context(method) {}

    ssl::context context;
    shared::Hash authority_sha256;
};

Result<CertificatePtr> read_certificate(const std::string& pem)
{
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), int(pem.size())), &BIO_free);
    INDABA_CHECK(bio != nullptr);
    CertificatePtr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), &X509_free);
    ERR_clear_error();
    if (!certificate)
        return fail(Errc::malformed, "the certificate authority's certificate cannot be read: restore its file");
    return certificate;
}

void restrict_protocol(SSL_CTX* context)
{
    INDABA_CHECK(SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1);
    INDABA_CHECK(SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1);
    INDABA_CHECK(SSL_CTX_set_ciphersuites(
                     context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") == 1);
    INDABA_CHECK(SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1);
    INDABA_CHECK(SSL_CTX_set1_sigalgs_list(context, "ECDSA+SHA256") == 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    INDABA_CHECK(SSL_CTX_set_num_tickets(context, 0) == 1);  // a ticket costs 250 bytes on every connection
    SSL_CTX_set_verify_depth(context, 0);                    // the authority signs devices and servers itself
}

Result<void> use_identity(ssl::context& context, const Identity& identity)
{
    error_code error;
    context.set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); }, error);
    context.use_certificate_chain(boost::asio::buffer(identity.certificate_chain_pem), error);
    if (!error) context.use_private_key(boost::asio::buffer(identity.private_key_pem), ssl::context::pem, error);
    const auto code = static_cast<unsigned long>(error.value());
    const bool mismatch = ERR_GET_LIB(code) == ERR_LIB_X509 && ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH;
    ERR_clear_error();
    if (error && mismatch)
        return fail(Errc::untrusted, "the certificate does not belong to the key: restore their files");
    if (error) return fail(Errc::malformed, "the certificate or its key cannot be read: restore their files");
    INDABA_CHECK(SSL_CTX_check_private_key(context.native_handle()) == 1);
    return {};
}

Result<void> trust_only(SSL_CTX* context, const std::string& authority_pem)
{
    INDABA_ASSIGN(const CertificatePtr authority, read_certificate(authority_pem));
    X509_STORE* store = X509_STORE_new();
    INDABA_CHECK(store != nullptr && X509_STORE_add_cert(store, authority.get()) == 1);
    SSL_CTX_set_cert_store(context, store);  // takes it
    return {};
}

bool has_fingerprint(const X509* certificate, const shared::Hash& wanted)
{
    shared::Hash found;
    unsigned size = 0;
    return X509_digest(certificate, EVP_sha256(), found.bytes.data(), &size) == 1 && size == found.bytes.size() &&
           found == wanted;
}

/// Verifies as always, with the one certificate of the fingerprint, if the peer sent it, as all that is trusted.
int verify_by_fingerprint(X509_STORE_CTX* store, void* argument)
{
    const auto* pinned = static_cast<const PinnedContext*>(argument);
    STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(store);
    for (int i = 0; i < sk_X509_num(sent); ++i) {
        X509* authority = sk_X509_value(sent, i);
        if (!has_fingerprint(authority, pinned->authority_sha256)) continue;
        STACK_OF(X509)* trusted = sk_X509_new_null();
        INDABA_CHECK(trusted != nullptr && sk_X509_push(trusted, authority) > 0);
        X509_STORE_CTX_set0_trusted_stack(store, trusted);
        const int verified = X509_verify_cert(store);
        X509_STORE_CTX_set0_trusted_stack(store, nullptr);
        sk_X509_free(trusted);
        return verified;
    }
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED);
    return 0;
}

TlsContext share(const std::shared_ptr<PinnedContext>& pinned) { return {pinned, &pinned->context}; }

}  // namespace

Result<TlsContext> make_tls_context(const ServerTls& tls)
{
    auto pinned = std::make_shared<PinnedContext>(ssl::context::tls_server);
    SSL_CTX* native = pinned->context.native_handle();
    restrict_protocol(native);
    INDABA_TRY(use_identity(pinned->context, tls.identity));
    INDABA_TRY(trust_only(native, tls.device_authority_pem));
    INDABA_ASSIGN(const CertificatePtr authority, read_certificate(tls.device_authority_pem));
    INDABA_CHECK(SSL_CTX_add_client_CA(native, authority.get()) == 1);
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
    return share(pinned);
}

Result<TlsContext> make_tls_context(const ClientTls& tls)
{
    auto pinned = std::make_shared<PinnedContext>(ssl::context::tls_client);
    SSL_CTX* native = pinned->context.native_handle();
    restrict_protocol(native);
    if (tls.identity) INDABA_TRY(use_identity(pinned->context, *tls.identity));
    if (const auto* authority = std::get_if<PinnedAuthority>(&tls.trust)) {
        INDABA_TRY(trust_only(native, authority->authority_pem));
    } else {
        pinned->authority_sha256 = std::get<PinnedFingerprint>(tls.trust).authority_sha256;
        SSL_CTX_set_cert_verify_callback(native, &verify_by_fingerprint, pinned.get());
    }
    if (!tls.check_dates) X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(native), X509_V_FLAG_NO_CHECK_TIME);
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
    return share(pinned);
}

}  // namespace indaba::platform
