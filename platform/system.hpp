// The machine's own clock and randomness, behind the ports of shared/, and what it lets one process have. Safe on any
// thread.
#pragma once

#include "shared/ports.hpp"

#include <cstddef>

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

/// Lets this process have as many files and sockets open at a time as the system allows without asking its
/// administrator; how many that is.
[[nodiscard]] std::size_t raise_descriptor_limit();

}  // namespace indaba::platform
