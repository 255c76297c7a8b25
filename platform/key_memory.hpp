// Keys that the system remembers for this person for a limited time, in its own memory, never on a disk; every process
// of the person finds them. Gone at the latest with the machine's next start. Any thread. Deliberately not: a place
// where a key survives.
#pragma once

#include "platform/secret.hpp"
#include "shared/result.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace indaba::platform {

using shared::Result;

/// Replaces what had that name. unsupported if this system remembers nothing, as in many containers.
[[nodiscard]] Result<void> remember_key(const std::string& name, const Key32& key, std::chrono::seconds how_long);
/// Nothing if it was never remembered, was forgotten, or its time is over.
[[nodiscard]] std::optional<Key32> remembered_key(const std::string& name);
/// True if there was one.
bool forget_key(const std::string& name);

}  // namespace indaba::platform
