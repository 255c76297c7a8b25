// What operators and devices may call things, the codes that people carry, and counting the wrong ones.
#include "platform/system.hpp"
#include "server/invitation.hpp"
#include "server/names.hpp"
#include "server/wrong_codes.hpp"
#include "shared/limits.hpp"

#include <gmock/gmock.h>

#include <set>

namespace indaba::server {

namespace {

using shared::Errc;
using testing::ElementsAre;
using testing::HasSubstr;

bool is_name(std::string_view name) { return check_name(name, "a name").has_value(); }

}  // namespace

TEST(ServerNames, take_any_script_on_one_line)
{
    EXPECT_TRUE(is_name("Ana Silva"));
    EXPECT_TRUE(is_name("创新基地"));
    EXPECT_TRUE(is_name("हिन्दी"));
    EXPECT_TRUE(is_name("O'Brien \"Bob\" <x>, 🌍"));
    std::string long_name;
    for (std::size_t i = 0; i < shared::limits::kName_codepoints; ++i) long_name += "界";
    EXPECT_TRUE(is_name(long_name));
    EXPECT_FALSE(is_name(long_name + "界"));
}

TEST(ServerNames, refuse_what_breaks_a_line_or_hides)
{
    for (const std::string_view name : {"", " Ana", "Ana ", "A\nB", "A\tB", "A\x7f", "\xff\xfe",
                                        "A\xe2\x80\xae"
                                        "B",
                                        "\xef\xbb\xbf"
                                        "A",
                                        "A\xc2\x85"
                                        "B"})
        EXPECT_FALSE(is_name(name)) << testing::PrintToString(name);
    EXPECT_FALSE(is_name(std::string_view("A\0B", 3)));
    EXPECT_FALSE(is_name(std::string(1'000'000, 'a')));
    EXPECT_THAT(check_name("", "a person's name").error().text, HasSubstr("a person's name"));
}

TEST(ServerNames, of_hosts_are_what_devices_can_connect_to)
{
    for (const auto* host :
         {"forum.example.org", "localhost", "192.0.2.7", "::1", "2001:db8::7", "a-b.c", "Forum.Example"})
        EXPECT_TRUE(check_host(host).has_value()) << host;
    for (const auto* host : {"", ".", "a..b", "-a", "a-", "1.2.3", "1.2.3.4.5", "999.1.1.1", "a b", "a/b", "a:1",
                             "[::1]", "0.0.0.0", "::", "fe80::1%eth0", "ä.example", "a,b", "a\nb"})
        EXPECT_FALSE(check_host(host).has_value()) << host;
    EXPECT_FALSE(check_host(std::string(300, 'a')).has_value());
    EXPECT_THAT(*parse_hosts("a.example,192.0.2.7"), ElementsAre("a.example", "192.0.2.7"));
    for (const auto* list : {"", ",", "a,", ",a", "a,,b", "a,a"}) EXPECT_FALSE(parse_hosts(list).has_value()) << list;
}

TEST(ServerNames, of_roles_are_given_with_their_space)
{
    const auto change = parse_role_change("forum=editor");
    ASSERT_TRUE(change.has_value());
    EXPECT_EQ(change->space, "forum");
    EXPECT_EQ(change->role, "editor");
    EXPECT_EQ(parse_role_change("forum=none")->role, "");
    for (const auto* text :
         {"", "forum", "=editor", "forum=", "forum=Editor", "Forum=editor", "forum=editor=x", "forum=boss"})
        EXPECT_FALSE(parse_role_change(text).has_value()) << text;
    EXPECT_THAT(parse_role_change("forum=bo\nss").error().text, testing::Not(HasSubstr("\n")));
}

TEST(Invitation, has_a_code_that_survives_being_read_aloud)
{
    platform::SystemRandom random;
    std::set<std::string> codes;
    for (int i = 0; i < 100; ++i) {
        const auto code = make_code(random);
        EXPECT_EQ(code.size(), 26u);
        EXPECT_EQ(*normal_code(code), code);
        codes.insert(code);
    }
    EXPECT_EQ(codes.size(), 100u);
    EXPECT_EQ(*normal_code("oiL23-45678 9abcd-efghj-kmnpq-r"), "01123456789ABCDEFGHJKMNPQR");
    for (const auto* typed :
         {"", "0", "0112345678U9ABCDEFGHJKMNPQ", "01123456789ABCDEFGHJKMNPQRS", "ü1123456789ABCDEFGHJKMNPQ"})
        EXPECT_EQ(normal_code(typed).error().code, Errc::malformed) << typed;
    EXPECT_FALSE(normal_code(std::string(1'000'000, '-')).has_value());
}

TEST(Invitation, is_one_line_with_address_fingerprint_and_code)
{
    const Invitation invitation{{"forum.example.org", 7443}, {}, "CODE"};
    EXPECT_EQ(invitation.text(), "indaba:forum.example.org:7443/" + std::string(64, '0') + "/CODE");
    EXPECT_TRUE(Invitation({{"::1", 7443}, {}, "CODE"}).text().starts_with("indaba:[::1]:7443/"));
}

TEST(WrongCodes, close_an_address_for_a_while)
{
    WrongCodes wrong;
    for (std::size_t i = 0; i < shared::limits::kWrongCodesPerAddress; ++i) {
        EXPECT_TRUE(wrong.may_try("192.0.2.7", 0));
        wrong.count("192.0.2.7", 0);
    }
    EXPECT_FALSE(wrong.may_try("192.0.2.7", 0));
    EXPECT_TRUE(wrong.may_try("192.0.2.8", 0));
    EXPECT_FALSE(wrong.may_try("192.0.2.7", shared::limits::kWrongCodes_ms));
    EXPECT_TRUE(wrong.may_try("192.0.2.7", shared::limits::kWrongCodes_ms + 1));
}

TEST(WrongCodes, count_one_subscriber_of_ipv6_as_one)
{
    WrongCodes wrong;
    for (std::size_t i = 0; i < shared::limits::kWrongCodesPerAddress; ++i)
        wrong.count("2001:db8::" + std::to_string(i), 0);
    EXPECT_FALSE(wrong.may_try("2001:db8::ffff", 0));
    EXPECT_TRUE(wrong.may_try("2001:db8:0:1::1", 0));
}

TEST(WrongCodes, have_a_limit_in_total)
{
    WrongCodes wrong;
    for (std::size_t i = 0; i < 2 * shared::limits::kWrongCodesInTotal; ++i)
        wrong.count("host-" + std::to_string(i), 5);
    EXPECT_FALSE(wrong.may_try("192.0.2.9", 5));
    EXPECT_TRUE(wrong.may_try("192.0.2.9", 6 + shared::limits::kWrongCodes_ms));
}

}  // namespace indaba::server
