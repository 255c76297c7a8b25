// The orders to erase, kept beside the database as well: a database that is put back carries out those that it does not
// know before it serves anybody. A text file, one order a line: record, time in Unix ms, signature (kept_lines.hpp).
#pragma once

#include "server/data_directory.hpp"
#include "sync/centre.hpp"

namespace indaba::server {

/// require_orders() only reads the file; settle_erasures() carries out what only it knows, and writes into it what only
/// the database knows. corrupt, with what to do, for a file that is not one; untrusted for an order that this centre
/// did not sign.
[[nodiscard]] Result<void> require_orders(const DataDirectory& directory);
[[nodiscard]] Result<void> settle_erasures(const DataDirectory& directory, sync::Centre& centre);

}  // namespace indaba::server
