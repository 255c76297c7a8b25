#include "sync/shown_check.hpp"

#include "sync/merge.hpp"

#include <vector>

namespace indaba::sync {

shared::Result<void> check_shown(const shared::Catalogue& catalogue, const std::string& type, const Cells& cells)
{
    if (existence(cells) == Existence::deleted) return {};
    const auto* known = catalogue.type(type);
    if (known == nullptr) return {};
    std::vector<shared::CellView> views;
    for (const auto& cell : cells) {
        const auto* field = known->field(cell.key);
        const auto* leaf = shown(cell, field, shared::policy(known, cell.key));
        if (cell.key != shared::kExistence && leaf != nullptr && !leaf->value.is_absent())
            views.emplace_back(cell.key, &leaf->value);
    }
    return shared::check_record(*known, views);
}

}  // namespace indaba::sync
