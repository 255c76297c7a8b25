// A few changes of each device's a "day", which begins when the simulation says so: whatever the centre's clock does.
// Counted in memory, so what a crash took back counts all the same. One thread.
#pragma once

#include "sync/quotas.hpp"

#include <map>

namespace indaba::tests::simulation {

class SmallQuotas final : public sync::Quotas {
public:
    /// Nobody is bounded before.
    void bound(const sync::Amount& most) { most_ = most; }
    void lift() { most_.reset(); }
    void begin_day() { used_.clear(); }
    [[nodiscard]] const std::optional<sync::Amount>& most() const { return most_; }

    [[nodiscard]] shared::Result<std::optional<sync::Allowance>> allowance(const sync::Writer& writer,
                                                                           sync::Day) override
    {
        if (!most_) return std::optional<sync::Allowance>();
        return std::optional(sync::Allowance{used_[writer.author], *most_});
    }
    [[nodiscard]] shared::Result<void> add(const sync::Writer& writer, sync::Day, const sync::Amount& amount) override
    {
        auto& used = used_[writer.author];
        used = {used.changes + amount.changes, used.bytes + amount.bytes};
        return {};
    }

private:
    std::optional<sync::Amount> most_;
    std::map<shared::DeviceId, sync::Amount> used_;
};

}  // namespace indaba::tests::simulation
