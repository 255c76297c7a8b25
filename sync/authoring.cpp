#include "sync/authoring.hpp"

#include <algorithm>

namespace indaba::sync {

namespace {

using shared::Errc;
using shared::Write;

/// What the leaves of the existence cell are and saw: what an undeletion replaces.
std::vector<TransactionName> deletions_and_what_they_saw(const Cells& seen)
{
    std::vector<TransactionName> names;
    if (const auto* cell = seen.find(shared::kExistence)) {
        for (const auto& leaf : cell->leaves) {
            insert_name(names, leaf.name);
            for (const auto& name : leaf.saw) insert_name(names, name);
        }
    }
    return names;
}

/// What an edit of the cell names: under `latest` the shown leaf and its equals, else (or to settle) every leaf.
std::vector<TransactionName> replaced(const Cell& cell, shared::Policy policy, bool all)
{
    std::vector<TransactionName> names;
    const auto* top = shown(cell, {nullptr, shared::Policy::latest});
    for (const auto& leaf : cell.leaves)
        if (all || policy != shared::Policy::latest || leaf.value == top->value) insert_name(names, leaf.name);
    return names;
}

/// True if the person would see no difference: nothing there and nothing put, or the value that is shown.
bool says_nothing_new(const Cell* cell, const Value& value, const shared::CellRule& rule)
{
    if (cell == nullptr || cell->leaves.empty()) return value.is_absent();
    return shown(*cell, rule)->value == value;
}

Write existence_write(bool alive, std::vector<TransactionName> bases)
{
    return {0, std::string(shared::kExistence), Value::boolean(alive), std::move(bases)};
}

void put_cells(Change& change, const Cells& seen, const shared::Catalogue& catalogue, std::vector<Write>& writes)
{
    const bool settle = change.kind == Change::Kind::settle;
    const bool gone = existence(seen) == Existence::deleted;
    const auto* type = catalogue.type(change.type);
    for (auto& [key, value] : change.cells) {
        const auto* cell = seen.find(key);
        const auto rule = cell == nullptr ? shared::CellRule() : shared::cell_rule(type, key);
        if (!settle && says_nothing_new(cell, value, rule)) continue;
        Write write{0, std::move(key), std::move(value), {}};
        if (cell != nullptr && !cell->leaves.empty()) write.bases = replaced(*cell, rule.policy, settle);
        if (gone)
            for (const auto& name : deletions_and_what_they_saw(seen)) insert_name(write.bases, name);
        writes.push_back(std::move(write));
    }
}

std::vector<Write> deletion(const Cells& seen)
{
    auto names = leaf_names(seen);
    for (const auto& name : deletions_and_what_they_saw(seen)) insert_name(names, name);
    return {existence_write(false, std::move(names))};
}

}  // namespace

shared::Result<std::vector<Write>> writes_of(Change change, const Cells& seen, const shared::Catalogue& catalogue)
{
    const auto state = existence(seen);
    std::vector<Write> writes;
    writes.reserve(change.cells.size() + 1);
    switch (change.kind) {
        case Change::Kind::settle:
            if (state == Existence::none) return fail(Errc::not_found, "no such record here");
            [[fallthrough]];
        case Change::Kind::put:  // the existence cell sorts before every field
            if (state == Existence::none) writes.push_back(existence_write(true, {}));
            if (state == Existence::deleted) writes.push_back(existence_write(true, deletions_and_what_they_saw(seen)));
            put_cells(change, seen, catalogue, writes);
            break;
        case Change::Kind::remove:
        case Change::Kind::confirm:
            if (state == Existence::none || (state == Existence::deleted && change.kind == Change::Kind::remove))
                return fail(Errc::not_found, "no such record here");
            writes = deletion(seen);
            break;
        case Change::Kind::restore:
            if (state == Existence::none) return fail(Errc::not_found, "no such record here");
            writes.push_back(existence_write(true, deletions_and_what_they_saw(seen)));
            break;
    }
    std::ranges::sort(writes, {}, &Write::key);
    return writes;
}

}  // namespace indaba::sync
