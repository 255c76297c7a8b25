#include "platform/anonymous_line.hpp"

#include "platform/net_address.hpp"
#include "shared/check.hpp"

#include <algorithm>
#include <utility>

namespace indaba::platform {

AnonymousLine::AnonymousLine(std::size_t most, std::size_t most_per_network)
    : most_(most), most_per_network_(most_per_network)
{
    INDABA_CHECK(most > 0 && most_per_network > 0);
}

AnonymousLine::Ticket AnonymousLine::enter(const std::string& host, std::function<void()> make_room)
{
    auto network = network_of(host);
    const auto is_neighbour = [&](const Line::value_type& entry) { return entry.second.network == network; };
    if (std::size_t(std::ranges::count_if(line_, is_neighbour)) >= most_per_network_) send_away_one(is_neighbour);
    else if (line_.size() >= most_) (void)this->make_room();
    line_.emplace(++last_, Waiting{std::move(network), std::move(make_room)});
    return last_;
}

void AnonymousLine::speak(Ticket ticket)
{
    if (const auto at = line_.find(ticket); at != line_.end()) at->second.has_spoken = true;
}

bool AnonymousLine::make_room()
{
    if (line_.empty()) return false;
    send_away_one([](const Line::value_type&) { return true; });
    return true;
}

template <class Among>
void AnonymousLine::send_away_one(Among among)
{
    const auto is_silent = [&](const Line::value_type& entry) {
        return !entry.second.has_spoken && entry.first + kArriving <= last_;
    };
    auto at =
        std::ranges::find_if(line_, [&](const Line::value_type& entry) { return is_silent(entry) && among(entry); });
    if (at == line_.end()) at = std::ranges::find_if(line_, among);
    const auto make_room = std::move(at->second.make_room);
    line_.erase(at);
    make_room();
}

}  // namespace indaba::platform
