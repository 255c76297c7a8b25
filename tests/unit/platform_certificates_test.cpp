#include "platform/certificates.hpp"
#include "platform/openssl_native.hpp"

#include <gtest/gtest.h>

namespace indaba::platform {
namespace {

using shared::Errc;

constexpr std::int64_t kNowMs = 1'795'000'000'000;  // November 2026
constexpr std::int64_t kDayMs = 86'400'000;

X509Owner parse(std::string_view pem)
{
    return X509Owner(PEM_read_bio_X509(bio_over(pem).get(), nullptr, nullptr, nullptr));
}

/// OpenSSL's own verdict on a certificate under an authority, as a TLS peer reaches it.
int verdict(std::string_view authority, std::string_view certificate, int purpose, std::int64_t at_ms = kNowMs,
            const char* host = nullptr, const char* address = nullptr)
{
    const X509Owner root = parse(authority);
    const X509Owner leaf = parse(certificate);
    const OpensslOwner<X509_STORE, X509_STORE_free> store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), root.get());
    const OpensslOwner<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr);
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_purpose(parameters, purpose);
    X509_VERIFY_PARAM_set_time(parameters, at_ms / 1000);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT);
    if (host) X509_VERIFY_PARAM_set1_host(parameters, host, 0);
    if (address) X509_VERIFY_PARAM_set1_ip_asc(parameters, address);
    X509_verify_cert(context.get());
    return X509_STORE_CTX_get_error(context.get());
}

class Certificates : public testing::Test {
protected:
    const KeyPair authority_key_ = KeyPair::generate();
    const CertificateAuthority authority_ =
        CertificateAuthority::make("BRICS centre 创新", authority_key_, kNowMs).value();
    const std::string& root_ = authority_.certificate_pem();
    const KeyPair server_key_ = KeyPair::generate();
    const std::string server_ =
        authority_.sign_server({"centre.example", "127.0.0.1", "::1"}, server_key_.public_key(), kNowMs).value();
    const KeyPair device_key_ = KeyPair::generate();
    const std::string device_ = authority_.sign_device(make_signing_request(device_key_), kNowMs).value();
};

TEST_F(Certificates, OpensslTrustsTheServerForItsHosts)
{
    EXPECT_EQ(verdict(root_, server_, X509_PURPOSE_SSL_SERVER, kNowMs, "centre.example"), X509_V_OK);
    EXPECT_EQ(verdict(root_, server_, X509_PURPOSE_SSL_SERVER, kNowMs, nullptr, "127.0.0.1"), X509_V_OK);
    EXPECT_EQ(verdict(root_, server_, X509_PURPOSE_SSL_SERVER, kNowMs, nullptr, "::1"), X509_V_OK);
    EXPECT_EQ(verdict(root_, server_, X509_PURPOSE_SSL_SERVER, kNowMs, "other.example"), X509_V_ERR_HOSTNAME_MISMATCH);
    EXPECT_EQ(verdict(root_, server_, X509_PURPOSE_SSL_SERVER, kNowMs, nullptr, "127.0.0.2"),
              X509_V_ERR_IP_ADDRESS_MISMATCH);
}

TEST_F(Certificates, AServerIsNoDeviceAndADeviceNoServer)
{
    EXPECT_EQ(verdict(root_, device_, X509_PURPOSE_SSL_CLIENT), X509_V_OK);
    EXPECT_EQ(verdict(root_, device_, X509_PURPOSE_SSL_SERVER), X509_V_ERR_INVALID_PURPOSE);
    EXPECT_EQ(verdict(root_, server_, X509_PURPOSE_SSL_CLIENT), X509_V_ERR_INVALID_PURPOSE);
}

TEST_F(Certificates, AnotherAuthorityOfTheSameNameIsNotTrusted)
{
    const auto other = CertificateAuthority::make("BRICS centre 创新", KeyPair::generate(), kNowMs).value();
    EXPECT_NE(verdict(other.certificate_pem(), server_, X509_PURPOSE_SSL_SERVER), X509_V_OK);
    EXPECT_NE(certificate_fingerprint(other.certificate_pem()).value(), certificate_fingerprint(root_).value());
}

TEST_F(Certificates, ADeviceCannotSignForOthers)
{
    const auto posing = CertificateAuthority::load(device_, device_key_).value();
    const std::string forged = posing.sign_server({"centre.example"}, server_key_.public_key(), kNowMs).value();
    EXPECT_NE(verdict(device_, forged, X509_PURPOSE_SSL_SERVER), X509_V_OK);
}

TEST_F(Certificates, ValidityBeginsADayEarlyAndEnds)
{
    const auto server = [&](std::int64_t at_ms) { return verdict(root_, server_, X509_PURPOSE_SSL_SERVER, at_ms); };
    EXPECT_EQ(server(kNowMs - kDayMs + 1000), X509_V_OK);
    EXPECT_EQ(server(kNowMs - kDayMs - 1000), X509_V_ERR_CERT_NOT_YET_VALID);
    EXPECT_EQ(server(kNowMs + 825 * kDayMs - 1000), X509_V_OK);
    EXPECT_EQ(server(kNowMs + 825 * kDayMs + 1000), X509_V_ERR_CERT_HAS_EXPIRED);
    EXPECT_EQ(certificate_expires_ms(server_).value(), kNowMs + 825 * kDayMs);
    EXPECT_EQ(certificate_expires_ms(device_).value(), kNowMs + 3650 * kDayMs);
    // Beyond 2049 X.509 spells years differently.
    EXPECT_EQ(certificate_expires_ms(root_).value(), kNowMs + std::int64_t{30} * 365 * kDayMs);
}

TEST_F(Certificates, TheDeviceIsNamedByItsIdAlone)
{
    const X509Owner certificate = parse(device_);
    const X509_NAME* subject = X509_get_subject_name(certificate.get());
    ASSERT_EQ(X509_NAME_entry_count(subject), 1);
    char name[100] = {};
    X509_NAME_get_text_by_NID(const_cast<X509_NAME*>(subject), NID_commonName, name, sizeof name);
    EXPECT_EQ(name, shared::to_hex(device_id(device_key_.public_key()).hash.bytes));
    EXPECT_EQ(certificate_key(device_).value(), device_key_.public_key());
}

TEST_F(Certificates, SerialsAreRandom)
{
    const auto serial = [](const std::string& pem) {
        const X509Owner certificate = parse(pem);
        const BigNumberOwner number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate.get()), nullptr));
        EXPECT_EQ(BN_num_bits(number.get()), 159);
        const OpensslOwner<char, [](char* text) { OPENSSL_free(text); }> text(BN_bn2hex(number.get()));
        return std::string(text.get());
    };
    EXPECT_NE(serial(device_), serial(authority_.sign_device(make_signing_request(device_key_), kNowMs).value()));
}

std::string request_pem(X509_REQ* request)
{
    BioOwner bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509_REQ(bio.get(), request);
    return bio_text(bio.get());
}

TEST_F(Certificates, ARequestMustBeSignedWithItsOwnKey)
{
    EXPECT_EQ(signing_request_key(make_signing_request(device_key_)).value(), device_key_.public_key());
    // Somebody else's public key, signed with one's own.
    const RequestOwner stolen(X509_REQ_new());
    X509_REQ_set_pubkey(stolen.get(), device_key_.native());
    X509_REQ_sign(stolen.get(), server_key_.native(), EVP_sha256());
    EXPECT_EQ(authority_.sign_device(request_pem(stolen.get()), kNowMs).error().code, Errc::untrusted);
    // Not signed at all.
    const RequestOwner unsigned_request(X509_REQ_new());
    X509_REQ_set_pubkey(unsigned_request.get(), device_key_.native());
    EXPECT_TRUE(authority_.sign_device(request_pem(unsigned_request.get()), kNowMs).has_error());
}

TEST_F(Certificates, WhatARequestWishesIsIgnored)
{
    const RequestOwner wishful(X509_REQ_new());
    X509_REQ_set_pubkey(wishful.get(), device_key_.native());
    X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(wishful.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("admin"), -1, -1, 0);
    STACK_OF(X509_EXTENSION)* extensions = sk_X509_EXTENSION_new_null();
    sk_X509_EXTENSION_push(extensions,
                           X509V3_EXT_nconf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE"));
    X509_REQ_add_extensions(wishful.get(), extensions);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    X509_REQ_sign(wishful.get(), device_key_.native(), EVP_sha256());
    const std::string pem = authority_.sign_device(request_pem(wishful.get()), kNowMs).value();
    const X509Owner certificate = parse(pem);
    EXPECT_EQ(X509_check_ca(certificate.get()), 0);
    char name[100] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
    EXPECT_EQ(name, shared::to_hex(device_id(device_key_.public_key()).hash.bytes));
}

TEST_F(Certificates, KeysThatBrowsersRefuseAreRefused)
{
    const KeyOwner p384(EVP_EC_gen("P-384"));
    const RequestOwner request(X509_REQ_new());
    X509_REQ_set_pubkey(request.get(), p384.get());
    X509_REQ_sign(request.get(), p384.get(), EVP_sha256());
    EXPECT_EQ(authority_.sign_device(request_pem(request.get()), kNowMs).error().code, Errc::malformed);
    EXPECT_EQ(authority_.sign_server({"a.example"}, shared::PublicKey{}, kNowMs).error().code, Errc::malformed);
}

TEST_F(Certificates, AuthorityAndKeyMustBelongTogether)
{
    EXPECT_TRUE(CertificateAuthority::load(root_, authority_key_));
    EXPECT_EQ(CertificateAuthority::load(root_, device_key_).error().code, Errc::untrusted);
    const auto reloaded = CertificateAuthority::load(root_, authority_key_).value();
    const std::string pem = reloaded.sign_device(make_signing_request(device_key_), kNowMs).value();
    EXPECT_EQ(verdict(root_, pem, X509_PURPOSE_SSL_CLIENT), X509_V_OK);
}

TEST_F(Certificates, HostsAreChecked)
{
    const auto code = [&](const std::vector<std::string>& hosts) {
        const auto signed_for = authority_.sign_server(hosts, server_key_.public_key(), kNowMs);
        return signed_for ? std::optional<Errc>() : std::optional(signed_for.error().code);
    };
    for (const char* bad :
         {"", "a b", "a,DNS:evil.example", "*.example", "a..b", ".a", "a.", "-a", "ä.example", "::1%lo"}) {
        EXPECT_EQ(code({bad}), Errc::usage) << bad;
    }
    EXPECT_EQ(code({}), Errc::usage);
    EXPECT_EQ(code(std::vector<std::string>(65, "a.example")), Errc::usage);
    EXPECT_EQ(code({std::string(254, 'a')}), Errc::usage);
    EXPECT_EQ(code({"localhost", "10.0.0.5", "fe80::1", "hub-2.example"}), std::nullopt);
    EXPECT_EQ(CertificateAuthority::make("", authority_key_, kNowMs).error().code, Errc::usage);
    EXPECT_EQ(CertificateAuthority::make(std::string(65, 'a'), authority_key_, kNowMs).error().code, Errc::usage);
    EXPECT_EQ(CertificateAuthority::make("\xff", authority_key_, kNowMs).error().code, Errc::usage);
}

TEST_F(Certificates, WhatIsNoCertificateIsMalformed)
{
    for (const std::string& bad : {std::string(), std::string("x"), device_.substr(0, 200), device_key_.to_pem(),
                                   make_signing_request(device_key_), std::string(1 << 20, 'A')}) {
        EXPECT_EQ(certificate_fingerprint(bad).error().code, Errc::malformed);
        EXPECT_EQ(certificate_key(bad).error().code, Errc::malformed);
        EXPECT_EQ(certificate_expires_ms(bad).error().code, Errc::malformed);
        EXPECT_EQ(CertificateAuthority::load(bad, authority_key_).error().code, Errc::malformed);
    }
    for (const std::string& bad : {std::string(), device_, std::string(1 << 20, 'A')}) {
        EXPECT_EQ(signing_request_key(bad).error().code, Errc::malformed);
    }
}

TEST_F(Certificates, TheFingerprintIsOfTheDer)
{
    const X509Owner certificate = parse(root_);
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate.get(), &der);
    OpensslDigest digest;
    EXPECT_EQ(certificate_fingerprint(root_).value(), digest.sha256({der, static_cast<std::size_t>(size)}));
    OPENSSL_free(der);
}

}  // namespace
}  // namespace indaba::platform
