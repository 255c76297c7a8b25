// Linked into a copy of a program in front of platform::Database::open(): the same program, the same files, no cipher.
// What encryption costs is the difference, and nothing in the program knows of a way to do without it.
#include "platform/sqlite.hpp"

namespace indaba::bench {

using Opened = platform::Result<std::unique_ptr<platform::Database>>;

Opened open_as_asked(const platform::DatabaseOptions& options) __asm__(
    "__real__ZN6indaba8platform8Database4openERKNS0_15DatabaseOptionsE");
Opened open_without_key(const platform::DatabaseOptions& options) __asm__(
    "__wrap__ZN6indaba8platform8Database4openERKNS0_15DatabaseOptionsE");

Opened open_without_key(const platform::DatabaseOptions& options)
{
    auto unencrypted = options;
    unencrypted.key.reset();
    return open_as_asked(unencrypted);
}

}  // namespace indaba::bench
