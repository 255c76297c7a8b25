// A whole database copied into a new file under another key. Any thread. Deliberately not: who keeps others from
// writing meanwhile, and what becomes of either file.
#pragma once

#include "platform/sqlite.hpp"

namespace indaba::platform {

/// Writes all that `from` holds to `to`, a file that is empty or not there, under `key`, and reads every page of it
/// back; it survives a power cut. On an error `to` is good for nothing. `from.key` must be set.
[[nodiscard]] Result<void> copy_under_key(const DatabaseOptions& from, const std::string& to, const Key32& key);

}  // namespace indaba::platform
