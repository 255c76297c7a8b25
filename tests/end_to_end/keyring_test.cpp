// A home whose key the desktop's keyring has: a real gnome-keyring on a session bus of its own, without a desktop.
#include "tests/end_to_end/world.hpp"

#include "platform/key_store.hpp"
#include "tests/unit/cut_off.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>

namespace indaba::tests {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kMarker = "Kryptos Pumps 7391";
constexpr const char* kCollection = "/org/freedesktop/secrets/collection/login";
constexpr const char* kBus =
    "<busconfig><type>session</type><listen>unix:path={}</listen><auth>EXTERNAL</auth>"
    "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>"
    "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>";

/// The session of somebody who is logged in. It starts nothing by itself, so that what is not there stays away.
class Desktop {
public:
    Desktop()
    {
        for (const char* name : {"XDG_RUNTIME_DIR", "XDG_DATA_HOME", "HOME"}) {
            fs::create_directory(directory_.file(name));
            fs::permissions(directory_.file(name), fs::perms::owner_all);
            ::setenv(name, directory_.file(name).c_str(), 1);
        }
        ::unsetenv("DISPLAY");
        std::string config = kBus;
        config.replace(config.find("{}"), 2, directory_.file("bus"));
        std::ofstream(directory_.file("bus.conf")) << config;
        const Arguments command{"/usr/bin/dbus-daemon", "--config-file=" + directory_.file("bus.conf"), "--nofork",
                                "--print-address=1"};
        bus_ = std::make_unique<Process>(command, directory_.file("bus.err"));
        EXPECT_TRUE(bus_->wait_for_output("unix:")) << "platform/install-packages tests";
        log_in();
        start_keyring();
    }

    void log_in() const { ::setenv("DBUS_SESSION_BUS_ADDRESS", ("unix:path=" + directory_.file("bus")).c_str(), 1); }
    static void log_out() { ::unsetenv("DBUS_SESSION_BUS_ADDRESS"); }

    /// Unlocked.
    void start_keyring()
    {
        keyring_.reset();
        const Arguments command{"/usr/bin/gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground"};
        keyring_ = std::make_unique<Process>(command, directory_.file("keyring.err"), "the person's own password");
        for (int attempt = 0; attempt < 2'000; ++attempt)
            if (ask("org.freedesktop.DBus", "/",
                    {"org.freedesktop.DBus.GetNameOwner", "string:org.freedesktop.secrets"})
                    .code == 0)
                return;
        FAIL() << content_of(directory_.file("keyring.err"));
    }
    void stop_keyring() { keyring_.reset(); }
    void lock_keyring() const
    {
        EXPECT_EQ(secrets("/org/freedesktop/secrets",
                          {"org.freedesktop.Secret.Service.Lock", "array:objpath:" + std::string(kCollection)})
                      .code,
                  0);
    }

    /// The objects that the keyring keeps.
    [[nodiscard]] std::vector<std::string> items() const
    {
        std::vector<std::string> found;
        const auto answer = property(kCollection, "Collection", "Items");
        const auto prefix = std::string(kCollection) + "/";
        for (auto at = answer.find(prefix); at != std::string::npos; at = answer.find(prefix, at + 1))
            found.push_back(answer.substr(at, answer.find('"', at) - at));
        return found;
    }
    [[nodiscard]] std::string label(const std::string& item) const { return property(item, "Item", "Label"); }

private:
    [[nodiscard]] Ended ask(const std::string& whom, const std::string& object, const Arguments& what) const
    {
        Arguments command{"/usr/bin/dbus-send", "--session", "--print-reply", "--dest=" + whom, object};
        command.insert(command.end(), what.begin(), what.end());
        return Process(command, directory_.file("ask.err")).finish();
    }
    [[nodiscard]] Ended secrets(const std::string& object, const Arguments& what) const
    {
        return ask("org.freedesktop.secrets", object, what);
    }
    [[nodiscard]] std::string property(const std::string& object, const std::string& kind,
                                       const std::string& name) const
    {
        return secrets(object, {"org.freedesktop.DBus.Properties.Get", "string:org.freedesktop.Secret." + kind,
                                "string:" + name})
            .out;
    }

    TemporaryDirectory directory_;
    std::unique_ptr<Process> bus_;
    std::unique_ptr<Process> keyring_;
};

class KeyringTest : public testing::Test {
protected:
    static void SetUpTestSuite() { desktop = std::make_unique<Desktop>(); }
    static void TearDownTestSuite() { desktop.reset(); }

    KeyringTest()
    {
        centre.operate({"space", "add", "forum", "--kind", "event"});
        centre.operate({"person", "add", "Amina", "--role", "forum=editor"});
        centre.start();
        device.enrol(centre, "Amina");
        (void)device.done({"sync"});
        (void)device.done({"put", "enterprise", "--space", "forum", "name=" + std::string(kMarker)});
        std::ofstream(directory.file("passphrase")) << "a passphrase of the test\n";
    }
    ~KeyringTest() override
    {
        desktop->log_in();
        desktop->start_keyring();
        if (protection(device) == "keyring") (void)device.done({"passphrase", "remove"});
        EXPECT_THAT(desktop->items(), IsEmpty()) << "a home leaves nothing behind";
    }

    [[nodiscard]] Arguments with_passphrase(Arguments arguments) const
    {
        arguments.insert(arguments.end(), {"--passphrase-file", directory.file("passphrase")});
        return arguments;
    }
    [[nodiscard]] std::string protection(const Device& which) const
    {
        return text_at(which.json(with_passphrase({"status"})), "protection");
    }
    static void expect_line(const Ended& ended, int code, const std::string& part)
    {
        EXPECT_EQ(ended.code, code) << ended.err;
        EXPECT_THAT(ended.err, HasSubstr(part));
        EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    }
    void expect_closed(const std::string& part) const
    {
        expect_line(device.run({"list", "enterprise"}), 1, part);
        const auto status = device.run({"status", "--json"});
        expect_line(status, 1, part);
        EXPECT_EQ(text_at(boost::json::parse(status.out), "protection"), "keyring");
        EXPECT_TRUE(at(boost::json::parse(status.out), "locked").as_bool());
    }
    [[nodiscard]] std::set<std::string> files() const
    {
        std::set<std::string> names;
        for (const auto& entry : fs::directory_iterator(device.home())) names.insert(entry.path().filename().string());
        return names;
    }
    /// Of the key that the keyring has for the device's home.
    [[nodiscard]] std::string name_of_key() const
    {
        return "indaba:" + shared::to_hex(shared::as_bytes(content_of(device.home() + "/keyring.name")));
    }

    /// Kills `arguments` before it makes, renames or removes any file, each time in a fresh copy of the home to which
    /// `before` was done. What is left opens, and the next such command clears up in the keyring.
    void expect_survives(const Arguments& before, const Arguments& arguments)
    {
        for (int n = 0;; ++n) {
            SCOPED_TRACE(testing::Message() << "before change " << n);
            const Device cut{directory, "cut"};
            fs::remove_all(cut.home());
            fs::copy(device.home(), cut.home(), fs::copy_options::recursive);
            fs::permissions(cut.home(), fs::perms::owner_all);
            if (!before.empty()) (void)cut.done(before);
            const auto end = CutOff::before_change(n, [&] { return becomes(cut, arguments); }, CutOff::Of::names);
            if (end == CutOff::End::impossible) GTEST_SKIP() << "this system lets nobody trace a process";
            ASSERT_NE(end, CutOff::End::failed);
            if (protection(cut) == "permission") (void)cut.done({"passphrase", "keyring"});
            (void)cut.done(with_passphrase({"passphrase", "remove"}));
            EXPECT_THAT(cut.done({"list", "enterprise"}), HasSubstr(kMarker));
            EXPECT_THAT(desktop->items(), IsEmpty());
            EXPECT_FALSE(fs::exists(cut.home() + "/keyring.name"));
            if (HasFailure()) return;
            if (end == CutOff::End::killed) continue;
            EXPECT_GT(n, 5) << "nothing was cut off";
            return;
        }
    }
    /// In the process that calls it.
    static bool becomes(const Device& which, const Arguments& arguments)
    {
        const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        for (const int output : {1, 2}) ::dup2(nowhere, output);
        Arguments command{INDABA, "--home", which.home()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        std::vector<char*> parts;
        for (const auto& part : command) parts.push_back(const_cast<char*>(part.c_str()));
        parts.push_back(nullptr);
        ::execv(parts[0], parts.data());
        return false;
    }

    static inline std::unique_ptr<Desktop> desktop;
    TemporaryDirectory directory;
    Centre centre{directory};
    Device device{directory, "tablet"};
};

TEST_F(KeyringTest, a_home_opens_with_the_key_that_the_keyring_has_and_with_nothing_else)
{
    const auto key_on_disk = content_of(device.home() + "/data.key");
    EXPECT_EQ(text_at(device.json({"passphrase", "keyring"}), "protection"), "keyring");
    const auto status = device.json({"status"});
    EXPECT_EQ(text_at(status, "protection"), "keyring");
    EXPECT_FALSE(at(status, "locked").as_bool());
    EXPECT_THAT(device.done({"status"}), HasSubstr("its key in the desktop's keyring"));
    EXPECT_THAT(device.done({"list", "enterprise"}), HasSubstr(kMarker));
    EXPECT_THAT(device.done({"sync"}), HasSubstr("1 accepted"));
    for (const auto& name : files())
        for (const auto& secret : {std::string(kMarker), std::string("PRIVATE KEY"), key_on_disk})
            EXPECT_EQ(content_of(device.home() + "/" + name).find(secret), std::string::npos) << name;
    EXPECT_FALSE(fs::exists(device.home() + "/data.key"));
    EXPECT_FALSE(fs::exists(device.home() + "/device.key"));
    ASSERT_EQ(desktop->items().size(), 1u);
    EXPECT_THAT(desktop->label(desktop->items().front()), HasSubstr(device.home()));
    expect_line(device.run({"passphrase", "keyring"}), 2, "already");
    expect_line(device.run({"unlock"}), 2, "has no passphrase");
    desktop->stop_keyring();
    expect_closed("this desktop session has no keyring: log in to the desktop");
    desktop->start_keyring();
    (void)device.done({"passphrase", "remove"});
    EXPECT_EQ(protection(device), "permission");
    EXPECT_THAT(files(), Contains("data.key"));
    EXPECT_THAT(device.done({"list", "enterprise"}), HasSubstr(kMarker));
}

TEST_F(KeyringTest, without_a_keyring_nothing_is_changed_and_nothing_opens)
{
    const auto before = files();
    const auto expect_unchanged = [&](const std::string& part) {
        expect_line(device.run({"passphrase", "keyring"}), 1, part);
        EXPECT_EQ(files(), before);
        EXPECT_EQ(protection(device), "permission");
    };
    Desktop::log_out();
    expect_unchanged("there is no desktop session here, so nothing was changed");
    desktop->log_in();
    desktop->stop_keyring();
    expect_unchanged("this desktop session has no keyring, so nothing was changed");
    desktop->start_keyring();
    desktop->lock_keyring();
    expect_unchanged("so nothing was changed: log in to the desktop and unlock its keyring");
    desktop->start_keyring();
    (void)device.done({"passphrase", "keyring"});
    Desktop::log_out();
    expect_closed("there is no desktop session here: log in to the desktop");
    desktop->log_in();
    desktop->lock_keyring();
    expect_closed("the desktop's keyring is locked: log in to the desktop and unlock its keyring");
}

TEST_F(KeyringTest, a_key_that_is_gone_or_another_opens_nothing_and_loses_nothing)
{
    (void)device.done({"passphrase", "keyring"});
    const auto key = platform::stored_key(name_of_key());
    ASSERT_TRUE(key.has_value()) << key.error().text;
    ASSERT_TRUE(platform::drop_key(name_of_key()));
    expect_closed("the desktop's keyring had its key and has it no more");
    ASSERT_TRUE(platform::store_key(name_of_key(), "another \xff", {1, 2, 3}));
    expect_closed("is not the one of this home");
    ASSERT_TRUE(platform::store_key(name_of_key(), "restored", *key));
    EXPECT_THAT(device.done({"list", "enterprise"}), HasSubstr(kMarker));
}

TEST_F(KeyringTest, a_home_goes_from_a_passphrase_to_the_keyring_and_back)
{
    (void)device.done(with_passphrase({"passphrase", "set"}));
    expect_line(device.run({"passphrase", "keyring"}), 1, "is locked");
    (void)device.done(with_passphrase({"passphrase", "keyring"}));
    EXPECT_THAT(device.done({"list", "enterprise"}), HasSubstr(kMarker));
    (void)device.done(with_passphrase({"passphrase", "set"}));
    EXPECT_EQ(protection(device), "passphrase");
    EXPECT_THAT(desktop->items(), IsEmpty());
    expect_line(device.run({"list", "enterprise"}), 1, "indaba unlock");
    EXPECT_THAT(device.done(with_passphrase({"list", "enterprise"})), HasSubstr(kMarker));
}

TEST_F(KeyringTest, a_home_is_moved_or_copied_and_finds_its_key)
{
    (void)device.done({"passphrase", "keyring"});
    const Device moved{directory, "moved"};
    fs::rename(device.home(), moved.home());
    EXPECT_THAT(moved.done({"list", "enterprise"}), HasSubstr(kMarker));
    fs::copy(moved.home(), device.home(), fs::copy_options::recursive);
    fs::permissions(device.home(), fs::perms::owner_all);
    EXPECT_THAT(device.done({"list", "enterprise"}), HasSubstr(kMarker));
}

TEST_F(KeyringTest, moving_in_may_be_cut_off_anywhere) { expect_survives({}, {"passphrase", "keyring"}); }

TEST_F(KeyringTest, moving_out_may_be_cut_off_anywhere)
{
    expect_survives({"passphrase", "keyring"}, {"passphrase", "remove"});
}

TEST_F(KeyringTest, moving_out_to_a_passphrase_may_be_cut_off_anywhere)
{
    expect_survives({"passphrase", "keyring"}, with_passphrase({"passphrase", "set"}));
}

}  // namespace
}  // namespace indaba::tests
