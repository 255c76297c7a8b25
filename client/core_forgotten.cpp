// What the centre, put back from a backup, has no more, as people see it.
#include "client/core_parts.hpp"

#include <algorithm>

namespace indaba::client {

Result<std::vector<Forgotten>> Core::forgotten()
{
    std::vector<Forgotten> list;
    INDABA_ASSIGN(const auto orphans, parts_->store->orphans());
    INDABA_ASSIGN(const auto locked, parts_->locked_names());
    for (const auto& orphan : orphans) {
        if (locked.contains(orphan.space)) continue;
        Forgotten forgotten{orphan.record, orphan.type, {}, orphan.space, orphan.found_ms, {}, {}};
        const sync::Leaf* newest = nullptr;
        for (const auto& cell : orphan.cells) {
            const auto* leaf = sync::shown(cell, shared::cell_rule(parts_->catalogue.type(orphan.type), cell.key));
            forgotten.cells.emplace_back(cell.key == shared::kExistence ? std::string(kExistenceField) : cell.key,
                                         leaf->value);
            if (newest == nullptr || newest->stamp < leaf->stamp) newest = leaf;
        }
        if (newest != nullptr) {
            INDABA_ASSIGN(const auto by, parts_->author(newest->name.journal));
            forgotten.by = by.person;
        }
        INDABA_ASSIGN(const auto here, parts_->store->find_record(orphan.record));
        auto title_cells = forgotten.cells;
        if (here && !here->shown.empty())
            for (auto& cell : parts_->shown_cells(orphan.type, here->shown))
                if (std::ranges::find(title_cells, cell.first, &Cell::first) == title_cells.end())
                    title_cells.push_back(std::move(cell));
        forgotten.title = parts_->title(orphan.type, title_cells);
        list.push_back(std::move(forgotten));
    }
    return list;
}

Result<void> Core::restore_forgotten(const RecordId& id)
{
    INDABA_TRY(require_writable());
    INDABA_ASSIGN(const auto orphan, parts_->store->find_orphan(id));
    if (orphan) INDABA_TRY(parts_->require_lease(orphan->space));
    return parts_->replica.restore_orphan(id);
}

Result<void> Core::drop_forgotten(const RecordId& id)
{
    INDABA_TRY(require_writable());
    return parts_->replica.drop_orphan(id);
}

}  // namespace indaba::client
