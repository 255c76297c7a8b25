// Devices whose clocks are wrong: what they write orders as if the clocks were right.
#include "tests/unit/device_lives.hpp"

namespace indaba::sync {
namespace {

constexpr std::int64_t kHour_ms = 3'600'000;

TEST(StampClock, GoesBeyondWhatItHeardButNotFarBeyondItsTime)
{
    constexpr std::int64_t kNow_ms = 1'760'000'000'000;
    shared::StampClock clock({});
    clock.hear(Stamp::at(kNow_ms + 1'000), kNow_ms);
    EXPECT_GT(clock.next(kNow_ms), Stamp::at(kNow_ms + 1'000));
    clock.hear(Stamp::at(kNow_ms + kHour_ms), kNow_ms);
    EXPECT_EQ(clock.last(), Stamp::at(kNow_ms + shared::limits::kClockLead_ms));
    clock.hear({}, kNow_ms);
    EXPECT_EQ(clock.last(), Stamp::at(kNow_ms + shared::limits::kClockLead_ms));
}

class WrongClocks : public DeviceLives {
protected:
    WrongClock slow_clock_{clock_, -2 * kHour_ms};
    Life right_ = live("right", 11);
    Life slow_ = live("slow", 12, slow_clock_);

    static void edit(Life& life, const RecordId& id, const std::string& name)
    {
        put(life, id, "forum", "enterprise", name);
    }
    static Cell name_of(Life& life, const RecordId& id)
    {
        return *life.store->find_record(id).value()->shown.find("name");
    }
    std::string shown_name(Life& life, const RecordId& id)
    {
        const auto cell = name_of(life, id);
        const auto rule = shared::cell_rule(catalogue_.type("enterprise"), "name");
        return std::string(shown(cell, rule)->value.as_text());
    }
};

TEST_F(WrongClocks, AreKnownAfterTheFirstContactAndAtTheNextStart)
{
    EXPECT_NEAR(double(sync(slow_).clock_offset_ms), double(2 * kHour_ms), 1'000);
    EXPECT_NEAR(double(slow_.store->clock()->offset_ms), double(2 * kHour_ms), 1'000);
    EXPECT_LT(std::abs(sync(right_).clock_offset_ms), 1'000);
    EXPECT_EQ(right_.store->clock()->offset_ms, 0);
}

TEST_F(WrongClocks, ASlowDeviceThatEditsWhatItPulledHasTheNewestEdit)
{
    (void)sync(right_);
    const auto id = put(right_, "Aurora");
    (void)sync(right_);
    (void)sync(slow_);
    const auto before = name_of(slow_, id).leaves.at(0).stamp;
    edit(slow_, id, "Baikal");
    EXPECT_GT(name_of(slow_, id).leaves.at(0).stamp, before);
    (void)sync(slow_);
    (void)sync(right_);
    EXPECT_EQ(shown_name(right_, id), "Baikal");
    EXPECT_GT(name_of(right_, id).leaves.at(0).stamp, before);
}

TEST_F(WrongClocks, ConcurrentEditsOfASlowDeviceWinWhenTheyAreLater)
{
    (void)sync(right_);
    const auto id = put(right_, "Aurora");
    (void)sync(right_);
    (void)sync(slow_);
    edit(right_, id, "Cerrado");
    clock_.pass(kHour_ms);
    edit(slow_, id, "Baikal");
    (void)sync(slow_);
    (void)sync(right_);
    (void)sync(slow_);
    EXPECT_EQ(shown_name(right_, id), "Baikal");
    EXPECT_EQ(shown_name(slow_, id), "Baikal");
}

TEST_F(WrongClocks, OfTheCentreOutsideOfTimeAreRefused)
{
    EXPECT_TRUE(slow_.replica->learn_time(-1).has_error());
    EXPECT_TRUE(slow_.replica->learn_time(Stamp::kLast_ms + 1).has_error());
    EXPECT_EQ(slow_.store->clock()->offset_ms, 0);
}

}  // namespace
}  // namespace indaba::sync
