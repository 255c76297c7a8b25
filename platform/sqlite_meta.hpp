// The meta(key, value) table every database file of ours has: which format it is in, which program is too old for it,
// and a few named values. A value of it is written inside the transaction that it belongs to.
#pragma once

#include "platform/sqlite.hpp"

namespace indaba::platform {

struct FormatVersion {
    std::int64_t version = 0;             ///< what the file is written in
    std::int64_t compatible_version = 0;  ///< the oldest program version that may open it
    friend bool operator==(const FormatVersion&, const FormatVersion&) = default;
};

/// Absent: a new, empty file.
[[nodiscard]] Result<std::optional<FormatVersion>> format_version(Database& database);

/// Makes the table if need be.
[[nodiscard]] Result<void> set_format_version(Transaction& transaction, FormatVersion version);

/// unsupported if the file says that `program_version` is too old for it. A new file passes.
[[nodiscard]] Result<void> require_openable_by(Database& database, std::int64_t program_version);

/// Absent if there is no such key. The table must be there: after set_format_version().
[[nodiscard]] Result<std::optional<Bytes>> meta_blob(Database& database, std::string_view key);
[[nodiscard]] Result<void> set_meta_blob(Transaction& transaction, std::string_view key, ByteView value);
[[nodiscard]] Result<std::optional<std::int64_t>> meta_int64(Database& database, std::string_view key);
[[nodiscard]] Result<void> set_meta_int64(Transaction& transaction, std::string_view key, std::int64_t value);

}  // namespace indaba::platform
