// SHA-256, ECDSA P-256 keys and signatures over OpenSSL. No exception leaves; a failing OpenSSL is a failed check.
// Everything here is safe on any thread; a KeyPair is immutable. Certificates are in certificates.hpp.
#pragma once

#include "platform/system.hpp"
#include "shared/ports.hpp"
#include "shared/result.hpp"

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace indaba::platform {

using shared::Bytes;
using shared::ByteView;
using shared::Result;

class OpensslDigest final : public shared::Digest {
public:
    [[nodiscard]] shared::Hash sha256(ByteView bytes) override;
    [[nodiscard]] bool verify(const shared::PublicKey& key, ByteView message,
                              const shared::Signature& signature) override;
};

/// A private key of this device or centre. Copies share one key.
class KeyPair final : public shared::Signer {
public:
    [[nodiscard]] static KeyPair generate();
    /// PKCS#8, unencrypted. malformed: not PEM, not a private key, or not P-256.
    [[nodiscard]] static Result<KeyPair> from_pem(std::string_view pem);
    /// A secret: only for write_private_file().
    [[nodiscard]] std::string to_pem() const;

    [[nodiscard]] shared::PublicKey public_key() const override { return public_key_; }
    [[nodiscard]] shared::Signature sign(ByteView message) override;

    /// For the TLS context; owned by this KeyPair and its copies.
    [[nodiscard]] evp_pkey_st* native() const { return key_.get(); }

private:
    explicit KeyPair(std::shared_ptr<evp_pkey_st> key);

    std::shared_ptr<evp_pkey_st> key_;
    shared::PublicKey public_key_;
};

/// Of a file of any size, read in pieces. not_found or io.
[[nodiscard]] Result<shared::Hash> sha256_of_file(const std::string& path);

/// SHA-256 of the key's SubjectPublicKeyInfo in DER.
[[nodiscard]] shared::DeviceId device_id(const shared::PublicKey& key);

/// Compares in a time that depends on the lengths only.
[[nodiscard]] bool equal_secrets(ByteView left, ByteView right);

}  // namespace indaba::platform
