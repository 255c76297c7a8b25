#include "tests/hostile/crowd.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>
#include <vector>

namespace indaba::tests {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kTick = std::chrono::milliseconds(50);

enum class Manner : unsigned char { idle, half_open, slow_handshake, slow_request };

struct Free {
    void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
    void operator()(SSL* tls) const { ::SSL_free(tls); }
};
using Tls = std::unique_ptr<SSL, Free>;

/// What a client's first flight looks like; the same one serves everybody.
std::string first_flight(SSL_CTX* context)
{
    const Tls tls(::SSL_new(context));
    BIO* out = ::BIO_new(::BIO_s_mem());
    ::SSL_set_bio(tls.get(), ::BIO_new(::BIO_s_mem()), out);
    ::SSL_set_connect_state(tls.get());
    (void)::SSL_do_handshake(tls.get());
    char* bytes = nullptr;
    const auto size = ::BIO_get_mem_data(out, &bytes);
    return {bytes, std::size_t(size)};
}

struct Stranger {
    Manner manner = Manner::idle;
    std::uint32_t address = INADDR_LOOPBACK;
    int socket = -1;
    Tls tls;
    std::size_t said = 0;
};

class Loop {
public:
    Loop(std::uint16_t port, const CrowdPlan& plan)
        : context_(::SSL_CTX_new(::TLS_client_method())), flight_(first_flight(context_.get())), port_(port),
          epoll_(::epoll_create1(EPOLL_CLOEXEC))
    {
        const std::array<std::size_t, 4> counts{plan.idle, plan.half_open, plan.slow_handshake, plan.slow_request};
        for (std::size_t manner = 0; manner < counts.size(); ++manner) {
            for (std::size_t i = 0; i < counts[manner]; ++i) strangers_.emplace_back().manner = Manner(manner);
        }
        for (std::size_t i = 0; i < strangers_.size(); ++i)
            strangers_[i].address = INADDR_LOOPBACK + std::uint32_t(i % plan.addresses + (plan.elsewhere ? 1 : 0));
    }
    ~Loop()
    {
        for (auto& stranger : strangers_) leave(stranger);
        ::close(epoll_);
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    [[nodiscard]] std::vector<Stranger>& strangers() { return strangers_; }

    /// False: the system has no descriptor or port left.
    [[nodiscard]] bool come(Stranger& stranger) const
    {
        stranger.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (stranger.socket < 0) return false;
        if (stranger.address != INADDR_LOOPBACK) {
            const auto from = address(stranger.address, 0);
            (void)::bind(stranger.socket, reinterpret_cast<const sockaddr*>(&from), sizeof from);
        }
        const auto to = address(INADDR_LOOPBACK, port_);
        if (::connect(stranger.socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 &&
            errno != EINPROGRESS) {
            leave(stranger);
            return false;
        }
        epoll_event waited{};
        waited.events = EPOLLIN | EPOLLOUT | EPOLLET;
        waited.data.u64 = std::uint64_t(&stranger - strangers_.data());
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, stranger.socket, &waited);
        return true;
    }
    static void leave(Stranger& stranger)
    {
        stranger.tls.reset();
        if (stranger.socket >= 0) ::close(stranger.socket);
        stranger.socket = -1;
        stranger.said = 0;
    }

    /// False: the other side has ended it.
    [[nodiscard]] bool look(Stranger& stranger, std::uint32_t events)
    {
        if ((events & EPOLLOUT) != 0 && stranger.said == 0) begin(stranger);
        if (stranger.tls != nullptr && ::SSL_is_init_finished(stranger.tls.get()) == 0)
            (void)::SSL_do_handshake(stranger.tls.get());
        if ((events & (EPOLLERR | EPOLLHUP)) != 0) return false;
        if ((events & EPOLLIN) == 0) return true;
        std::array<char, 4096> heard{};
        ssize_t size = 1;
        while (size > 0) size = ::recv(stranger.socket, heard.data(), heard.size(), 0);
        return size < 0 && errno == EAGAIN;
    }
    void tick(Stranger& stranger) const
    {
        if (stranger.socket < 0) return;
        const char filler = 'a';
        if (stranger.manner == Manner::slow_handshake && stranger.said < flight_.size() - 1)
            say(stranger, flight_.data() + stranger.said, 1);
        if (stranger.tls != nullptr && ::SSL_is_init_finished(stranger.tls.get()) != 0)
            (void)::SSL_write(stranger.tls.get(), &filler, 1);
    }
    template <class Look>
    void wait(std::chrono::milliseconds most, Look look)
    {
        std::array<epoll_event, 256> happened{};
        const int count = ::epoll_wait(epoll_, happened.data(), int(happened.size()), int(most.count()));
        for (int i = 0; i < count; ++i)
            look(strangers_[happened[std::size_t(i)].data.u64], happened[std::size_t(i)].events);
    }

private:
    void begin(Stranger& stranger) const
    {
        if (stranger.manner == Manner::half_open) say(stranger, flight_.data(), flight_.size());
        if (stranger.manner != Manner::slow_request) return;
        stranger.tls.reset(::SSL_new(context_.get()));
        ::SSL_set_fd(stranger.tls.get(), stranger.socket);
        ::SSL_set_connect_state(stranger.tls.get());
        stranger.said = 1;
    }
    static void say(Stranger& stranger, const char* bytes, std::size_t size)
    {
        if (::send(stranger.socket, bytes, size, MSG_NOSIGNAL) > 0) stranger.said += size;
    }
    static sockaddr_in address(std::uint32_t ip, std::uint16_t port)
    {
        sockaddr_in made{};
        made.sin_family = AF_INET;
        made.sin_addr.s_addr = htonl(ip);
        made.sin_port = htons(port);
        return made;
    }

    std::unique_ptr<SSL_CTX, Free> context_;
    std::string flight_;
    std::uint16_t port_;
    int epoll_;
    std::vector<Stranger> strangers_;
};

}  // namespace

Crowd::Crowd(std::uint16_t port, const CrowdPlan& plan) : thread_([this, port, plan] { run(port, plan); })
{
    is_complete_.wait(false);
}

Crowd::~Crowd()
{
    is_over_ = true;
    thread_.join();
}

void Crowd::run(std::uint16_t port, CrowdPlan plan)
{
    Loop loop(port, plan);
    const auto look = [&](Stranger& stranger, std::uint32_t events) {
        if (stranger.socket < 0 || loop.look(stranger, events)) return;
        ++cut_;
        Loop::leave(stranger);
        if (plan.come_again && loop.come(stranger)) ++opened_;
    };
    for (auto& stranger : loop.strangers()) {
        if (loop.come(stranger)) ++opened_;
        loop.wait(std::chrono::milliseconds(0), look);
    }
    is_complete_ = true;
    is_complete_.notify_all();
    for (auto next = Clock::now() + kTick; !is_over_;) {
        loop.wait(kTick, look);
        if (Clock::now() < next) continue;
        next += kTick;
        for (auto& stranger : loop.strangers()) loop.tick(stranger);
    }
}

}  // namespace indaba::tests
