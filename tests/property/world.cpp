#include "tests/property/world.hpp"

#include <algorithm>
#include <array>

namespace indaba::tests::property {

namespace {

using model::catalogue;
using model::kItem;
using model::Name;
using shared::Value;

std::set<Name> leaves_of(const model::Record& record, std::string_view key)
{
    std::set<Name> names;
    if (const auto place = record.find(key); place != record.end())
        for (const auto& [name, leaf] : place->second.leaves) names.insert(name);
    return names;
}

std::set<Name> all_leaves(const model::Record& record)
{
    std::set<Name> names;
    for (const auto& [key, cell] : record) names.merge(leaves_of(record, key));
    return names;
}

/// The leaves of the existence cell and what they saw: what an undeletion replaces.
std::set<Name> deletions(const model::Record& record)
{
    auto names = leaves_of(record, shared::kExistence);
    if (const auto place = record.find(shared::kExistence); place != record.end())
        for (const auto& [name, leaf] : place->second.leaves) names.insert(leaf.saw.begin(), leaf.saw.end());
    return names;
}

/// Under `latest` the shown leaf and its equals, else all.
std::set<Name> replaced(const model::Record& record, std::string_view key, bool all)
{
    const auto place = record.find(key);
    const auto policy = catalogue().policy(kItem, key);
    if (place == record.end() || all || policy != shared::Policy::latest) return leaves_of(record, key);
    std::set<Name> names;
    if (const auto top = model::shown(place->second, policy, nullptr))
        for (const auto& [name, leaf] : place->second.leaves)
            if (leaf.value == place->second.leaves.at(*top).value) names.insert(name);
    return names;
}

shared::Write write_of(std::string_view key, Value value, const std::set<Name>& bases)
{
    return {0, std::string(key), std::move(value), {bases.begin(), bases.end()}};
}

}  // namespace

std::vector<Step> random_steps(std::uint64_t seed, std::size_t count)
{
    using enum Step::Kind;
    constexpr auto kKinds = std::to_array<Step::Kind>({create, edit, edit, edit, edit, edit, edit, settle, remove,
                                                       undelete, rule, rule, rule, rule, rule, learn, learn, learn});
    model::Chance chance(seed);
    const auto devices = 1 + chance.below(World::kDevices);
    const bool hostile = chance.below(4) == 0;
    std::vector<Step> steps{{create, std::uint8_t(chance.below(devices)), 0, 0, 0, 0}};
    while (steps.size() < count) {
        Step step{hostile && chance.below(10) == 0 ? invent : chance.pick(kKinds), std::uint8_t(chance.below(devices))};
        for (auto* part : {&step.record, &step.cell, &step.value, &step.twist}) *part = std::uint8_t(chance.below(256));
        steps.push_back(step);
    }
    return steps;
}

std::string text(const std::vector<Step>& steps)
{
    constexpr auto kNames =
        std::to_array<const char*>({"create", "edit", "settle", "remove", "undelete", "invent", "rule", "learn"});
    std::string out;
    for (const auto& step : steps) {
        out += std::string("  {") + kNames[std::size_t(step.kind)];
        for (const auto part : {step.device, step.record, step.cell, step.value, step.twist})
            out += ", " + std::to_string(part);
        out += "}\n";
    }
    return out;
}

World::World(const std::vector<Step>& steps, Author author) : author_(std::move(author))
{
    for (std::size_t i = 0; i < kDevices; ++i) {
        devices_.push_back({{names_.draw()}, {}, 0, 0, {}, i == 1 ? -50'000 : i == 2 ? 700'000 : 0});
    }
    for (const auto& step : steps) play(step);
    for (const auto& device : devices_)
        pending_.insert(pending_.end(), device.written.begin() + std::ptrdiff_t(device.ruled), device.written.end());
}

shared::RecordId World::record(std::size_t index)
{
    shared::RecordId id;
    id.bytes.back() = std::uint8_t(index % kRecords + 1);
    return id;
}

model::Merged World::view(std::size_t device) const
{
    const auto& viewer = devices_[device];
    model::Merged merged;
    for (const auto& name : viewer.written) merged.emplace(name, std::nullopt);
    for (std::size_t i = 0; i < viewer.learned; ++i) {
        const auto& [name, is_accepted] = rulings_[i];
        if (is_accepted) merged.insert_or_assign(name, accepted_.at(name));
        else merged.erase(name);
    }
    return merged;
}

void World::play(const Step& step)
{
    now_ms_ += 1000;
    auto& device = devices_[step.device % kDevices];
    if (step.kind == Step::Kind::rule) return rule(step);
    if (step.kind == Step::Kind::learn) {
        device.learned += std::min<std::size_t>(rulings_.size() - device.learned, 1 + step.twist % 8);
    } else {
        const auto id = record(step.record);
        const auto seen = model::state_of(history_, view(step.device % kDevices), id);
        issue(device, id, author_ ? author_(step, id, seen) : writes_of(step, seen));
    }
    look(step.device % kDevices);
}

/// The centre rules a journal in order. A transaction on a record that is not there is refused; chance refuses some
/// more.
void World::rule(const Step& step)
{
    auto& device = devices_[step.device % kDevices];
    if (device.ruled == device.written.size()) return;
    const auto name = device.written[device.ruled++];
    const auto& written = *history_.find(name);
    const auto& id = written.transaction.records[0].id;
    const auto* creation = written.write(id, shared::kExistence);
    const bool creates = creation != nullptr && creation->bases.empty();
    const bool is_there = !model::state_of(history_, accepted_, id).empty();
    const bool accept = (creates || is_there) && step.twist % 4 != 0;
    rulings_.emplace_back(name, accept);
    if (accept) accepted_.emplace(name, now_ms_);
    else refused_.insert(name);
}

std::pair<std::string, shared::Value> World::put(const Step& step)
{
    const auto keys = model::item_keys();
    const auto key = keys[step.cell % keys.size()];
    return {std::string(key), model::item_value(key, step.value)};
}

std::vector<shared::Write> World::writes_of(const Step& step, const model::Record& seen) const
{
    const auto state = model::existence(seen);
    const auto [key, value] = put(step);
    const auto existence = [](bool alive, const std::set<Name>& bases) {
        return write_of(shared::kExistence, Value::boolean(alive), bases);
    };
    if (state == model::Existence::none)
        return step.kind != Step::Kind::create
                   ? std::vector<shared::Write>{}
                   : std::vector{existence(true, {}), write_of(key, value, replaced(seen, key, false))};
    switch (step.kind) {
        case Step::Kind::create:
        case Step::Kind::edit:
        case Step::Kind::settle: {
            auto bases = replaced(seen, key, step.kind == Step::Kind::settle);
            if (state != model::Existence::deleted) return {write_of(key, value, bases)};
            bases.merge(deletions(seen));
            return {existence(true, deletions(seen)), write_of(key, value, bases)};
        }
        case Step::Kind::remove: {
            auto bases = all_leaves(seen);
            bases.merge(deletions(seen));
            return {existence(false, bases)};
        }
        case Step::Kind::undelete:
            if (state == model::Existence::alive) return {};
            return {existence(true, deletions(seen))};
        case Step::Kind::invent: {  // bases that nobody showed it: of other cells, of the future, of nobody
            std::set<Name> bases;
            std::size_t i = step.twist;
            for (const auto& [name, written] : history_.all())
                if (i++ % 3 == 0) bases.insert(name);
            if (step.twist % 2 == 0) bases.insert({devices_[step.twist % kDevices].journal, 1000, step.value});
            return {write_of(step.twist % 5 == 0 ? shared::kExistence : key,
                             step.twist % 5 == 0 ? Value::boolean(step.value % 2 == 0) : value, bases)};
        }
        case Step::Kind::rule:
        case Step::Kind::learn: break;
    }
    return {};
}

void World::issue(Device& device, const shared::RecordId& record, std::vector<shared::Write> writes)
{
    if (writes.empty()) return;
    shared::Transaction transaction{{{record, std::string(kItem)}}, std::move(writes)};
    std::ranges::sort(transaction.writes, {}, &shared::Write::key);
    device.clock = std::max(shared::Stamp{device.clock.value + 1}, shared::Stamp::at(now_ms_ + device.skew_ms));
    const Name name{device.journal, device.written.size() + 1, names_.draw()};
    history_.add({name, device.clock, std::move(transaction)});
    device.written.push_back(name);
}

void World::look(std::size_t device)
{
    if (false_conflict_) return;
    for (std::size_t i = 0; i < kRecords; ++i) {
        const auto id = record(i);
        false_conflict_ = model::false_conflict(history_, id, model::state_of(history_, view(device), id));
        if (false_conflict_) return;
    }
}

}  // namespace indaba::tests::property
