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

std::size_t Cells::size_bytes() const
{
    constexpr std::size_t kName_bytes = 20;
    std::size_t bytes = 0;
    for (const auto& cell : cells_) {
        bytes += 2 + cell.key.size() + cell.unknown.size() * kName_bytes;
        for (const auto& leaf : cell.leaves)
            bytes += leaf.value.encoding().size() + (1 + leaf.saw.size()) * kName_bytes;
    }
    return bytes;
}

bool Cells::append(Cell cell)
{
    if (!cells_.empty() && cell.key <= cells_.back().key) return false;
    cells_.push_back(std::move(cell));
    return true;
}

}  // namespace indaba::sync
