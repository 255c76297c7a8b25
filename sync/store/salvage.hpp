// Reads out of a damaged device's database what nobody else has: its own journals as far as their pages can be read,
// each entry checked by its journal's chain of hashes as far as that reaches. Reads only. One thread. Deliberately not:
// the centre's word, which comes again, and what is to be done with the result (Replica::adopt).
#pragma once

#include "platform/sqlite_rows.hpp"
#include "shared/ports.hpp"
#include "sync/salvaged.hpp"

namespace indaba::sync::store {

struct SalvagedFile {
    Salvaged found;
    platform::LoosePages pages;
};

/// `device` signs this device's journals. corrupt: nothing at all can be read. Nobody else may use the file.
[[nodiscard]] Result<SalvagedFile> salvage(const platform::DatabaseOptions& file, const shared::PublicKey& device,
                                           shared::Digest& digest);

}  // namespace indaba::sync::store
