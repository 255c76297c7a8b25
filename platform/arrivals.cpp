#include "platform/arrivals.hpp"

#include "platform/net_address.hpp"
#include "shared/check.hpp"

#include <algorithm>
#include <utility>

namespace indaba::platform {

Arrivals::Arrivals(std::size_t most) : most_(most) { INDABA_CHECK(most > 0); }

void Arrivals::enter(const std::string& host, std::function<void()> begin)
{
    INDABA_CHECK(!is_full());
    auto network = network_of(host);
    auto& queue = queues_[network];
    if (queue.empty()) turns_.push_back(std::move(network));
    queue.push_back(std::move(begin));
    ++size_;
}

bool Arrivals::begin_next()
{
    if (turns_.empty()) return false;
    auto network = std::move(turns_.front());
    turns_.pop_front();
    const auto at = queues_.find(network);
    const auto begin = std::move(at->second.front());
    at->second.pop_front();
    --size_;
    if (at->second.empty()) queues_.erase(at);
    else turns_.push_back(std::move(network));
    begin();
    return true;
}

bool Arrivals::make_room()
{
    if (turns_.empty()) return false;
    const auto longest = std::ranges::max_element(queues_, {}, [](const auto& entry) { return entry.second.size(); });
    const auto leaving = std::move(longest->second.back());
    longest->second.pop_back();
    --size_;
    if (longest->second.empty()) {
        std::erase(turns_, longest->first);
        queues_.erase(longest);
    }
    return true;
}

void Arrivals::clear()
{
    turns_.clear();
    queues_.clear();
    size_ = 0;
}

}  // namespace indaba::platform
