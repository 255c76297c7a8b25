// What the sources of sqlite*.cpp share; includes sqlite3.h, so nothing else may include it.
#pragma once

#include "platform/sqlite.hpp"
#include "shared/check.hpp"

#include <sqlite3.h>

namespace indaba::platform {

struct Statement::Prepared {
    Prepared() = default;
    Prepared(const Prepared&) = delete;
    Prepared& operator=(const Prepared&) = delete;
    ~Prepared() { sqlite3_finalize(handle); }

    sqlite3_stmt* handle = nullptr;
    std::optional<shared::Error> error;  ///< of preparing or binding; answered by the next step
    int last_code = SQLITE_OK;
    bool in_use = false;
    bool running = false;  ///< stepped and not reset
};

/// The primary result code of an extended one.
[[nodiscard]] constexpr int primary_code(int code) { return code & 0xff; }

/// True for the errors after which the bytes on the disk are unknown, so that nothing may be tried again.
[[nodiscard]] bool is_disk_failure(int code);

/// `path` and `handle` (may be null) are for the text. Misuse of SQLite is a bug and ends the process.
[[nodiscard]] shared::Error sqlite_error(int code, sqlite3* handle, const std::string& path);

}  // namespace indaba::platform
