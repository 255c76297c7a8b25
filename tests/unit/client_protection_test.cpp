#include "tests/unit/file_size_limit.hpp"
#include "tests/unit/protected_home.hpp"

#include <gmock/gmock.h>

namespace indaba::client {
namespace {

using testing::Contains;
using testing::HasSubstr;

/// Homes outlive the program that made them: what is in them stays readable, byte for byte.
TEST(WrappedKeys, of_the_first_version_are_read)
{
    const auto bytes = shared::from_hex(
        "696e646162612e6b6579730a010108000000010000006d451ca562d31b57c23e82fa194171099636c59d595ef378b28f"
        "44299f41fb2d7d6858592566e5f92a7c121fa85c26910f4e252330d95b13f8864d351046d347c0379bcae7e4062f3be7"
        "0f2d8d30f811df52b4cbb1352b9c0e6ae2b9d0c4d41a8c2b916c51d62bb4de06f7963e6e57957fee08189e5ccabae726"
        "ad1c9b146093de9aaa86dfc107f780");
    const auto wrapped = WrappedKeys::parse(*bytes);
    ASSERT_TRUE(wrapped.has_value()) << wrapped.error().text;
    const auto wrapping = wrapped->wrapping(Secret(as_bytes(std::string("a passphrase of 2026"))));
    const auto keys = wrapped->open(*wrapping);
    ASSERT_TRUE(keys.has_value()) << keys.error().text;
    ASSERT_EQ(keys->data.size(), 1u);
    EXPECT_EQ(keys->data[0][31], 31);
    EXPECT_EQ(keys->device_pem, "-----BEGIN PRIVATE KEY-----\n");
}

TEST(WrappedKeys, whose_key_the_keyring_has_are_read)
{
    const auto bytes = shared::from_hex(
        "696e646162612e6b6579730a01020000000000000000000102030405060708090a0b0c0d0e0f6465666768696a6b6c6d"
        "6e6fe5c9e90f5adc45918f3207bfe06e78491f942ee90e1c0a670eb82d6f1dfef4b98b029a9f831fa6f39c276d63e659"
        "d28328b4e90deaf4a3a3b05a38a03fae42582a9db50a5c8a62dfe59e010bc1f4248d9f686d605f6b85d2a5b039bcdd2a"
        "0d534f8299a7393e3d39b8ea1395fd");
    const auto wrapped = WrappedKeys::parse(*bytes);
    ASSERT_TRUE(wrapped.has_value()) << wrapped.error().text;
    EXPECT_EQ(wrapped->by(), WrappedBy::keyring);
    EXPECT_EQ(wrapped->name(), "indaba:000102030405060708090a0b0c0d0e0f");
    platform::Key32 key{};
    key.fill(7);
    const auto keys = wrapped->open(wrapped->wrapping(key));
    ASSERT_TRUE(keys.has_value()) << keys.error().text;
    EXPECT_EQ(keys->data[0][31], 31);
    EXPECT_EQ(keys->device_pem, "-----BEGIN PRIVATE KEY-----\n");
    const auto other = wrapped->open(wrapped->wrapping(platform::Key32{}));
    ASSERT_TRUE(other.has_error());
    EXPECT_THAT(other.error().text, HasSubstr("keyring"));
    const auto written = WrappedKeys::write(*keys, wrapped->wrapping(key));
    EXPECT_EQ(written.size(), bytes->size());
    EXPECT_EQ(WrappedKeys::parse(written)->by(), WrappedBy::keyring);
    const auto of_kind = [&](std::uint8_t kind) {
        auto changed = *bytes;
        changed.resize(changed.size() - 32);
        changed[13] = kind;
        const auto hash = platform::OpensslDigest().sha256(changed);
        changed.insert(changed.end(), hash.bytes.begin(), hash.bytes.end());
        return WrappedKeys::parse(changed).error().code;
    };
    EXPECT_EQ(of_kind(0), Errc::corrupt);
    EXPECT_EQ(of_kind(3), Errc::unsupported);
}

TEST_F(ProtectionTest, starts_with_permission_alone_and_says_so)
{
    EXPECT_EQ(how_kept(path)->protection, Protection::permission);
    EXPECT_FALSE(how_kept(path)->locked);
    EXPECT_EQ((*Core::open(path))->status()->protection, "permission");
}

TEST_F(ProtectionTest, opens_with_the_passphrase_and_nothing_else_once_it_is_set)
{
    ASSERT_TRUE(set(path, kFirst));
    EXPECT_EQ(how_kept(path)->protection, Protection::passphrase);
    EXPECT_TRUE(how_kept(path)->locked);
    expect_opens(path, says(kFirst));
    EXPECT_EQ((*Core::open(path, says(kFirst)))->status()->protection, "passphrase");
    const auto wrong = Core::open(path, says(kSecond));
    ASSERT_TRUE(wrong.has_error());
    EXPECT_EQ(wrong.error().code, Errc::untrusted);
    EXPECT_THAT(wrong.error().text, HasSubstr("not the passphrase"));
    const auto nobody = Core::open(path);
    ASSERT_TRUE(nobody.has_error());
    EXPECT_EQ(nobody.error().code, Errc::untrusted);
    EXPECT_THAT(nobody.error().text, HasSubstr("indaba unlock"));
}

TEST_F(ProtectionTest, leaves_no_key_and_nothing_readable_behind)
{
    ASSERT_TRUE(set(path, kFirst));
    expect_tells_nothing(path);
    EXPECT_EQ(names(path),
              (std::set<std::string>{"enrolment.json", "indaba.db", "keys.wrapped", "life.json", "use.lock"}));
    EXPECT_EQ(tests::mode_of(path + "/keys.wrapped"), 0600u);
    EXPECT_EQ(tests::mode_of(path + "/indaba.db"), 0600u);
    const auto home = Home::open(path, says(kFirst));
    EXPECT_NE(home->database_key(), raw_key) << "the key that lay on the disk opens nothing any more";
    EXPECT_EQ(home->key().to_pem(), pem);
    platform::DatabaseOptions file;
    file.path = home->database_path();
    EXPECT_TRUE(platform::Database::open(file).has_error());
    file.key = raw_key;
    EXPECT_TRUE(platform::Database::open(file).has_error());
}

/// While a core works: the log, its index and what SQLite sorts belong to the home too.
TEST_F(ProtectionTest, tells_nothing_while_it_is_written)
{
    ASSERT_TRUE(set(path, kFirst));
    const auto core = Core::open(path, says(kFirst));
    for (int i = 0; i < 20; ++i)
        ASSERT_TRUE((*core)->put({{{}, "enterprise", {}, {{"name", Value::text(kMarker)}}}}).has_value());
    ASSERT_EQ((*core)->search(kMarker, 100)->size(), 21u);
    EXPECT_THAT(names(path), Contains("indaba.db-wal"));
    expect_tells_nothing(path);
}

TEST_F(ProtectionTest, changes_to_another_passphrase_and_key)
{
    ASSERT_TRUE(set(path, kFirst));
    const auto before = Home::open(path, says(kFirst))->database_key();
    const auto refused = change_passphrase(path, says(kSecond), says(kSecond), kCheap);
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().code, Errc::untrusted);
    expect_opens(path, says(kFirst));
    ASSERT_TRUE(change_passphrase(path, says(kFirst), says(kSecond), kCheap));
    EXPECT_EQ(Core::open(path, says(kFirst)).error().code, Errc::untrusted);
    expect_opens(path, says(kSecond));
    EXPECT_NE(Home::open(path, says(kSecond))->database_key(), before);
}

TEST_F(ProtectionTest, goes_back_to_permission)
{
    ASSERT_TRUE(set(path, kFirst));
    EXPECT_TRUE(remove_passphrase(path, says(kSecond)).has_error());
    ASSERT_TRUE(remove_passphrase(path, says(kFirst)));
    EXPECT_EQ(how_kept(path)->protection, Protection::permission);
    expect_opens(path, {});
    EXPECT_EQ(names(path), (std::set<std::string>{"data.key", "device.key", "enrolment.json", "indaba.db", "life.json",
                                                  "use.lock"}));
    EXPECT_EQ(remove_passphrase(path, says(kFirst)).error().code, Errc::usage);
    EXPECT_EQ(lock(path).error().code, Errc::usage);
    ASSERT_TRUE(set(path, kSecond));
    expect_opens(path, says(kSecond));
}

TEST_F(ProtectionTest, waits_for_nobody_who_works_in_the_home)
{
    const auto core = Core::open(path);
    const auto refused = set_passphrase(path, Secret(as_bytes(std::string(kFirst))), kCheap);
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().code, Errc::busy);
    EXPECT_THAT(refused.error().text, HasSubstr("try again"));
    EXPECT_TRUE((*core)->get(id).has_value());
}

TEST_F(ProtectionTest, stays_as_it_was_when_there_is_no_room_for_a_second_database)
{
    {
        const tests::FileSizeLimit limit(32 * 1024);
        EXPECT_TRUE(set_passphrase(path, Secret(as_bytes(std::string(kFirst))), kCheap).has_error());
    }
    EXPECT_EQ(names(path), (std::set<std::string>{"data.key", "device.key", "enrolment.json", "indaba.db", "life.json",
                                                  "use.lock"}));
    expect_opens(path, {});
    ASSERT_TRUE(set(path, kFirst));
    expect_opens(path, says(kFirst));
}

TEST_F(ProtectionTest, is_no_home_for_a_passphrase_that_can_be_tried)
{
    for (const char* text : {"", "short", "семь бу", "two\nlines of text", "not utf-8 \xff\xfe\xfd"})
        EXPECT_EQ(check_new_passphrase(Secret(as_bytes(std::string(text)))).error().code, Errc::usage) << text;
    EXPECT_EQ(check_new_passphrase(Secret(shared::Bytes(1025, 'a'))).error().code, Errc::too_large);
    EXPECT_TRUE(check_new_passphrase(Secret(as_bytes(std::string("восемь8!")))));
}

TEST_F(ProtectionTest, says_what_a_lost_or_damaged_file_of_keys_means)
{
    ASSERT_TRUE(set(path, kFirst));
    const auto file = path + "/keys.wrapped";
    const auto whole = tests::content_of(file);
    const auto with = [&](const std::string& content) {
        EXPECT_TRUE(platform::write_private_file(file, as_bytes(content)));
        const auto home = Home::open(path, says(kFirst));
        return home.has_error() ? home.error() : shared::fail(Errc::usage, "it opened");
    };
    const auto code_of = [](const std::string& content) {
        const auto wrapped = WrappedKeys::parse(as_bytes(content));
        return wrapped.has_error() ? wrapped.error().code : Errc::usage;
    };
    for (std::size_t i = 0; i < whole.size(); ++i) {
        auto other = whole;
        other[i] = char(other[i] ^ 1);
        EXPECT_EQ(code_of(other), Errc::corrupt) << i;
        EXPECT_EQ(code_of(whole.substr(0, i)), Errc::corrupt) << i;
    }
    auto newer = whole;
    newer[12] = 2;
    EXPECT_EQ(with(newer).code, Errc::unsupported);
    EXPECT_THAT(with(newer).text, HasSubstr("update"));
    EXPECT_THAT(with("").text, HasSubstr("restore it from a copy, or enrol anew"));
    fs::remove(file);
    const auto lost = Home::open(path, says(kFirst));
    EXPECT_EQ(lost.error().code, Errc::corrupt);
    EXPECT_THAT(lost.error().text, HasSubstr("keys.wrapped is missing"));
    fs::remove(path + "/enrolment.json");
    EXPECT_EQ(Home::prepare(path).error().code, Errc::corrupt) << "no new key over records that have one";
    EXPECT_FALSE(platform::exists(path + "/data.key"));
}

/// The hash tells damage from a wrong passphrase; it holds nobody off who writes a new one.
TEST_F(ProtectionTest, does_nothing_that_a_hostile_file_asks_for)
{
    ASSERT_TRUE(set(path, kFirst));
    const auto whole = tests::content_of(path + "/keys.wrapped");
    const auto with = [&](std::size_t at, std::uint32_t number) {
        shared::Bytes bytes(whole.begin(), whole.end() - 32);
        for (int i = 0; i < 4; ++i) bytes[at + std::size_t(i)] = std::uint8_t(number >> (8 * i));
        const auto hash = platform::OpensslDigest().sha256(bytes);
        bytes.insert(bytes.end(), hash.bytes.begin(), hash.bytes.end());
        EXPECT_TRUE(platform::write_private_file(path + "/keys.wrapped", bytes));
        return Home::open(path, says(kFirst)).error().code;
    };
    EXPECT_EQ(with(14, 256 * 1024 + 1), Errc::corrupt);
    EXPECT_EQ(with(18, 17), Errc::corrupt);
    EXPECT_EQ(with(14, 9), Errc::untrusted) << "what a guess costs is sealed with the keys";
    EXPECT_TRUE(with(14, 0) != Errc::usage);
}

TEST_F(ProtectionTest, begins_with_a_passphrase_if_it_is_asked_to)
{
    const auto born = directory.file("born");
    const auto key = Home::prepare(born, says(kFirst));
    ASSERT_TRUE(key.has_value()) << key.error().text;
    expect_tells_nothing(born);
    EXPECT_EQ(Home::prepare(born, says(kFirst))->public_key(), key->public_key());
    EXPECT_EQ(Home::prepare(born, says(kSecond)).error().code, Errc::untrusted);
    EXPECT_EQ(Home::prepare(born).error().code, Errc::untrusted);
    const auto home = Home::create(born, *key, Home::open(path)->enrolment(), says(kFirst));
    ASSERT_TRUE(home.has_value()) << home.error().text;
    EXPECT_FALSE(platform::exists(born + "/data.key"));
    EXPECT_FALSE(platform::exists(born + "/device.key"));
    EXPECT_EQ(Home::open(born, says(kFirst))->database_key(), home->database_key());
}

TEST_F(ProtectionTest, stays_unlocked_until_it_is_locked)
{
    ASSERT_TRUE(set(path, kFirst));
    EXPECT_EQ(unlock(path, says(kSecond), std::chrono::minutes(1)).error().code, Errc::untrusted);
    const auto unlocked = unlock(path, says(kFirst), std::chrono::minutes(1));
    if (unlocked.has_error() && unlocked.error().code == Errc::unsupported) GTEST_SKIP() << unlocked.error().text;
    ASSERT_TRUE(unlocked.has_value()) << unlocked.error().text;
    expect_opens(path, {});
    EXPECT_FALSE(how_kept(path)->locked);
    EXPECT_FALSE((*Core::open(path))->status()->locked);
    EXPECT_EQ(remove_passphrase(path, says(kSecond)).error().code, Errc::untrusted) << "a change asks all the same";
    ASSERT_TRUE(change_passphrase(path, says(kFirst), says(kSecond), kCheap));
    EXPECT_EQ(Core::open(path).error().code, Errc::untrusted) << "another passphrase locks it";
    ASSERT_TRUE(unlock(path, says(kSecond), std::chrono::minutes(1)));
    expect_opens(path, {});
    EXPECT_TRUE(*lock(path));
    EXPECT_FALSE(*lock(path));
    EXPECT_EQ(Core::open(path).error().code, Errc::untrusted);
}

}  // namespace
}  // namespace indaba::client
