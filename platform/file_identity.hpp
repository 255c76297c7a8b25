// Tells a file from its copy. Any thread. Deliberately not: what is in it.
#pragma once

#include <string>

namespace indaba::platform {

/// What a file keeps when it is written to, renamed or moved within its file system, and no copy of it has. Empty if
/// the system does not say.
[[nodiscard]] std::string file_identity(const std::string& path);

}  // namespace indaba::platform
