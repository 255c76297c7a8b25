#include "tests/unit/store_fixture.hpp"

#include <gmock/gmock.h>

namespace indaba::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

void expect_same(const StoredRecord& a, const StoredRecord& b)
{
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.type, b.type);
    EXPECT_EQ(a.space, b.space);
    EXPECT_EQ(a.number, b.number);
    EXPECT_EQ(a.shown, b.shown);
    EXPECT_EQ(a.word, b.word);
    EXPECT_EQ(a.pending, b.pending);
}

std::vector<RecordId> conflicts(ReplicaStore& store)
{
    std::vector<RecordId> ids;
    must(store.queries().each_conflict([&](StoredRecord&& one) {
        ids.push_back(one.id);
        return true;
    }));
    return ids;
}

class StoreRecords : public StoreTest {};

TEST_F(StoreRecords, ComeBackAfterReopening)
{
    auto pending = record(1, "enterprise", {{"name", "Vale"}, {"city", "Itabira"}});
    pending.word = Cells();
    pending.pending = {name_of(5, 1), name_of(9, 200)};
    auto ruled = record(2, "a type of tomorrow", {{"what", "ever"}}, "china");
    ruled.number = 12;
    save(*open(), {pending, ruled});
    auto store = open();
    expect_same(*must(store->find_record(record_id(1))), pending);
    expect_same(*must(store->find_record(record_id(2))), ruled);
    EXPECT_FALSE(must(store->find_record(record_id(3))));
    pending.word.reset();
    pending.pending.clear();
    pending.number = 13;
    save(*store, {pending});
    expect_same(*must(open()->find_record(record_id(1))), pending);
}

TEST_F(StoreRecords, AnUncommittedTransactionLeavesNothing)
{
    {
        auto store = open();
        save(*store, {record(1, "enterprise", {{"name", "Vale"}})});
        must(store->begin());
        must(store->save_record(record(1, "enterprise", {{"name", "Changed"}, {"remark", "new key"}})));
        must(store->save_record(record(2, "talent", {{"name", "Somebody"}}, "new-space", name_of(77, 1))));
        EXPECT_TRUE(must(store->find_record(record_id(2))));
    }
    auto store = open();
    EXPECT_EQ(must(store->find_record(record_id(1)))->shown.find("name")->leaves[0].value, Value::text("Vale"));
    EXPECT_FALSE(must(store->find_record(record_id(2))));
    EXPECT_THAT(must(store->queries().search("changed", 10)), IsEmpty());
}

TEST_F(StoreRecords, ARolledBackTransactionIsForgottenInMemoryToo)
{
    auto store = open();
    must(store->begin());
    must(store->save_record(record(1, "enterprise", {{"name", "First"}}, "gone", name_of(1, 1))));
    store->rollback();
    save(*store, {record(2, "talent", {{"remark", "Second"}}, "kept", name_of(2, 1))});
    expect_same(*must(open()->find_record(record_id(2))),
                record(2, "talent", {{"remark", "Second"}}, "kept", name_of(2, 1)));
    EXPECT_FALSE(must(store->find_record(record_id(1))));
    EXPECT_THAT(must(store->queries().search("first", 10)), IsEmpty());
}

TEST_F(StoreRecords, TwoStoresOnOneFileSeeEachOther)
{
    auto one = open();
    auto two = open();
    save(*one, {record(1, "enterprise", {{"name", "From one"}}, "a", name_of(1, 1))});
    save(*two, {record(2, "talent", {{"about", "From two"}}, "b", name_of(2, 1))});
    save(*one, {record(3, "course", {{"title", "From one again"}}, "c", name_of(3, 1))});
    for (auto* store : {one.get(), two.get()}) {
        expect_same(*must(store->find_record(record_id(1))),
                    record(1, "enterprise", {{"name", "From one"}}, "a", name_of(1, 1)));
        expect_same(*must(store->find_record(record_id(2))),
                    record(2, "talent", {{"about", "From two"}}, "b", name_of(2, 1)));
        expect_same(*must(store->find_record(record_id(3))),
                    record(3, "course", {{"title", "From one again"}}, "c", name_of(3, 1)));
        EXPECT_THAT(must(store->queries().search("from", 10)), testing::SizeIs(testing::Ge(2u)));
    }
    must(one->begin());
    const auto begun = two->begin();
    ASSERT_TRUE(begun.has_error());
    EXPECT_EQ(begun.error().code, Errc::busy);
    one->rollback();
    must(two->begin());
    two->rollback();
}

TEST_F(StoreRecords, WhatWasReadBeforeATransactionMayHaveChanged)
{
    auto one = open();
    auto two = open();
    save(*one, {record(1, "enterprise", {{"name", "Here"}})});
    must(one->queries().list({"enterprise", {}, {}, 0, record_id(1)}, [](StoredRecord&&) { return true; }));
    must(two->begin());
    must(two->purge_space("brics"));
    must(two->commit());
    save(*one, {record(1, "enterprise", {{"name", "Here again"}})});
    EXPECT_TRUE(must(two->find_record(record_id(1))));
    EXPECT_THAT(must(two->queries().search("again", 10)), ElementsAre(record_id(1)));
}

TEST_F(StoreRecords, ConflictsAreListedUntilSettled)
{
    auto store = open();
    auto disputed = record(1, "enterprise", {{"name", "A"}});
    disputed.shown.at("name").leaves.push_back(leaf(name_of(6, 1), Value::text("B")));
    auto agreed = record(2, "enterprise", {{"name", "A"}});
    agreed.shown.at("name").leaves.push_back(leaf(name_of(6, 1), Value::text("A")));
    auto by_policy = record(3, "enterprise", {{"name", "A"}});
    by_policy.shown.at("status").leaves = {leaf(name_of(5, 1), Value::code("draft")),
                                           leaf(name_of(6, 1), Value::code("verified"))};
    auto deletion = record(4, "enterprise", {{"name", "A"}});
    deletion.shown.at("!") = deleted(name_of(7, 1), {}).find("!")[0];
    save(*store, {disputed, agreed, by_policy, deletion});
    EXPECT_THAT(conflicts(*store), ElementsAre(record_id(1), record_id(4)));
    disputed.shown.at("name").leaves.pop_back();
    save(*store, {disputed});
    EXPECT_THAT(conflicts(*store), ElementsAre(record_id(4)));
}

TEST_F(StoreRecords, PurgingKeepsOnlyWhatIsPendingAndHidesIt)
{
    auto store = open();
    auto pending = record(1, "enterprise", {{"name", "Pending"}});
    pending.word = record(1, "enterprise", {{"name", "Ruled"}}).shown;
    pending.pending = {name_of(5, 2)};
    pending.number = 4;
    auto disputed = record(2, "enterprise", {{"name", "Disputed"}});
    disputed.shown.at("name").leaves.push_back(leaf(name_of(6, 1), Value::text("B")));
    save(*store, {pending, disputed, record(3, "enterprise", {{"name", "Elsewhere"}}, "china")});
    must(store->begin());
    must(store->keep_rulings("brics", 9, {sync::Ruling{}}));
    must(store->purge_space("brics"));
    must(store->commit());

    EXPECT_FALSE(must(store->find_record(record_id(2))));
    const auto hidden = must(store->find_record(record_id(1)));
    ASSERT_TRUE(hidden);
    EXPECT_TRUE(hidden->shown.empty());
    EXPECT_EQ(hidden->word, Cells());
    EXPECT_THAT(hidden->pending, ElementsAre(name_of(5, 2)));
    EXPECT_EQ(hidden->number, 0u);
    EXPECT_THAT(must(store->pending_records("brics")), ElementsAre(record_id(1)));
    EXPECT_THAT(must(store->kept_rulings("brics")), IsEmpty());
    EXPECT_THAT(conflicts(*store), IsEmpty());
    EXPECT_THAT(must(store->queries().search("pending", 10)), IsEmpty());
    EXPECT_THAT(must(store->queries().search("disputed", 10)), IsEmpty());
    EXPECT_THAT(must(store->queries().search("elsewhere", 10)), ElementsAre(record_id(3)));
    int listed = 0;
    must(store->queries().list({"enterprise", "brics", {}, 0, {}}, [&](StoredRecord&&) { return ++listed > 0; }));
    EXPECT_EQ(listed, 0);

    save(*store, {pending});
    EXPECT_THAT(must(store->queries().search("pending", 10)), ElementsAre(record_id(1)));
}

TEST_F(StoreRecords, AFileOfTheOtherSideOrANewerProgramIsRefused)
{
    must(open()->begin());
    const auto centre = CentreStore::open(file(), Catalogue::builtin());
    ASSERT_TRUE(centre.has_error());
    EXPECT_EQ(centre.error().code, Errc::unsupported);
    must(open()->database().execute("UPDATE meta SET value = 99 WHERE key = 'compatible_version'"));
    const auto newer = ReplicaStore::open(file(), Catalogue::builtin(), {});
    ASSERT_TRUE(newer.has_error());
    EXPECT_EQ(newer.error().code, Errc::unsupported);
}

TEST_F(StoreRecords, WhatIsAConflictIsFoundAgainByAProgramThatKnowsMoreFields)
{
    const auto catalogue = [](const std::string& fields) {
        return Catalogue::parse(R"({"types": [{"name": "item", "labels": {"en": "Item"}, "plurals": {"en": "Items"},
            "fields": [)" + fields +
                                R"({"name": "name", "labels": {"en": "Name"}, "kind": "text"}]}],
            "code_lists": []})")
            .value();
    };
    const auto older = catalogue("");
    const auto newer =
        catalogue(R"({"name": "peak", "labels": {"en": "Peak"}, "kind": "integer", "policy": "highest"}, )");
    const auto open_by = [&](const Catalogue& known) { return must(ReplicaStore::open(file(), known, {true})); };
    auto higher = record(1, "item", {{"name", "A"}});
    higher.shown.at("peak").leaves = {leaf(name_of(5, 2), Value::integer(2)), leaf(name_of(6, 1), Value::integer(3))};
    auto renamed = record(2, "item", {{"name", "B"}});
    renamed.shown.at("name").leaves = {leaf(name_of(5, 3), Value::text("B")), leaf(name_of(6, 2), Value::text("C"))};
    save(*open_by(older), {higher, renamed});
    EXPECT_THAT(conflicts(*open_by(older)), ElementsAre(record_id(1), record_id(2)));
    EXPECT_THAT(conflicts(*open_by(newer)), ElementsAre(record_id(2)));
    EXPECT_EQ(must(open_by(newer)->queries().counts()).at(0).conflicts, 1u);
    EXPECT_THAT(conflicts(*open_by(older)), ElementsAre(record_id(1), record_id(2)));
}

}  // namespace
}  // namespace indaba::tests
