// The operator's commands on real directories, without a running centre.
#include "server/commands.hpp"
#include "server/data_directory.hpp"
#include "tests/unit/file_size_limit.hpp"
#include "tests/unit/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <unistd.h>
#include <boost/json/serialize.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <tuple>

namespace indaba::server {

namespace {

using shared::Errc;
using testing::HasSubstr;

class ServerCommands : public testing::Test {
protected:
    ServerCommands() : data(home.file("centre")) {}

    void make_centre() { ASSERT_TRUE(init({data, "forum.example.org,192.0.2.7"}).has_value()); }
    [[nodiscard]] Errc space_error(const std::string& name, const std::string& kind = "event") const
    {
        return add_space({data, name, kind, {}}).error().code;
    }

    void lose(std::initializer_list<const char*> names) const
    {
        for (const auto* name : names) std::filesystem::remove(data + "/" + name);
    }

    tests::TemporaryDirectory home;
    std::string data;
};

bool is_line(const shared::Error& error)
{
    return !error.text.empty() && error.text.size() < 300 && error.text.find('\n') == std::string::npos;
}

}  // namespace

TEST_F(ServerCommands, init_makes_a_private_directory)
{
    const auto answer = init({data, "forum.example.org,192.0.2.7"});
    ASSERT_TRUE(answer.has_value());
    EXPECT_THAT(answer->text, HasSubstr("fingerprint"));
    EXPECT_EQ(tests::mode_of(data), 0700u);
    int files = 0;
    for (const auto& file : std::filesystem::directory_iterator(data)) {
        ++files;
        const bool is_public = file.path().extension() == ".crt";
        EXPECT_EQ(tests::mode_of(file.path()), is_public ? 0644u : 0600u) << file.path();
    }
    EXPECT_GE(files, 6);
}

TEST_F(ServerCommands, init_never_touches_what_is_there)
{
    make_centre();
    const auto key = tests::content_of(data + "/authority.key");
    const auto again = init({data, "forum.example.org"});
    ASSERT_TRUE(again.has_error());
    EXPECT_EQ(again.error().code, Errc::usage);
    EXPECT_THAT(again.error().text, HasSubstr("holds a centre already"));
    EXPECT_EQ(tests::content_of(data + "/authority.key"), key);

    const auto other = home.file("other");
    std::filesystem::create_directory(other);
    std::filesystem::permissions(other, std::filesystem::perms::owner_all);
    std::ofstream(other + "/letter.txt") << "dear";
    EXPECT_THAT(init({other, "forum.example.org"}).error().text, HasSubstr("not empty"));
    std::filesystem::permissions(other, std::filesystem::perms(0755));
    EXPECT_EQ(init({other, "forum.example.org"}).error().code, Errc::forbidden);
    EXPECT_TRUE(init({home.file("letter"), "a b"}).has_error());
    EXPECT_FALSE(std::filesystem::exists(home.file("letter"))) << "nothing is made for a wrong name";
}

TEST_F(ServerCommands, init_takes_up_what_was_interrupted)
{
    make_centre();
    const std::vector<std::string> made{"authority.key", "server.key", "feed.key", "authority.crt"};
    std::vector<std::string> before;
    for (const auto& name : made) before.push_back(tests::content_of(data + "/" + name));
    lose({"centre.db", "centre.db-wal", "centre.db-shm", "server.crt"});
    std::ofstream(data + "/server.crt.a1B2c3") << "half a certif";
    const auto again = init({data, "forum.example.org"});
    ASSERT_TRUE(again.has_value());
    EXPECT_THAT(again->text, HasSubstr("with the keys that were there"));
    EXPECT_EQ(again->json.at("kept_keys"), true);
    EXPECT_TRUE(add_space({data, "forum", "event", {}}).has_value());
    for (std::size_t i = 0; i < made.size(); ++i)
        EXPECT_EQ(tests::content_of(data + "/" + made[i]), before[i]) << made[i] << " was replaced";
}

TEST_F(ServerCommands, init_takes_up_keys_that_were_not_yet_signed)
{
    make_centre();
    const auto key = tests::content_of(data + "/authority.key");
    lose({"centre.db", "centre.db-wal", "centre.db-shm", "server.crt", "authority.crt", "feed.key"});
    ASSERT_TRUE(init({data, "forum.example.org"}).has_value());
    EXPECT_EQ(tests::content_of(data + "/authority.key"), key);
    EXPECT_TRUE(DataDirectory::open(data)->authority().has_value());
    EXPECT_TRUE(DataDirectory::open(data)->feed_key().has_value());
}

TEST_F(ServerCommands, init_makes_no_key_for_one_that_was_lost)
{
    for (const auto* key : {"authority.key", "feed.key"}) {
        std::filesystem::remove_all(data);
        make_centre();
        lose({"centre.db", "centre.db-wal", "centre.db-shm", key});
        const auto refused = init({data, "forum.example.org"});
        ASSERT_TRUE(refused.has_error()) << key;
        EXPECT_EQ(refused.error().code, Errc::corrupt);
        EXPECT_THAT(refused.error().text, HasSubstr(std::string(key) + " is missing: restore it from a backup"));
        EXPECT_FALSE(std::filesystem::exists(data + "/" + key));
    }
}

TEST_F(ServerCommands, without_the_database_ask_for_the_backup)
{
    make_centre();
    lose({"centre.db", "centre.db-wal", "centre.db-shm"});
    for (const auto& error : {list_spaces(data).error(), run({data, "127.0.0.1:0", "1", false}).error()}) {
        EXPECT_EQ(error.code, Errc::corrupt);
        EXPECT_THAT(error.text, HasSubstr("centre.db is missing: restore it from a backup"));
        EXPECT_TRUE(is_line(error)) << error.text;
    }
}

/// As another user, whom the test's own directory does not let in.
TEST_F(ServerCommands, tell_a_directory_that_may_not_be_entered_from_none)
{
    make_centre();
    if (::geteuid() != 0) GTEST_SKIP() << "only the superuser can become somebody else";
    ASSERT_EQ(::seteuid(65534), 0);
    const auto errors = {list_spaces(data).error(), run({data, "127.0.0.1:0", "1", false}).error(),
                         init({data, "forum.example.org"}).error()};
    ASSERT_EQ(::seteuid(0), 0);
    for (const auto& error : errors) {
        EXPECT_EQ(error.code, Errc::forbidden);
        EXPECT_THAT(error.text, HasSubstr("Permission denied"));
        EXPECT_TRUE(is_line(error)) << error.text;
    }
}

TEST_F(ServerCommands, init_on_a_full_disk_can_be_repeated)
{
    {
        const tests::FileSizeLimit limit(8 * 1024);
        const auto failed = init({data, "forum.example.org"});
        ASSERT_TRUE(failed.has_error());
        EXPECT_TRUE(is_line(failed.error())) << failed.error().text;
    }
    EXPECT_TRUE(init({data, "forum.example.org"}).has_value());
    EXPECT_TRUE(list_spaces(data).has_value());
}

TEST_F(ServerCommands, without_a_centre_say_how_to_make_one)
{
    const auto errors = {add_space({data, "forum", "event", {}}).error(), add_person({data, "Ana", {}}).error(),
                         invite({data, "Ana", {}, 0}).error(), list_devices(data).error(),
                         run({data, "127.0.0.1:0", "1", false}).error()};
    for (const auto& error : errors) {
        EXPECT_EQ(error.code, Errc::not_found);
        EXPECT_THAT(error.text, HasSubstr("indaba-server init"));
    }
    EXPECT_FALSE(std::filesystem::exists(data));
}

TEST_F(ServerCommands, space_add_is_said_once_or_again_the_same)
{
    make_centre();
    const auto added = add_space({data, "forum", "event", "Trade forum 2026"});
    ASSERT_TRUE(added.has_value()) << added.error().text;
    EXPECT_EQ(added->text, "added space forum, event 'Trade forum 2026'");
    EXPECT_THAT(add_space({data, "forum", "event", "Trade forum 2026"})->text, HasSubstr("unchanged"));
    EXPECT_EQ(add_space({data, "forum", "country", "Trade forum 2026"}).error().code, Errc::usage);
    EXPECT_EQ(boost::json::serialize(list_spaces(data)->json),
              R"([{"space":"forum","kind":"event","title":"Trade forum 2026","lease_days":30}])");
    EXPECT_EQ(space_error(""), Errc::usage);
    EXPECT_EQ(space_error("Forum"), Errc::usage);
    EXPECT_EQ(space_error("-forum"), Errc::usage);
    EXPECT_EQ(space_error("a/b"), Errc::usage);
    EXPECT_EQ(space_error(std::string(64, 'a')), Errc::usage);
    EXPECT_EQ(space_error(std::string(1'000'000, 'a')), Errc::usage);
    EXPECT_EQ(space_error("other", "party"), Errc::usage);
    EXPECT_EQ(add_space({data, "other", "event", "a\nb"}).error().code, Errc::usage);
    EXPECT_EQ(list_spaces(data)->json.as_array().size(), 1u);
    EXPECT_THAT(set_space_lease({data, "other", 7}).error().text, HasSubstr("add it with space add"));
    EXPECT_THAT(set_space_lease({data, "forum", 7})->text, HasSubstr("7 days without contact"));
    EXPECT_THAT(list_spaces(data)->text, HasSubstr("7 days without contact"));
}

TEST_F(ServerCommands, person_add_adds_and_changes_roles)
{
    make_centre();
    ASSERT_TRUE(add_space({data, "forum", "event", {}}).has_value());
    ASSERT_TRUE(add_space({data, "brazil", "country", {}}).has_value());
    EXPECT_EQ(add_person({data, "Ana Silva", {"forum=editor"}})->text, "added Ana Silva  forum=editor");
    EXPECT_EQ(add_person({data, "Ana Silva", {"brazil=viewer", "forum=organiser"}})->text,
              "changed Ana Silva  brazil=viewer  forum=organiser");
    EXPECT_EQ(add_person({data, "Ana Silva", {}})->text, "unchanged: Ana Silva  brazil=viewer  forum=organiser");
    EXPECT_EQ(add_person({data, "Ana Silva", {"brazil=none"}})->text, "changed Ana Silva  forum=organiser");
    EXPECT_EQ(add_person({data, "Zoë", {}})->text, "added Zoë");
    EXPECT_EQ(list_people(data)->text, "Ana Silva  forum=organiser\nZoë");

    EXPECT_EQ(add_person({data, "Bo", {"forum=editor", "mars=editor"}}).error().code, Errc::not_found);
    EXPECT_EQ(add_person({data, "Bo", {"forum=boss"}}).error().code, Errc::usage);
    EXPECT_EQ(add_person({data, "", {}}).error().code, Errc::usage);
    EXPECT_EQ(add_person({data, std::string(100'000, 'x'), {}}).error().code, Errc::usage);
    EXPECT_EQ(add_person({data, "\xc3(", {}}).error().code, Errc::usage);
    EXPECT_EQ(list_people(data)->json.as_array().size(), 2u) << "who was refused is not there";
}

TEST_F(ServerCommands, invite_needs_a_person_and_an_address)
{
    make_centre();
    EXPECT_EQ(invite({data, "Ana", {}, 0}).error().code, Errc::not_found);
    ASSERT_TRUE(add_person({data, "Ana", {}}).has_value());
    EXPECT_THAT(invite({data, "Ana", {}, 0}).error().text, HasSubstr("never run"));
    EXPECT_EQ(invite({data, "Ana", "elsewhere.example:7443", 0}).error().code, Errc::usage);
    EXPECT_EQ(invite({data, "Ana", "forum.example.org", 0}).error().code, Errc::usage);
    EXPECT_EQ(invite({data, "Ana", "forum.example.org:0", 0}).error().code, Errc::usage);
    EXPECT_EQ(invite({data, "Ana", "forum.example.org:7443", 366}).error().code, Errc::usage);
    EXPECT_EQ(invite({data, "Ana", "forum.example.org:7443", -1}).error().code, Errc::usage);
    const auto invitation = invite({data, "Ana", "192.0.2.7:7443", 3});
    ASSERT_TRUE(invitation.has_value()) << invitation.error().text;
    EXPECT_THAT(invitation->text, testing::MatchesRegex("indaba:192.0.2.7:7443/[0-9a-f]+/[0-9A-Z]+"));
    EXPECT_NE(invite({data, "Ana", "192.0.2.7:7443", 3})->text, invitation->text);
    const auto code = invitation->text.substr(invitation->text.rfind('/') + 1);
    EXPECT_EQ(tests::content_of(data + "/centre.db").find(code), std::string::npos);
    EXPECT_EQ(tests::content_of(data + "/centre.db-wal").find(code), std::string::npos);
}

TEST_F(ServerCommands, device_revoke_wants_a_device)
{
    make_centre();
    EXPECT_EQ(list_devices(data)->text, "");
    EXPECT_EQ(boost::json::serialize(list_devices(data)->json), "[]");
    EXPECT_EQ(revoke_device({data, "9f86d081"}).error().code, Errc::not_found);
    for (const auto* device : {"", "9f86d08", "9F86D081", "not hexadecimal"})
        EXPECT_EQ(revoke_device({data, device}).error().code, Errc::usage) << device;
}

TEST_F(ServerCommands, tell_a_damaged_centre_in_one_line)
{
    make_centre();
    std::ofstream(data + "/centre.db", std::ios::trunc) << std::string(8192, 'x');
    const auto damaged = list_spaces(data);
    ASSERT_TRUE(damaged.has_error());
    EXPECT_EQ(damaged.error().code, Errc::corrupt);
    EXPECT_TRUE(is_line(damaged.error())) << damaged.error().text;
}

TEST_F(ServerCommands, run_refuses_what_it_cannot_do)
{
    make_centre();
    for (const auto* listen : {"", "7443", "127.0.0.1", "127.0.0.1:99999", "forum.example.org:7443", "127.0.0.1:-1"}) {
        const auto refused = run({data, listen, "1", false});
        ASSERT_TRUE(refused.has_error()) << listen;
        EXPECT_EQ(refused.error().code, Errc::usage) << listen << ": " << refused.error().text;
    }
    const auto held = DataDirectory::open(data)->lock();
    ASSERT_TRUE(held.has_value());
    const auto second = run({data, "127.0.0.1:0", "1", false});
    ASSERT_TRUE(second.has_error());
    EXPECT_EQ(second.error().code, Errc::busy);
}

TEST_F(ServerCommands, backup_says_at_once_where_it_cannot_be_and_leaves_nothing_there)
{
    make_centre();
    const auto filed = home.file("filed");
    std::ofstream(filed) << "a letter";
    std::filesystem::create_directory(home.file("full"));
    std::ofstream(home.file("full/letter")) << "a letter";
    std::filesystem::create_symlink(home.file("nothing"), home.file("link"));
    std::filesystem::create_symlink(data, home.file("elsewhere"));
    const auto names = [&] {
        std::set<std::string> all;
        for (const auto& file : std::filesystem::recursive_directory_iterator(home.file("."))) all.insert(file.path());
        return all;
    };
    const auto before = names();
    const std::vector<std::tuple<std::string, Errc, std::string>> wrong{
        {filed, Errc::usage, "is there and is not a directory"},
        {home.file("link"), Errc::usage, "is there and is not a directory"},
        {filed + "/backup", Errc::not_found, "there is no directory"},
        {home.file("no/backup"), Errc::not_found, "make it first"},
        {home.file("full"), Errc::usage, "is not empty"},
        {data, Errc::usage, "inside the centre's own directory"},
        {data + "/backup", Errc::usage, "inside the centre's own directory"},
        {home.file("elsewhere/backup"), Errc::usage, "inside the centre's own directory"},
        {home.file("."), Errc::usage, "is not empty"},
        {"/proc/backup", Errc::io, "give the backup another place"},
    };
    for (const auto& [to, code, words] : wrong) {
        const auto answer = back_up({data, to});
        ASSERT_TRUE(answer.has_error()) << to;
        EXPECT_THAT(answer.error().text, HasSubstr(words));
        EXPECT_TRUE(answer.error().code == code || to.starts_with("/proc/")) << to;
        EXPECT_TRUE(is_line(answer.error())) << answer.error().text;
        EXPECT_EQ(names(), before) << to;
    }
}

TEST_F(ServerCommands, backup_that_fails_half_way_leaves_nothing_and_names_what_is_in_the_way)
{
    make_centre();
    const auto to = home.file("backup");
    std::filesystem::rename(data + "/feed.key", home.file("feed.key"));
    EXPECT_THAT(back_up({data, to}).error().text, HasSubstr("feed.key"));
    for (const auto* left : {"backup", "backup.unfinished", "backup.unfinished.lock"})
        EXPECT_FALSE(std::filesystem::exists(home.file(left))) << left;
    std::filesystem::rename(home.file("feed.key"), data + "/feed.key");

    std::filesystem::create_directory(to);
    {
        const auto held = platform::FileLock::try_take(to + ".unfinished.lock");
        EXPECT_EQ(back_up({data, to}).error().code, Errc::busy);
        EXPECT_THAT(back_up({data, to}).error().text, HasSubstr("another backup to " + to + " is being made"));
    }
    EXPECT_THAT(back_up({data, to})->text, HasSubstr("backed up 0 spaces,"));
    ASSERT_TRUE(add_space({data, "forum", "event", {}}).has_value());
    EXPECT_THAT(back_up({data, home.file("second")})->text, HasSubstr("backed up 1 space,"));
}

}  // namespace indaba::server
