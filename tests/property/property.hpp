// A property over random histories: the first seed that breaks it is shrunk, printed and fails the test.
#pragma once

#include "tests/property/shrink.hpp"
#include "tests/property/world.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace indaba::tests::property {

/// Empty if it holds; else what is wrong.
using Property = std::function<std::string(const std::vector<Step>&)>;

inline void holds_for(std::uint64_t seeds, std::size_t steps, const Property& property)
{
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const auto history = random_steps(seed, steps / 2 + seed % steps);
        if (property(history).empty()) continue;
        const auto small = shrink<Step>(history, [&](const auto& fewer) { return !property(fewer).empty(); });
        FAIL() << "seed " << seed << ": " << property(small) << "\nwith\n" << text(small);
    }
}

}  // namespace indaba::tests::property
