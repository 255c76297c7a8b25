// The few places where a rule does not hold, each with its reason. One that excuses nothing any more fails the test.
#pragma once

#include <array>
#include <string_view>

namespace indaba::tests::tidy {

struct Exception {
    std::string_view path;
    std::string_view rule;
    std::string_view reason;
};

inline constexpr std::array<Exception, 0> kExceptions{};

}  // namespace indaba::tests::tidy
