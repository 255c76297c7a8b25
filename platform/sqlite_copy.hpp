// A whole database copied into a new file, as it is or under another key. The thread rule of what is copied.
// Deliberately not: what becomes of either file.
#pragma once

#include "platform/sqlite.hpp"

namespace indaba::platform {

/// Writes all that a database without a key holds, as of one moment and beside whoever writes, to `to`, a file that is
/// empty or not there, and reads every page and index of it back; it survives a power cut. On an error `to` is good for
/// nothing.
[[nodiscard]] Result<void> copy_database(Database& from, const std::string& to);

/// Nobody else may write meanwhile. Writes all that `from` holds to `to`, a file that is empty or not there, under
/// `key`, and reads every page of it back; it survives a power cut. On an error `to` is good for nothing. `from.key`
/// must be set.
[[nodiscard]] Result<void> copy_under_key(const DatabaseOptions& from, const std::string& to, const Key32& key);

}  // namespace indaba::platform
