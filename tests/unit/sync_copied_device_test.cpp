// A home that was copied, or put back from a copy: two lives of one database write under one journal until one of them
// hears of the other. Nothing is lost or doubled, both go on, and what they wrote is ruled in lines without gaps.
#include "tests/unit/device_lives.hpp"

namespace indaba::sync {
namespace {

class CopiedDevice : public DeviceLives {};

TEST_F(CopiedDevice, BothLivesGoOnAndNothingIsLostOrDoubled)
{
    // The same chance in both lives makes the same journal: what a copied file holds.
    auto a = live("a", 11);
    auto b = live("b", 11);
    (void)sync(a);
    (void)sync(b);
    const auto by_a = put(a, "Aurora");
    const auto by_b = put(b, "Baikal");
    ASSERT_EQ(a.store->own_journal("forum").value()->head.id, b.store->own_journal("forum").value()->head.id);
    *b.chance = model::Chance(12);
    for (auto* life : {&a, &b, &a, &b}) EXPECT_TRUE(sync(*life).up_to_date);
    const auto later_a = put(a, "Cerrado");
    const auto later_b = put(b, "Delta");
    for (auto* life : {&a, &b, &a, &b}) EXPECT_TRUE(sync(*life).up_to_date);
    for (auto* life : {&a, &b})
        for (const auto& id : {by_a, by_b, later_a, later_b}) EXPECT_TRUE(has(*life, id));
    EXPECT_NE(a.store->own_journal("forum").value()->head.id, b.store->own_journal("forum").value()->head.id);
    EXPECT_EQ(centre_store_->head("forum").value().number, 4u);
}

TEST_F(CopiedDevice, OnePutBackFromACopySendsWhatItWritesAfterwards)
{
    auto lost = live("lost", 11);
    (void)sync(lost);
    const auto first = put(lost, "Aurora");
    const auto second = put(lost, "Baikal");
    EXPECT_TRUE(sync(lost).up_to_date);

    // The copy was made before either was written, and wrote one more since it is back.
    auto back = live("back", 11);
    (void)sync(back);
    const auto third = put(back, "Cerrado");
    const auto progress = sync(back);
    EXPECT_TRUE(progress.up_to_date);
    EXPECT_EQ(progress.accepted, 1u);
    for (const auto& id : {first, second, third}) EXPECT_TRUE(has(back, id));
    EXPECT_EQ(centre_store_->head("forum").value().number, 3u);
}

TEST_F(CopiedDevice, ALineGoesOnWhereItsLastEntryStandsAlsoBehindALongerBranch)
{
    auto a = live("a", 11);
    (void)sync(a);
    (void)put(a, "Aurora");
    EXPECT_TRUE(sync(a).up_to_date);
    const auto journal = a.store->own_journal("forum").value()->head.id;
    auto b = copy(a, "b");
    const auto put_and_name = [&](Life& life, const std::string& name) {
        (void)put(life, name);
        const auto own = life.store->own_journal("forum").value();
        return shared::TransactionName{journal, own->last, own->last_hash.prefix()};
    };
    std::vector<shared::TransactionName> by_b{put_and_name(b, "Baikal")};
    EXPECT_TRUE(sync(b).up_to_date);
    std::vector<shared::TransactionName> by_a;
    for (const auto* name : {"A2", "A3", "A4", "A5"}) by_a.push_back(put_and_name(a, name));
    for (const auto* name : {"B3", "B4"}) by_b.push_back(put_and_name(b, name));
    EXPECT_TRUE(sync(a).up_to_date);
    EXPECT_TRUE(sync(b).up_to_date);
    const auto line_of = [&](const shared::TransactionName& name) {
        return centre_store_->find_entry(name).value()->ruling->line;
    };
    for (const auto& name : by_a) EXPECT_EQ(line_of(name), by_a[0].hash) << name.number;
    for (const auto& name : by_b) EXPECT_EQ(line_of(name), journal.value) << name.number;
    EXPECT_EQ(centre_store_->mark(journal, journal.value).value()->hash.prefix(), by_b.back().hash);
    EXPECT_EQ(centre_store_->mark(journal, by_a[0].hash).value()->hash.prefix(), by_a.back().hash);
}

TEST_F(CopiedDevice, DeletingWhatOneHasJustUndeletedIsNoConflictWithOneself)
{
    auto a = live("a", 11);
    (void)sync(a);
    const auto id = put(a, "Aurora");
    (void)sync(a);
    ASSERT_TRUE(a.replica->write("forum", {{Change::Kind::remove, id, "enterprise", {}}}).has_value());
    (void)sync(a);
    ASSERT_TRUE(a.replica->write("forum", {{Change::Kind::put, id, "enterprise", {{"city", Value::text("Perm")}}}})
                    .has_value());
    ASSERT_TRUE(a.replica->write("forum", {{Change::Kind::remove, id, "enterprise", {}}}).has_value());
    EXPECT_TRUE(sync(a).up_to_date);
    EXPECT_EQ(existence(a.store->find_record(id).value()->shown), Existence::deleted);
    EXPECT_EQ(existence(centre_store_->find_record(id).value()->shown), Existence::deleted);
}

}  // namespace
}  // namespace indaba::sync
