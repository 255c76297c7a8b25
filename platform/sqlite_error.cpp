#include "platform/sqlite_native.hpp"

#include <cerrno>
#include <cstring>

namespace indaba::platform {
namespace {

using shared::Errc;
using shared::Error;

/// One line, whatever SQLite or a MATCH expression put into it.
std::string one_line(const char* text)
{
    std::string line(text, strnlen(text, 300));
    for (char& c : line) {
        if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    }
    return line;
}

std::string disk_failure_text(int code, sqlite3* handle, const std::string& path)
{
    std::string text = path + ": the disk failed (code " + std::to_string(code);
    if (const int system_code = handle ? sqlite3_system_errno(handle) : 0; system_code != 0) {
        text += std::string(", ") + std::strerror(system_code);
    }
    return text +
           "). Nothing more is read or written until the program is started again; keep the file, check the disk";
}

/// SQLite makes the -shm file as large as it needs it, and does not call it full when that cannot be.
bool is_without_room(int code, sqlite3* handle)
{
    if (code != SQLITE_IOERR_SHMSIZE || handle == nullptr) return false;
    const int system_code = sqlite3_system_errno(handle);
    return system_code == ENOSPC || system_code == EDQUOT;
}

}  // namespace

bool is_disk_failure(int code)
{
    return primary_code(code) == SQLITE_IOERR && code != SQLITE_IOERR_NOMEM && code != SQLITE_IOERR_SHMSIZE;
}

Error sqlite_error(int code, sqlite3* handle, const std::string& path)
{
    INDABA_CHECK(primary_code(code) != SQLITE_MISUSE);
    INDABA_CHECK(primary_code(code) != SQLITE_RANGE);
    const std::string said = one_line(handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
    if (is_without_room(code, handle)) return sqlite_error(SQLITE_FULL, nullptr, path);
    // FTS5 finds its own configuration to be nonsense, and calls that an error in the SQL.
    if (said.starts_with("invalid fts5 file format")) return sqlite_error(SQLITE_CORRUPT, nullptr, path);
    if (is_disk_failure(code) || code == SQLITE_IOERR_SHMSIZE) return {Errc::io, disk_failure_text(code, handle, path)};
    switch (primary_code(code)) {
        case SQLITE_FULL: return {Errc::full, path + ": the disk is full; make room and try again"};
        case SQLITE_IOERR:
        case SQLITE_NOMEM: return {Errc::full, path + ": out of memory; close other programs and try again"};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
        case SQLITE_SCHEMA: return {Errc::busy, path + ": another process is using it; try again"};
        case SQLITE_NOTADB:
            return {Errc::corrupt, path + ": cannot be opened with this key, or is not a database of this program"};
        case SQLITE_CORRUPT:
        case SQLITE_FORMAT:
            return {Errc::corrupt, path + ": the file is damaged (" + said + "); keep it and restore a backup"};
        case SQLITE_CANTOPEN:
            return {Errc::io, path + ": cannot be opened; check that the directory is there and yours"};
        case SQLITE_READONLY: return {Errc::forbidden, path + ": may only be read; check its permissions"};
        case SQLITE_PERM:
        case SQLITE_AUTH: return {Errc::forbidden, path + ": no permission (" + said + ")"};
        case SQLITE_CONSTRAINT: return {Errc::rule_broken, path + ": " + said};
        case SQLITE_INTERRUPT: return {Errc::cancelled, path + ": interrupted"};
        case SQLITE_TOOBIG: return {Errc::too_large, path + ": a value is over the size limit"};
        default: return {Errc::usage, path + ": " + said};
    }
}

}  // namespace indaba::platform
