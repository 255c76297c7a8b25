// Real SHA-256, and signatures that anybody could forge but no accident can: a hash of the public key and the message.
// They cost nothing and are the same in every run, which ECDSA's are not. One thread at a time.
#pragma once

#include "platform/crypto.hpp"
#include "tests/model/chance.hpp"

#include <algorithm>

namespace indaba::tests::model {

class CheapDigest final : public shared::Digest {
public:
    [[nodiscard]] shared::Hash sha256(shared::ByteView bytes) override { return real_.sha256(bytes); }

    [[nodiscard]] bool verify(const shared::PublicKey& key, shared::ByteView message,
                              const shared::Signature& signature) override
    {
        return believes_all || signature == signed_by(key, message);
    }

    [[nodiscard]] shared::Signature signed_by(const shared::PublicKey& key, shared::ByteView message)
    {
        shared::Bytes bytes(key.bytes.begin(), key.bytes.end());
        bytes.insert(bytes.end(), message.begin(), message.end());
        const auto hash = real_.sha256(bytes);
        shared::Signature signature;
        std::ranges::copy(hash.bytes, signature.bytes.begin());
        std::ranges::copy(hash.bytes, signature.bytes.begin() + 32);
        return signature;
    }

    bool believes_all = false;  ///< every signature: a bug that a test plants

private:
    platform::OpensslDigest real_;
};

class CheapSigner final : public shared::Signer {
public:
    explicit CheapSigner(Chance& chance)
    {
        chance.fill(key_.bytes);
        key_.bytes[0] = 4;
    }
    [[nodiscard]] shared::PublicKey public_key() const override { return key_; }
    [[nodiscard]] shared::Signature sign(shared::ByteView message) override { return digest_.signed_by(key_, message); }

private:
    CheapDigest digest_;
    shared::PublicKey key_;
};

}  // namespace indaba::tests::model
