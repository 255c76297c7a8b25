// Counts wrong invitation codes, per address and in total, in a sliding window, and says when it is enough.
// One thread at a time. Memory is bounded whatever the number of addresses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

namespace indaba::server {

class WrongCodes {
public:
    /// False: refuse without looking at the code. `now_ms` of a clock that does not run backwards.
    [[nodiscard]] bool may_try(const std::string& host, std::int64_t now_ms);
    void count(const std::string& host, std::int64_t now_ms);

private:
    struct Wrong {
        std::int64_t at_ms;
        std::string network;
    };
    void forget_before(std::int64_t now_ms);

    std::deque<Wrong> recent_;
    std::unordered_map<std::string, std::size_t> by_network_;
};

}  // namespace indaba::server
