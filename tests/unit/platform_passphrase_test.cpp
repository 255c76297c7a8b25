#include "platform/key_memory.hpp"
#include "platform/passphrase.hpp"
#include "platform/system.hpp"
#include "shared/limits.hpp"

#include <argon2.h>
#include <gtest/gtest.h>

#include <string>

namespace indaba::platform {
namespace {

using shared::as_bytes;
using shared::Errc;

constexpr PassphraseCost kCheap{8, 1};

Key32 some_key(std::uint8_t first)
{
    Key32 key{};
    for (auto& byte : key) byte = first++;
    return key;
}

/// RFC 9106, section 5.3: with secret and associated data, which ours has not, so it holds the library alone.
TEST(Passphrase, is_made_a_key_by_the_argon2id_of_the_rfc)
{
    Bytes password(32, 1);
    Bytes salt(16, 2);
    Bytes secret(8, 3);
    Bytes associated(12, 4);
    Key32 key{};
    argon2_context context{};
    context.out = key.data();
    context.outlen = key.size();
    context.pwd = password.data();
    context.pwdlen = 32;
    context.salt = salt.data();
    context.saltlen = 16;
    context.secret = secret.data();
    context.secretlen = 8;
    context.ad = associated.data();
    context.adlen = 12;
    context.t_cost = 3;
    context.m_cost = 32;
    context.lanes = 4;
    context.threads = 4;
    context.version = ARGON2_VERSION_13;
    ASSERT_EQ(argon2id_ctx(&context), ARGON2_OK);
    EXPECT_EQ(shared::to_hex(key), "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
}

/// The known answers of Argon2's authors for one lane.
TEST(Passphrase, becomes_the_known_key)
{
    const auto key = [](std::uint32_t memory_kib) {
        return shared::to_hex(*key_of_passphrase(as_bytes("password"), as_bytes("somesalt"), {memory_kib, 2}));
    };
    EXPECT_EQ(key(65536), "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
    EXPECT_EQ(key(256), "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe");
}

TEST(Passphrase, costs_what_the_rfc_recommends_for_little_memory)
{
    EXPECT_EQ(PassphraseCost{}.memory_kib, 64u * 1024);
    EXPECT_EQ(PassphraseCost{}.passes, 3u);
}

TEST(Passphrase, never_costs_more_than_the_limit)
{
    namespace limits = shared::limits;
    const auto salt = as_bytes("sixteen bytes...");
    for (const PassphraseCost cost : {PassphraseCost{limits::kPassphraseMemory_kib + 1, 1}, PassphraseCost{8, 17},
                                      PassphraseCost{7, 1}, PassphraseCost{0, 0}, PassphraseCost{8, 0}}) {
        const auto key = key_of_passphrase(as_bytes("password"), salt, cost);
        ASSERT_TRUE(key.has_error());
        EXPECT_EQ(key.error().code, Errc::too_large);
    }
    EXPECT_TRUE(key_of_passphrase(Bytes(limits::kPassphrase_bytes, 'a'), salt, kCheap).has_value());
    EXPECT_TRUE(key_of_passphrase(Bytes(limits::kPassphrase_bytes + 1, 'a'), salt, kCheap).has_error());
}

TEST(Seal, gives_back_what_was_sealed)
{
    const auto sealed = seal(some_key(1), as_bytes("secret"), as_bytes("beside"));
    const auto secret = unseal(some_key(1), sealed, as_bytes("beside"));
    ASSERT_TRUE(secret.has_value());
    EXPECT_EQ(shared::as_text(secret->bytes()), "secret");
    EXPECT_EQ(std::string(shared::as_text(sealed)).find("secret"), std::string::npos);
    EXPECT_NE(sealed, seal(some_key(1), as_bytes("secret"), as_bytes("beside"))) << "no nonce twice";
}

TEST(Seal, holds_every_bit_and_what_stands_beside)
{
    const auto sealed = seal(some_key(1), as_bytes("secret"), as_bytes("beside"));
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto other = sealed;
        other[i] ^= 1;
        EXPECT_EQ(unseal(some_key(1), other, as_bytes("beside")).error().code, Errc::untrusted) << i;
        EXPECT_TRUE(unseal(some_key(1), ByteView(sealed).first(i), as_bytes("beside")).has_error()) << i;
    }
    EXPECT_TRUE(unseal(some_key(1), sealed, as_bytes("besidf")).has_error());
    EXPECT_TRUE(unseal(some_key(2), sealed, as_bytes("beside")).has_error());
}

/// Of this process alone, so that two runs on one machine do not meet.
std::string own_name()
{
    Key32 chance{};
    SystemRandom().fill(chance);
    return "indaba-test:" + shared::to_hex(chance);
}

TEST(KeyMemory, remembers_until_it_is_told_to_forget)
{
    const auto name = own_name();
    if (const auto kept = remember_key(name, some_key(1), std::chrono::minutes(1)); kept.has_error())
        GTEST_SKIP() << "this system remembers no keys: " << kept.error().text;
    EXPECT_EQ(remembered_key(name), some_key(1));
    EXPECT_TRUE(remember_key(name, some_key(2), std::chrono::minutes(1)));
    EXPECT_EQ(remembered_key(name), some_key(2));
    EXPECT_TRUE(forget_key(name));
    EXPECT_FALSE(remembered_key(name));
    EXPECT_FALSE(forget_key(name));
}

}  // namespace
}  // namespace indaba::platform
