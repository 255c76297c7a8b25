// The tables of a store's file and the version that it is in. Server and client keep tables of their own in the same
// file; names that a store uses are those of schema.cpp. Thread rule: the database's.
#pragma once

#include "platform/sqlite.hpp"

namespace indaba::sync::store {

enum class Side : unsigned char { replica, centre };

/// Makes the tables in a new file. Unsupported: the file is of a newer program, or of the other side.
[[nodiscard]] shared::Result<void> provide_schema(platform::Database& database, Side side);

}  // namespace indaba::sync::store
