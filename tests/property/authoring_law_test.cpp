// What a person's change names: never a conflict with oneself, and the bases that the design's words give.
#include "sync/authoring.hpp"
#include "tests/model/text.hpp"
#include "tests/property/property.hpp"

namespace indaba::tests::property {

namespace {

using model::catalogue;
using model::kItem;

sync::Cells as_cells(const model::Record& record)
{
    sync::Cells cells;
    for (const auto& [key, cell] : record) {
        auto& out = cells.at(key);
        for (const auto& [name, leaf] : cell.leaves)
            out.leaves.push_back({name, leaf.stamp, leaf.value, {leaf.saw.begin(), leaf.saw.end()}});
    }
    return cells;
}

sync::Change change_of(const Step& step, const shared::RecordId& id)
{
    using Kind = sync::Change::Kind;
    sync::Change change{Kind::put, id, std::string(kItem), {}};
    if (step.kind == Step::Kind::settle) change.kind = Kind::settle;
    if (step.kind == Step::Kind::remove) change.kind = step.twist % 2 == 0 ? Kind::remove : Kind::confirm;
    if (step.kind == Step::Kind::undelete) change.kind = Kind::restore;
    if (change.kind == Kind::put || change.kind == Kind::settle) change.cells.push_back(World::put(step));
    return change;
}

/// A World whose authors are the code under test. Steps that invent bases are left out: nobody is responsible for
/// those.
std::vector<shared::Write> real_author(const Step& step, const shared::RecordId& id, const model::Record& seen)
{
    if (step.kind == Step::Kind::invent) return {};
    if (model::existence(seen) == model::Existence::none && step.kind != Step::Kind::create) return {};
    auto writes = sync::writes_of(change_of(step, id), as_cells(seen), catalogue());
    return writes ? std::move(*writes) : std::vector<shared::Write>();
}

std::vector<Step> one_device(std::vector<Step> steps)
{
    for (auto& step : steps) step.device = 0;
    return steps;
}

bool lost_undeletion(const World& world)
{
    return std::ranges::any_of(world.refused(), [&](const model::Name& name) {
        const auto* written = world.history().find(name);
        return written->write(written->transaction.records[0].id, shared::kExistence) != nullptr;
    });
}

TEST(AuthoringLaw, nobody_is_ever_in_conflict_with_themself)
{
    holds_for(1500, 60,
              [](const std::vector<Step>& steps) { return World(steps, real_author).false_conflict().value_or(""); });
}

TEST(AuthoringLaw, the_words_of_the_design_hold_too)
{
    holds_for(500, 60, [](auto steps) {
        std::erase_if(steps, [](const Step& step) { return step.kind == Step::Kind::invent; });
        return World(steps).false_conflict().value_or("");
    });
}

TEST(AuthoringLaw, one_device_alone_never_has_a_conflict)
{
    holds_for(120, 60, [](const std::vector<Step>& steps) {
        const auto alone = one_device(steps);
        for (std::size_t length = 1; length <= alone.size(); ++length) {
            const World world({alone.begin(), alone.begin() + std::ptrdiff_t(length)}, real_author);
            for (std::size_t i = 0; i < World::kRecords; ++i) {
                const auto seen = model::state_of(world.history(), world.view(0), World::record(i));
                // An edit that was built on a refused undeletion does come after the deletion without replacing it.
                if (!lost_undeletion(world) && model::existence(seen) == model::Existence::disputed)
                    return "disputed after step " + std::to_string(length);
                for (const auto& [key, cell] : seen)
                    if (cell.leaves.size() > 1) return "two leaves of " + key + " after step " + std::to_string(length);
            }
        }
        return std::string();
    });
}

TEST(AuthoringLaw, names_the_bases_that_the_design_says)
{
    holds_for(1500, 60, [](const std::vector<Step>& steps) {
        std::string wrong;
        const World words({});
        const World world(steps, [&](const Step& step, const shared::RecordId& id, const model::Record& seen) {
            auto writes = real_author(step, id, seen);
            auto expected = words.writes_of(step, seen);
            std::ranges::sort(expected, {}, &shared::Write::key);
            std::erase_if(expected, [&](const shared::Write& write) {  // to say again what is there is no edit
                return write.key != shared::kExistence &&
                       std::ranges::find(writes, write.key, &shared::Write::key) == writes.end();
            });
            const auto text = [&](const auto& list) {
                return model::text(shared::Transaction{{{id, std::string(kItem)}}, list});
            };
            const bool silent =
                writes.empty() && step.kind != Step::Kind::undelete;  // says nothing new, or is not allowed
            const bool restores = step.kind == Step::Kind::undelete && expected.empty();
            if (wrong.empty() && !silent && !restores && text(writes) != text(expected))
                wrong = "wrote" + text(writes) + "\n  not" + text(expected);
            return writes;
        });
        return wrong;
    });
}

}  // namespace

}  // namespace indaba::tests::property
