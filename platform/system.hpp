// The machine's own clock and randomness, behind the ports of shared/. Safe on any thread.
#pragma once

#include "shared/ports.hpp"

namespace indaba::platform {

class SystemClock final : public shared::Clock {
public:
    [[nodiscard]] std::int64_t now_ms() override;
};

/// The kernel's generator, asked each time: nothing is buffered, so a forked process never repeats its parent.
class SystemRandom final : public shared::Random {
public:
    void fill(std::span<std::uint8_t> out) override;
};

}  // namespace indaba::platform
