#include "tests/model/compare.hpp"

#include "tests/model/text.hpp"

namespace indaba::tests::model {

namespace {

std::string content(const Leaf& leaf)
{
    return "'" + leaf.value.display() + "' at " + std::to_string(leaf.stamp.value);
}

std::string leaf_difference(const std::string& where, const Leaf& expected, const Leaf& actual)
{
    if (expected.value != actual.value || expected.stamp != actual.stamp)
        return where + " is " + content(actual) + ", not " + content(expected);
    if (actual.saw != expected.saw) return where + " has seen something else";
    return {};
}

std::string cell_difference(const std::string& key, const Cell& expected, const Cell& actual)
{
    for (const auto& [name, leaf] : expected.leaves) {
        const auto where = "leaf " + text(name) + " of " + key;
        const auto place = actual.leaves.find(name);
        if (place == actual.leaves.end()) return where + " " + content(leaf) + " is missing";
        if (auto found = leaf_difference(where, leaf, place->second); !found.empty()) return found;
    }
    for (const auto& [name, leaf] : actual.leaves)
        if (!expected.leaves.contains(name))
            return "leaf " + text(name) + " of " + key + " " + content(leaf) + " should not be there";
    return {};
}

}  // namespace

std::string difference(const Record& expected, const sync::Cells& actual)
{
    const auto real = as_model(actual);
    static const Cell kNone;
    const auto of = [](const Record& record, const std::string& key) -> const Cell& {
        const auto place = record.find(key);
        return place == record.end() ? kNone : place->second;
    };
    for (const auto* side : {&expected, &real})
        for (const auto& [key, unused] : *side)
            if (auto found = cell_difference(key, of(expected, key), of(real, key)); !found.empty()) return found;
    return {};
}

Record as_carried(const Record& record)
{
    if (existence(record) != Existence::deleted) return record;
    return {{std::string(shared::kExistence), record.find(shared::kExistence)->second}};
}

Record as_model(const sync::Cells& cells)
{
    Record record;
    for (const auto& cell : cells) {
        auto& out = record[cell.key];
        for (const auto& leaf : cell.leaves)
            out.leaves[leaf.name] = {leaf.stamp, leaf.value, {leaf.saw.begin(), leaf.saw.end()}};
        out.awaited.insert(cell.unknown.begin(), cell.unknown.end());
    }
    return record;
}

}  // namespace indaba::tests::model
