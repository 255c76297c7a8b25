#include "tests/unit/store_fixture.hpp"

#include <gmock/gmock.h>

namespace indaba::tests {
namespace {

using sync::store::ListFilter;
using testing::ElementsAre;
using testing::IsEmpty;

class StoreList : public StoreTest {
protected:
    StoreList()
    {
        auto first = record(1, "enterprise", {{"city", "Itabira"}, {"name", "Vale"}, {"name@pt", "Vale S.A."}});
        first.shown.at("sectors/mining").leaves = {leaf(name_of(5, 1), Value::boolean(true))};
        first.shown.at("sectors/water").leaves = {leaf(name_of(5, 1), Value())};
        first.shown.at("country").leaves = {leaf(name_of(5, 1), Value::code("BR"))};
        auto gone = record(4, "enterprise", {});
        gone.shown = deleted(name_of(5, 2), {name_of(5, 1)});
        save(*store_, {first, record(2, "enterprise", {{"city", "Beijing"}, {"name", "Other"}}, "china"),
                       record(3, "talent", {{"name", "Vale"}}), gone,
                       record(5, "enterprise", {{"city", "Itabira"}, {"name", "Third"}})});
    }

    std::vector<int> listed(const ListFilter& filter)
    {
        std::vector<int> numbers;
        must(store_->queries().list(filter, [&](StoredRecord&& one) {
            numbers.push_back(one.id.bytes[15]);
            return true;
        }));
        return numbers;
    }

    std::unique_ptr<ReplicaStore> store_ = open();
};

TEST_F(StoreList, ByTypeSpaceLimitAndPlace)
{
    EXPECT_THAT(listed({"enterprise", {}, {}, 0, {}}), ElementsAre(1, 5, 2));
    EXPECT_THAT(listed({"enterprise", "brics", {}, 0, {}}), ElementsAre(1, 5));
    EXPECT_THAT(listed({"enterprise", "nowhere", {}, 0, {}}), IsEmpty());
    EXPECT_THAT(listed({"unheard", {}, {}, 0, {}}), IsEmpty());
    EXPECT_THAT(listed({"enterprise", {}, {}, 2, {}}), ElementsAre(1, 5));
    EXPECT_THAT(listed({"enterprise", {}, {}, 2, record_id(1)}), ElementsAre(5, 2));
    EXPECT_THAT(listed({"enterprise", {}, {}, 0, record_id(5)}), ElementsAre(2));
    EXPECT_THAT(listed({"enterprise", {}, {}, 0, record_id(2)}), IsEmpty());
    const auto unknown =
        store_->queries().list({"enterprise", {}, {}, 0, record_id(99)}, [](StoredRecord&&) { return true; });
    EXPECT_EQ(unknown.error().code, Errc::not_found);
}

TEST_F(StoreList, ByShownValues)
{
    EXPECT_THAT(listed({"enterprise", {}, {{"city", "Itabira"}}, 0, {}}), ElementsAre(1, 5));
    EXPECT_THAT(listed({"enterprise", {}, {{"city", "Itabira"}}, 1, {}}), ElementsAre(1));
    EXPECT_THAT(listed({"enterprise", {}, {{"city", "Itabira"}, {"country", "BR"}}, 0, {}}), ElementsAre(1));
    EXPECT_THAT(listed({"enterprise", {}, {{"name", "Vale S.A."}}, 0, {}}), ElementsAre(1));
    EXPECT_THAT(listed({"enterprise", {}, {{"name@pt", "Vale S.A."}}, 0, {}}), ElementsAre(1));
    EXPECT_THAT(listed({"enterprise", {}, {{"sectors", "mining"}}, 0, {}}), ElementsAre(1));
    EXPECT_THAT(listed({"enterprise", {}, {{"sectors", "water"}}, 0, {}}), IsEmpty());
    EXPECT_THAT(listed({"enterprise", {}, {{"cit", "Itabira"}}, 0, {}}), IsEmpty());
}

TEST_F(StoreList, AVisitorMayAskAndStop)
{
    int visits = 0;
    must(store_->queries().list({"enterprise", {}, {}, 0, {}}, [&](StoredRecord&& one) {
        EXPECT_TRUE(must(store_->find_record(one.id)));
        EXPECT_FALSE(must(store_->queries().search("vale", 5)).empty());
        return ++visits < 2;
    }));
    EXPECT_EQ(visits, 2);
}

}  // namespace
}  // namespace indaba::tests
