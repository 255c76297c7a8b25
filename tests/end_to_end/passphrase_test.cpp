// A home under a passphrase as people and scripts use it: real programs, a real terminal, a real keyring.
#include "tests/end_to_end/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>

#include <array>
#include <cstdlib>
#include <fstream>

namespace indaba::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kMarker = "Kryptos Pumps 7391";
constexpr const char* kFirst = "первая фраза";
constexpr const char* kSecond = "a second passphrase";

class PassphraseTest : public testing::Test {
protected:
    PassphraseTest()
    {
        centre.operate({"space", "add", "forum", "--kind", "event"});
        centre.operate({"person", "add", "Amina", "--role", "forum=editor"});
        centre.start();
        write("first", kFirst);
        write("second", kSecond);
    }
    ~PassphraseTest() override { (void)device.run({"lock"}); }

    void enrol()
    {
        device.enrol(centre, "Amina");
        (void)device.done({"sync"});
    }
    void write(const std::string& name, const std::string& passphrase) const
    {
        std::ofstream(directory.file(name)) << passphrase << "\n";
    }
    [[nodiscard]] Arguments with(Arguments arguments, const std::string& file) const
    {
        arguments.insert(arguments.end(), {"--passphrase-file", directory.file(file)});
        return arguments;
    }
    /// In one line, without a passphrase.
    static void expect_line(const Ended& ended, int code, const std::string& part)
    {
        EXPECT_EQ(ended.code, code) << ended.err;
        EXPECT_THAT(ended.err, HasSubstr(part));
        EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
        EXPECT_THAT(ended.err, Not(HasSubstr(kFirst)));
    }
    void expect_tells_nothing() const
    {
        for (const auto& entry : fs::directory_iterator(device.home())) {
            const auto content = content_of(entry.path().string());
            for (const char* secret : {kMarker, "PRIVATE KEY", kFirst, kSecond})
                EXPECT_EQ(content.find(secret), std::string::npos) << secret << " in " << entry.path();
        }
    }

    TemporaryDirectory directory;
    Centre centre{directory};
    Device device{directory, "tablet"};
};

TEST_F(PassphraseTest, a_home_is_locked_from_its_first_byte_and_works_as_any_other)
{
    const auto invitation = centre.operate({"invite", "Amina"});
    (void)device.done(with({"enrol", invitation, "--device", "tablet"}, "first"));
    (void)device.done(with({"sync"}, "first"));
    (void)device.done(with({"put", "enterprise", "--space", "forum", "name=" + std::string(kMarker)}, "first"));
    (void)device.done(with({"sync"}, "first"));
    EXPECT_THAT(device.done(with({"list", "enterprise"}, "first")), HasSubstr(kMarker));
    const auto status = device.json(with({"status"}, "first"));
    EXPECT_EQ(text_at(status, "protection"), "passphrase");
    EXPECT_TRUE(at(status, "locked").as_bool());
    expect_tells_nothing();
    EXPECT_FALSE(fs::exists(device.home() + "/data.key"));
    EXPECT_FALSE(fs::exists(device.home() + "/device.key"));
}

TEST_F(PassphraseTest, a_locked_home_says_what_to_do)
{
    enrol();
    EXPECT_EQ(text_at(device.json({"status"}), "protection"), "permission");
    EXPECT_THAT(device.done({"status"}), HasSubstr("indaba passphrase set"));
    (void)device.done({"put", "enterprise", "--space", "forum", "name=" + std::string(kMarker)});
    (void)device.done(with({"passphrase", "set"}, "first"));
    expect_tells_nothing();
    expect_line(device.run({"list", "enterprise"}), 1, "indaba unlock");
    expect_line(device.run(with({"list", "enterprise"}, "second")), 1, "not the passphrase");
    expect_line(device.run(with({"list", "enterprise"}, "none")), 1, "there is no such file");
    expect_line(device.run(with({"passphrase", "set"}, "second")), 2, "indaba passphrase change");
    const auto status = device.run({"status", "--json"});
    expect_line(status, 1, "indaba unlock");
    EXPECT_TRUE(at(boost::json::parse(status.out), "locked").as_bool());
    ASSERT_EQ(::setenv("INDABA_PASSPHRASE_FILE", directory.file("first").c_str(), 1), 0);
    EXPECT_THAT(device.done({"list", "enterprise"}), HasSubstr(kMarker));
    ::unsetenv("INDABA_PASSPHRASE_FILE");
}

TEST_F(PassphraseTest, a_locked_home_that_is_enrolled_again_asks_for_it)
{
    enrol();
    (void)device.done(with({"passphrase", "set"}, "first"));
    const auto before = content_of(device.home() + "/enrolment.json");
    const auto invitation = centre.operate({"invite", "Amina"});
    expect_line(device.run({"enrol", invitation}), 1, "passphrase");
    expect_line(device.run(with({"enrol", invitation}, "second")), 1, "not the passphrase");
    expect_line(device.run(with({"enrol", invitation, "--passphrase"}, "first")), 2, "enrolled already");
    EXPECT_EQ(content_of(device.home() + "/enrolment.json"), before);
    (void)device.done(with({"enrol", invitation}, "first"));
    EXPECT_NE(content_of(device.home() + "/enrolment.json"), before) << "another certificate";
    (void)device.done(with({"sync"}, "first"));
    EXPECT_FALSE(fs::exists(device.home() + "/device.key"));
}

TEST_F(PassphraseTest, it_is_changed_and_removed_by_lines_of_standard_input)
{
    enrol();
    (void)device.done({"put", "enterprise", "--space", "forum", "name=" + std::string(kMarker)});
    const auto set = device.run({"passphrase", "set", "--passphrase-file", "-"}, std::string(kFirst) + "\n");
    ASSERT_EQ(set.code, 0) << set.err;
    const Arguments change{"passphrase", "change", "--passphrase-file", "-", "--new-passphrase-file", "-"};
    expect_line(device.run(change, std::string(kSecond) + "\n" + kSecond + "\n"), 1, "not the passphrase");
    expect_line(device.run(change, std::string(kFirst) + "\nshort\n"), 2, "at least");
    ASSERT_EQ(device.run(change, std::string(kFirst) + "\n" + kSecond + "\n").code, 0);
    expect_line(device.run(with({"list", "enterprise"}, "first")), 1, "not the passphrase");
    const auto put =
        device.run({"put", "--space", "forum", "--from", "-", "--passphrase-file", "-"},
                   std::string(kSecond) + "\n{\"type\":\"enterprise\",\"fields\":{\"name\":\"Second\"}}\n");
    EXPECT_EQ(put.code, 0) << put.err << "what follows the line is the command's";
    (void)device.done(with({"passphrase", "remove"}, "second"));
    EXPECT_EQ(text_at(device.json({"status"}), "protection"), "permission");
    EXPECT_THAT(device.done({"list", "enterprise"}), HasSubstr("Second"));
}

TEST_F(PassphraseTest, a_home_is_unlocked_for_all_commands_until_it_is_locked)
{
    enrol();
    expect_line(device.run({"lock"}), 2, "has no passphrase");
    (void)device.done({"put", "enterprise", "--space", "forum", "name=" + std::string(kMarker)});
    (void)device.done(with({"passphrase", "set"}, "first"));
    expect_line(device.run(with({"unlock"}, "second")), 1, "not the passphrase");
    const auto unlocked = device.run(with({"unlock", "--for", "5"}, "first"));
    if (unlocked.err.find("remembers no keys") != std::string::npos) {
        expect_line(unlocked, 1, "each command will ask");
        GTEST_SKIP() << unlocked.err;
    }
    ASSERT_EQ(unlocked.code, 0) << unlocked.err;
    EXPECT_THAT(device.done({"list", "enterprise"}), HasSubstr(kMarker));
    EXPECT_FALSE(at(device.json({"status"}), "locked").as_bool());
    (void)device.done({"sync"});
    expect_tells_nothing();
    (void)device.done({"lock"});
    expect_line(device.run({"list", "enterprise"}), 1, "indaba unlock");
}

/// `indaba` at a terminal of its own: what is said is typed when it is asked for.
Ended at_terminal(const Arguments& arguments, const std::vector<std::pair<std::string, std::string>>& talk)
{
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
        std::vector<char*> command;
        for (const auto& part : arguments) command.push_back(const_cast<char*>(part.c_str()));
        command.push_back(nullptr);
        ::execv(command[0], command.data());
        ::_exit(127);
    }
    Ended ended;
    std::size_t heard = 0;
    auto next = talk.begin();
    while (true) {
        pollfd waited{terminal, POLLIN, 0};
        std::array<char, 4096> buffer{};
        if (::poll(&waited, 1, 60'000) <= 0) ::kill(child, SIGKILL);
        const auto size = ::read(terminal, buffer.data(), buffer.size());
        if (size <= 0) break;
        ended.out.append(buffer.data(), std::size_t(size));
        if (next == talk.end()) continue;
        const auto at = ended.out.find(next->first, heard);
        if (at == std::string::npos) continue;
        heard = at + next->first.size();
        EXPECT_EQ(::write(terminal, next->second.data(), next->second.size()), ssize_t(next->second.size()));
        ++next;
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(terminal);
    ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ended;
}

TEST_F(PassphraseTest, a_person_types_it_unseen)
{
    enrol();
    (void)device.done({"put", "enterprise", "--space", "forum", "name=" + std::string(kMarker)});
    const auto first = std::string(kFirst) + "\n";
    const auto second = std::string(kSecond) + "\n";
    const Arguments indaba{INDABA, "--home", device.home()};
    const auto command = [&](const Arguments& more) {
        auto all = indaba;
        all.insert(all.end(), more.begin(), more.end());
        return all;
    };
    const auto differ = at_terminal(command({"passphrase", "set"}), {{"New passphrase: ", first}, {"again: ", second}});
    EXPECT_EQ(differ.code, 1) << differ.out;
    EXPECT_THAT(differ.out, HasSubstr("differ"));
    const auto stopped = at_terminal(command({"passphrase", "set"}), {{"New passphrase: ", "\x03"}});
    EXPECT_EQ(stopped.code, 128 + SIGINT) << stopped.out;
    EXPECT_EQ(text_at(device.json({"status"}), "protection"), "permission");
    const auto set = at_terminal(command({"passphrase", "set"}), {{"New passphrase: ", first}, {"again: ", first}});
    EXPECT_EQ(set.code, 0) << set.out;
    const auto listed = at_terminal(command({"list", "enterprise"}), {{"Passphrase: ", first}});
    EXPECT_EQ(listed.code, 0) << listed.out;
    EXPECT_THAT(listed.out, HasSubstr(kMarker));
    for (const auto& ended : {differ, set, listed}) {
        EXPECT_THAT(ended.out, Not(HasSubstr(kFirst)));
        EXPECT_THAT(ended.out, Not(HasSubstr(kSecond)));
    }
}

}  // namespace
}  // namespace indaba::tests
