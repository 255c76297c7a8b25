// How long a device may go on without contact: counted by the centre's clock, whatever the device's own shows.
#include "tests/unit/device_lives.hpp"

namespace indaba::sync {
namespace {

constexpr std::int64_t kDay_ms = 24LL * 60 * 60 * 1000;

constexpr std::int64_t kYears_ms = 3'650 * kDay_ms;

/// A clock of a device, moved by hand.
class MovedClock final : public shared::Clock {
public:
    explicit MovedClock(shared::Clock& right) : right_(right) {}
    [[nodiscard]] std::int64_t now_ms() override { return right_.now_ms() + ahead_ms; }
    std::int64_t ahead_ms = 0;

private:
    shared::Clock& right_;
};

class Leases : public DeviceLives {
protected:
    MovedClock device_clock_{clock_};
    Life life_ = live("laptop", 11, device_clock_);

    void SetUp() override
    {
        grants_[0].lease_days = 7;
        DeviceLives::SetUp();
        (void)sync(life_);
    }
    bool is_over(const SpaceName& name)
    {
        const auto clock = life_.replica->lease_clock(true).value();
        return clock.seen_ms > lease_end_ms(*life_.store->find_space(name).value(), clock);
    }
};

TEST_F(Leases, RunOutSpaceBySpaceAndAreRenewedByContact)
{
    clock_.pass(7 * kDay_ms - 60'000);
    EXPECT_FALSE(is_over("archive") || is_over("forum"));
    clock_.pass(2 * 60'000);
    EXPECT_TRUE(is_over("archive"));
    EXPECT_FALSE(is_over("forum"));
    clock_.pass(23 * kDay_ms);
    EXPECT_TRUE(is_over("forum"));
    (void)sync(life_);
    EXPECT_FALSE(is_over("archive") || is_over("forum"));
    clock_.pass(7 * kDay_ms + 60'000);
    EXPECT_TRUE(is_over("archive"));
}

TEST_F(Leases, GainNothingFromAClockTurnedBack)
{
    clock_.pass(6 * kDay_ms);
    EXPECT_FALSE(is_over("archive"));
    device_clock_.ahead_ms = -6 * kDay_ms;
    clock_.pass(kDay_ms / 2);
    EXPECT_FALSE(is_over("archive"));
    EXPECT_GE(life_.replica->lease_clock(true)->seen_ms, life_.store->lease_clock()->renewed_ms + 6 * kDay_ms);
    device_clock_.ahead_ms = 0;
    clock_.pass(kDay_ms);
    EXPECT_TRUE(is_over("archive"));
    device_clock_.ahead_ms = -400 * kDay_ms;
    EXPECT_TRUE(is_over("archive")) << "what has run out once stays so";
    (void)sync(life_);
    EXPECT_FALSE(is_over("archive"));
}

TEST_F(Leases, AreCountedByTheCentresClock)
{
    device_clock_.ahead_ms = 1'000 * kDay_ms;
    EXPECT_TRUE(is_over("archive")) << "as far as the device can tell";
    (void)sync(life_);
    EXPECT_FALSE(is_over("archive")) << "years ahead, and known to be";
    clock_.pass(6 * kDay_ms);
    EXPECT_FALSE(is_over("archive"));
    clock_.pass(2 * kDay_ms);
    EXPECT_TRUE(is_over("archive"));
}

TEST_F(Leases, AreWhatTheCentreSaysNow)
{
    clock_.pass(8 * kDay_ms);
    EXPECT_TRUE(is_over("archive"));
    grants_[0].lease_days = 60;
    (void)sync(life_);
    clock_.pass(59 * kDay_ms);
    EXPECT_FALSE(is_over("archive"));
    EXPECT_TRUE(is_over("forum"));
}

TEST_F(Leases, DoNotKeepWhatIsUnsentFromBeingSent)
{
    const auto id = put(life_, "Aurora");
    clock_.pass(90 * kDay_ms);
    EXPECT_TRUE(is_over("forum"));
    EXPECT_EQ(sync(life_).accepted, 1u);
    EXPECT_TRUE(has(life_, id));
}

TEST_F(Leases, AreRenewedAsLongAsTheCentreSpeaksInASessionThatStays)
{
    ClientSession device(*life_.replica, {{}, true});
    ServerSession centre(*centre_, peer());
    const auto talk = [&](Actions said) { carry_messages(device, centre, std::move(said)); };
    talk(device.start());
    for (int day = 0; day < 10; ++day) {
        clock_.pass(kDay_ms);
        (void)put(life_, "Aurora");
        talk(device.on_written());
    }
    EXPECT_FALSE(is_over("archive"));
    clock_.pass(8 * kDay_ms);
    EXPECT_TRUE(is_over("archive"));
}

TEST_F(Leases, GainNothingFromAClockSetForwardInASessionThatStays)
{
    ClientSession device(*life_.replica, {{}, true});
    ServerSession centre(*centre_, peer());
    carry_messages(device, centre, device.start());
    device_clock_.ahead_ms = kYears_ms;
    clock_.pass(kDay_ms / 2);
    (void)put(life_, "Aurora");
    carry_messages(device, centre, device.on_written());
    EXPECT_LE(life_.store->lease_clock()->renewed_ms, clock_.now_ms());
    EXPECT_GE(life_.store->lease_clock()->renewed_ms, clock_.now_ms() - kDay_ms / 4) << "the centre has spoken";
    device_clock_.ahead_ms = 0;
    EXPECT_FALSE(is_over("archive"));
    clock_.pass(7 * kDay_ms + 60'000);
    EXPECT_TRUE(is_over("archive"));
}

TEST_F(Leases, AreRenewedInASessionWhereNothingHappens)
{
    ClientSession device(*life_.replica, {{}, true});
    ServerSession centre(*centre_, peer());
    EXPECT_TRUE(device.on_quiet().send.empty()) << "before the first word";
    carry_messages(device, centre, device.start());
    for (int day = 0; day < 10; ++day) {
        clock_.pass(kDay_ms);
        const auto asked = device.on_quiet();
        EXPECT_EQ(asked.send.size(), 1u);
        EXPECT_TRUE(device.on_quiet().send.empty()) << "an answer is on its way";
        carry_messages(device, centre, asked);
        EXPECT_TRUE(device.progress().up_to_date);
    }
    EXPECT_FALSE(is_over("archive"));
    clock_.pass(8 * kDay_ms);
    EXPECT_TRUE(is_over("archive"));
}

TEST_F(Leases, AreNotSetBackByAnOlderWord)
{
    const auto before = *life_.store->lease_clock();
    EXPECT_TRUE(life_.replica->renew_leases(before.renewed_ms - kDay_ms).has_value());
    EXPECT_EQ(*life_.store->lease_clock(), before);
    EXPECT_EQ(life_.replica->renew_leases(Stamp::kLast_ms + 1).error().code, shared::Errc::malformed);
}

TEST_F(Leases, AreWrittenDownAtMostHourly)
{
    const auto before = *life_.store->lease_clock();
    clock_.pass(30 * 60'000);
    EXPECT_TRUE(life_.replica->lease_clock(true).has_value());
    EXPECT_EQ(*life_.store->lease_clock(), before);
    clock_.pass(40 * 60'000);
    EXPECT_TRUE(life_.replica->lease_clock(false).has_value());
    EXPECT_EQ(*life_.store->lease_clock(), before);
    EXPECT_TRUE(life_.replica->lease_clock(true).has_value());
    EXPECT_NE(*life_.store->lease_clock(), before);
}

TEST(LeaseOfANewDevice, RunsFromItsFirstContact) { EXPECT_EQ(lease_end_ms(StoredSpace{}, LeaseClock{}), 0); }

}  // namespace
}  // namespace indaba::sync
