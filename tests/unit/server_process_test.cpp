// The program itself, as an operator and a service manager meet it: words, exit codes, signals.
#include "tests/unit/descriptor_limit.hpp"
#include "tests/unit/temporary_directory.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <sstream>
#include <string>
#include <vector>

extern char** environ;

namespace indaba::server {

namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Ended {
    int code = -1;  ///< minus the signal that ended it
    std::string out;
    std::string err;
};

/// A running indaba-server; killed at the end of its scope unless it ended.
class Process {
public:
    Process(std::vector<std::string> words, const std::string& error_file) : error_file_(error_file)
    {
        int ends[2];
        EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        out_ = ends[0];
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
        posix_spawn_file_actions_addopen(&actions, 2, error_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        words.insert(words.begin(), INDABA_SERVER_PROGRAM);
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        EXPECT_EQ(::posix_spawn(&id_, INDABA_SERVER_PROGRAM, &actions, nullptr, argv.data(), environ), 0);
        posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
    }
    ~Process()
    {
        if (id_ > 0) {
            ::kill(id_, SIGKILL);
            (void)wait();
        }
        ::close(out_);
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] std::string read_line() const
    {
        std::string line;
        for (char c = 0; ::read(out_, &c, 1) == 1;) {
            line += c;
            if (c == '\n') break;
        }
        return line;
    }
    /// The limit of open files that it has now, as the system says it.
    [[nodiscard]] std::string open_files() const
    {
        const auto all = tests::content_of("/proc/" + std::to_string(id_) + "/limits");
        std::istringstream line(all.substr(all.find("Max open files") + 14));
        std::string soft;
        line >> soft;
        return soft;
    }
    void signal(int number) const { ::kill(id_, number); }
    [[nodiscard]] Ended wait()
    {
        Ended ended;
        for (std::string line = read_line(); !line.empty(); line = read_line()) ended.out += line;
        int status = 0;
        ::waitpid(id_, &status, 0);
        id_ = -1;
        ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        ended.err = tests::content_of(error_file_);
        return ended;
    }

private:
    pid_t id_ = -1;
    int out_ = -1;
    std::string error_file_;
};

class ServerProcess : public testing::Test {
protected:
    ServerProcess() : data(home.file("centre")) {}

    Ended call(std::vector<std::string> words)
    {
        Process process(std::move(words), home.file("err"));
        return process.wait();
    }
    void make_centre()
    {
        ASSERT_EQ(call({"init", "--data", data, "--name", "127.0.0.1"}).code, 0);
        ASSERT_EQ(call({"space", "add", "forum", "--kind", "event", "--data", data}).code, 0);
        ASSERT_EQ(call({"person", "add", "Ana Silva", "--role", "forum=editor", "--data", data}).code, 0);
    }
    [[nodiscard]] Process run_centre()
    {
        return Process({"run", "--data", data, "--listen", "127.0.0.1:0"}, home.file("log"));
    }

    tests::TemporaryDirectory home;
    std::string data;
};

}  // namespace

TEST_F(ServerProcess, invites_while_it_runs_and_ends_on_a_signal)
{
    make_centre();
    for (const int number : {SIGTERM, SIGINT}) {
        auto centre = run_centre();
        const auto ready = centre.read_line();
        ASSERT_THAT(ready, testing::MatchesRegex("listening on 127.0.0.1:[0-9]+\n"));
        const auto address = ready.substr(13, ready.size() - 14);
        const auto invited = call({"invite", "Ana Silva", "--data", data});
        EXPECT_EQ(invited.code, 0);
        EXPECT_THAT(invited.out, StartsWith("indaba:" + address + "/"));
        EXPECT_EQ(std::ranges::count(invited.out, '\n'), 1);
        EXPECT_EQ(invited.err, "");
        const auto second = call({"run", "--data", data, "--listen", "127.0.0.1:0"});
        EXPECT_EQ(second.code, 3);
        EXPECT_THAT(second.err, HasSubstr("stop it first"));
        centre.signal(number);
        const auto ended = centre.wait();
        EXPECT_EQ(ended.code, 0);
        EXPECT_THAT(ended.err, HasSubstr("event=stopped"));
    }
    EXPECT_FALSE(tests::mode_of(data + "/centre.db-wal")) << "the write-ahead file is tidied away";
}

TEST_F(ServerProcess, starts_again_after_it_was_killed)
{
    make_centre();
    {
        auto centre = run_centre();
        ASSERT_THAT(centre.read_line(), StartsWith("listening on"));
        centre.signal(SIGKILL);
        EXPECT_EQ(centre.wait().code, -SIGKILL);
    }
    auto centre = run_centre();
    EXPECT_THAT(centre.read_line(), StartsWith("listening on"));
    centre.signal(SIGTERM);
    EXPECT_EQ(centre.wait().code, 0);
}

TEST_F(ServerProcess, may_open_as_many_files_as_the_system_allows)
{
    make_centre();
    const tests::DescriptorLimit few(200);
    if (few.hard() == RLIM_INFINITY || few.hard() > 1'048'576) GTEST_SKIP() << "no limit here";
    auto centre = run_centre();
    ASSERT_THAT(centre.read_line(), StartsWith("listening on"));
    EXPECT_EQ(centre.open_files(), std::to_string(few.hard()));
}

TEST_F(ServerProcess, answers_wrong_words_with_one_line_and_a_code)
{
    make_centre();
    const std::vector<std::pair<std::vector<std::string>, int>> calls{
        {{}, 2},
        {{"fly"}, 2},
        {{"init"}, 2},
        {{"init", "--data", data, "--name", "127.0.0.1"}, 2},
        {{"init", "--data", home.file("x"), "--name", ""}, 2},
        {{"run", "--data", data}, 2},
        {{"run", "--data", data, "--listen", "here"}, 2},
        {{"run", "--data", home.file("none"), "--listen", "127.0.0.1:0"}, 2},
        {{"space"}, 2},
        {{"space", "add", "x", "--data", data}, 2},
        {{"person", "add", "Bo", "--role", "mars=editor", "--data", data}, 2},
        {{"person", "add", "Bo", "--role", "forum=boss", "--data", data}, 2},
        {{"invite", "Nobody", "--data", data}, 2},
        {{"invite", "Ana Silva", "--data", data}, 2},
        {{"invite", "Ana Silva", "--days", "zero", "--data", data}, 2},
        {{"space", "list", "--data", ""}, 2},
        {{"space", "list", "--data", data + "/lock"}, 2},
    };
    for (const auto& [words, code] : calls) {
        const auto ended = call(words);
        EXPECT_EQ(ended.code, code) << testing::PrintToString(words) << ended.err;
        EXPECT_EQ(ended.out, "");
        EXPECT_THAT(ended.err, StartsWith("indaba-server: "));
        EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
    }
}

TEST_F(ServerProcess, has_help_with_examples_for_every_command)
{
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{},
                                                                                       {"init"},
                                                                                       {"run"},
                                                                                       {"space", "add"},
                                                                                       {"space", "list"},
                                                                                       {"person", "add"},
                                                                                       {"person", "list"},
                                                                                       {"person", "quota"},
                                                                                       {"invite"},
                                                                                       {"device", "list"},
                                                                                       {"device", "revoke"}}) {
        auto asked = words;
        asked.push_back("--help");
        const auto ended = call(asked);
        EXPECT_EQ(ended.code, 0);
        EXPECT_THAT(ended.out, HasSubstr("Example")) << testing::PrintToString(words);
        EXPECT_THAT(ended.out, HasSubstr("  indaba-server "));
    }
}

TEST_F(ServerProcess, answers_programs_in_json)
{
    make_centre();
    EXPECT_EQ(call({"space", "list", "--json", "--data", data}).out,
              "[{\"space\":\"forum\",\"kind\":\"event\",\"title\":\"forum\",\"lease_days\":30}]\n");
    EXPECT_EQ(call({"person", "list", "--json", "--data", data}).out,
              "[{\"person\":\"Ana Silva\",\"roles\":{\"forum\":\"editor\"},\"quota\":{\"changes\":1000000,"
              "\"mb\":1000,\"changes_today\":0,\"bytes_today\":0,\"used_up\":false}}]\n");
    EXPECT_EQ(call({"device", "list", "--json", "--data", data}).out, "[]\n");
    const auto invited = call({"invite", "Ana Silva", "--address", "127.0.0.1:1", "--json", "--data", data});
    EXPECT_THAT(invited.out, StartsWith("{\"invitation\":\"indaba:127.0.0.1:1/"));
    EXPECT_THAT(invited.out, HasSubstr("\"expires_at\":\"2"));
}

}  // namespace indaba::server
