// Virtual time: what happens next, in one order for one seed. And a node's wall clock on it, which may be years wrong.
#pragma once

#include "shared/ports.hpp"

#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace indaba::tests::simulation {

class Timeline {
public:
    [[nodiscard]] std::int64_t now_ms() const { return now_ms_; }
    void after(std::int64_t delay_ms, std::function<void()> what)
    {
        events_.emplace(std::pair(now_ms_ + delay_ms, ++sequence_), std::move(what));
    }
    /// Does what comes next; false if nothing does.
    bool step()
    {
        if (events_.empty()) return false;
        auto next = events_.extract(events_.begin());
        now_ms_ = next.key().first;
        next.mapped()();
        return true;
    }
    void clear() { events_.clear(); }

private:
    std::int64_t now_ms_ = 1'760'000'000'000;
    std::uint64_t sequence_ = 0;
    std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> events_;
};

/// A clock that jumps, and stands still until it jumps again.
class SkewedClock final : public shared::Clock {
public:
    explicit SkewedClock(const Timeline& timeline) : timeline_(timeline) {}
    [[nodiscard]] std::int64_t now_ms() override { return stopped_ms_.value_or(timeline_.now_ms() + skew_ms_); }

    void jump(std::int64_t skew_ms)
    {
        skew_ms_ = skew_ms;
        stopped_ms_.reset();
    }
    void stop() { stopped_ms_ = now_ms(); }

private:
    const Timeline& timeline_;
    std::int64_t skew_ms_ = 0;
    std::optional<std::int64_t> stopped_ms_;
};

}  // namespace indaba::tests::simulation
