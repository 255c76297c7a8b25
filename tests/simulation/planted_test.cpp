// Checkers proven by what a test breaks in the end of a calm run: records, rulings, roles.
#include "tests/simulation/planted.hpp"

namespace indaba::tests::simulation {

namespace {

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

}  // namespace

}  // namespace indaba::tests::simulation
