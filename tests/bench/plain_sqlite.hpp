// The yardstick: the same rows in plain SQLite, unencrypted, one column a field, the same library, journal mode and
// durability.
#pragma once

#include "tests/bench/rows.hpp"

#include <span>
#include <string>

namespace indaba::bench {

struct PlainSqlite {
    std::string path;
    bool search = false;            ///< with an FTS5 table of the searched columns
    std::size_t rows_per_transaction = 1;
};

/// Seconds for inserting the rows into a new file with one index, to the last commit. Aborts on an error.
[[nodiscard]] double insert_plainly(const PlainSqlite& how, std::span<const Row> rows);

/// Bytes of a database with its log, after the log was moved into it.
[[nodiscard]] double file_bytes(const std::string& path);

}  // namespace indaba::bench
