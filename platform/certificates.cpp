#include "platform/certificates.hpp"

#include "platform/openssl_native.hpp"
#include "shared/limits.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <algorithm>

namespace indaba::platform {
namespace {

using shared::Errc;
using shared::Error;
using shared::PublicKey;

constexpr int kAuthorityDays = 30 * 365;
constexpr std::size_t kMaxHosts = 64;
constexpr std::size_t kMaxHostBytes = 253;          // RFC 1035
constexpr std::size_t kMaxOrganisationBytes = 64;   // X.520 ub-common-name
constexpr int kSerialBits = 159;                    // RFC 5280: at most 20 octets, positive

Error malformed(const char* what)
{
    ERR_clear_error();
    return shared::fail(Errc::malformed, what);
}

/// Fills the parts that all our certificates have in common. Its issuer is set by the caller.
X509Owner blank_certificate(EVP_PKEY* key, std::int64_t now_ms, int valid_days)
{
    X509Owner certificate(X509_new());
    BigNumberOwner serial(BN_new());
    INDABA_CHECK(certificate && serial);
    INDABA_CHECK(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
    INDABA_CHECK(BN_priv_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1);
    INDABA_CHECK(BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate.get())) != nullptr);
    // A day back: the clocks of those who check it are not exact.
    const auto from = static_cast<time_t>((now_ms - shared::limits::kDay_ms) / 1000);
    const auto until = static_cast<time_t>((now_ms + valid_days * shared::limits::kDay_ms) / 1000);
    INDABA_CHECK(ASN1_TIME_set(X509_getm_notBefore(certificate.get()), from) != nullptr);
    INDABA_CHECK(ASN1_TIME_set(X509_getm_notAfter(certificate.get()), until) != nullptr);
    INDABA_CHECK(X509_set_pubkey(certificate.get(), key) == 1);
    return certificate;
}

void set_common_name(X509* certificate, std::string_view name)
{
    X509_NAME* subject = X509_get_subject_name(certificate);
    INDABA_CHECK(X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                            reinterpret_cast<const unsigned char*>(name.data()),
                                            static_cast<int>(name.size()), -1, 0) == 1);
}

/// `value` in OpenSSL's configuration language: never text from outside.
void add_extension(X509* certificate, X509* issuer, int kind, const char* value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const ExtensionOwner extension(X509V3_EXT_nconf_nid(nullptr, &context, kind, value));
    INDABA_CHECK(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

std::string sign_and_spell(X509* certificate, EVP_PKEY* key)
{
    INDABA_CHECK(X509_sign(certificate, key, EVP_sha256()) > 0);
    BioOwner bio(BIO_new(BIO_s_mem()));
    INDABA_CHECK(bio && PEM_write_bio_X509(bio.get(), certificate) == 1);
    return bio_text(bio.get());
}

Result<X509Owner> read_certificate(std::string_view pem)
{
    if (pem.size() > kMaxPemBytes) return malformed("the certificate is too large");
    const BioOwner bio = bio_over(pem);
    X509Owner certificate(PEM_read_bio_X509(bio.get(), nullptr, refuse_password, nullptr));
    if (!certificate) return malformed("that is not a certificate in PEM");
    return certificate;
}

Result<X509Owner> issue(std::string_view authority_pem, std::string_view common_name, const PublicKey& key,
                        std::int64_t now_ms, int valid_days)
{
    INDABA_ASSIGN(const X509Owner authority, read_certificate(authority_pem));
    const KeyOwner native = key_of_point(key);
    if (!native) return malformed("the public key is not a point of P-256");
    X509Owner certificate = blank_certificate(native.get(), now_ms, valid_days);
    INDABA_CHECK(X509_set_issuer_name(certificate.get(), X509_get_subject_name(authority.get())) == 1);
    set_common_name(certificate.get(), common_name);
    add_extension(certificate.get(), authority.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(certificate.get(), authority.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(certificate.get(), authority.get(), NID_subject_key_identifier, "hash");
    add_extension(certificate.get(), authority.get(), NID_authority_key_identifier, "keyid:always");
    return certificate;
}

bool is_dns_name(const std::string& host)
{
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    if (host.empty() || host.size() > kMaxHostBytes || !std::all_of(host.begin(), host.end(), allowed)) return false;
    return host.find("..") == std::string::npos && host.front() != '.' && host.front() != '-' && host.back() != '.';
}

/// The address in network order; empty if `host` is a name.
Bytes address_bytes(const std::string& host)
{
    Bytes bytes(16);
    if (inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1) return bytes;
    bytes.resize(4);
    if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) return bytes;
    return {};
}

Result<void> add_hosts(X509* certificate, const std::vector<std::string>& hosts)
{
    if (hosts.empty() || hosts.size() > kMaxHosts) {
        return shared::fail(Errc::usage, "a server needs 1 to 64 host names or addresses");
    }
    const OpensslOwner<GENERAL_NAMES, GENERAL_NAMES_free> names(GENERAL_NAMES_new());
    INDABA_CHECK(names != nullptr);
    for (const std::string& host : hosts) {
        const Bytes address = address_bytes(host);
        if (address.empty() && !is_dns_name(host)) {
            return shared::fail(Errc::usage,
                                "a host must be a DNS name or an IP address, such as hub.example or 10.0.0.5");
        }
        const ByteView value = address.empty() ? shared::as_bytes(host) : ByteView(address);
        GENERAL_NAME* name = GENERAL_NAME_new();
        ASN1_STRING* text = address.empty() ? ASN1_IA5STRING_new() : ASN1_OCTET_STRING_new();
        INDABA_CHECK(name && text && ASN1_STRING_set(text, value.data(), static_cast<int>(value.size())) == 1);
        GENERAL_NAME_set0_value(name, address.empty() ? GEN_DNS : GEN_IPADD, text);
        INDABA_CHECK(sk_GENERAL_NAME_push(names.get(), name) > 0);
    }
    INDABA_CHECK(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1);
    return {};
}

}  // namespace

CertificateAuthority::CertificateAuthority(std::string certificate_pem, KeyPair key)
    : certificate_pem_(std::move(certificate_pem)), key_(std::move(key))
{
}

Result<CertificateAuthority> CertificateAuthority::make(std::string_view organisation, KeyPair key, std::int64_t now_ms)
{
    if (organisation.empty() || organisation.size() > kMaxOrganisationBytes || !shared::is_utf8(organisation)) {
        return shared::fail(Errc::usage, "the organisation's name must be 1 to 64 bytes of text");
    }
    const X509Owner certificate = blank_certificate(key.native(), now_ms, kAuthorityDays);
    set_common_name(certificate.get(), organisation);
    INDABA_CHECK(X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get())) == 1);
    add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign");
    add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
    std::string pem = sign_and_spell(certificate.get(), key.native());
    return CertificateAuthority(std::move(pem), std::move(key));
}

Result<CertificateAuthority> CertificateAuthority::load(std::string_view certificate_pem, KeyPair key)
{
    INDABA_ASSIGN(const PublicKey point, certificate_key(certificate_pem));
    if (point != key.public_key()) {
        return shared::fail(Errc::untrusted,
                            "the authority's key is not its certificate's; restore both from one backup");
    }
    return CertificateAuthority(std::string(certificate_pem), std::move(key));
}

Result<std::string> CertificateAuthority::sign_server(const std::vector<std::string>& hosts, const PublicKey& key,
                                                      std::int64_t now_ms, int valid_days) const
{
    INDABA_ASSIGN(const X509Owner certificate, issue(certificate_pem_, "indaba server", key, now_ms, valid_days));
    add_extension(certificate.get(), nullptr, NID_ext_key_usage, "serverAuth");
    INDABA_TRY(add_hosts(certificate.get(), hosts));
    return sign_and_spell(certificate.get(), key_.native());
}

Result<std::string> CertificateAuthority::sign_device(std::string_view request_pem, std::int64_t now_ms,
                                                      int valid_days) const
{
    INDABA_ASSIGN(const PublicKey key, signing_request_key(request_pem));
    const std::string name = shared::to_hex(device_id(key).hash.bytes);
    INDABA_ASSIGN(const X509Owner certificate, issue(certificate_pem_, name, key, now_ms, valid_days));
    add_extension(certificate.get(), nullptr, NID_ext_key_usage, "clientAuth");
    return sign_and_spell(certificate.get(), key_.native());
}

std::string make_signing_request(const KeyPair& key)
{
    const RequestOwner request(X509_REQ_new());
    INDABA_CHECK(request && X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1);
    INDABA_CHECK(X509_REQ_set_pubkey(request.get(), key.native()) == 1);
    INDABA_CHECK(X509_REQ_sign(request.get(), key.native(), EVP_sha256()) > 0);
    BioOwner bio(BIO_new(BIO_s_mem()));
    INDABA_CHECK(bio && PEM_write_bio_X509_REQ(bio.get(), request.get()) == 1);
    return bio_text(bio.get());
}

Result<PublicKey> signing_request_key(std::string_view request_pem)
{
    if (request_pem.size() > kMaxPemBytes) return malformed("the certificate request is too large");
    const BioOwner bio = bio_over(request_pem);
    const RequestOwner request(PEM_read_bio_X509_REQ(bio.get(), nullptr, refuse_password, nullptr));
    if (!request) return malformed("that is not a certificate request in PEM");
    EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
    const std::optional<PublicKey> point = key ? point_of_key(key) : std::nullopt;
    if (!point) return malformed("the certificate request is not for a P-256 key");
    if (X509_REQ_verify(request.get(), key) != 1) {
        ERR_clear_error();
        return shared::fail(Errc::untrusted, "the certificate request is not signed with its own key");
    }
    return *point;
}

Result<shared::Hash> certificate_fingerprint(std::string_view pem)
{
    INDABA_ASSIGN(const X509Owner certificate, read_certificate(pem));
    shared::Hash hash;
    unsigned size = 0;
    INDABA_CHECK(X509_digest(certificate.get(), EVP_sha256(), hash.bytes.data(), &size) == 1);
    return hash;
}

Result<PublicKey> certificate_key(std::string_view pem)
{
    INDABA_ASSIGN(const X509Owner certificate, read_certificate(pem));
    EVP_PKEY* key = X509_get0_pubkey(certificate.get());
    const std::optional<PublicKey> point = key ? point_of_key(key) : std::nullopt;
    if (!point) return malformed("the certificate is not for a P-256 key");
    return *point;
}

Result<std::int64_t> certificate_expires_ms(std::string_view pem)
{
    INDABA_ASSIGN(const X509Owner certificate, read_certificate(pem));
    const OpensslOwner<ASN1_TIME, ASN1_TIME_free> epoch(ASN1_TIME_set(nullptr, 0));
    int days = 0;
    int seconds = 0;
    if (!epoch || ASN1_TIME_diff(&days, &seconds, epoch.get(), X509_get0_notAfter(certificate.get())) != 1) {
        return malformed("the certificate's dates cannot be read");
    }
    return days * shared::limits::kDay_ms + seconds * std::int64_t{1000};
}

}  // namespace indaba::platform
