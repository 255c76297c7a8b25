// The catalogue's rules on what a record shows: asked by its author's device before writing and by the centre before
// accepting, so that both say the same. Pure function, any thread.
#pragma once

#include "shared/catalogue.hpp"
#include "sync/cells.hpp"

#include <string>

namespace indaba::sync {

/// Required fields and rules between fields, on the shown values; a plainly deleted record and one of an unknown type
/// pass. rule_broken, the field's name first.
[[nodiscard]] shared::Result<void> check_shown(const shared::Catalogue& catalogue, const std::string& type,
                                               const Cells& cells);

}  // namespace indaba::sync
