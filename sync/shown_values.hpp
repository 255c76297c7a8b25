// What a record shows: of each cell the value of the leaf that its field's policy prefers, and the catalogue's rules on
// them, which its author's device asks before writing and the centre before accepting, so that both say the same. Pure
// functions, any thread.
#pragma once

#include "shared/catalogue.hpp"
#include "sync/merge.hpp"

#include <string>

namespace indaba::sync {

/// Calls visit(key, value, field) for every value that is there, in the order of keys; not for the existence cell. The
/// type and the field are null where the catalogue does not know them.
template <class Visit>
void visit_shown(const shared::RecordType* type, const Cells& cells, Visit&& visit)
{
    for (const auto& cell : cells) {
        if (cell.key == shared::kExistence) continue;
        const auto rule = shared::cell_rule(type, cell.key);
        const auto* leaf = shown(cell, rule);
        if (leaf != nullptr && !leaf->value.is_absent()) visit(cell.key, leaf->value, rule.field);
    }
}

/// Required fields and rules between fields, on the shown values; a plainly deleted record and one of an unknown type
/// pass. rule_broken, the field's name first.
[[nodiscard]] shared::Result<void> check_shown(const shared::Catalogue& catalogue, const std::string& type,
                                               const Cells& cells);

}  // namespace indaba::sync
