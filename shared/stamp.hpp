// Hybrid logical clocks: wall time that never runs backwards and always runs past what was heard
// (Kulkarni et al., "Logical Physical Clocks", 2014). They order concurrent writes only; what replaced what is said by
// bases.
#pragma once

#include "shared/archive.hpp"
#include "shared/limits.hpp"

#include <algorithm>
#include <compare>
#include <cstdint>

namespace indaba::shared {

/// 48 bits of Unix milliseconds, then a 16-bit counter.
struct Stamp {
    std::uint64_t value = 0;

    static constexpr std::int64_t kLast_ms = (std::int64_t(1) << 48) - 1;

    [[nodiscard]] static Stamp at(std::int64_t unix_ms)
    {
        return {std::uint64_t(std::clamp<std::int64_t>(unix_ms, 0, kLast_ms)) << 16};
    }
    /// The last stamp of that millisecond: the most that a ruling at `unix_ms` lets a stamp count for.
    [[nodiscard]] static Stamp end_of(std::int64_t unix_ms) { return {at(unix_ms).value | 0xffff}; }
    [[nodiscard]] std::int64_t unix_ms() const { return std::int64_t(value >> 16); }

    friend auto operator<=>(const Stamp&, const Stamp&) = default;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(value);
    }
};

/// One database's clock. `now_ms` is the device's own time, corrected by what it knows of the centre's. The caller
/// stores `last()` with what was stamped and gives it back at the next start.
class StampClock {
public:
    explicit StampClock(Stamp last) : last_(last) {}

    [[nodiscard]] Stamp next(std::int64_t now_ms)
    {
        last_ = std::max(Stamp{last_.value + 1}, Stamp::at(now_ms));
        return last_;
    }
    /// A message moves the clock, at most kClockLead_ms past the device's own time.
    void hear(Stamp heard, std::int64_t now_ms)
    {
        last_ = std::max(last_, std::min(heard, Stamp::at(now_ms + limits::kClockLead_ms)));
    }
    [[nodiscard]] Stamp last() const { return last_; }

private:
    Stamp last_;
};

}  // namespace indaba::shared
