// The organisation's own certificate authority, and reading certificates. X.509 v3, ECDSA P-256 with SHA-256, random
// serials. PEM in and out, at most kMaxPemBytes. No personal data goes into a certificate: a device's name is its id.
// Thread-safe. Deliberately not: revocation lists (the centre looks every device up), or any public authority.
#pragma once

#include "platform/crypto.hpp"

#include <vector>

namespace indaba::platform {

inline constexpr std::size_t kMaxPemBytes = 16 * 1024;  // a P-256 certificate with dozens of host names is under 4 KiB

class CertificateAuthority {
public:
    /// A self-signed root that may sign end entities and nothing below them. Valid from a day before `now_ms`, 30
    /// years.
    [[nodiscard]] static Result<CertificateAuthority> make(std::string_view organisation, KeyPair key,
                                                           std::int64_t now_ms);
    /// untrusted if the key is not the certificate's.
    [[nodiscard]] static Result<CertificateAuthority> load(std::string_view certificate_pem, KeyPair key);

    [[nodiscard]] const std::string& certificate_pem() const { return certificate_pem_; }

    /// For TLS servers named by `hosts`: DNS names and IP addresses, 1 to 64 of them.
    [[nodiscard]] Result<std::string> sign_server(const std::vector<std::string>& hosts, const shared::PublicKey& key,
                                                  std::int64_t now_ms, int valid_days = 825) const;

    /// For the device that holds the request's key. untrusted if the request is not signed with it. The request's own
    /// names and wishes are ignored: the subject is the device id in hexadecimal.
    [[nodiscard]] Result<std::string> sign_device(std::string_view request_pem, std::int64_t now_ms,
                                                  int valid_days = 3650) const;

private:
    CertificateAuthority(std::string certificate_pem, KeyPair key);

    std::string certificate_pem_;
    KeyPair key_;
};

/// PKCS#10 in PEM with an empty subject: proves that its maker holds the key.
[[nodiscard]] std::string make_signing_request(const KeyPair& key);
/// The request's key, its signature checked.
[[nodiscard]] Result<shared::PublicKey> signing_request_key(std::string_view request_pem);

/// SHA-256 of the certificate in DER: what an invitation carries and a person compares.
[[nodiscard]] Result<shared::Hash> certificate_fingerprint(std::string_view pem);
/// malformed unless it is a P-256 key.
[[nodiscard]] Result<shared::PublicKey> certificate_key(std::string_view pem);
[[nodiscard]] Result<std::int64_t> certificate_expires_ms(std::string_view pem);

}  // namespace indaba::platform
