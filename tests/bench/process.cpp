#include "tests/bench/process.hpp"

#include "shared/check.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>

namespace indaba::bench {

namespace {

pid_t start(const std::vector<std::string>& command, int& output)
{
    int ends[2];
    INDABA_CHECK(pipe2(ends, O_CLOEXEC) == 0);
    std::vector<char*> words;
    for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    INDABA_CHECK(posix_spawn_file_actions_init(&actions) == 0);
    INDABA_CHECK(posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) == 0);
    if (std::getenv("INDABA_BENCH_LOG") == nullptr)
        INDABA_CHECK(posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0);
    // Not fork: it copies this program's page tables, and would charge a device for the rows that are held here.
    pid_t pid = -1;
    INDABA_CHECK(posix_spawn(&pid, words[0], &actions, nullptr, words.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    output = ends[0];
    return pid;
}

}  // namespace

Ran run(const std::vector<std::string>& command)
{
    Ran ran;
    std::vector<std::string> measured{INDABA_PEAK_PROGRAM};
    measured.insert(measured.end(), command.begin(), command.end());
    const auto began = std::chrono::steady_clock::now();
    int output = -1;
    const auto pid = start(measured, output);
    char buffer[4096];
    for (ssize_t size = 0; (size = read(output, buffer, sizeof buffer)) > 0;)
        ran.output.append(buffer, std::size_t(size));
    close(output);
    int status = 0;
    INDABA_CHECK(waitpid(pid, &status, 0) == pid);
    ran.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    ran.output.pop_back();
    const auto last_line = ran.output.rfind('\n') + 1;
    ran.peak_bytes = std::stod(ran.output.substr(last_line)) * 1024;
    ran.output.resize(last_line);
    return ran;
}

Running::Running(const std::vector<std::string>& command) { pid_ = start(command, output_); }

Running::~Running()
{
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
    close(output_);
}

std::string Running::read_line()
{
    std::string line;
    for (char c = 0; read(output_, &c, 1) == 1 && c != '\n';) line += c;
    return line;
}

}  // namespace indaba::bench
