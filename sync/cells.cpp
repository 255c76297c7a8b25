#include "sync/cells.hpp"

#include <algorithm>

namespace indaba::sync {

const Cell* Cells::find(std::string_view key) const
{
    const auto place = std::ranges::lower_bound(cells_, key, {}, &Cell::key);
    return place != cells_.end() && place->key == key ? &*place : nullptr;
}

Cell& Cells::at(std::string_view key)
{
    auto place = std::ranges::lower_bound(cells_, key, {}, &Cell::key);
    if (place == cells_.end() || place->key != key) place = cells_.insert(place, Cell{std::string(key), {}, {}, 0});
    return *place;
}

bool Cells::append(Cell cell)
{
    if (!cells_.empty() && cell.key <= cells_.back().key) return false;
    cells_.push_back(std::move(cell));
    return true;
}

}  // namespace indaba::sync
