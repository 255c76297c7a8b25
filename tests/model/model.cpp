#include "tests/model/model.hpp"

#include "tests/model/text.hpp"

#include <tuple>

namespace indaba::tests::model {

namespace {

using shared::Policy;
using shared::Value;
using shared::ValueKind;

bool is_deletion(const shared::Write& write)
{
    return write.key == shared::kExistence && write.value == Value::boolean(false);
}

bool lives(const Leaf& leaf) { return leaf.value == Value::boolean(true); }

/// A decimal's whole part and its 1e-18ths, both with its sign: these compare as the number does.
std::pair<std::int64_t, std::int64_t> parts(shared::Decimal number)
{
    std::int64_t power = 1;
    for (int i = 0; i < number.scale; ++i) power *= 10;
    auto fraction = number.units % power;
    for (int i = number.scale; i < 18; ++i) fraction *= 10;
    return {number.units / power, fraction};
}

/// Below in size; values without a size, or of different kinds, by their bytes.
bool below(const Value& a, const Value& b)
{
    if (a.kind() == b.kind() && a.kind() == ValueKind::integer) return a.as_integer() < b.as_integer();
    if (a.kind() == b.kind() && a.kind() == ValueKind::decimal) return parts(a.as_decimal()) < parts(b.as_decimal());
    if (a.kind() == b.kind() && a.kind() == ValueKind::instant) return a.as_instant().utc_ms < b.as_instant().utc_ms;
    if (a.kind() == b.kind() && a.kind() == ValueKind::date) {
        const auto [x, y] = std::pair(a.as_date(), b.as_date());
        return std::tuple(x.year, x.month, x.day) < std::tuple(y.year, y.month, y.day);
    }
    return a.encoding() < b.encoding();
}

/// How far along its workflow a state is; 0 for none.
std::size_t rank(const Value& value, const shared::Field* field)
{
    if (field == nullptr || value.kind() != ValueKind::code) return 0;
    for (std::size_t i = 0; i < field->precedence.size(); ++i)
        if (field->precedence[i] == value.as_text()) return i + 1;
    return 0;
}

/// True if the policy itself wants `b` rather than `a`. What is there always wins over what is absent, except by time.
bool yields(const Value& a, const Value& b, Policy policy, const shared::Field* field)
{
    switch (policy) {
        case Policy::latest: return false;
        case Policy::present: return a.is_absent() && !b.is_absent();
        case Policy::highest: return a.is_absent() ? !b.is_absent() : !b.is_absent() && below(a, b);
        case Policy::lowest: return a.is_absent() ? !b.is_absent() : !b.is_absent() && below(b, a);
        case Policy::precedence: return rank(a, field) < rank(b, field);
    }
    return false;
}

}  // namespace

const shared::Write* Written::write(const shared::RecordId& record, std::string_view key) const
{
    for (const auto& write : transaction.writes)
        if (transaction.records[write.record].id == record && write.key == key) return &write;
    return nullptr;
}

bool Written::touches(const shared::RecordId& record) const
{
    for (const auto& touched : transaction.records)
        if (touched.id == record) return true;
    return false;
}

const Written* History::find(const Name& name) const
{
    const auto place = written_.find(name);
    return place == written_.end() ? nullptr : &place->second;
}

std::set<Name> History::named(const Name& name, const shared::RecordId& record, std::string_view key,
                              const Merged& merged) const
{
    std::set<Name> out;
    const auto* written = find(name);
    const auto* write = written == nullptr ? nullptr : written->write(record, key);
    if (write == nullptr) return out;
    auto open = write->bases;
    while (!open.empty()) {
        const auto base = open.back();
        open.pop_back();
        if (!out.insert(base).second || base.journal != name.journal || merged.contains(base) || lost_.contains(base))
            continue;
        if (const auto* before = find(base))
            for (const auto& other : before->transaction.writes)
                if (before->transaction.records[other.record].id == record && (other.key == key || is_deletion(*write)))
                    open.insert(open.end(), other.bases.begin(), other.bases.end());
    }
    return out;
}

std::set<Name> History::replaced(const Name& name, const shared::RecordId& record, std::string_view key) const
{
    std::set<Name> out;
    std::vector<Name> open{name};
    while (!open.empty()) {
        const auto next = open.back();
        const auto* written = distrusted_.contains(next.journal) ? nullptr : find(next);
        open.pop_back();
        const auto* write = written == nullptr ? nullptr : written->write(record, key);
        if (write == nullptr) continue;
        for (const auto& base : write->bases)
            if (out.insert(base).second) open.push_back(base);
    }
    return out;
}

Record state_of(const History& history, const Merged& merged, const shared::RecordId& record)
{
    Record state;
    std::map<std::string, std::set<Name>> named;
    for (const auto& [name, ruled_ms] : merged) {
        const auto* written = history.find(name);
        for (const auto& write : written->transaction.writes) {
            if (written->transaction.records[write.record].id != record) continue;
            const auto names = history.named(name, record, write.key, merged);
            named[write.key].insert(names.begin(), names.end());
            auto stamp = written->stamp;
            if (ruled_ms) stamp = std::min(stamp, shared::Stamp::end_of(*ruled_ms));
            state[write.key].leaves[name] = {stamp, write.value, is_deletion(write) ? names : std::set<Name>{}};
        }
    }
    for (auto& [key, cell] : state) {
        for (const auto& name : named[key]) {
            cell.leaves.erase(name);
            if (!merged.contains(name)) cell.awaited.insert(name);
        }
    }
    return state;
}

Existence existence(const Record& record)
{
    const auto place = record.find(shared::kExistence);
    if (place == record.end() || place->second.leaves.empty()) return Existence::none;
    std::size_t living = 0;
    std::set<Name> seen;
    for (const auto& [name, leaf] : place->second.leaves) {
        if (lives(leaf)) ++living;
        seen.insert(leaf.saw.begin(), leaf.saw.end());
    }
    if (living == place->second.leaves.size()) return Existence::alive;
    if (living > 0) return Existence::disputed;
    for (const auto& [key, cell] : record)
        for (const auto& [name, leaf] : cell.leaves)
            if (key != shared::kExistence && !seen.contains(name)) return Existence::disputed;
    return Existence::deleted;
}

std::optional<Name> shown(const Cell& cell, Policy policy, const shared::Field* field)
{
    const std::pair<const Name, Leaf>* best = nullptr;
    for (const auto& leaf : cell.leaves) {
        if (best == nullptr || yields(best->second.value, leaf.second.value, policy, field)) {
            best = &leaf;
        } else if (!yields(leaf.second.value, best->second.value, policy, field)) {
            const auto order = [](const auto& item) { return std::pair(item.second.stamp, item.first); };
            if (order(*best) < order(leaf)) best = &leaf;
        }
    }
    return best == nullptr ? std::nullopt : std::optional(best->first);
}

bool in_conflict(const Cell& cell, Policy policy)
{
    std::set<Value> values;
    for (const auto& [name, leaf] : cell.leaves) values.insert(leaf.value);
    return policy == Policy::latest && values.size() > 1;
}

std::optional<std::string> false_conflict(const History& history, const shared::RecordId& id, const Record& record)
{
    for (const auto& [key, cell] : record) {
        for (const auto& [name, leaf] : cell.leaves) {
            const auto replaced = history.replaced(name, id, key);
            for (const auto& [other, unused] : cell.leaves)
                if (replaced.contains(other))
                    return "cell " + key + " of " + id.text() + " holds " + text(other) + ", which " + text(name) +
                           " replaced";
        }
    }
    return std::nullopt;
}

}  // namespace indaba::tests::model
