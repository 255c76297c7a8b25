// Leaves = writes - named: merge and fold against the model, over histories of up to six devices and a centre.
#include "sync/merge.hpp"
#include "tests/model/compare.hpp"
#include "tests/model/text.hpp"
#include "tests/property/property.hpp"

namespace indaba::tests::property {

namespace {

using model::catalogue;
using model::kItem;
using model::Name;

/// The bases of a write as a centre resolves them: what a refused base of the same journal named stands in its place
/// too.
std::vector<Name> resolved(const World& world, const Name& name, const shared::RecordId& record, std::string_view key,
                           bool deletion)
{
    std::set<Name> out;
    std::vector<Name> open{name};
    for (bool first = true; !open.empty(); first = false) {
        const auto next = open.back();
        open.pop_back();
        const auto* written = world.history().find(next);
        if (written == nullptr) continue;
        for (const auto& write : written->transaction.writes) {
            if (written->transaction.records[write.record].id != record) continue;
            if (write.key != key && (first || !deletion)) continue;
            for (const auto& base : write.bases)
                if (out.insert(base).second && base.journal == name.journal && world.refused().contains(base))
                    open.push_back(base);
        }
    }
    return {out.begin(), out.end()};
}

enum class How { ruled, pending };

void merge(const World& world, const Name& name, How how, const sync::IsMerged& is_merged,
           std::map<shared::RecordId, sync::Cells>& records)
{
    const auto& written = *world.history().find(name);
    auto stamp = written.stamp;
    if (how == How::ruled) stamp = std::min(stamp, shared::Stamp::end_of(*world.accepted().at(name)));
    for (const auto& write : written.transaction.writes) {
        const auto& id = written.transaction.records[write.record].id;
        const bool deletion = write.key == shared::kExistence && write.value == shared::Value::boolean(false);
        const auto bases = resolved(world, name, id, write.key, deletion);
        const sync::MergingWrite merging{name, stamp, &write.value, bases, deletion};
        auto& cell = records[id].at(write.key);
        if (how == How::ruled) sync::merge_write(cell, merging, is_merged);
        else sync::merge_pending(cell, merging);
    }
}

std::map<shared::RecordId, sync::Cells> word_of(const World& world, const std::vector<Name>& order)
{
    std::map<shared::RecordId, sync::Cells> records;
    std::set<Name> merged;
    for (const auto& name : order) {
        merge(world, name, How::ruled, [&](const Name& base) { return merged.contains(base); }, records);
        merged.insert(name);
    }
    return records;
}

std::string compare(const World& world, const model::Merged& merged, const shared::RecordId& id,
                    const sync::Cells& cells)
{
    const auto expected = model::state_of(world.history(), merged, id);
    if (auto found = model::difference(expected, cells); !found.empty()) return model::text(id) + ": " + found;
    if (int(model::existence(expected)) != int(sync::existence(cells))) return model::text(id) + ": another existence";
    for (const auto& cell : cells) {
        const auto place = expected.find(cell.key);
        if (place == expected.end()) continue;
        const auto* field = catalogue().field(kItem, cell.key);
        const auto policy =
            cell.key == shared::kExistence ? shared::Policy::latest : catalogue().policy(kItem, cell.key);
        const auto* top = sync::shown(cell, {field, policy});
        const auto name = model::shown(place->second, policy, field);
        if ((top == nullptr) != !name || (top != nullptr && top->name != *name))
            return model::text(id) + "." + cell.key + " shows " +
                   (top == nullptr ? "nothing" : model::text(top->name)) + ", not " +
                   (name ? model::text(*name) : "nothing");
        if (sync::in_conflict(cell, policy) != model::in_conflict(place->second, policy))
            return model::text(id) + "." + cell.key + ": another opinion on its conflict";
    }
    return {};
}

std::string compare(const World& world, const model::Merged& merged, std::map<shared::RecordId, sync::Cells>& records)
{
    for (std::size_t i = 0; i < World::kRecords; ++i) {
        const auto id = World::record(i);
        if (auto found = compare(world, merged, id, records[id]); !found.empty()) return found;
    }
    return {};
}

std::vector<Name> names_of(const model::Merged& merged)
{
    std::vector<Name> names;
    for (const auto& [name, unused] : merged) names.push_back(name);
    return names;
}

TEST(MergeLaw, any_order_gives_the_models_cells)
{
    holds_for(4000, 60, [](const std::vector<Step>& steps) {
        const World world(steps);
        model::Chance chance(steps.size());
        auto order = names_of(world.accepted());
        for (int i = 0; i < 6; ++i) {
            auto records = word_of(world, order);
            if (auto found = compare(world, world.accepted(), records); !found.empty()) return found;
            chance.shuffle(order);
        }
        return std::string();
    });
}

TEST(MergeLaw, what_is_awaited_does_not_depend_on_the_order)
{
    holds_for(2000, 60, [](const std::vector<Step>& steps) {
        const World world(steps);
        model::Chance chance(steps.size());
        auto order = names_of(world.accepted());
        chance.shuffle(order);
        auto records = word_of(world, order);
        for (std::size_t i = 0; i < World::kRecords; ++i) {
            const auto id = World::record(i);
            for (const auto& [key, cell] : model::state_of(world.history(), world.accepted(), id)) {
                auto real = model::as_model(records[id])[key].awaited;
                std::erase_if(real, [&](const Name& name) { return world.accepted().contains(name); });
                if (real != cell.awaited) return "cell " + key + " of " + model::text(id) + " awaits something else";
            }
        }
        return std::string();
    });
}

/// The word: any beginning of what was ruled. Folded over it: of every journal any beginning of the rest.
std::string fold_any_part(const World& world, std::uint64_t seed)
{
    model::Chance chance(seed);
    std::map<shared::JournalId, std::pair<std::uint64_t, std::uint64_t>> through;
    std::vector<Name> word;
    std::vector<Name> folded;
    model::Merged merged;
    for (const auto& [name, written] : world.history().all()) {
        const auto [place, fresh] = through.try_emplace(name.journal);
        if (fresh) place->second = {chance.below(8), chance.below(30)};
        const auto [ruled, held] = place->second;
        if (world.refused().contains(name)) continue;
        if (name.number <= ruled && world.accepted().contains(name)) {
            word.push_back(name);
            merged.emplace(name, world.accepted().at(name));
        } else if (name.number <= held) {
            folded.push_back(name);
            merged.emplace(name, std::nullopt);
        }
    }
    auto records = word_of(world, word);
    for (int repeat = 0; repeat < 2; ++repeat) {
        chance.shuffle(folded);
        for (const auto& name : folded) merge(world, name, How::pending, {}, records);
    }
    for (auto& [id, cells] : records) sync::drop_named(cells);
    return compare(world, merged, records);
}

TEST(MergeLaw, any_part_folds_over_the_word_in_any_order_with_repeats)
{
    holds_for(4000, 60, [](const std::vector<Step>& steps) {
        const World world(steps);
        for (std::uint64_t seed = 1; seed <= 4; ++seed)
            if (auto found = fold_any_part(world, seed); !found.empty()) return found;
        return std::string();
    });
}

TEST(MergeLaw, a_refused_transaction_leaves_no_trace)
{
    holds_for(2000, 60, [](const std::vector<Step>& steps) {
        const World world(steps);
        for (const auto& [id, cells] : word_of(world, names_of(world.accepted())))
            for (const auto& cell : cells)
                for (const auto& leaf : cell.leaves)
                    if (!world.accepted().contains(leaf.name))
                        return model::text(leaf.name) + " is a leaf of " + cell.key;
        return std::string();
    });
}

TEST(MergeLaw, the_histories_reach_what_they_are_for)
{
    std::map<std::string, int> reached;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        const World world(random_steps(seed, 60));
        reached["refused"] += !world.refused().empty();
        reached["pending"] += !world.pending().empty();
        for (std::size_t i = 0; i < World::kRecords; ++i) {
            const auto state = model::state_of(world.history(), world.accepted(), World::record(i));
            reached["deleted"] += model::existence(state) == model::Existence::deleted;
            reached["disputed"] += model::existence(state) == model::Existence::disputed;
            for (const auto& [key, cell] : state) {
                const auto policy = catalogue().policy(kItem, key);
                reached["conflict"] += model::in_conflict(cell, policy);
                reached["awaited"] += !cell.awaited.empty();
                reached["leaves under policy " + std::to_string(int(policy))] += cell.leaves.size() > 1;
            }
        }
    }
    EXPECT_EQ(reached.size(), 11u);
    for (const auto& [what, times] : reached) EXPECT_GT(times, 5) << what;
}

// The judges can fail: each of these would let a real bug through if it passed.

TEST(MergeLaw, the_comparison_sees_a_lost_a_resurrected_and_a_changed_leaf)
{
    const World world({{Step::Kind::create, 0, 0, 2, 0, 0},
                       {Step::Kind::edit, 0, 0, 2, 1, 0},
                       {Step::Kind::rule, 0, 0, 0, 0, 1},
                       {Step::Kind::rule, 0, 0, 0, 0, 1}});
    ASSERT_EQ(world.accepted().size(), 2u);
    const auto good = word_of(world, names_of(world.accepted()));
    auto records = good;
    EXPECT_EQ(compare(world, world.accepted(), records), "");
    auto& leaves = records[World::record(0)].at("city").leaves;
    ASSERT_EQ(leaves.size(), 1u);
    const auto leaf = leaves[0];
    leaves.clear();
    EXPECT_NE(compare(world, world.accepted(), records), "");
    leaves = {leaf, leaf};
    leaves[0].name = names_of(world.accepted())[0];
    EXPECT_NE(compare(world, world.accepted(), records), "");
    leaves = {leaf};
    leaves[0].stamp.value += 1;
    EXPECT_NE(compare(world, world.accepted(), records), "");
    records = good;
    records[World::record(0)].at("!").leaves[0].value = shared::Value::boolean(false);
    EXPECT_NE(compare(world, world.accepted(), records), "");
}

TEST(MergeLaw, a_merge_that_forgets_unknown_bases_is_found_and_shrunk)
{
    const Property property = [](const std::vector<Step>& steps) {
        const World world(steps);
        auto order = names_of(world.accepted());
        std::ranges::reverse(order);
        std::map<shared::RecordId, sync::Cells> records;
        for (const auto& name : order) merge(world, name, How::ruled, [](const Name&) { return true; }, records);
        return compare(world, world.accepted(), records);
    };
    std::vector<Step> found;
    for (std::uint64_t seed = 1; found.empty() && seed < 100; ++seed)
        if (const auto steps = random_steps(seed, 60); !property(steps).empty()) found = steps;
    ASSERT_FALSE(found.empty());
    const auto small = shrink<Step>(found, [&](const auto& fewer) { return !property(fewer).empty(); });
    EXPECT_LE(small.size(), 5u) << text(small);
}

}  // namespace

}  // namespace indaba::tests::property
