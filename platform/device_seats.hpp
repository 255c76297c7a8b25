// Connections that have shown a device's certificate. A device may have a few at a time; beyond that its oldest makes
// room for its newest, so that one device, or a tablet that lost its network, is in nobody's way. When all seats are
// taken, the device with most of them gives one up. One thread at a time. Deliberately not: the connections themselves.
#pragma once

#include "shared/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>

namespace indaba::platform {

class DeviceSeats {
public:
    using Ticket = std::uint64_t;

    /// Both at least 1.
    DeviceSeats(std::size_t most, std::size_t most_per_device);

    /// None: every seat is taken, by a device each. `make_room` is called at most once, during somebody else's enter():
    /// cut the connection.
    [[nodiscard]] std::optional<Ticket> enter(const shared::DeviceId& device, std::function<void()> make_room);
    /// Nothing happens if it had to make room before.
    void leave(Ticket ticket);

    [[nodiscard]] std::size_t size() const { return seats_.size(); }

private:
    struct Seat {
        shared::DeviceId device;
        std::function<void()> make_room;
    };
    using Seats = std::map<Ticket, Seat>;  // tickets are given in order

    void send_away_oldest_of(const shared::DeviceId& device);
    void erase(Seats::iterator at);

    std::size_t most_;
    std::size_t most_per_device_;
    Seats seats_;
    std::map<shared::DeviceId, std::size_t> counts_;
    Ticket last_ = 0;
};

}  // namespace indaba::platform
