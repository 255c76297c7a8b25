// From a history that breaks a property to a small one that still does. Deterministic; pure functions.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

namespace indaba::tests::property {

/// Removes runs of steps, halving their length, as long as `fails` still says so; then no single step can go.
template <class Step>
[[nodiscard]] std::vector<Step> shrink(std::vector<Step> steps,
                                       const std::function<bool(const std::vector<Step>&)>& fails)
{
    for (auto run = std::max<std::size_t>(steps.size() / 2, 1); run > 0;) {
        bool removed = false;
        for (std::size_t at = 0; at < steps.size();) {
            const auto end = std::min(at + run, steps.size());
            auto fewer = steps;
            fewer.erase(fewer.begin() + std::ptrdiff_t(at), fewer.begin() + std::ptrdiff_t(end));
            if (fails(fewer)) {
                steps = std::move(fewer);
                removed = true;
            } else {
                at = end;
            }
        }
        if (run > 1) run /= 2;
        else if (!removed) run = 0;
    }
    return steps;
}

}  // namespace indaba::tests::property
