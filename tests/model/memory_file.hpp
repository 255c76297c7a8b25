// A database in the memory of this process, under a name that nothing else here has. Gone when the last connection to
// it closes. One thread.
#pragma once

#include "platform/sqlite.hpp"

namespace indaba::tests::model {

[[nodiscard]] platform::DatabaseOptions memory_file();

/// All that one holds into another, by their paths; both are kept by somebody meanwhile. Unlike VACUUM it leaves the
/// statements of connections to the first as they are, which is most of what a copy costs.
void copy_memory_file(const std::string& from, const std::string& to);

}  // namespace indaba::tests::model
