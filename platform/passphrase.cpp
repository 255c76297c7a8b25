#include "platform/passphrase.hpp"

#include "platform/openssl_native.hpp"
#include "platform/system.hpp"
#include "shared/limits.hpp"

#include <argon2.h>
#include <openssl/crypto.h>
#include <algorithm>

namespace indaba::platform {

namespace {

namespace limits = shared::limits;
using shared::Errc;

constexpr std::uint32_t kLanes = 1;
constexpr std::size_t kNonce_bytes = 12;
constexpr std::size_t kTag_bytes = 16;

using CipherContext = OpensslOwner<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

void add(EVP_CIPHER_CTX* context, bool encrypts, std::uint8_t* out, ByteView bytes)
{
    int size = 0;
    const auto update = encrypts ? EVP_EncryptUpdate : EVP_DecryptUpdate;
    INDABA_CHECK(update(context, out, &size, bytes.data(), int(bytes.size())) == 1 && size == int(bytes.size()));
}

}  // namespace

void wipe(std::uint8_t* bytes, std::size_t size) { OPENSSL_cleanse(bytes, size); }

Result<Key32> key_of_passphrase(ByteView passphrase, ByteView salt, const PassphraseCost& cost)
{
    const bool fits = cost.memory_kib >= ARGON2_MIN_MEMORY && cost.memory_kib <= limits::kPassphraseMemory_kib &&
                      cost.passes >= 1 && cost.passes <= limits::kPassphrasePasses;
    if (!fits || passphrase.size() > limits::kPassphrase_bytes)
        return shared::fail(Errc::too_large, "the passphrase, or what it should cost to guess, is over a limit");
    Key32 key{};
    const int code = argon2id_hash_raw(cost.passes, cost.memory_kib, kLanes, passphrase.data(), passphrase.size(),
                                       salt.data(), salt.size(), key.data(), key.size());
    if (code == ARGON2_MEMORY_ALLOCATION_ERROR)
        return shared::fail(Errc::io, "there is not enough memory for a passphrase: close other programs");
    INDABA_CHECK(code == ARGON2_OK);
    return key;
}

Bytes seal(const Key32& key, ByteView secret, ByteView beside)
{
    Bytes sealed(kNonce_bytes + secret.size() + kTag_bytes);
    SystemRandom().fill(std::span(sealed).first(kNonce_bytes));
    const CipherContext context(EVP_CIPHER_CTX_new());
    INDABA_CHECK(context &&
                 EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), sealed.data()) == 1);
    int size = 0;
    INDABA_CHECK(EVP_EncryptUpdate(context.get(), nullptr, &size, beside.data(), int(beside.size())) == 1);
    add(context.get(), true, sealed.data() + kNonce_bytes, secret);
    auto* tag = sealed.data() + kNonce_bytes + secret.size();
    INDABA_CHECK(EVP_EncryptFinal_ex(context.get(), tag, &size) == 1 && size == 0);
    INDABA_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag_bytes, tag) == 1);
    return sealed;
}

Result<Secret> unseal(const Key32& key, ByteView sealed, ByteView beside)
{
    const auto wrong = shared::fail(Errc::untrusted, "these bytes were not sealed like this");
    if (sealed.size() < kNonce_bytes + kTag_bytes) return wrong;
    Bytes bytes(sealed.size() - kNonce_bytes - kTag_bytes);
    const CipherContext context(EVP_CIPHER_CTX_new());
    INDABA_CHECK(context &&
                 EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), sealed.data()) == 1);
    int size = 0;
    INDABA_CHECK(EVP_DecryptUpdate(context.get(), nullptr, &size, beside.data(), int(beside.size())) == 1);
    add(context.get(), false, bytes.data(), sealed.subspan(kNonce_bytes, bytes.size()));
    Secret secret(std::move(bytes));  // wiped also if it turns out wrong
    Bytes tag(sealed.end() - kTag_bytes, sealed.end());
    INDABA_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTag_bytes, tag.data()) == 1);
    if (EVP_DecryptFinal_ex(context.get(), tag.data(), &size) != 1) return wrong;
    return secret;
}

}  // namespace indaba::platform
