// Which devices were revoked, kept beside the database as well, so that one that is put back lets none of them in
// again. A text file, a device and the time in Unix ms a line (kept_lines.hpp).
#pragma once

#include "server/ledger.hpp"

namespace indaba::server {

/// require_revocations() only reads the file; settle_revocations() revokes what only it knows, devices too of which the
/// database has never heard, and writes into it what only the database knows. corrupt, with what to do, for a file that
/// is not one.
[[nodiscard]] Result<void> require_revocations(const DataDirectory& directory);
[[nodiscard]] Result<void> settle_revocations(const DataDirectory& directory, platform::Database& database,
                                              Registry& registry);

/// The same, once a command has revoked something: an error says that this holds all the same.
[[nodiscard]] Result<void> note_revocations(Ledger& ledger);

}  // namespace indaba::server
