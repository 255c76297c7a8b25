// What a checker throws: the simulation stops there and says what it saw.
#pragma once

#include "shared/result.hpp"

#include <string>
#include <utility>

namespace indaba::tests::simulation {

struct Broken {
    std::string what;
};

/// The value of a Result that cannot fail where the simulator itself asks.
template <class T>
[[nodiscard]] T must(shared::Result<T> result, const char* what)
{
    if (result.has_error()) throw Broken{std::string(what) + ": " + result.error().text};
    return std::move(*result);
}
inline void must(shared::Result<void> result, const char* what)
{
    if (result.has_error()) throw Broken{std::string(what) + ": " + result.error().text};
}

}  // namespace indaba::tests::simulation
