#include "sync/merge.hpp"

#include <algorithm>
#include <compare>

namespace indaba::sync {

namespace {

using shared::Policy;
using shared::ValueKind;

auto place_of(std::vector<TransactionName>& names, const TransactionName& name)
{
    return std::ranges::lower_bound(names, name);
}

void insert_leaf(Cell& cell, const MergingWrite& write)
{
    const auto place = std::ranges::lower_bound(cell.leaves, write.name, {}, &Leaf::name);
    if (place != cell.leaves.end() && place->name == write.name) return;
    Leaf leaf{write.name, write.stamp, *write.value, {}};
    if (write.deletion) {
        leaf.saw.assign(write.bases.begin(), write.bases.end());
        std::ranges::sort(leaf.saw);
    }
    cell.leaves.insert(place, std::move(leaf));
}

__extension__ using Wide = __int128;  // g++ and clang both have it; ISO C++ does not

std::strong_ordering compare_decimals(shared::Decimal a, shared::Decimal b)
{
    // Brought to one scale in 128 bits: 19 digits of units and 18 of scale need 123.
    const auto scaled = [](shared::Decimal d, int scale) {
        auto units = static_cast<Wide>(d.units);
        for (int i = d.scale; i < scale; ++i) units *= 10;
        return units;
    };
    const int scale = std::max(a.scale, b.scale);
    const auto x = scaled(a, scale);
    const auto y = scaled(b, scale);
    return x < y ? std::strong_ordering::less : x > y ? std::strong_ordering::greater : std::strong_ordering::equal;
}

/// By size where a kind has one, else by bytes. Values of different kinds go by kind.
std::strong_ordering compare_values(const Value& a, const Value& b)
{
    if (a.kind() != b.kind()) return a.kind() <=> b.kind();
    switch (a.kind()) {
        case ValueKind::integer: return a.as_integer() <=> b.as_integer();
        case ValueKind::decimal: return compare_decimals(a.as_decimal(), b.as_decimal());
        case ValueKind::instant: return a.as_instant().utc_ms <=> b.as_instant().utc_ms;
        case ValueKind::date: {
            const auto rank = [](shared::Date d) { return (d.year * 16 + d.month) * 32 + d.day; };
            return rank(a.as_date()) <=> rank(b.as_date());
        }
        case ValueKind::absent:
        case ValueKind::text:
        case ValueKind::boolean:
        case ValueKind::code:
        case ValueKind::reference:
        case ValueKind::place:
        case ValueKind::attachment: break;
    }
    return a.encoding() <=> b.encoding();
}

/// Where a code stands among the workflow's states; what is not among them comes first.
std::ptrdiff_t precedence_of(const Value& value, const shared::Field* field)
{
    if (field == nullptr || value.kind() != ValueKind::code) return -1;
    const auto place = std::ranges::find(field->precedence, value.as_text());
    return place == field->precedence.end() ? -1 : place - field->precedence.begin();
}

/// Which of two values the policy prefers; equal where it does not care and the stamp decides.
std::strong_ordering prefer(const Value& a, const Value& b, const shared::Field* field, Policy policy)
{
    const auto present = !a.is_absent() <=> !b.is_absent();
    switch (policy) {
        case Policy::latest: return std::strong_ordering::equal;
        case Policy::present: return present;
        case Policy::highest: return present != 0 ? present : compare_values(a, b);
        case Policy::lowest: return present != 0 ? present : compare_values(b, a);
        case Policy::precedence: return precedence_of(a, field) <=> precedence_of(b, field);
    }
    return std::strong_ordering::equal;
}

/// A leaf of another cell that no deletion saw.
bool written_unseen(const Cells& cells, const Cell& existence)
{
    const auto seen = [&](const Leaf& leaf) {
        return std::ranges::any_of(existence.leaves,
                                   [&](const Leaf& deletion) { return has_name(deletion.saw, leaf.name); });
    };
    return std::ranges::any_of(cells, [&](const Cell& cell) {
        return cell.key != shared::kExistence && !std::ranges::all_of(cell.leaves, seen);
    });
}

}  // namespace

void insert_name(std::vector<TransactionName>& names, const TransactionName& name)
{
    const auto place = place_of(names, name);
    if (place == names.end() || *place != name) names.insert(place, name);
}

bool has_name(std::span<const TransactionName> names, const TransactionName& name)
{
    return std::ranges::binary_search(names, name);
}

void merge_write(Cell& cell, const MergingWrite& write, const IsMerged& is_merged)
{
    for (const auto& base : write.bases) {
        const auto dropped = std::erase_if(cell.leaves, [&](const Leaf& leaf) { return leaf.name == base; });
        if (dropped == 0 && !is_merged(base)) insert_name(cell.unknown, base);
    }
    if (!has_name(cell.unknown, write.name)) insert_leaf(cell, write);
}

void merge_pending(Cell& cell, const MergingWrite& write)
{
    for (const auto& base : write.bases) insert_name(cell.unknown, base);
    insert_leaf(cell, write);
}

void drop_named(Cells& cells)
{
    for (auto& cell : cells)
        if (!cell.unknown.empty())
            std::erase_if(cell.leaves, [&](const Leaf& leaf) { return has_name(cell.unknown, leaf.name); });
}

Existence existence(const Cells& cells)
{
    const auto* cell = cells.find(shared::kExistence);
    if (cell == nullptr || cell->leaves.empty()) return Existence::none;
    const auto lives = [](const Leaf& leaf) {
        return leaf.value.kind() == ValueKind::boolean && leaf.value.as_boolean();
    };
    const auto living = std::ranges::count_if(cell->leaves, lives);
    if (living == std::ssize(cell->leaves)) return Existence::alive;
    if (living > 0 || written_unseen(cells, *cell)) return Existence::disputed;
    return Existence::deleted;
}

const Leaf* shown(const Cell& cell, const shared::CellRule& rule)
{
    const Leaf* best = nullptr;
    for (const auto& leaf : cell.leaves) {
        if (best == nullptr) {
            best = &leaf;
            continue;
        }
        auto order = prefer(leaf.value, best->value, rule.field, rule.policy);
        if (order == 0) order = leaf.stamp <=> best->stamp;
        if (order == 0) order = leaf.name <=> best->name;
        if (order > 0) best = &leaf;
    }
    return best;
}

bool in_conflict(const Cell& cell, Policy policy)
{
    if (policy != Policy::latest || cell.leaves.size() < 2) return false;
    return std::ranges::any_of(cell.leaves, [&](const Leaf& leaf) { return leaf.value != cell.leaves.front().value; });
}

std::vector<TransactionName> leaf_names(const Cells& cells)
{
    std::vector<TransactionName> names;
    for (const auto& cell : cells)
        for (const auto& leaf : cell.leaves) insert_name(names, leaf.name);
    return names;
}

}  // namespace indaba::sync
