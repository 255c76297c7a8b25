#include "sync/shown_values.hpp"

#include <vector>

namespace indaba::sync {

shared::Result<void> check_shown(const shared::Catalogue& catalogue, const std::string& type, const Cells& cells)
{
    if (existence(cells) == Existence::deleted) return {};
    const auto* known = catalogue.type(type);
    if (known == nullptr) return {};
    std::vector<shared::CellView> views;
    views.reserve(cells.size());
    visit_shown(known, cells, [&](const std::string& key, const Value& value, const shared::Field* /*field*/) {
        views.emplace_back(key, &value);
    });
    return shared::check_record(*known, views);
}

}  // namespace indaba::sync
