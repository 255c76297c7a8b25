#include "platform/crypto.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <algorithm>
#include <ctime>
#include <set>
#include <thread>

namespace indaba::platform {
namespace {

using shared::as_bytes;
using shared::Errc;
using shared::PublicKey;
using shared::Signature;
using shared::to_hex;

template <class T>
T from_hex_text(std::string_view hex)
{
    const Bytes bytes = shared::from_hex(hex).value();
    T value;
    EXPECT_EQ(bytes.size(), value.bytes.size());
    std::copy(bytes.begin(), bytes.end(), value.bytes.begin());
    return value;
}

TEST(Crypto, Sha256KnowsItsVectors)
{
    OpensslDigest digest;
    const auto hex = [&](std::string_view text) { return to_hex(digest.sha256(as_bytes(text)).bytes); };
    // FIPS 180-4.
    EXPECT_EQ(hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(hex(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// RFC 6979, A.2.5.
const PublicKey kRfcKey = from_hex_text<PublicKey>(
    "04"
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
const Signature kRfcSample = from_hex_text<Signature>(
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
const Signature kRfcTest = from_hex_text<Signature>(
    "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
    "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083");

TEST(Crypto, VerifyKnowsItsVectors)
{
    OpensslDigest digest;
    EXPECT_TRUE(digest.verify(kRfcKey, as_bytes("sample"), kRfcSample));
    EXPECT_TRUE(digest.verify(kRfcKey, as_bytes("test"), kRfcTest));
    EXPECT_FALSE(digest.verify(kRfcKey, as_bytes("test"), kRfcSample));
    EXPECT_FALSE(digest.verify(kRfcKey, as_bytes("Sample"), kRfcSample));
}

TEST(Crypto, EveryFlippedBitOfASignatureIsSeen)
{
    OpensslDigest digest;
    for (std::size_t bit = 0; bit < 512; ++bit) {
        Signature flipped = kRfcSample;
        flipped.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        EXPECT_FALSE(digest.verify(kRfcKey, as_bytes("sample"), flipped)) << bit;
    }
    EXPECT_FALSE(digest.verify(kRfcKey, as_bytes("sample"), Signature{}));
    Signature ones;
    ones.bytes.fill(0xff);
    EXPECT_FALSE(digest.verify(kRfcKey, as_bytes("sample"), ones));
}

TEST(Crypto, PointsOffTheCurveVerifyNothing)
{
    OpensslDigest digest;
    EXPECT_TRUE(digest.verify(kRfcKey, as_bytes("sample"), kRfcSample));
    for (const std::size_t at : {0u, 1u, 33u, 64u}) {
        PublicKey off = kRfcKey;
        off.bytes[at] ^= 1;
        EXPECT_FALSE(digest.verify(off, as_bytes("sample"), kRfcSample)) << at;
    }
    EXPECT_FALSE(digest.verify(PublicKey{}, as_bytes("sample"), kRfcSample));
    EXPECT_TRUE(digest.verify(kRfcKey, as_bytes("sample"), kRfcSample))
        << "a bad key is not remembered as the good one";
}

TEST(Crypto, WhatAKeySignsItsPublicHalfVerifies)
{
    OpensslDigest digest;
    KeyPair key = KeyPair::generate();
    KeyPair other = KeyPair::generate();
    EXPECT_NE(key.public_key(), other.public_key());
    for (int i = 0; i < 200; ++i) {  // r or s is short by a byte in one of 128
        const std::string message = "message " + std::to_string(i);
        const Signature signature = key.sign(as_bytes(message));
        ASSERT_TRUE(digest.verify(key.public_key(), as_bytes(message), signature)) << i;
        ASSERT_FALSE(digest.verify(other.public_key(), as_bytes(message), signature)) << i;
    }
}

TEST(Crypto, AKeyComesBackFromPem)
{
    KeyPair key = KeyPair::generate();
    const std::string pem = key.to_pem();
    EXPECT_TRUE(pem.starts_with("-----BEGIN PRIVATE KEY-----")) << "PKCS#8";
    auto again = KeyPair::from_pem(pem);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->public_key(), key.public_key());
    OpensslDigest digest;
    EXPECT_TRUE(digest.verify(key.public_key(), as_bytes("x"), again->sign(as_bytes("x"))));
}

std::string pem_of(EVP_PKEY* key, const EVP_CIPHER* cipher)
{
    BIO* bio = BIO_new(BIO_s_mem());
    char password[] = "secret";
    PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, cipher ? password : nullptr, cipher ? 6 : 0, nullptr, nullptr);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
}

TEST(Crypto, OtherThanP256KeysAreRefused)
{
    const KeyPair key = KeyPair::generate();
    EVP_PKEY* p384 = EVP_EC_gen("P-384");
    EVP_PKEY* ed25519 = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    const std::string good = key.to_pem();
    const std::vector<std::string> bad = {"",
                                          "not a key",
                                          good.substr(0, 60),
                                          good.substr(0, 40) + "AAAA" + good.substr(44),
                                          pem_of(p384, nullptr),
                                          pem_of(ed25519, nullptr),
                                          pem_of(key.native(), EVP_aes_128_cbc()),
                                          std::string(1 << 20, 'A')};
    for (const std::string& pem : bad) {
        const auto refused = KeyPair::from_pem(pem);
        ASSERT_TRUE(refused.has_error()) << pem.substr(0, 100);
        EXPECT_EQ(refused.error().code, Errc::malformed);
    }
    EVP_PKEY_free(p384);
    EVP_PKEY_free(ed25519);
}

TEST(Crypto, ADeviceIsTheHashOfItsPublicKeyInfo)
{
    const KeyPair key = KeyPair::generate();
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key.native(), &der);
    ASSERT_GT(size, 0);
    OpensslDigest digest;
    EXPECT_EQ(device_id(key.public_key()).hash, digest.sha256({der, static_cast<std::size_t>(size)}));
    OPENSSL_free(der);
}

TEST(Crypto, SecretsCompareByAllTheirBytes)
{
    EXPECT_TRUE(equal_secrets(as_bytes("abc"), as_bytes("abc")));
    EXPECT_FALSE(equal_secrets(as_bytes("abc"), as_bytes("abd")));
    EXPECT_FALSE(equal_secrets(as_bytes("abc"), as_bytes("ab")));
    EXPECT_TRUE(equal_secrets({}, {}));
}

TEST(Crypto, AnyThreadMayHashAndVerify)
{
    OpensslDigest digest;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&digest] {
            KeyPair key = KeyPair::generate();
            for (int round = 0; round < 50; ++round) {
                ASSERT_TRUE(digest.verify(key.public_key(), as_bytes("x"), key.sign(as_bytes("x"))));
                ASSERT_TRUE(digest.verify(kRfcKey, as_bytes("sample"), kRfcSample));
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
}

TEST(System, RandomBytesFillAllOfIt)
{
    SystemRandom random;
    std::set<std::uint64_t> drawn;
    for (int i = 0; i < 1000; ++i) drawn.insert(shared::draw64(random));
    EXPECT_EQ(drawn.size(), 1000u);
    Bytes large(100'000);
    random.fill(large);
    EXPECT_TRUE(std::any_of(large.end() - 16, large.end(), [](std::uint8_t byte) { return byte != 0; }));
}

TEST(System, TheClockTellsUnixMilliseconds)
{
    SystemClock clock;
    const auto before = static_cast<std::int64_t>(std::time(nullptr)) * 1000;
    const std::int64_t now = clock.now_ms();
    EXPECT_GE(now, before);
    EXPECT_LT(now, before + 60'000);
}

}  // namespace
}  // namespace indaba::platform
