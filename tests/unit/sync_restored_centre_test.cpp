// A centre that was put back from a backup behind everybody's back: each device finds out, gives back what it wrote,
// and holds what the centre holds, without fetching everything anew.
#include "tests/unit/restored_centre.hpp"

namespace indaba::sync {
namespace {

TEST_F(RestoredCentre, RegainsEveryEditThatItsAuthorStillHolds)
{
    const auto before = put(a_, "Aurora");
    sync_all();
    const auto backup = back_up("night");
    const auto lost_a = put(a_, "Baikal");
    const auto lost_b = put(b_, "Cerrado");
    sync_all();
    edit(b_, before, "city", "Perm");
    sync_all();
    put_back(backup);
    sync_all();
    const std::vector ids{before, lost_a, lost_b};
    expect_same(ids);
    for (const auto& id : ids) EXPECT_TRUE(has(a_, id));
    EXPECT_EQ(word_of(*centre_store_, before).find("city")->leaves.at(0).value, Value::text("Perm"));
    EXPECT_TRUE(a_.store->orphans().value().empty());
    const auto later = put(a_, "Delta");
    sync_all();
    expect_same({later});
}

TEST_F(RestoredCentre, RegainsAnEditThatComesBeforeItsRecord)
{
    const auto backup = back_up("night");
    const auto lost = put(a_, "Aurora");
    sync_all();
    edit(b_, lost, "city", "Surat");
    edit(b_, lost, "website", "https://example.org");
    sync_all();
    put_back(backup);
    EXPECT_TRUE(sync(b_).up_to_date);  // a's laptop is still in the bag
    EXPECT_EQ(b_.store->standing_refused({}).value().size(), 2u);
    const auto orphans = b_.store->orphans().value();
    ASSERT_EQ(orphans.size(), 1u) << "what a wrote";
    for (const auto& cell : orphans.at(0).cells)
        EXPECT_FALSE(cell.leaves.empty()) << cell.key << " was b's own, and has nothing to show here";
    sync_all();
    EXPECT_TRUE(b_.store->standing_refused({}).value().empty());
    expect_same({lost});
    const auto word = word_of(*centre_store_, lost);
    EXPECT_EQ(word.find("city")->leaves.at(0).value, Value::text("Surat"));
    EXPECT_EQ(word.find("website")->leaves.at(0).value, Value::text("https://example.org"));
    EXPECT_EQ(word.find("city")->leaves.size(), 1u);
    EXPECT_TRUE(b_.store->orphans().value().empty());
    EXPECT_TRUE(a_.store->orphans().value().empty());
    sync_all();
    EXPECT_EQ(b_.store->queries().counts().value().at(0).pending, 0u);
}

TEST_F(RestoredCentre, RegainsAnEditTogetherWithTheRecordThatItMade)
{
    const auto backup = back_up("night");
    const auto lost = put(a_, "Aurora");
    sync_all();
    const auto made = new_id();
    EXPECT_TRUE(b_.replica
                    ->write("forum", {{Change::Kind::put, lost, "enterprise", {{"city", Value::text("Surat")}}},
                                      {Change::Kind::put, made, "enterprise", {{"name", Value::text("Baikal")}}}})
                    .has_value());
    put_back(backup);
    EXPECT_EQ(sync(b_).refused, 1u);
    sync_all();
    EXPECT_TRUE(b_.store->standing_refused({}).value().empty());
    expect_same({lost, made});
    EXPECT_TRUE(has(a_, made));
}

TEST_F(RestoredCentre, NeverMakesTheTotalsTellMoreThanWasWritten)
{
    std::vector<platform::DatabaseOptions> backups;
    for (int i = 0; i <= 6; ++i) backups.push_back(back_up("night " + std::to_string(i)));
    const auto lost = put(a_, "Aurora");
    sync_all();
    edit(b_, lost, "city", "Surat");
    edit(b_, lost, "website", "https://example.org");
    put_back(backups[0]);
    EXPECT_TRUE(sync(b_).up_to_date);  // refused: a's record is not there
    for (std::size_t after = 1; after <= 6; ++after) {
        put_back(backups[after]);
        cut_after_ = after;
        (void)sync(b_);
        const auto counts = b_.store->queries().counts().value().at(1);
        ASSERT_EQ(counts.space, "forum");
        EXPECT_EQ(counts.pending + counts.accepted + counts.refused, 2u) << after;
        EXPECT_EQ(counts.refused, b_.store->standing_refused({}).value().size()) << after;
    }
}

TEST_F(RestoredCentre, IsNotFetchedWhole)
{
    std::vector<RecordId> ids;
    for (int i = 0; i < 2'000; ++i) ids.push_back(put(a_, "Company " + std::to_string(i)));
    sync_all();
    const auto backup = back_up("night");
    edit(a_, ids[1'000], "city", "Perm");
    edit(b_, ids[5], "city", "Surat");
    sync_all();
    put_back(backup);
    received_bytes_ = 0;
    sync_all();
    EXPECT_LT(received_bytes_, 32u * 1024);
    expect_same(ids);
    EXPECT_EQ(word_of(*centre_store_, ids[1'000]).find("city")->leaves.at(0).value, Value::text("Perm"));
}

TEST_F(RestoredCentre, WhoseLostWritesNobodyBringsAgainLeavesThemAside)
{
    const auto both = put(a_, "Aurora");
    sync_all();
    const auto backup = back_up("night");
    const auto lost = put(b_, "Cerrado");
    edit(b_, both, "city", "Surat");
    sync_all();
    put_back(backup);
    EXPECT_TRUE(sync(a_).up_to_date);  // b's laptop is at the bottom of a lake
    EXPECT_EQ(word_of(*a_.store, lost), Cells());
    EXPECT_EQ(word_of(*a_.store, both), word_of(*centre_store_, both));
    const auto orphans = a_.store->orphans().value();
    ASSERT_EQ(orphans.size(), 2u);
    for (const auto& orphan : orphans) {
        EXPECT_EQ(orphan.type, "enterprise");
        if (orphan.record == lost) EXPECT_EQ(orphan.cells.find("name")->leaves.at(0).value, Value::text("Cerrado"));
        else EXPECT_EQ(orphan.cells.find("city")->leaves.at(0).value, Value::text("Surat"));
    }
}

TEST_F(RestoredCentre, ThatRuledAnewOnWhatSomebodyElseBroughtAgainIsHeard)
{
    const auto backup = back_up("night");
    const auto lost = put(a_, "Aurora");
    sync_all();
    put_back(backup);
    const auto other = put(b_, "Baikal");
    EXPECT_TRUE(sync(b_).up_to_date);
    clock_.pass(60'000);
    const auto journal = a_.store->own_journals("forum").value().at(0);
    const auto set = a_.replica->outgoing(journal, 0, 1'000'000).value();
    ASSERT_TRUE(set.has_value());
    EXPECT_TRUE(centre_->ingest(set->change_set).has_value());  // as a stick brings it
    sync_all();
    expect_same({lost, other});
    std::vector<Ruling> rulings;
    EXPECT_TRUE(a_.store
                    ->each_entry(journal.head.id, 1,
                                 [&](StoredEntry&& entry) {
                                     rulings.push_back(entry.ruling.value());
                                     return true;
                                 })
                    .has_value());
    for (const auto& ruling : rulings) EXPECT_EQ(ruling, centre_store_->find_entry(ruling.name).value().value().ruling);
    EXPECT_EQ(a_.store->queries().counts().value().at(1).accepted, 1u);
}

TEST_F(RestoredCentre, WhatItLostIsWrittenAgainOrLetGoByWhoeverRemembersIt)
{
    const auto both = put(a_, "Aurora");
    sync_all();
    const auto backup = back_up("night");
    const auto lost = put(b_, "Cerrado");
    const auto unwanted = put(b_, "Delta");
    edit(b_, both, "city", "Surat");
    sync_all();
    put_back(backup);
    (void)sync(a_);
    EXPECT_TRUE(a_.replica->restore_orphan(lost).has_value());
    EXPECT_TRUE(a_.replica->restore_orphan(both).has_value());
    EXPECT_TRUE(a_.replica->drop_orphan(unwanted).has_value());
    EXPECT_FALSE(a_.replica->restore_orphan(unwanted).has_value());
    EXPECT_TRUE(a_.store->orphans().value().empty());
    EXPECT_EQ(sync(a_).accepted, 2u);
    EXPECT_EQ(word_of(*centre_store_, both).find("city")->leaves.at(0).value, Value::text("Surat"));
    EXPECT_EQ(word_of(*centre_store_, lost).find("name")->leaves.at(0).value, Value::text("Cerrado"));

    sync_all();  // b is back after all, and brings what it wrote: it is what was written again, not another
    expect_same({both, lost, unwanted});
    EXPECT_EQ(word_of(*centre_store_, both).find("city")->leaves.size(), 1u);
    EXPECT_EQ(word_of(*centre_store_, lost).find("name")->leaves.size(), 1u);
    EXPECT_TRUE(has(a_, unwanted));
}

TEST_F(RestoredCentre, ThatWroteOtherThingsSinceIsFoundOutToo)
{
    const auto backup = back_up("night");
    const auto lost = put(a_, "Aurora");
    EXPECT_TRUE(sync(a_).up_to_date);
    put_back(backup);
    const auto fresh = put(b_, "Baikal");  // takes the number that a's had
    EXPECT_TRUE(sync(b_).up_to_date);
    sync_all();
    expect_same({lost, fresh});
    EXPECT_TRUE(has(a_, lost));
    EXPECT_TRUE(has(b_, lost));
}

TEST_F(RestoredCentre, DeletionsAndConflictsOfTheLostTimeComeBack)
{
    const auto deleted = put(a_, "Aurora");
    const auto disputed = put(a_, "Baikal");
    sync_all();
    const auto backup = back_up("night");
    EXPECT_TRUE(a_.replica->write("forum", {{Change::Kind::remove, deleted, "enterprise", {}}}).has_value());
    edit(a_, disputed, "city", "Perm");
    edit(b_, disputed, "city", "Surat");
    sync_all();
    put_back(backup);
    sync_all();
    expect_same({deleted, disputed});
    EXPECT_EQ(existence(word_of(*centre_store_, deleted)), Existence::deleted);
    EXPECT_EQ(word_of(*centre_store_, disputed).find("city")->leaves.size(), 2u);
}

TEST_F(RestoredCentre, ThatIsPutBackAgainDuringAComparisonIsFoundOut)
{
    const auto id = put(b_, "Aurora");
    sync_all();
    const auto night = back_up("night");
    edit(a_, id, "city", "Lima");
    sync_all();
    put_back(night);
    ClientSession device(*a_.replica, {});
    ServerSession centre(*centre_, peer());
    const auto welcome = centre.on_message(device.start().send.at(0));
    const auto compare = device.on_message(welcome.send.at(0));
    const auto compared = centre.on_message(compare.send.at(0));
    const auto noon = back_up("noon");
    edit(b_, id, "website", "https://aurora.example");
    (void)sync(b_);
    const auto fetch = device.on_message(compared.send.at(0));
    const auto fetched = centre.on_message(fetch.send.at(0));
    (void)device.on_message(fetched.send.at(0));
    ASSERT_NE(word_of(*a_.store, id).find("website"), nullptr) << "what was fetched is newer than the comparison";
    put_back(noon);
    EXPECT_TRUE(sync(a_).up_to_date);
    EXPECT_EQ(word_of(*a_.store, id), word_of(*centre_store_, id));
    sync_all();
    expect_same({id});
}

TEST_F(RestoredCentre, ComparesOnAfterACutAtAnyMessage)
{
    for (std::size_t cut = 1; cut < 12; ++cut) {
        const auto before = put(a_, "Aurora");
        sync_all();
        const auto backup = back_up("night" + std::to_string(cut));
        const auto lost_a = put(a_, "Baikal");
        const auto lost_b = put(b_, "Cerrado");
        sync_all();
        put_back(backup);
        cut_after_ = cut;
        (void)sync(a_);
        cut_after_ = 0;
        sync_all();
        expect_same({before, lost_a, lost_b});
    }
}

/// A connection that is only half there delivers it when another process of the home has met the centre as it is now.
TEST_F(RestoredCentre, WhatItSaidBeforeIsNotBelievedAfterwards)
{
    put(a_, "Aurora");
    sync_all();
    const auto backup = back_up("night");
    const auto id = put(a_, "Baltika");
    ClientSession device(*a_.replica, {{}, true, {}});
    ServerSession old(*centre_, peer());
    std::vector<Bytes> late;
    auto said = device.start();
    while (!said.send.empty()) {
        Actions answered;
        for (const auto& message : said.send)
            for (auto& answer : old.on_message(message).send) answered.send.push_back(std::move(answer));
        said = {};
        for (auto& message : answered.send) {
            if (std::holds_alternative<Stored>(decode_message(message).value())) late.push_back(std::move(message));
            else
                for (auto& next : device.on_message(message).send) said.send.push_back(std::move(next));
        }
    }
    ASSERT_EQ(late.size(), 1u);
    const auto ruling = [&] {
        const auto journal = a_.store->own_journal("forum").value().value();
        return a_.store->find_entry({journal.head.id, 2, journal.last_hash.prefix()}).value()->ruling;
    };
    const auto before = ruling();
    ASSERT_TRUE(before.has_value());
    put_back(backup);
    EXPECT_TRUE(sync(a_).up_to_date);
    const auto now = ruling();
    ASSERT_TRUE(now.has_value());
    EXPECT_NE(*now, *before);
    EXPECT_FALSE(device.on_message(late[0]).error);
    EXPECT_EQ(ruling(), now);
    sync_all();
    expect_same({id});
}

}  // namespace
}  // namespace indaba::sync
