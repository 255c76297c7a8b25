#include "platform/crypto.hpp"

#include "platform/files.hpp"
#include "platform/openssl_native.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <algorithm>
#include <cstring>
#include <fstream>

namespace indaba::platform {
namespace {

using shared::Errc;
using shared::Hash;
using shared::PublicKey;
using shared::Signature;

constexpr const char* kCurve = "prime256v1";  // OpenSSL's name of P-256
constexpr std::size_t kMaxKeyPemBytes = 4096;
constexpr std::size_t kMaxSignatureDerBytes = 72;
constexpr int kScalarBytes = 32;

/// Fetching an algorithm searches OpenSSL's providers under a lock: once for the process.
const EVP_MD* sha256_algorithm()
{
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    INDABA_CHECK(algorithm != nullptr);
    return algorithm;
}

EVP_MD_CTX* thread_context()
{
    thread_local const DigestContextOwner context(EVP_MD_CTX_new());
    INDABA_CHECK(context != nullptr);
    return context.get();
}

Hash finished(EVP_MD_CTX* context)
{
    Hash hash;
    unsigned size = 0;
    INDABA_CHECK(EVP_DigestFinal_ex(context, hash.bytes.data(), &size) == 1 && size == hash.bytes.size());
    return hash;
}

Hash sha256_of(ByteView bytes)
{
    thread_local bool initialised = false;
    EVP_MD_CTX* context = thread_context();
    // Without an algorithm the context's own is started again, which costs a third of naming it.
    INDABA_CHECK(EVP_DigestInit_ex2(context, initialised ? nullptr : sha256_algorithm(), nullptr) == 1);
    initialised = true;
    INDABA_CHECK(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
    return finished(context);
}

/// Empty if r or s cannot be a signature's.
std::string signature_der(const Signature& signature)
{
    EcdsaSignatureOwner pair(ECDSA_SIG_new());
    BIGNUM* r = BN_bin2bn(signature.bytes.data(), kScalarBytes, nullptr);
    BIGNUM* s = BN_bin2bn(signature.bytes.data() + kScalarBytes, kScalarBytes, nullptr);
    INDABA_CHECK(pair && r && s && ECDSA_SIG_set0(pair.get(), r, s) == 1);
    std::string der(kMaxSignatureDerBytes, '\0');
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    const int size = i2d_ECDSA_SIG(pair.get(), &out);
    INDABA_CHECK(size > 0 && static_cast<std::size_t>(size) <= der.size());
    der.resize(static_cast<std::size_t>(size));
    return der;
}

/// The key of the last signature checked on this thread: change sets of one device come in rows.
EVP_PKEY* cached_key(const PublicKey& point)
{
    thread_local PublicKey last_point;
    thread_local KeyOwner last_key;
    if (!last_key || last_point != point) {
        last_key = key_of_point(point);
        last_point = point;
    }
    return last_key.get();
}

bool is_p256(EVP_PKEY* key)
{
    char group[32];
    std::size_t size = 0;
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1 &&
           std::string_view(group, size) == kCurve;
}

}  // namespace

BioOwner bio_over(std::string_view text)
{
    BioOwner bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    INDABA_CHECK(bio != nullptr);
    return bio;
}

std::string bio_text(BIO* bio)
{
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    INDABA_CHECK(size >= 0);
    return {data, static_cast<std::size_t>(size)};
}

int refuse_password(char*, int, int, void*) { return -1; }

KeyOwner key_of_point(const PublicKey& point)
{
    KeyContextOwner context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    INDABA_CHECK(context && EVP_PKEY_fromdata_init(context.get()) == 1);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, const_cast<char*>(kCurve), 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, const_cast<std::uint8_t*>(point.bytes.data()),
                                          point.bytes.size()),
        OSSL_PARAM_construct_end()};
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
        ERR_clear_error();
        return nullptr;
    }
    return KeyOwner(key);
}

std::optional<PublicKey> point_of_key(EVP_PKEY* key)
{
    if (!is_p256(key)) return std::nullopt;
    // A key read from a file may spell its point compressed.
    EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed");
    PublicKey point;
    std::size_t size = 0;
    const int read =
        EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.bytes.data(), point.bytes.size(), &size);
    if (read != 1 || size != point.bytes.size() || point.bytes[0] != 0x04) {
        ERR_clear_error();
        return std::nullopt;
    }
    return point;
}

Hash OpensslDigest::sha256(ByteView bytes) { return sha256_of(bytes); }

Result<Hash> sha256_of_file(const std::string& path)
{
    constexpr std::size_t kPiece_bytes = 1024 * 1024;
    INDABA_ASSIGN(const bool there, is_there(path));
    if (!there) return shared::fail(Errc::not_found, path + ": is not there");
    std::ifstream file(path, std::ios::binary);
    const DigestContextOwner context(EVP_MD_CTX_new());
    INDABA_CHECK(context && EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr) == 1);
    std::string piece(kPiece_bytes, '\0');
    while (file) {
        file.read(piece.data(), std::streamsize(piece.size()));
        INDABA_CHECK(EVP_DigestUpdate(context.get(), piece.data(), std::size_t(file.gcount())) == 1);
    }
    if (!file.eof()) return shared::fail(Errc::io, path + ": cannot be read");
    return finished(context.get());
}

bool OpensslDigest::verify(const PublicKey& key, ByteView message, const Signature& signature)
{
    EVP_PKEY* const native = cached_key(key);
    if (native == nullptr) return false;
    const Hash hash = sha256_of(message);
    const std::string der = signature_der(signature);
    KeyContextOwner context(EVP_PKEY_CTX_new_from_pkey(nullptr, native, nullptr));
    INDABA_CHECK(context && EVP_PKEY_verify_init(context.get()) == 1);
    const int verdict = EVP_PKEY_verify(context.get(), reinterpret_cast<const unsigned char*>(der.data()), der.size(),
                                        hash.bytes.data(), hash.bytes.size());
    if (verdict != 1) ERR_clear_error();
    return verdict == 1;
}

KeyPair::KeyPair(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key))
{
    const std::optional<PublicKey> point = point_of_key(key_.get());
    INDABA_CHECK(point.has_value());
    public_key_ = *point;
}

KeyPair KeyPair::generate()
{
    EVP_PKEY* key = EVP_EC_gen(kCurve);
    INDABA_CHECK(key != nullptr);
    return KeyPair(std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free));
}

Result<KeyPair> KeyPair::from_pem(std::string_view pem)
{
    const auto refused = [](const char* why) {
        ERR_clear_error();
        return shared::fail(Errc::malformed, std::string("the private key cannot be used: ") + why);
    };
    if (pem.size() > kMaxKeyPemBytes) return refused("it is too large");
    const BioOwner bio = bio_over(pem);
    std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_password, nullptr), EVP_PKEY_free);
    if (!key) return refused("it is not an unencrypted key in PEM");
    if (!point_of_key(key.get())) return refused("it is not a P-256 key");
    KeyContextOwner context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    if (!context || EVP_PKEY_check(context.get()) != 1) return refused("its halves do not belong together");
    return KeyPair(std::move(key));
}

std::string KeyPair::to_pem() const
{
    BioOwner bio(BIO_new(BIO_s_secmem()));
    INDABA_CHECK(bio != nullptr);
    INDABA_CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return bio_text(bio.get());
}

Signature KeyPair::sign(ByteView message)
{
    const Hash hash = sha256_of(message);
    KeyContextOwner context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
    INDABA_CHECK(context && EVP_PKEY_sign_init(context.get()) == 1);
    std::array<unsigned char, kMaxSignatureDerBytes> der{};
    std::size_t size = der.size();
    INDABA_CHECK(EVP_PKEY_sign(context.get(), der.data(), &size, hash.bytes.data(), hash.bytes.size()) == 1);
    const unsigned char* in = der.data();
    const EcdsaSignatureOwner pair(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(size)));
    INDABA_CHECK(pair != nullptr);
    Signature signature;
    unsigned char* out = signature.bytes.data();
    INDABA_CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out, kScalarBytes) == kScalarBytes);
    INDABA_CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out + kScalarBytes, kScalarBytes) == kScalarBytes);
    return signature;
}

shared::DeviceId device_id(const PublicKey& key)
{
    // RFC 5480: SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING point }.
    static constexpr std::array<std::uint8_t, 26> kHead = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                                           0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                                           0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
    std::array<std::uint8_t, kHead.size() + 65> der{};
    std::copy(key.bytes.begin(), key.bytes.end(), std::copy(kHead.begin(), kHead.end(), der.begin()));
    return {sha256_of(der)};
}

bool equal_secrets(ByteView left, ByteView right)
{
    return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace indaba::platform
