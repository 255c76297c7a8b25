// Two people's programs gave one id to two things. Whoever reached the centre first has it; the other's is refused, and
// nobody's session stops.
#include "tests/unit/device_lives.hpp"

namespace indaba::sync {
namespace {

class TakenId : public DeviceLives {
protected:
    Life first_ = live("first", 11);
    Life second_ = live("second", 12);
    const RecordId id_ = new_id();

    void SetUp() override
    {
        DeviceLives::SetUp();
        (void)sync(first_);
        (void)sync(second_);
    }

    /// The second learns that its transaction was refused, and holds what the centre holds.
    void expect_the_first(const SpaceName& space, const std::string& type)
    {
        EXPECT_TRUE(sync(first_).up_to_date);
        const auto progress = sync(second_);
        EXPECT_TRUE(progress.up_to_date);
        EXPECT_EQ(progress.refused, 1u);
        const auto record = second_.store->find_record(id_).value();
        ASSERT_TRUE(record.has_value());
        EXPECT_EQ(record->space, space);
        EXPECT_EQ(record->type, type);
        EXPECT_TRUE(record->pending.empty());
        EXPECT_EQ(record->shown.find("name")->leaves.at(0).value, Value::text("Aurora"));
        std::size_t listed = 0;
        const auto count = [&](StoredRecord&& found) { return found.id == id_ ? bool(++listed) : true; };
        store::ListFilter of_type;
        of_type.type = type;
        EXPECT_TRUE(second_.store->queries().list(of_type, count).has_value());
        EXPECT_EQ(listed, 1u);
        EXPECT_TRUE(second_.replica->write(space, {{Change::Kind::put, id_, type, {{"name", Value::text("Baikal")}}}})
                        .has_value());
        EXPECT_EQ(sync(second_).accepted, 1u);
    }
};

TEST_F(TakenId, InAnotherSpaceIsRefusedAndTheSessionGoesOn)
{
    put(first_, id_, "archive", "enterprise", "Aurora");
    put(second_, id_, "forum", "enterprise", "Cerrado");
    expect_the_first("archive", "enterprise");
}

TEST_F(TakenId, ByAnotherTypeIsRefusedAndTheSessionGoesOn)
{
    put(first_, id_, "forum", "organisation", "Aurora");
    put(second_, id_, "forum", "enterprise", "Cerrado");
    expect_the_first("forum", "organisation");
}

}  // namespace
}  // namespace indaba::sync
