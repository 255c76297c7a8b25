// An operator backs the centre up while it serves, loses it, and puts it back: devices hear what is safe, and bring
// what was written since.
#include "tests/end_to_end/two_delegates.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace indaba::tests {
namespace {

using testing::HasSubstr;

class Backup : public TwoDelegates {
protected:
    void write(const Device& device, int count)
    {
        for (int i = 0; i < count; ++i)
            device.done({"put", "enterprise", "name=Company " + std::to_string(++written), "country=ZA"});
    }
    [[nodiscard]] static std::int64_t backed_up(const Device& device)
    {
        return number_at(at(device.json({"status"}), "written"), "backed_up");
    }
    [[nodiscard]] static std::int64_t accepted(const Device& device)
    {
        return number_at(at(device.json({"status"}), "written"), "accepted");
    }
    void lose_centre()
    {
        centre.kill();
        std::filesystem::rename(centre.data(), directory.file("lost"));
    }
    void damage(const std::string& file) const
    {
        std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(std::streamoff(std::filesystem::file_size(file)) / 2);
        bytes.put('\x5a').put('\xa5').put('\x5a');
    }

    int written = 0;
};

TEST_F(Backup, made_beside_a_running_centre_tells_devices_what_is_safe)
{
    write(amina, 3);
    (void)amina.json({"sync"});
    EXPECT_EQ(accepted(amina), 3);
    EXPECT_EQ(backed_up(amina), 0);
    const auto made = boost::json::parse(centre.operate({"backup", backup + "/", "--json"}));
    EXPECT_EQ(number_at(at(made, "spaces"), "forum"), 3);
    EXPECT_TRUE(std::filesystem::exists(backup + "/backup.json"));
    EXPECT_EQ(mode_of(backup), 0700u);
    EXPECT_FALSE(std::filesystem::exists(backup + ".unfinished"));

    (void)amina.json({"sync"});
    EXPECT_EQ(backed_up(amina), 3) << "though nothing else is new";
    write(amina, 1);
    (void)amina.json({"sync"});
    EXPECT_EQ(accepted(amina), 4);
    EXPECT_EQ(backed_up(amina), 3);
    EXPECT_THAT(amina.done({"status"}), HasSubstr("In a backup of the centre: 3 of those accepted"));
    centre.operate({"backup", directory.file("second")});
    (void)amina.json({"sync"});
    EXPECT_EQ(backed_up(amina), 4);
}

TEST_F(Backup, put_back_regains_what_was_written_since)
{
    write(amina, 3);
    (void)amina.json({"sync"});
    centre.operate({"backup", backup});
    write(amina, 2);
    (void)amina.json({"sync"});
    (void)boris.json({"sync"});
    write(boris, 1);
    (void)boris.json({"sync"});
    lose_centre();

    const auto restored = boost::json::parse(centre.operate({"restore", backup, "--json"}));
    EXPECT_EQ(number_at(at(restored, "spaces"), "forum"), 3);
    centre.start();
    for (const auto* device : {&amina, &boris, &amina, &boris}) (void)device->json({"sync"});
    EXPECT_EQ(number_at(amina.json({"status"}), "records"), 6);
    EXPECT_EQ(everything_shown(amina), everything_shown(boris));
    expect_same_leaves(centre, {&amina, &boris}, "forum");
    EXPECT_EQ(accepted(amina), 5);
    EXPECT_EQ(backed_up(amina), 3);
    EXPECT_EQ(amina.json({"forgotten"}).as_array().size(), 0u);
}

TEST_F(Backup, put_back_lets_nobody_in_who_was_revoked_since)
{
    write(boris, 1);
    (void)boris.json({"sync"});
    const auto invitation = centre.operate({"invite", "Boris"});
    centre.operate({"backup", backup});
    centre.operate({"person", "revoke", "Boris"});
    centre.kill();
    std::filesystem::copy(backup + "/centre.db", centre.data() + "/centre.db",
                          std::filesystem::copy_options::overwrite_existing);
    for (const auto* part : {"-wal", "-shm"}) std::filesystem::remove(centre.data() + "/centre.db" + part);
    centre.start();
    EXPECT_THAT(boris.run({"sync"}).err, HasSubstr("revoked")) << "files copied behind everybody's back";

    lose_centre();
    std::filesystem::create_directory(centre.data());
    std::filesystem::permissions(centre.data(), std::filesystem::perms::owner_all);
    std::filesystem::copy(directory.file("lost") + "/revocations.txt", centre.data() + "/revocations.txt");
    centre.operate({"restore", backup});
    centre.start();
    EXPECT_THAT(boris.run({"sync"}).err, HasSubstr("revoked"));
    EXPECT_NE(Device(directory, "second").run({"enrol", invitation}).code, 0) << "it may have been used since";
    EXPECT_EQ(number_at(amina.json({"sync"}), "conflicts"), 0);
}

TEST_F(Backup, that_is_damaged_or_no_backup_makes_no_centre)
{
    write(amina, 3);
    (void)amina.json({"sync"});
    centre.operate({"backup", backup});
    const auto other = directory.file("other");
    const auto refused = [&](const Arguments& arguments, int code, const std::string& words) {
        const auto ended = centre.try_operate(arguments);
        EXPECT_EQ(ended.code, code) << ended.err;
        EXPECT_THAT(ended.err, HasSubstr(words));
        EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
    };
    refused({"restore", backup}, 2, "holds a centre already");
    refused({"restore", other}, 2, "not a finished backup");
    refused({"backup", backup}, 2, "not empty");
    refused({"backup", directory.file("no/such/place")}, 2, "make it first");
    lose_centre();
    for (const auto* file : {"centre.db", "feed.key", "backup.json"}) {
        SCOPED_TRACE(file);
        std::filesystem::remove_all(other);
        std::filesystem::copy(backup, other);
        damage(other + "/" + file);
        refused({"restore", other}, 1, "take another backup");
        EXPECT_FALSE(std::filesystem::exists(centre.data() + "/centre.db"));
    }
    std::filesystem::create_directory(centre.data());
    std::filesystem::permissions(centre.data(), std::filesystem::perms::owner_all);
    std::ofstream(centre.data() + "/revocations.txt") << "somebody\n";
    std::filesystem::permissions(centre.data() + "/revocations.txt",
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    refused({"restore", backup}, 1, "revocations.txt, line 1, is not a revoked device");
    EXPECT_FALSE(std::filesystem::exists(centre.data() + "/centre.db"));
    std::filesystem::remove_all(centre.data());
    std::filesystem::copy(backup, centre.data());
    std::filesystem::permissions(centre.data(), std::filesystem::perms::owner_all);
    refused({"space", "list"}, 2, "is a backup");
}

TEST_F(Backup, that_was_interrupted_is_none_and_is_made_again)
{
    write(amina, 1);
    (void)amina.json({"sync"});
    const auto half = backup + ".unfinished";
    std::filesystem::create_directory(half);
    std::filesystem::permissions(half, std::filesystem::perms::owner_all);
    std::ofstream(half + "/centre.db") << "half a";
    std::ofstream(half + "/centre.db-journal") << "half a";
    std::ofstream(half + "/backup.json.a1B2c3") << "{";
    std::ofstream(backup + ".unfinished.lock");
    centre.operate({"backup", backup});
    lose_centre();
    centre.operate({"restore", backup});
    EXPECT_THAT(centre.operate({"space", "list"}), HasSubstr("forum"));
}

}  // namespace
}  // namespace indaba::tests
