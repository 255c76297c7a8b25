// An operator backs the centre up while it serves, loses it, and puts it back: devices hear what is safe, and bring
// what was written since.
#include "platform/files.hpp"
#include "tests/end_to_end/two_delegates.hpp"

#include <gmock/gmock.h>

#include <csignal>
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
    /// As who copies files does it, behind everybody's back.
    void put_back_by_hand()
    {
        centre.kill();
        std::filesystem::copy(backup + "/centre.db", centre.data() + "/centre.db",
                              std::filesystem::copy_options::overwrite_existing);
        for (const auto* part : {"-wal", "-shm"}) std::filesystem::remove(centre.data() + "/centre.db" + part);
        centre.start();
    }
    /// Its new directory, with what the lost one said of revoked devices.
    void make_directory_again()
    {
        std::filesystem::create_directory(centre.data());
        std::filesystem::permissions(centre.data(), std::filesystem::perms::owner_all);
        const auto kept = directory.file("lost") + "/revocations.txt";
        if (std::filesystem::exists(kept)) std::filesystem::copy(kept, centre.data() + "/revocations.txt");
    }
    /// Somebody's old keys, in a home that is not enrolled.
    [[nodiscard]] Device home_with_keys_of(const Device& device, const std::string& name) const
    {
        Device other(directory, name);
        std::filesystem::create_directory(other.home());
        std::filesystem::permissions(other.home(), std::filesystem::perms::owner_all);
        for (const auto* key : {"/device.key", "/data.key"})
            std::filesystem::copy(device.home() + key, other.home() + key);
        return other;
    }
    void revoke(const Device& device) const
    {
        const auto devices = boost::json::parse(centre.operate({"device", "list", "--json"}));
        for (const auto& known : devices.as_array())
            if (text_at(known, "name") == device.name()) centre.operate({"device", "revoke", text_at(known, "device")});
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
    put_back_by_hand();
    EXPECT_THAT(boris.run({"sync"}).err, HasSubstr("revoked")) << "files copied behind everybody's back";

    lose_centre();
    make_directory_again();
    centre.operate({"restore", backup});
    centre.start();
    EXPECT_THAT(boris.run({"sync"}).err, HasSubstr("revoked"));
    EXPECT_NE(Device(directory, "second").run({"enrol", invitation}).code, 0) << "it may have been used since";
    EXPECT_EQ(number_at(amina.json({"sync"}), "conflicts"), 0);
}

TEST_F(Backup, put_back_lets_no_revoked_key_in_that_was_enrolled_since)
{
    const auto invitation = centre.operate({"invite", "Boris"});
    centre.operate({"backup", backup});
    const Device third(directory, "third");
    third.done({"enrol", invitation, "--device", "third"});
    (void)third.json({"sync"});
    revoke(third);
    put_back_by_hand();
    EXPECT_THAT(third.run({"sync"}).err, HasSubstr("revoked")) << "though this database has never heard of it";
    const auto again = home_with_keys_of(third, "again");
    EXPECT_NE(again.run({"enrol", invitation}).code, 0);
    const auto refused = again.run({"enrol", centre.operate({"invite", "Boris"})});
    EXPECT_EQ(refused.code, 3);
    EXPECT_THAT(refused.err, HasSubstr("revoked"));
    EXPECT_EQ(boost::json::parse(centre.operate({"device", "list", "--json"})).as_array().size(), 2u);

    // What the file said is in what is backed up from now on, so that even a centre without the file knows it.
    const auto later = directory.file("later");
    centre.operate({"backup", later});
    lose_centre();
    centre.operate({"restore", later});
    centre.start();
    EXPECT_THAT(again.run({"enrol", centre.operate({"invite", "Boris"})}).err, HasSubstr("revoked"));
    EXPECT_THAT(content_of(centre.data() + "/revocations.txt"),
                testing::Eq(content_of(directory.file("lost") + "/revocations.txt")));
}

TEST_F(Backup, holds_no_open_invitation_whoever_puts_it_back)
{
    centre.operate({"person", "add", "Fay", "--role", "forum=editor"});
    const auto taken_back = centre.operate({"invite", "Fay"});
    const auto used = centre.operate({"invite", "Boris"});
    centre.operate({"backup", backup});
    const auto second = Device(directory, "second");
    second.done({"enrol", used});
    centre.operate({"person", "revoke", "Fay"});
    put_back_by_hand();
    const auto expect_none_open = [&](const std::string& home) {
        for (const auto& invitation : {taken_back, used}) {
            const auto refused = Device(directory, home).run({"enrol", invitation});
            EXPECT_EQ(refused.code, 3) << home;
            EXPECT_THAT(refused.err, HasSubstr("ask for a new one")) << home;
        }
    };
    expect_none_open("after the copy");
    EXPECT_EQ(Device(directory, "invited").run({"enrol", centre.operate({"invite", "Boris"})}).code, 0)
        << "one that was made since";

    // The restore is killed once the database is there: as long as somebody holds this lock, it gets no further.
    lose_centre();
    make_directory_again();
    {
        const auto held = platform::FileLock::try_take(centre.data() + "/erasures.lock");
        ASSERT_TRUE(held.has_value());
        const auto restoring = centre.begin({"restore", backup});
        for (int tries = 0; centre.try_operate({"space", "list"}).code != 0; ++tries) ASSERT_LT(tries, 1000);
        restoring->signal(SIGKILL);
        (void)restoring->finish();
    }
    centre.start();
    expect_none_open("after the kill");
}

TEST_F(Backup, put_back_regains_what_was_written_by_whoever_enrolled_since)
{
    write(amina, 1);
    (void)amina.json({"sync"});
    centre.operate({"backup", backup});
    const auto add_gus = [&] { centre.operate({"person", "add", "Gus", "--role", "forum=editor"}); };
    add_gus();
    Device gus(directory, "gus");
    gus.done({"enrol", centre.operate({"invite", "Gus"}), "--device", "gus"});
    (void)gus.json({"sync"});
    const auto id = text_at(gus.json({"put", "enterprise", "name=Accepted", "country=ZA"}), "id");
    (void)gus.json({"sync"});
    (void)amina.json({"sync"});
    amina.done({"put", "enterprise", "--id", id, "city=Benin"});
    (void)amina.json({"sync"});
    gus.done({"put", "enterprise", "name=Unsent", "country=ZA"});
    lose_centre();
    centre.operate({"restore", backup});
    centre.start();
    (void)amina.json({"sync"});  // her edit is refused until the record is back
    EXPECT_EQ(amina.json({"forgotten"}).as_array().size(), 1u);
    const auto unknown = gus.run({"sync"});
    EXPECT_EQ(unknown.code, 3);
    EXPECT_THAT(
        unknown.err,
        HasSubstr("not enrolled here: ask for an invitation, then run `indaba enrol INVITATION` with this home\n"));

    add_gus();
    const auto for_another = gus.run({"enrol", centre.operate({"invite", "Boris"})});
    EXPECT_EQ(for_another.code, 3);
    EXPECT_THAT(for_another.err, HasSubstr("another person"));
    const auto invitation = centre.operate({"invite", "Gus"});
    const auto enrolled = gus.json({"enrol", invitation});
    EXPECT_TRUE(at(enrolled, "again").as_bool());
    EXPECT_EQ(text_at(enrolled, "device"), "gus") << "as it was called before";
    EXPECT_THAT(gus.done({"enrol", invitation}), HasSubstr("again")) << "as after an answer that was lost on the way";
    EXPECT_EQ(number_at(at(gus.json({"status"}), "written"), "only_here"), 1);
    for (const auto* device : {&gus, &amina, &boris, &gus}) (void)device->json({"sync"});
    for (const auto* device : {&amina, &boris, &gus}) {
        const auto list = device->json({"list", "enterprise"}).as_array();
        EXPECT_EQ(list.size(), 3u) << device->name();
        EXPECT_EQ(device->json({"forgotten"}).as_array().size(), 0u) << device->name();
        EXPECT_EQ(number_at(device->json({"status"}), "conflicts"), 0) << device->name();
    }
    EXPECT_EQ(accepted(gus), 2);
    EXPECT_EQ(everything_shown(amina), everything_shown(gus));
    expect_same_leaves(centre, {&amina, &boris, &gus}, "forum");
    EXPECT_EQ(text_at(at(amina.json({"get", id}), "fields"), "city"), "Benin");
    EXPECT_EQ(amina.json({"refused"}).as_array().size(), 0u);
    EXPECT_EQ(feed_length(centre, "forum"), 5u) << "nothing is there twice, but her edit: refused, then accepted";
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
