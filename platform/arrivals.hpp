// Connections that have been accepted and not begun: a queue for each network (an IPv4 address, one /64 of IPv6), and
// turns that go round among the networks. Whoever sends many delays their own and nobody else. One thread at a time.
// Deliberately not: sockets, and how fast turns come (listener.hpp).
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>

namespace indaba::platform {

class Arrivals {
public:
    /// At least 1.
    explicit Arrivals(std::size_t most);

    /// Then nobody may enter: who comes waits with the system.
    [[nodiscard]] bool is_full() const { return size_ >= most_; }
    /// `begin` is called at its turn, or destroyed if it has to go.
    void enter(const std::string& host, std::function<void()> begin);
    /// False if nobody waits.
    bool begin_next();
    /// The newest of the longest queue has to go; false if nobody waits.
    bool make_room();
    void clear();

    [[nodiscard]] std::size_t size() const { return size_; }

private:
    using Queue = std::deque<std::function<void()>>;

    std::size_t most_;
    std::size_t size_ = 0;
    std::map<std::string, Queue> queues_;  ///< by network; none is empty
    std::deque<std::string> turns_;  ///< every network once
};

}  // namespace indaba::platform
