// Strangers at a centre's port, as many as the system lets one process open: they say nothing, or begin a TLS handshake
// and leave it there, or send one byte at a time. A thread of its own from construction to destruction.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

namespace indaba::tests {

struct CrowdPlan {
    std::size_t idle = 0;  ///< connect and wait
    std::size_t half_open = 0;  ///< ask for a handshake and never answer
    std::size_t slow_handshake = 0;  ///< ask for it one byte a tick
    std::size_t slow_request = 0;  ///< end the handshake, then ask for something one byte a tick
    bool come_again = false;  ///< who is cut connects anew at once
    /// From so many addresses of 127.0.0.0/8, beginning with 127.0.0.1, or with the next one: then none of them is the
    /// address of the device.
    std::size_t addresses = 1;
    bool elsewhere = false;

    [[nodiscard]] std::size_t size() const { return idle + half_open + slow_handshake + slow_request; }
};

class Crowd {
public:
    /// Each of them has tried to connect when it returns.
    Crowd(std::uint16_t port, const CrowdPlan& plan);
    ~Crowd();
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

    [[nodiscard]] std::size_t opened() const { return opened_; }  ///< connections that the system began
    [[nodiscard]] std::size_t cut() const { return cut_; }  ///< of these, ended by the other side

private:
    void run(std::uint16_t port, CrowdPlan plan);

    std::atomic<std::size_t> opened_ = 0;
    std::atomic<std::size_t> cut_ = 0;
    std::atomic<bool> is_complete_ = false;
    std::atomic<bool> is_over_ = false;
    std::thread thread_;
};

}  // namespace indaba::tests
