#include "platform/device_seats.hpp"

#include "shared/check.hpp"

#include <algorithm>
#include <utility>

namespace indaba::platform {

DeviceSeats::DeviceSeats(std::size_t most, std::size_t most_per_device) : most_(most), most_per_device_(most_per_device)
{
    INDABA_CHECK(most > 0 && most_per_device > 0);
}

std::optional<DeviceSeats::Ticket> DeviceSeats::enter(const shared::DeviceId& device, std::function<void()> make_room)
{
    const auto own = counts_.find(device);
    if (own != counts_.end() && own->second >= most_per_device_) send_away_oldest_of(device);
    if (seats_.size() >= most_) {
        const auto greediest = std::ranges::max_element(counts_, {}, &decltype(counts_)::value_type::second);
        if (greediest->second < 2) return std::nullopt;
        send_away_oldest_of(shared::DeviceId(greediest->first));
    }
    seats_.emplace(++last_, Seat{device, std::move(make_room)});
    ++counts_[device];
    return last_;
}

void DeviceSeats::leave(Ticket ticket)
{
    if (const auto at = seats_.find(ticket); at != seats_.end()) erase(at);
}

void DeviceSeats::send_away_oldest_of(const shared::DeviceId& device)
{
    const auto is_its = [&](const Seats::value_type& seat) { return seat.second.device == device; };
    const auto at = std::ranges::find_if(seats_, is_its);
    const auto make_room = std::move(at->second.make_room);
    erase(at);
    make_room();
}

void DeviceSeats::erase(Seats::iterator at)
{
    const auto count = counts_.find(at->second.device);
    if (--count->second == 0) counts_.erase(count);
    seats_.erase(at);
}

}  // namespace indaba::platform
