// SQLite on a Disk: a VFS below the one that encrypts. The only source here that sees sqlite3.h is its own. One
// connection at a time may have a database of a Disk open, as locks are not kept. One thread.
#pragma once

#include "platform/sqlite.hpp"
#include "tests/fault/disk.hpp"

namespace indaba::tests::fault {

/// Makes a Disk known to SQLite for as long as it lives.
class Mounted {
public:
    explicit Mounted(Disk& disk);
    ~Mounted();
    Mounted(const Mounted&) = delete;
    Mounted& operator=(const Mounted&) = delete;

    /// Encrypted, with a cache so small that a transaction spills and a -wal file so short that it is checkpointed on
    /// the way.
    [[nodiscard]] platform::DatabaseOptions file(const std::string& name) const;

private:
    std::string prefix_;
};

/// Files that SQLite opened without a name, which nothing encrypts.
[[nodiscard]] std::size_t nameless_files();

}  // namespace indaba::tests::fault
