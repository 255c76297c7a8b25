// From stored records, with hashes for names, to what people read.
#include "client/core_parts.hpp"
#include "sync/shown_values.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace indaba::client {

namespace {

/// Of each cell in the summary of an edit: enough to know it by.
constexpr std::size_t kSummary_bytes = 300;

/// What an edit that met a deletion did, in a few words: its cells in order.
std::string edit_summary(const std::vector<Cell>& cells)
{
    if (cells.empty()) return "restored";
    std::string text = "edited";
    const char* separator = ": ";
    for (const auto& [key, value] : cells) {
        text += separator + key;
        text += value.is_absent() ? " cleared" : " = " + shared::clipped(value.display(), kSummary_bytes);
        separator = ", ";
    }
    return shared::clipped(text, shared::limits::kValue_bytes);
}

bool saw(const sync::Cell& existence, const shared::TransactionName& name)
{
    return std::ranges::any_of(existence.leaves, [&](const sync::Leaf& leaf) {
        return leaf.name == name || std::ranges::find(leaf.saw, name) != leaf.saw.end();
    });
}

struct Side {
    shared::TransactionName name;
    shared::Stamp stamp;
    bool deletion = false;
    std::vector<Cell> cells;
};

/// The deletions of a disputed record, and the writes that none of them had seen.
std::vector<Side> sides_of(const sync::Cells& cells)
{
    std::map<shared::TransactionName, Side> sides;
    const auto* existence = cells.find(shared::kExistence);
    if (existence == nullptr) return {};
    for (const auto& leaf : existence->leaves)
        sides[leaf.name] = {leaf.name, leaf.stamp, leaf.value == Value::boolean(false), {}};
    for (const auto& cell : cells) {
        if (cell.key == shared::kExistence) continue;
        for (const auto& leaf : cell.leaves) {
            const auto known = sides.find(leaf.name);
            if (known == sides.end() && saw(*existence, leaf.name)) continue;
            auto& side = sides[leaf.name];
            side.name = leaf.name;
            side.stamp = leaf.stamp;
            side.cells.emplace_back(cell.key, leaf.value);
        }
    }
    std::vector<Side> ordered;
    for (auto& [name, side] : sides) ordered.push_back(std::move(side));
    return ordered;
}

}  // namespace

Result<sync::Author> Core::Parts::author(shared::JournalId journal)
{
    if (const auto known = authors.find(journal); known != authors.end()) return known->second;
    INDABA_ASSIGN(const auto stored, store->find_journal(journal));
    sync::Author author;
    author.journal = journal;
    if (stored) {
        author = stored->author;
        if (stored->own) {
            author.device = home.device();
            author.person = home.enrolment().person;
            author.device_name = home.enrolment().device_name;
        }
    }
    authors.emplace(journal, author);
    return author;
}

std::vector<Cell> Core::Parts::shown_cells(const std::string& type, const sync::Cells& cells) const
{
    std::vector<Cell> shown;
    sync::visit_shown(catalogue.type(type), cells,
                      [&](const std::string& key, const Value& value, const shared::Field* /*field*/) {
                          shown.emplace_back(key, value);
                      });
    return shown;
}

std::string Core::Parts::title(const std::string& type, const std::vector<Cell>& cells) const
{
    std::vector<shared::CellView> views;
    views.reserve(cells.size());
    for (const auto& [key, value] : cells) views.emplace_back(key, &value);
    return catalogue.title(type, views);
}

Result<RecordView> Core::Parts::view(const sync::StoredRecord& record, const Refusals& refusals)
{
    RecordView view;
    view.id = record.id;
    view.type = record.type;
    view.space = record.space;
    view.cells = shown_cells(record.type, record.shown);
    view.title = title(record.type, view.cells);
    const sync::Leaf* newest = nullptr;
    for (const auto& cell : record.shown)
        for (const auto& leaf : cell.leaves)
            if (newest == nullptr || newest->stamp < leaf.stamp) newest = &leaf;
    if (newest != nullptr) {
        INDABA_ASSIGN(const auto by, author(newest->name.journal));
        view.updated_at_ms = newest->stamp.unix_ms();
        view.updated_by = by.person;
    }
    if (!record.pending.empty()) view.state = State::only_here;
    else if (refusals.contains(record.id)) view.state = State::refused;
    INDABA_ASSIGN(view.conflicts, conflicts_of(record));
    return view;
}

Result<std::vector<Conflict>> Core::Parts::conflicts_of(const sync::StoredRecord& record)
{
    std::vector<Conflict> conflicts;
    const auto begin_conflict = [&](std::string field) -> Conflict& {
        auto name = title(record.type, shown_cells(record.type, record.shown));
        return conflicts.emplace_back(Conflict{record.id, record.type, std::move(name), std::move(field), {}, {}});
    };
    const auto add = [&](Conflict& conflict, const shared::TransactionName& name, shared::Stamp stamp, Value value,
                         bool is_shown) -> Result<void> {
        INDABA_ASSIGN(const auto by, author(name.journal));
        const int number = int(conflict.leaves.size()) + 1;
        conflict.leaves.push_back({number, std::move(value), by.person, by.device_name, stamp.unix_ms(), is_shown});
        return {};
    };
    const auto alive = sync::existence(record.shown);
    if (alive == sync::Existence::disputed) {
        auto& conflict = begin_conflict(kExistenceField);
        conflict.seen = sync::leaf_names(record.shown);
        for (const auto& side : sides_of(record.shown))
            INDABA_TRY(add(conflict, side.name, side.stamp,
                           Value::text(side.deletion ? std::string("deleted") : edit_summary(side.cells)),
                           !side.deletion));
    }
    if (alive == sync::Existence::deleted) return conflicts;
    const auto* type = catalogue.type(record.type);
    for (const auto& cell : record.shown) {
        const auto rule = shared::cell_rule(type, cell.key);
        if (cell.key == shared::kExistence || !sync::in_conflict(cell, rule.policy)) continue;
        const auto* top = sync::shown(cell, rule);
        auto& conflict = begin_conflict(cell.key);
        for (const auto& leaf : cell.leaves) {
            INDABA_TRY(add(conflict, leaf.name, leaf.stamp, leaf.value, &leaf == top));
            conflict.seen.push_back(leaf.name);
        }
    }
    return conflicts;
}

}  // namespace indaba::client
