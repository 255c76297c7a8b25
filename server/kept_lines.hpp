// Files of text, an order a line, that are kept beside the database as well: one that is put back, by whatever way,
// learns from them what it does not know any more. One process at a time writes them, under a lock of their own, beside
// the one that serves.
#pragma once

#include "server/data_directory.hpp"

#include <functional>

namespace indaba::server {

/// Every line; none if there is no file. corrupt, with what to do, for one that `take` does not take: it is not `what`.
[[nodiscard]] Result<void> each_kept_line(const std::string& path, std::string_view what,
                                          const std::function<bool(const std::string&)>& take);

/// For whoever reads such a file and writes it anew: what somebody else orders meanwhile waits, and stands in it too.
[[nodiscard]] Result<platform::FileLock> lock_kept_lines(const DataDirectory& directory);

}  // namespace indaba::server
