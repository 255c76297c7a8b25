#include "tests/unit/store_fixture.hpp"

#include <gmock/gmock.h>

namespace indaba::tests {
namespace {

using sync::Ruling;
using sync::Verdict;
using testing::ElementsAre;
using testing::IsEmpty;

StoredEntry ruled(std::uint64_t journal, std::uint8_t number, std::uint64_t feed_number, std::string space = "brics")
{
    StoredEntry made;
    made.name = name_of(journal, number);
    made.space = std::move(space);
    made.hash = hash_of(number);
    made.payload = {number};
    made.ruling = Ruling{feed_number, made.name, journal, Verdict::accepted, {}, 5};
    return made;
}

class StoreCentre : public StoreTest {
protected:
    StoreCentre()
    {
        must(store_->begin());
        must(store_->add_space({"brics", "event", "Forum"}));
        must(store_->add_space({"china", "country", ""}));
        must(store_->commit());
        must(store_->begin());
    }

    std::vector<std::uint64_t> rulings(std::uint64_t after, std::uint64_t to)
    {
        std::vector<std::uint64_t> numbers;
        must(store_->each_ruling("brics", after, to, [&](Ruling&& one) {
            numbers.push_back(one.number);
            return true;
        }));
        return numbers;
    }
    std::vector<int> records_after(std::uint64_t after)
    {
        std::vector<int> ids;
        must(store_->each_record_after("brics", after, [&](StoredRecord&& one) {
            ids.push_back(one.id.bytes[15]);
            return true;
        }));
        return ids;
    }
    std::vector<std::uint64_t> history(std::uint8_t id)
    {
        std::vector<std::uint64_t> numbers;
        must(store_->each_entry_of(record_id(id), 0, [&](StoredEntry&& one) {
            numbers.push_back(one.ruling->number);
            return true;
        }));
        return numbers;
    }

    std::unique_ptr<CentreStore> store_ = open_centre();
};

TEST_F(StoreCentre, SpacesAreMadeOnce)
{
    EXPECT_EQ(store_->add_space({"brics", "event", ""}).error().code, Errc::rule_broken);
    store_->rollback();
    const auto spaces = must(store_->spaces());
    ASSERT_EQ(spaces.size(), 2u);
    EXPECT_EQ(spaces[0].name, "brics");
    EXPECT_EQ(spaces[0].kind, "event");
    EXPECT_EQ(spaces[0].title, "Forum");
    EXPECT_EQ(store_->head("nowhere").error().code, Errc::not_found);
}

TEST_F(StoreCentre, TheFeedGrowsByOneAndKeepsItsChain)
{
    EXPECT_EQ(must(store_->head("brics")).number, 0u);
    EXPECT_EQ(must(store_->chain_at("brics", 0)), Hash{});
    EXPECT_EQ(must(store_->chain_at("brics", 1)), std::nullopt);
    must(store_->append_ruled(ruled(1, 1, 1), hash_of(101), {}));
    must(store_->append_ruled(ruled(1, 2, 2), hash_of(102), {}));
    must(store_->append_ruled(ruled(2, 1, 1, "china"), hash_of(201), {}));
    must(store_->commit());
    store_ = open_centre();
    EXPECT_EQ(must(store_->head("brics")).number, 2u);
    EXPECT_EQ(must(store_->head("brics")).hash, hash_of(102));
    EXPECT_EQ(must(store_->chain_at("brics", 1)), hash_of(101));
    EXPECT_EQ(must(store_->head("china")).hash, hash_of(201));
    EXPECT_THAT(rulings(0, ~0ull), ElementsAre(1, 2));
    EXPECT_THAT(rulings(1, 2), ElementsAre(2));
    EXPECT_THAT(rulings(0, 1), ElementsAre(1));
    EXPECT_THAT(rulings(~0ull, ~0ull), IsEmpty());
    must(store_->begin());
    EXPECT_EQ(store_->append_ruled(ruled(3, 1, 2), hash_of(1), {}).error().code, Errc::rule_broken)
        << "a number is given once";
}

TEST_F(StoreCentre, RecordsComeInTheOrderOfTheirNumbers)
{
    std::vector<StoredRecord> saved;
    for (const std::uint8_t id : {1, 2, 3}) {
        auto one = record(id, "enterprise", {{"name", "x"}});
        one.number = 10u - id;
        saved.push_back(one);
        must(store_->save_record(one));
    }
    auto elsewhere = record(4, "enterprise", {{"name", "x"}}, "china");
    elsewhere.number = 1;
    must(store_->save_record(elsewhere));
    EXPECT_THAT(records_after(0), ElementsAre(3, 2, 1));
    EXPECT_THAT(records_after(7), ElementsAre(2, 1));
    EXPECT_THAT(records_after(~0ull), IsEmpty());
    saved[2].number = 11;
    must(store_->save_record(saved[2]));
    EXPECT_THAT(records_after(0), ElementsAre(2, 1, 3));
    auto tombstone = saved[1];
    tombstone.shown = deleted(name_of(1, 9), {name_of(5, 1)});
    tombstone.number = 12;
    must(store_->save_record(tombstone));
    EXPECT_THAT(records_after(9), ElementsAre(3, 2)) << "deletions travel too";
}

TEST_F(StoreCentre, HistoryKnowsWhichEntriesTouchedARecord)
{
    must(store_->append_ruled(ruled(1, 1, 1), hash_of(1), {record_id(1), record_id(2)}));
    must(store_->save_record(record(1, "enterprise", {{"name", "x"}})));
    must(store_->save_record(record(2, "enterprise", {{"name", "y"}})));
    must(store_->append_ruled(ruled(2, 1, 1, "china"), hash_of(1), {}));
    must(store_->append_ruled(ruled(1, 2, 2), hash_of(2), {record_id(2)}));
    must(store_->commit());
    EXPECT_THAT(history(1), ElementsAre(1));
    EXPECT_THAT(history(2), ElementsAre(1, 2));
    EXPECT_THAT(history(9), IsEmpty());
}

TEST_F(StoreCentre, MarksAreKeptByLine)
{
    EXPECT_FALSE(must(store_->mark({1}, 1)));
    must(store_->set_mark({1}, 1, {1, hash_of(1)}));
    must(store_->set_mark({1}, ~0ull, {5, hash_of(5)}));
    must(store_->set_mark({1}, 1, {2, hash_of(2)}));
    EXPECT_EQ(must(store_->mark({1}, 1))->number, 2u);
    EXPECT_EQ(must(store_->mark({1}, 1))->hash, hash_of(2));
    EXPECT_EQ(must(store_->mark({1}, ~0ull))->number, 5u);
    ASSERT_EQ(must(store_->marks({1}, 9)).size(), 2u);
    EXPECT_EQ(must(store_->marks({1}, 1)).at(0).hash, hash_of(5)) << "the longest lines first";
    EXPECT_TRUE(must(store_->marks({2}, 9)).empty());
    EXPECT_FALSE(must(store_->mark({2}, 1)));
}

TEST_F(StoreCentre, OtherTablesShareTheTransaction)
{
    must(store_->database().execute("CREATE TABLE people(name TEXT)"));
    must(store_->save_record(record(1, "enterprise", {{"name", "x"}})));
    store_->rollback();
    EXPECT_TRUE(store_->database().execute("SELECT * FROM people").has_error());
    EXPECT_FALSE(must(store_->find_record(record_id(1))));
}

}  // namespace
}  // namespace indaba::tests
