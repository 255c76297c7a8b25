// A database in the memory of this process, under a name that nothing else here has. Gone when the last connection to
// it closes. One thread.
#pragma once

#include "platform/sqlite.hpp"

namespace indaba::tests::model {

[[nodiscard]] platform::DatabaseOptions memory_file();

}  // namespace indaba::tests::model
