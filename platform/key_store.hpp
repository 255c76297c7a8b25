// Keys that the person's desktop keeps in a key store of its own, on its disk, closed with what the person logs in
// with. They stay until they are dropped. Any thread; every call blocks, for at most twice the patience it is given: a
// person may be typing what opens the store. Deliberately not: keys that are only remembered for a while
// (key_memory.hpp).
#pragma once

#include "platform/secret.hpp"
#include "shared/result.hpp"

#include <chrono>
#include <string>

namespace indaba::platform {

using shared::Result;

inline constexpr std::chrono::milliseconds kKeyStorePatience{60'000};

// The errors of all of these, with what is missing: unreachable without a desktop or its key store, untrusted if the
// store is locked and nobody unlocks it, timed_out if it does not answer.
/// Replaces what had that name. `label` is what people see in the store. What it keeps was read back.
[[nodiscard]] Result<void> store_key(const std::string& name, const std::string& label, const Key32& key,
                                     std::chrono::milliseconds patience = kKeyStorePatience);
/// not_found if the store, open or locked, has no such key.
[[nodiscard]] Result<Key32> stored_key(const std::string& name, std::chrono::milliseconds patience = kKeyStorePatience);
/// Also if there is none.
[[nodiscard]] Result<void> drop_key(const std::string& name, std::chrono::milliseconds patience = kKeyStorePatience);

}  // namespace indaba::platform
