#include "platform/terminal.hpp"

#include "platform/descriptor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

namespace indaba::platform {

namespace {

using shared::Errc;

constexpr const char* kTerminal = "/dev/tty";
constexpr std::array<int, 5> kSignals{SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGTSTP};

volatile std::sig_atomic_t arrived = 0;
void note(int number) { arrived = number; }

/// While it lives what is typed is not shown, and a signal only ends the waiting: the terminal must show again what is
/// typed before anybody else gets it. Signals are held back but while waiting, so that none comes just before it and is
/// not noticed.
class Unseen {
public:
    explicit Unseen(int terminal) : terminal_(terminal)
    {
        arrived = 0;
        sigset_t held;
        (void)::sigemptyset(&held);
        for (const int signal : kSignals) (void)::sigaddset(&held, signal);
        (void)::pthread_sigmask(SIG_BLOCK, &held, &usually_held_);
        struct sigaction action{};
        action.sa_handler = note;
        for (std::size_t i = 0; i < kSignals.size(); ++i) (void)::sigaction(kSignals[i], &action, &before_[i]);
        shown_ = ::tcgetattr(terminal_, &usual_) == 0;
        if (!shown_) return;
        auto unseen = usual_;
        unseen.c_lflag &= ~tcflag_t(ECHO | ECHONL);
        (void)::tcsetattr(terminal_, TCSAFLUSH, &unseen);
    }
    ~Unseen()
    {
        if (shown_) (void)::tcsetattr(terminal_, TCSAFLUSH, &usual_);
        for (std::size_t i = 0; i < kSignals.size(); ++i) (void)::sigaction(kSignals[i], &before_[i], nullptr);
        (void)::pthread_sigmask(SIG_SETMASK, &usually_held_, nullptr);
        if (arrived != 0) (void)::raise(arrived);
    }
    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;

    /// False: a signal came instead.
    [[nodiscard]] bool wait_for_a_line() const
    {
        pollfd line{terminal_, POLLIN, 0};
        return ::ppoll(&line, 1, nullptr, &usually_held_) > 0;
    }

private:
    int terminal_;
    bool shown_;
    termios usual_{};
    sigset_t usually_held_{};
    std::array<struct sigaction, kSignals.size()> before_{};
};

void say(int terminal, std::string_view text)
{
    while (!text.empty()) {
        const auto count = ::write(terminal, text.data(), text.size());
        if (count <= 0) return;
        text.remove_prefix(std::size_t(count));
    }
}

}  // namespace

bool is_terminal(std::FILE* stream) { return ::isatty(::fileno(stream)) == 1; }

bool has_terminal() { return bool(Descriptor(::open(kTerminal, O_RDWR | O_NOCTTY | O_CLOEXEC))); }

shared::Result<Secret> ask_unseen(const std::string& prompt, std::size_t max_bytes)
{
    const Descriptor terminal(::open(kTerminal, O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!terminal) return shared::fail(Errc::io, "there is no terminal to ask at");
    std::array<std::uint8_t, 4096> line{};  // a terminal gives no longer ones
    ssize_t count = 0;
    {
        const Unseen unseen(terminal.get());
        say(terminal.get(), prompt);
        if (unseen.wait_for_a_line()) count = ::read(terminal.get(), line.data(), line.size());
        say(terminal.get(), "\n");
    }
    auto size = std::size_t(count > 0 ? count : 0);
    const bool whole = size > 0 && line[size - 1] == '\n';
    if (whole) --size;
    Secret typed(ByteView(line).first(size));
    wipe(line.data(), line.size());
    if (!whole && size < line.size()) return shared::fail(Errc::cancelled, "nothing was typed, so nothing was changed");
    if (size > max_bytes) return shared::fail(Errc::too_large, "that line is too long");
    return typed;
}

}  // namespace indaba::platform
