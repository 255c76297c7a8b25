// Every checker is proven by a bug: what is broken in the end of a calm run, and bugs that are in the system while it
// runs.
#include "tests/simulation/broken.hpp"
#include "tests/simulation/simulation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace indaba::tests::simulation {

namespace {

using shared::Value;
using testing::HasSubstr;

/// A calm run that has come to its end: everything holds until a test breaks something.
class Planted : public testing::Test {
protected:
    Planted() : simulation_(1, {false, true})
    {
        const auto outcome = simulation_.run();
        INDABA_CHECK(outcome.broken.empty() && outcome.reached.at("accepted") > 10);
    }

    /// What the final checks say now.
    std::string complaint()
    {
        try {
            simulation_.final_checks();
        } catch (const Broken& broken) {
            return broken.what;
        }
        return {};
    }

    Device& device() { return *simulation_.devices()[0]; }
    sync::store::CentreStore& centre() { return *simulation_.centre().keeper; }

    /// A record with cells that the device and the centre both hold, and its space.
    std::pair<std::string, sync::StoredRecord> shared_record()
    {
        for (const auto space : kSpaces) {
            if (simulation_.roles().role(device().id, space).empty()) continue;
            for (const auto& id : simulation_.truth().records(space)) {
                const auto record = device().keeper->find_record(id);
                if (record && *record && sync::existence((*record)->shown) == sync::Existence::alive)
                    return {std::string(space), **record};
            }
        }
        throw Broken{"no record to break"};
    }

    template <class Store>
    static void save(Store& store, const sync::StoredRecord& record)
    {
        must(store.begin(), "begin");
        must(store.save_record(record), "save");
        must(store.commit(), "commit");
    }

    template <class Store>
    static void execute(Store& store, const std::string& sql)
    {
        must(store.database().execute(sql), "planting");
    }
    /// What a checker says.
    template <class Check>
    static std::string complaint_of(const Check& check)
    {
        try {
            check();
        } catch (const Broken& broken) {
            return broken.what;
        }
        return {};
    }

    /// Written on the device and not sent.
    void write_unsent(const sync::StoredRecord& record)
    {
        simulation_.roles().set(device().id, record.space, "editor");
        auto held = must(device().keeper->find_space(record.space), "a space").value();
        held.role = "editor";
        must(device().keeper->begin(), "begin");
        must(device().keeper->save_space(held), "save");
        must(device().keeper->commit(), "commit");
        (void)must(
            device().start().replica.write(
                record.space, {{sync::Change::Kind::put, record.id, record.type, {{"city", Value::text("unsent")}}}}),
            "writing");
    }

    Simulation simulation_;
};

/// The last cell but existence: every record has one.
sync::Cell& some_cell(sync::StoredRecord& record)
{
    sync::Cell* found = nullptr;
    for (auto& cell : record.shown)
        if (!cell.leaves.empty()) found = &cell;
    return *found;
}

TEST_F(Planted, holds_before_anything_is_planted) { EXPECT_EQ(complaint(), ""); }

TEST_F(Planted, a_leaf_missing_on_a_device)
{
    auto [space, record] = shared_record();
    some_cell(record).leaves.clear();
    save(*device().keeper, record);
    EXPECT_NE(complaint(), "");
}

TEST_F(Planted, another_value_on_a_device)
{
    auto [space, record] = shared_record();
    some_cell(record).leaves[0].value = Value::text("something else");
    save(*device().keeper, record);
    EXPECT_NE(complaint(), "");
}

TEST_F(Planted, another_value_at_the_centre)
{
    auto [space, record] = shared_record();
    auto there = **centre().find_record(record.id);
    some_cell(there).leaves[0].value = Value::text("something else");
    save(centre(), there);
    EXPECT_NE(complaint(), "");
}

TEST_F(Planted, an_acknowledged_entry_that_is_not_stored)
{
    const auto acknowledged = simulation_.truth().acknowledged();
    ASSERT_FALSE(acknowledged.empty());
    const auto [journal, through] = *acknowledged.begin();
    simulation_.truth().stored(journal, through + 1);
    EXPECT_NE(complaint().find("acknowledged"), std::string::npos);
}

TEST_F(Planted, a_write_that_never_reached_the_centre)
{
    write_unsent(shared_record().second);
    EXPECT_NE(complaint().find("never reached"), std::string::npos);
}

TEST_F(Planted, a_ruling_that_was_never_made)
{
    for (const auto space : kSpaces) {
        for (const auto& journal : must(device().keeper->own_journals(std::string(space)), "journals")) {
            std::optional<sync::Ruling> ruling;
            must(device().keeper->each_entry(journal.head.id, 1,
                                             [&](sync::StoredEntry&& entry) {
                                                 ruling = entry.ruling;
                                                 return false;
                                             }),
                 "entries");
            if (!ruling) continue;
            ruling->verdict = sync::Verdict::refused;
            ruling->reason = {sync::Reason::Code::rule, "", "planted"};
            must(device().keeper->begin(), "begin");
            (void)must(device().keeper->set_ruling(*ruling), "ruling");
            must(device().keeper->commit(), "commit");
            EXPECT_NE(complaint().find("another ruling"), std::string::npos);
            return;
        }
    }
    FAIL() << "the device wrote nothing";
}

TEST_F(Planted, a_conflict_with_oneself)
{
    auto [space, record] = shared_record();
    for (const auto& [name, written] : simulation_.truth().history().all()) {
        for (const auto& write : written.transaction.writes) {
            const auto id = written.transaction.records[write.record].id;
            auto there = must(device().keeper->find_record(id), "a record");
            if (write.bases.empty() || write.key == "!" || !there || there->shown.find(write.key) == nullptr) continue;
            auto& leaves = there->shown.at(write.key).leaves;
            if (leaves.size() != 1 || leaves[0].name != name) continue;
            leaves.push_back({write.bases[0], {1}, Value::text("replaced"), {}});
            std::ranges::sort(leaves, {}, &sync::Leaf::name);
            save(*device().keeper, *there);
            EXPECT_THROW(simulation_.judge().no_false_conflict(device(), space, id), Broken);
            return;
        }
    }
    FAIL() << "nothing was ever edited";
}

TEST_F(Planted, something_told_to_be_lost_that_is_at_the_centre)
{
    auto [space, record] = shared_record();
    sync::Orphan orphan{record.id, record.type, space, {}, 1};
    orphan.cells.at(some_cell(record).key) = some_cell(record);
    must(device().keeper->begin(), "begin");
    must(device().keeper->save_orphan(orphan), "an orphan");
    must(device().keeper->commit(), "commit");
    EXPECT_NE(complaint().find("told to be lost"), std::string::npos);
}

TEST_F(Planted, a_clock_that_ran_backwards)
{
    device().last_stamp = {~std::uint64_t(0)};
    device().seen.clear();
    EXPECT_NE(complaint().find("backwards"), std::string::npos);
}

TEST_F(Planted, a_device_that_keeps_a_space_it_lost)
{
    auto [space, record] = shared_record();
    simulation_.roles().set(device().id, space, "");
    EXPECT_NE(complaint().find("role"), std::string::npos);
}

TEST_F(Planted, a_transaction_ruled_that_its_author_may_not_write_and_one_ruled_twice)
{
    auto [space, record] = shared_record();
    const auto name = simulation_.truth().feed(space).back().name;
    auto entry = must(centre().find_entry(name), "an entry").value();
    const auto head = must(centre().head(space), "head");
    model::CheapDigest digest;
    Truth fresh(simulation_.roles(), digest);
    for (auto& owner : simulation_.devices()) simulation_.roles().set(owner->id, space, "");
    EXPECT_THROW(fresh.watch(centre()), Broken);
    entry.ruling->number = head.number + 1;
    must(centre().begin(), "begin");
    const auto twice = centre().append_ruled(entry, {}, {});
    if (twice.has_error()) return centre().rollback();  // the store itself would not have it
    must(centre().commit(), "commit");
    EXPECT_THROW(simulation_.truth().watch(centre()), Broken);
}

TEST_F(Planted, a_journal_that_lost_its_last_entry)
{
    execute(*device().keeper, "DELETE FROM entry WHERE number = (SELECT max(last) FROM journal WHERE own)");
    EXPECT_THAT(complaint(), HasSubstr("lost some of what it wrote"));
    EXPECT_THAT(complaint_of([&] { simulation_.judge().lists_what_it_shows(device()); }), HasSubstr("are told of"));
    device().seen.clear();
    device().last_stamp = {};
    EXPECT_THAT(complaint(), HasSubstr("its journal ends before its last number"));
}

TEST_F(Planted, a_journal_with_a_gap)
{
    execute(*device().keeper, "DELETE FROM entry WHERE number = 1");
    device().seen.clear();
    device().last_stamp = {};
    EXPECT_THAT(complaint(), HasSubstr("has a gap in its journal"));
}

TEST_F(Planted, an_entry_with_another_content)
{
    execute(*device().keeper, "UPDATE entry SET payload = payload || x'00'");
    device().seen.clear();
    device().last_stamp = {};
    EXPECT_THAT(complaint(), HasSubstr("has two contents"));
}

TEST_F(Planted, a_leaf_that_a_device_shows_and_nobody_wrote_there)
{
    auto [space, record] = shared_record();
    some_cell(record).leaves[0].stamp.value += 1;
    save(*device().keeper, record);
    EXPECT_THAT(complaint_of([&] { simulation_.judge().shows_the_fold(device()); }), HasSubstr("record"));
}

TEST_F(Planted, a_conflict_that_is_listed_and_not_there)
{
    execute(*device().keeper, "UPDATE record SET flags = 1 WHERE flags = 0");
    EXPECT_THAT(complaint(), HasSubstr("conflicts are told"));
}

TEST_F(Planted, unsent_work_that_a_revoked_device_does_not_hold_any_more)
{
    auto [space, record] = shared_record();
    write_unsent(record);
    (void)simulation_.judge().observe(device());
    EXPECT_EQ(complaint_of([&] { simulation_.judge().keeps_its_work(device()); }), "");
    auto left = must(device().keeper->find_record(record.id), "a record").value();
    left.pending.clear();
    left.word.reset();
    save(*device().keeper, left);
    EXPECT_THAT(complaint_of([&] { simulation_.judge().keeps_its_work(device()); }), HasSubstr("does not wait"));
}

TEST_F(Planted, something_that_waits_at_the_centre)
{
    auto there = must(centre().find_record(shared_record().second.id), "a record").value();
    there.pending = {simulation_.truth().feed(there.space).back().name};
    save(centre(), there);
    EXPECT_THAT(complaint(), HasSubstr("something is pending at the centre"));
}

TEST_F(Planted, a_feed_that_went_backwards_or_has_a_gap)
{
    const auto space = shared_record().first;
    const auto last = std::to_string(simulation_.truth().feed(space).size());
    const std::string of = " AND space = (SELECT sid FROM space_name WHERE name = '" + space + "')";
    execute(centre(), "DELETE FROM entry WHERE ruled = 1" + of);
    model::CheapDigest digest;
    Truth fresh(simulation_.roles(), digest);
    EXPECT_THAT(complaint_of([&] { fresh.watch(centre()); }), HasSubstr("has a gap before"));
    execute(centre(), "DELETE FROM entry WHERE ruled = " + last + of);
    EXPECT_THAT(complaint(), HasSubstr("went backwards"));
}

TEST_F(Planted, an_entry_ruled_in_another_space_than_it_was_written_in)
{
    const auto name = simulation_.truth().feed(shared_record().first).back().name;
    const auto entry = must(centre().find_entry(name), "an entry").value();
    auto head = must(centre().find_journal(name.journal), "a journal")->head;
    head.space = "elsewhere";
    model::CheapDigest digest;
    Truth fresh(simulation_.roles(), digest);
    (void)fresh.wrote(head, entry);
    EXPECT_THAT(complaint_of([&] { fresh.watch(centre()); }), HasSubstr("in another space"));
}

TEST_F(Planted, something_refused_that_still_shows)
{
    auto [space, record] = shared_record();
    for (const auto& cell : record.shown) {
        for (const auto& leaf : cell.leaves) {
            const auto* ruling = simulation_.truth().ruling(leaf.name);
            const auto own = must(device().keeper->find_journal(leaf.name.journal), "a journal");
            if (ruling == nullptr || !own || !own->own) continue;
            auto refused = *ruling;
            refused.verdict = sync::Verdict::refused;
            refused.reason = {sync::Reason::Code::rule, "", "planted"};
            must(device().keeper->begin(), "begin");
            (void)must(device().keeper->set_ruling(refused), "ruling");
            must(device().keeper->commit(), "commit");
            EXPECT_THAT(complaint_of([&] { simulation_.judge().refused_are_shown(device()); }),
                        HasSubstr("left a trace"));
            execute(*device().keeper, "UPDATE entry SET reason_text = '' WHERE verdict > 0");
            EXPECT_THAT(complaint_of([&] { simulation_.judge().refused_are_shown(device()); }), HasSubstr("no reason"));
            return;
        }
    }
    FAIL() << "nothing of its own shows";
}

TEST_F(Planted, a_session_with_something_left_to_do_and_one_that_does_not_get_through)
{
    write_unsent(shared_record().second);
    EXPECT_THAT(complaint_of([&] { simulation_.sync_once(device(), true); }), HasSubstr("still something to do"));
    simulation_.centre().process.reset();
    EXPECT_THAT(complaint_of([&] { simulation_.sync_once(device(), true); }), HasSubstr("without being up to date"));
}

TEST_F(Planted, a_record_that_is_told_in_another_space)
{
    auto [space, record] = shared_record();
    const auto other = space == "forum" ? "public" : "forum";
    simulation_.roles().set(device().id, other, "viewer");
    auto there = must(centre().find_record(record.id), "a record").value();
    there.space = other;
    there.number = simulation_.truth().feed(other).size();
    for (auto& cell : there.shown) cell.number = there.number;
    save(centre(), there);
    auto held = must(device().keeper->find_space(other), "a space").value();
    held.cursor = {};
    held.position_hash = {};
    must(device().keeper->begin(), "begin");
    must(device().keeper->save_space(held), "save");
    must(device().keeper->commit(), "commit");
    EXPECT_THAT(complaint_of([&] { simulation_.sync_once(device(), false); }), HasSubstr("a record of another space"));
}

}  // namespace

}  // namespace indaba::tests::simulation
