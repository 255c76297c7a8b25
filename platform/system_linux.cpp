#include "platform/system.hpp"

#include "shared/check.hpp"

#include <sys/random.h>
#include <sys/resource.h>
#include <algorithm>
#include <cerrno>
#include <chrono>

namespace indaba::platform {

std::int64_t SystemClock::now_ms()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void SystemRandom::fill(std::span<std::uint8_t> out)
{
    while (!out.empty()) {
        const ssize_t count = ::getrandom(out.data(), out.size(), 0);
        if (count < 0 && errno == EINTR) continue;
        INDABA_CHECK(count > 0);
        out = out.subspan(static_cast<std::size_t>(count));
    }
}

std::size_t raise_descriptor_limit()
{
    constexpr rlim_t kEnough = 1'048'576;  // where the system sets none: its own default for the highest
    rlimit limit{};
    INDABA_CHECK(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    const auto allowed = std::max(limit.rlim_cur, std::min(limit.rlim_max, kEnough));
    const rlimit raised{allowed, limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) != 0) return std::size_t(std::min(limit.rlim_cur, kEnough));
    return std::size_t(std::min(allowed, kEnough));
}

}  // namespace indaba::platform
