#include "platform/system.hpp"

#include "shared/check.hpp"

#include <sys/random.h>
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

}  // namespace indaba::platform
