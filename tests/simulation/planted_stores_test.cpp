// Checkers proven by what a test breaks in the end of a calm run: journals, lists, feeds, sessions.
#include "tests/simulation/planted.hpp"

namespace indaba::tests::simulation {

namespace {

using testing::HasSubstr;

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

TEST_F(Planted, a_session_that_counts_more_than_there_is)
{
    sync::Progress progress;
    EXPECT_EQ(complaint_of([&] { simulation_.judge().counters(device(), progress); }), "");
    for (auto* count : {&progress.pushed, &progress.accepted, &progress.refused}) {
        progress = {};
        *count = 1'000'000;
        EXPECT_THAT(complaint_of([&] { simulation_.judge().counters(device(), progress); }), HasSubstr("counted more"));
    }
    progress = {};
    progress.up_to_date = true;
    EXPECT_THAT(complaint_of([&] { simulation_.judge().counters(device(), progress); }),
                HasSubstr("without a welcome"));
}

TEST_F(Planted, something_that_was_deleted_long_ago_and_is_back)
{
    const auto gone = shared_record(sync::Existence::deleted).second;
    const auto head = must(centre().head(gone.space), "a head");
    must(centre().begin(), "begin");
    must(centre().set_horizon(gone.space, head.number), "the horizon");
    must(centre().commit(), "commit");
    simulation_.truth().watch(centre());
    execute(*device().keeper,
            "DELETE FROM record WHERE flags >= 4 AND space = (SELECT sid FROM space_name WHERE name = '" + gone.space +
                "')");
    EXPECT_EQ(complaint(), "") << "nobody needs to hold it";
    auto back = gone;
    back.shown.at("!").leaves[0].value = Value::boolean(true);
    save(*device().keeper, back);
    EXPECT_THAT(complaint(), HasSubstr("deleted long ago and is back"));
    EXPECT_THAT(complaint_of([&] { simulation_.judge().shows_the_fold(device()); }), HasSubstr("and is back"));
}

TEST_F(Planted, something_that_was_erased_and_is_still_there)
{
    const auto id = shared_record().second.id;
    simulation_.truth().erase(id);
    EXPECT_THAT(complaint(), HasSubstr("was erased"));
    execute(centre(), "DELETE FROM record");
    EXPECT_THAT(complaint_of([&] { simulation_.judge().erased_is_gone(device(), centre()); }),
                HasSubstr("is on device"));
    execute(*device().keeper, "DELETE FROM record");
    EXPECT_THAT(complaint_of([&] { simulation_.judge().erased_is_gone(device(), centre()); }),
                HasSubstr("still carries"));
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
