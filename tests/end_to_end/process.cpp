#include "tests/end_to_end/process.hpp"

#include "tests/unit/temporary_directory.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

namespace indaba::tests {

namespace {

using Clock = std::chrono::steady_clock;

/// Small enough for a pipe, so that it can be written before the program reads.
constexpr std::size_t kMaxInput_bytes = 60'000;

[[noreturn]] void become(const std::vector<std::string>& command, int input, int output, const std::string& error_path)
{
    (void)::setsid();  // without a terminal: nothing may ask whoever runs the tests
    const int errors = ::open(error_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ::dup2(input, 0);
    ::dup2(output, 1);
    ::dup2(errors, 2);
    std::vector<char*> arguments;
    for (const auto& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
}

}  // namespace

Process::Process(const std::vector<std::string>& command, const std::string& error_path, const std::string& input)
    : error_path_(error_path)
{
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    if (input.size() > kMaxInput_bytes) throw std::runtime_error("too much input for a pipe");
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("no process");
    if (pid_ == 0) become(command, in[0], out[1], error_path);
    ::close(in[0]);
    ::close(out[1]);
    if (!input.empty() && ::write(in[1], input.data(), input.size()) != ssize_t(input.size()))
        throw std::runtime_error("the input was not taken");
    ::close(in[1]);
    pipe_ = out[0];
    handle_ = int(::syscall(SYS_pidfd_open, pid_, 0));
    if (handle_ < 0) throw std::runtime_error("no handle of the process");
}

Process::~Process()
{
    if (!ended_) {
        signal(SIGKILL);
        int status = 0;
        ::waitpid(pid_, &status, 0);
    }
    ::close(handle_);
    if (pipe_ >= 0) ::close(pipe_);
}

void Process::signal(int number) const { ::kill(pid_, number); }

/// Waits for output or the end, once; false at the deadline.
bool Process::look(Duration patience)
{
    std::array<pollfd, 2> waited{pollfd{handle_, POLLIN, 0}, pollfd{pipe_, POLLIN, 0}};
    const timespec limit{patience.count() / 1'000'000, patience.count() % 1'000'000 * 1'000};
    const int ready = ::ppoll(waited.data(), waited.size(), &limit, nullptr);
    if (ready <= 0) return false;
    if (waited[1].revents != 0) {
        std::array<char, 65536> buffer{};
        const auto size = ::read(pipe_, buffer.data(), buffer.size());
        if (size > 0) {
            output_.append(buffer.data(), std::size_t(size));
            return true;
        }
        ::close(pipe_);
        pipe_ = -1;
    }
    if (waited[0].revents != 0 && (pipe_ < 0 || waited[1].revents == 0)) {
        int status = 0;
        ::waitpid(pid_, &status, 0);
        ended_ = true;
        code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return true;
}

bool Process::wait_for_output(const std::string& text, Duration patience)
{
    const auto deadline = Clock::now() + patience;
    while (output_.find(text) == std::string::npos) {
        const auto left = std::chrono::duration_cast<Duration>(deadline - Clock::now());
        if (ended_ || left.count() <= 0) return false;
        (void)look(left);
    }
    return true;
}

bool Process::wait_for_end(Duration patience)
{
    const auto deadline = Clock::now() + patience;
    while (!ended_) {
        const auto left = std::chrono::duration_cast<Duration>(deadline - Clock::now());
        if (left.count() <= 0) return false;
        (void)look(left);
    }
    return true;
}

Ended Process::finish(Duration patience)
{
    if (!wait_for_end(patience)) {
        signal(SIGKILL);
        (void)wait_for_end(std::chrono::seconds(10));
    }
    return {code_, output_, content_of(error_path_)};
}

}  // namespace indaba::tests
