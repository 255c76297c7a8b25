#include "tests/bench/process.hpp"

#include "shared/check.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

namespace indaba::bench {

namespace {

pid_t start(const std::vector<std::string>& command, int& output)
{
    int ends[2];
    INDABA_CHECK(pipe(ends) == 0);
    std::vector<char*> words;
    for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    const auto pid = fork();
    INDABA_CHECK(pid >= 0);
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv(words[0], words.data());
        _exit(127);
    }
    close(ends[1]);
    output = ends[0];
    return pid;
}

}  // namespace

Ran run(const std::vector<std::string>& command)
{
    Ran ran;
    const auto began = std::chrono::steady_clock::now();
    int output = -1;
    const auto pid = start(command, output);
    char buffer[4096];
    for (ssize_t size = 0; (size = read(output, buffer, sizeof buffer)) > 0;) ran.output.append(buffer, std::size_t(size));
    close(output);
    int status = 0;
    rusage usage{};
    INDABA_CHECK(wait4(pid, &status, 0, &usage) == pid);
    ran.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    ran.peak_bytes = double(usage.ru_maxrss) * 1024;
    ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ran;
}

Running::Running(const std::vector<std::string>& command)
{
    pid_ = start(command, output_);
}

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
