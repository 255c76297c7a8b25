// A centre in a directory of its own: the database as of one moment but without open invitations, the keys, and
// backup.json, which names each file with its size and SHA-256 and is what makes the directory a backup. Made beside a
// running centre, whole or not at all. One thread. Deliberately not: encrypted. Whoever has it is the centre: keep it
// like the centre's own directory.
#pragma once

#include "server/ledger.hpp"

#include <map>

namespace indaba::server {

struct Backup {
    std::int64_t made_ms = 0;
    std::uint64_t bytes = 0;  ///< of all files
    std::map<SpaceName, std::uint64_t> heads;  ///< how far each feed is in it
};

/// usage unless `to` is empty or not there. From the end of it on devices hear that their changes are backed up.
[[nodiscard]] Result<Backup> make_backup(Ledger& ledger, const std::string& to, std::int64_t now_ms);

/// Makes a centre of it, which must not be there yet. not_found or malformed: no backup; corrupt: a file is not what it
/// was. Interrupted, it can be repeated. What was erased and revoked since, as far as `data` holds that already, is so
/// again.
[[nodiscard]] Result<Backup> restore_backup(const std::string& from, const std::string& data);

}  // namespace indaba::server
