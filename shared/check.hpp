// Assertions that stay in every build: a failed check is a bug in this program, never bad input.
// Bad input gets a Result (result.hpp). Safe on any thread.
#pragma once

#include <source_location>

namespace indaba::shared {

/// Prints where and what to standard error and aborts; never returns.
[[noreturn]] void check_failed(const char* condition, std::source_location where = std::source_location::current());

}  // namespace indaba::shared

#define INDABA_CHECK(condition) (static_cast<bool>(condition) ? void(0) : ::indaba::shared::check_failed(#condition))
