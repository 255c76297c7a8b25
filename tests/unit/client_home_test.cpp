#include "client/enrolment.hpp"
#include "client/home.hpp"
#include "platform/files.hpp"
#include "shared/limits.hpp"
#include "tests/unit/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace indaba::client {
namespace {

using shared::Errc;
using testing::HasSubstr;

Enrolment some_enrolment()
{
    Enrolment enrolment;
    enrolment.server = {"centre.example", 8443};
    enrolment.authority_pem = "authority";
    enrolment.certificate_pem = "certificate";
    enrolment.centre_key.bytes[0] = 4;
    enrolment.person = "Amina";
    enrolment.device_name = "tablet";
    return enrolment;
}

TEST(Home, that_is_not_enrolled_says_what_to_do)
{
    const tests::TemporaryDirectory directory;
    const auto home = Home::open(directory.file("home"));
    ASSERT_TRUE(home.has_error());
    EXPECT_EQ(home.error().code, Errc::not_found);
    EXPECT_THAT(home.error().text, HasSubstr("indaba enrol"));
    EXPECT_FALSE(platform::exists(directory.file("home")));
}

TEST(Home, is_the_same_when_opened_again)
{
    const tests::TemporaryDirectory directory;
    const auto path = directory.file("home");
    const auto key = Home::prepare(path);
    ASSERT_TRUE(key.has_value()) << key.error().text;
    const auto made = Home::create(path, *key, some_enrolment());
    ASSERT_TRUE(made.has_value()) << made.error().text;
    const auto home = Home::open(path);
    ASSERT_TRUE(home.has_value()) << home.error().text;
    EXPECT_EQ(home->device(), made->device());
    EXPECT_EQ(home->database_key(), made->database_key());
    EXPECT_EQ(home->enrolment().server, some_enrolment().server);
    EXPECT_EQ(home->enrolment().centre_key, some_enrolment().centre_key);
    EXPECT_EQ(home->enrolment().person, "Amina");
    EXPECT_EQ(home->enrolment().device_name, "tablet");
}

TEST(Home, that_is_enrolled_again_has_all_that_it_had_and_the_new_enrolment)
{
    const tests::TemporaryDirectory directory;
    const auto path = directory.file("home");
    auto home = Home::create(path, *Home::prepare(path), some_enrolment());
    const auto keys = tests::content_of(path + "/device.key") + tests::content_of(path + "/data.key");
    auto enrolment = some_enrolment();
    enrolment.certificate_pem = "another certificate";
    ASSERT_TRUE(home->renew(enrolment).has_value());
    EXPECT_EQ(home->enrolment().certificate_pem, "another certificate");
    const auto again = Home::open(path);
    EXPECT_EQ(again->enrolment().certificate_pem, "another certificate");
    EXPECT_EQ(again->enrolment().person, "Amina");
    EXPECT_EQ(again->device(), home->device());
    EXPECT_EQ(tests::content_of(path + "/device.key") + tests::content_of(path + "/data.key"), keys);
}

TEST(Home, keeps_its_secrets_to_its_owner)
{
    const tests::TemporaryDirectory directory;
    const auto path = directory.file("home");
    ASSERT_TRUE(Home::create(path, *Home::prepare(path), some_enrolment()).has_value());
    EXPECT_EQ(tests::mode_of(path), 0700u);
    EXPECT_EQ(tests::mode_of(path + "/device.key"), 0600u);
    EXPECT_EQ(tests::mode_of(path + "/data.key"), 0600u);
    std::filesystem::permissions(path, std::filesystem::perms::group_all, std::filesystem::perm_options::add);
    ASSERT_TRUE(Home::open(path).has_error());
    EXPECT_EQ(Home::open(path).error().code, Errc::io);
}

TEST(Home, keeps_the_key_of_an_interrupted_enrolment)
{
    const tests::TemporaryDirectory directory;
    const auto path = directory.file("home");
    const auto first = Home::prepare(path);
    EXPECT_FALSE(Home::is_enrolled(path));
    EXPECT_EQ(Home::prepare(path)->public_key(), first->public_key());
}

TEST(Home, with_a_part_missing_says_which)
{
    const tests::TemporaryDirectory directory;
    const auto path = directory.file("home");
    ASSERT_TRUE(Home::create(path, *Home::prepare(path), some_enrolment()).has_value());
    std::filesystem::remove(path + "/data.key");
    const auto home = Home::open(path);
    ASSERT_TRUE(home.has_error());
    EXPECT_EQ(home.error().code, Errc::corrupt);
    EXPECT_THAT(home.error().text, HasSubstr("data.key"));
}

TEST(Home, remembers_its_contacts)
{
    const tests::TemporaryDirectory directory;
    const auto path = directory.file("home");
    const auto home = Home::create(path, *Home::prepare(path), some_enrolment());
    EXPECT_EQ(home->contact().last_attempt_ms, 0);
    home->note_contact({5, 3});
    EXPECT_EQ(home->contact().last_attempt_ms, 5);
    EXPECT_EQ(home->contact().last_contact_ms, 3);
    EXPECT_EQ(home->contact().over_quota_until_ms, 0);
    home->note_contact({5, 3, 9});
    EXPECT_EQ(home->contact().over_quota_until_ms, 9);
    EXPECT_EQ(home->contact().refusal, "");
    home->note_contact({5, 3, 9, 0, "no \"entry\""});
    EXPECT_EQ(home->contact().refusal, "no \"entry\"");
    EXPECT_EQ(home->contact().told_offset_ms, 0);
    home->note_contact({5, 3, 9, -7});
    EXPECT_EQ(home->contact().told_offset_ms, -7);
}

TEST(Contact, tells_once_of_each_way_in_which_a_clock_is_wrong)
{
    constexpr std::int64_t kMinute_ms = 60'000;
    constexpr std::int64_t kYear_ms = 365 * shared::limits::kDay_ms;
    Contact contact;
    EXPECT_FALSE(is_news(contact, 4 * kMinute_ms));
    EXPECT_TRUE(is_news(contact, -10 * kYear_ms));
    EXPECT_FALSE(is_news(contact, -10 * kYear_ms));
    EXPECT_FALSE(is_news(contact, -10 * kYear_ms - 20 * kMinute_ms)) << "as wrong as before";
    EXPECT_TRUE(is_news(contact, 10 * kYear_ms)) << "the other way round";
    EXPECT_TRUE(is_news(contact, kYear_ms)) << "somebody set it, and not well";
    EXPECT_FALSE(is_news(contact, 0));
    EXPECT_TRUE(is_news(contact, kYear_ms)) << "it was right in between";
    EXPECT_FALSE(is_news(contact, kMinute_ms));
    EXPECT_TRUE(is_news(contact, 6 * kMinute_ms));
    EXPECT_FALSE(is_news(contact, 4 * kMinute_ms)) << "about the limit it is not said again and again";
    EXPECT_FALSE(is_news(contact, 6 * kMinute_ms));
    EXPECT_TRUE(is_news(contact, 12 * kMinute_ms)) << "it stands still";
}

/// Homes outlive the program that made them: what is in them stays readable, byte for byte.
TEST(Home, keeps_the_bytes_of_its_files)
{
    const tests::TemporaryDirectory directory;
    const auto path = directory.file("home");
    const auto home = Home::create(path, *Home::prepare(path), some_enrolment());
    home->note_contact({1'795'000'000'000, 1'794'999'999'999});
    EXPECT_EQ(tests::content_of(path + "/enrolment.json"),
              R"({"version":1,"server":"centre.example:8443","authority":"authority","certificate":"certificate",)"
              R"("centre_key":"04)" +
                  std::string(128, '0') + R"(","person":"Amina","device":"tablet"})");
    EXPECT_EQ(tests::content_of(path + "/contact.json"),
              R"({"last_attempt_ms":1795000000000,"last_contact_ms":1794999999999})");
}

const std::string kFingerprint(64, 'a');

TEST(Invitation, is_read_with_space_around_it)
{
    const auto invitation = Invitation::parse("  indaba:centre.example:8443/" + kFingerprint + "/2K7M-ABCD\r\n");
    ASSERT_TRUE(invitation.has_value()) << invitation.error().text;
    EXPECT_EQ(invitation->server.text(), "centre.example:8443");
    EXPECT_EQ(shared::to_hex(invitation->authority.bytes), kFingerprint);
    EXPECT_EQ(invitation->code, "2K7M-ABCD");
    EXPECT_EQ(Invitation::parse("indaba:[::1]:8443/" + kFingerprint + "/X")->server.host, "::1");
}

TEST(Invitation, is_refused_if_it_is_anything_else)
{
    for (const auto& text : {std::string(), std::string("hello"), "https://centre.example:8443/" + kFingerprint + "/X",
                             "indaba:centre.example/" + kFingerprint + "/X", "indaba:c:1/" + kFingerprint,
                             "indaba:c:1/" + kFingerprint + "/", std::string("indaba:c:1/abcd/X"),
                             "indaba:c:1/" + kFingerprint + "/X/Y"}) {
        const auto invitation = Invitation::parse(text);
        ASSERT_TRUE(invitation.has_error()) << text;
        EXPECT_EQ(invitation.error().code, Errc::usage);
    }
}

}  // namespace
}  // namespace indaba::client
