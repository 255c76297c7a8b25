// What a person may have stored in a day: what is over it stays on the device and comes on another day, in order, and
// holds up nothing else.
#include "tests/unit/device_lives.hpp"

#include "shared/limits.hpp"
#include "shared/transaction.hpp"

namespace indaba::sync {
namespace {

/// One person's, whoever writes.
class OnePersonsQuota final : public Quotas {
public:
    Amount most{5, 1'000'000};
    Amount used;
    Day day;
    std::uint64_t additions = 0;

    [[nodiscard]] Result<std::optional<Allowance>> allowance(const Writer&, Day today) override
    {
        return std::optional(Allowance{today == day ? used : Amount(), most});
    }
    [[nodiscard]] Result<void> add(const Writer&, Day today, const Amount& amount) override
    {
        if (std::exchange(day, today) != today) used = {};
        used = {used.changes + amount.changes, used.bytes + amount.bytes};
        ++additions;
        return {};
    }
};

class DailyQuota : public DeviceLives {
protected:
    DailyQuota()
    {
        quotas_ = &quota_;
        centre_ = std::make_unique<Centre>(centre_ports());
    }

    void put_many(Life& life, int count, const SpaceName& space = "forum")
    {
        for (int i = 0; i < count; ++i) put(life, new_id(), space, "enterprise", "name " + std::to_string(i));
    }
    [[nodiscard]] std::uint64_t ruled(const SpaceName& space = "forum") const
    {
        return centre_store_->head(space).value().number;
    }
    void next_day() { clock_.pass(shared::limits::kDay_ms); }

    OnePersonsQuota quota_;
};

TEST_F(DailyQuota, ADayIsCountedFromMidnightOfUtc)
{
    constexpr auto kDay = shared::limits::kDay_ms;
    EXPECT_EQ(Day::of(0), (Day{0}));
    EXPECT_EQ(Day::of(kDay - 1), (Day{0}));
    EXPECT_EQ(Day::of(kDay), (Day{1}));
    EXPECT_EQ(Day::of(-1), (Day{-1}));
    EXPECT_EQ(Day::of(-kDay), (Day{-1}));
    EXPECT_EQ(Day::of(1'760'000'000'000).end_ms(), 1'760'054'400'000);
}

TEST_F(DailyQuota, ACentreWithoutQuotasBoundsNobody)
{
    quotas_ = nullptr;
    centre_ = std::make_unique<Centre>(centre_ports());
    auto device = live("a", 11);
    (void)sync(device);
    put_many(device, 12);
    EXPECT_EQ(sync(device).accepted, 12u);
    const auto me = shared::device_of(device_key_.public_key(), digest_);
    EXPECT_FALSE(centre_->is_used_up({me, me}).value());
    EXPECT_EQ(quota_.additions, 0u);
}

TEST_F(DailyQuota, WhatFitsIsStoredAndTheRestComesOnAnotherDay)
{
    auto device = live("a", 11);
    (void)sync(device);
    put_many(device, 12);
    for (const std::uint64_t through : {5u, 10u, 12u}) {
        const auto progress = sync(device);
        const bool is_last = through == 12;
        EXPECT_EQ(ruled(), through);
        EXPECT_EQ(progress.pushed, is_last ? 2u : 5u);
        EXPECT_EQ(progress.accepted, is_last ? 2u : 5u);
        EXPECT_TRUE(progress.up_to_date) << "nothing is left to do today";
        EXPECT_EQ(progress.over_quota.has_value(), !is_last);
        EXPECT_EQ(device.store->own_journal("forum").value()->ruled, through);
        if (!is_last) {
            EXPECT_EQ(progress.over_quota->changes, 5u);
            EXPECT_EQ(progress.over_quota->bytes, 1'000'000u);
            EXPECT_EQ(progress.over_quota->until_ms, Day::of(clock_.now_ms()).end_ms());
            EXPECT_EQ(sync(device).pushed, 0u) << "not before the day is over";
            EXPECT_EQ(ruled(), through);
        }
        next_day();
    }
    EXPECT_EQ(quota_.additions, 3u) << "a push of which nothing is stored adds nothing";
}

TEST_F(DailyQuota, OfPushesOnTheirWayTheRestIsAskedForOnce)
{
    auto device = live("a", 11);
    (void)sync(device);
    put_many(device, 20);
    ClientSession one(*device.replica, {"", false, {1, 1'000'000}});  // each entry a message of its own, all at once
    ServerSession other(*centre_, peer());
    auto said = one.start();
    EXPECT_EQ(said.send.size(), 21u);
    std::size_t pushes = 0;
    for (int round = 0; !said.send.empty() && round < 100; ++round) {
        Actions answered;
        for (const auto& message : said.send) {
            pushes += std::holds_alternative<Push>(decode_message(message).value()) ? 1 : 0;
            for (auto& answer : other.on_message(message).send) answered.send.push_back(std::move(answer));
        }
        said = {};
        for (const auto& message : answered.send)
            for (auto& next : one.on_message(message).send) said.send.push_back(std::move(next));
    }
    EXPECT_EQ(pushes, 20u) << "what is over the quota is not sent again and again";
    EXPECT_TRUE(other.is_over_quota());
    EXPECT_EQ(one.progress().pushed, 5u);
    EXPECT_EQ(one.progress().accepted, 5u);
    EXPECT_TRUE(one.progress().up_to_date);
    EXPECT_EQ(ruled(), 5u);
}

TEST_F(DailyQuota, IsUsedUpByBytesToo)
{
    auto device = live("a", 11);
    (void)sync(device);
    quota_.most = {1'000, 2'000};
    put_many(device, 40);
    const auto stored = sync(device).pushed;
    EXPECT_GT(stored, 2u);
    EXPECT_LT(stored, 40u);
    EXPECT_GE(quota_.used.bytes, 2'000u);
    EXPECT_LT(quota_.used.bytes, 2'000u + 2'000 / stored * 2) << "beyond it by one change at most";
}

TEST_F(DailyQuota, AChangeLargerThanAllOfItIsStoredOnADayOfItsOwn)
{
    auto device = live("a", 11);
    (void)sync(device);
    quota_.most = {1'000, 50};
    const auto large = new_id();
    put(device, large, "forum", "enterprise", std::string(150, 'x'));
    put_many(device, 1);
    EXPECT_EQ(sync(device).pushed, 1u);
    EXPECT_TRUE(has(device, large));
    EXPECT_EQ(sync(device).pushed, 0u);
    next_day();
    EXPECT_EQ(sync(device).pushed, 1u);
    EXPECT_EQ(ruled(), 2u);
}

TEST_F(DailyQuota, WhatComesAgainIsAnsweredAndNotCountedAgain)
{
    auto device = live("a", 11);
    (void)sync(device);
    put_many(device, 5);
    const auto set = device.replica->outgoing(*device.store->own_journal("forum").value(), 0, 1'000'000).value();
    ASSERT_TRUE(set.has_value());
    const auto first = centre_->ingest(set->change_set).value();
    EXPECT_EQ(first.fresh.size(), 5u);
    EXPECT_FALSE(first.over_quota.has_value());
    for (int i = 0; i < 3; ++i) {
        const auto again = centre_->ingest(set->change_set).value();
        EXPECT_EQ(again.repeated.size(), 5u);
        EXPECT_EQ(again.through, 5u);
        EXPECT_FALSE(again.over_quota.has_value()) << "nothing new was brought";
    }
    EXPECT_EQ(quota_.used.changes, 5u);
    put_many(device, 1);
    const auto more = device.replica->outgoing(*device.store->own_journal("forum").value(), 0, 1'000'000).value();
    const auto mixed = centre_->ingest(more->change_set).value();
    EXPECT_EQ(mixed.repeated.size(), 5u);
    EXPECT_EQ(mixed.through, 5u);
    EXPECT_TRUE(mixed.over_quota.has_value());
    EXPECT_EQ(quota_.additions, 1u);
}

TEST_F(DailyQuota, WhatIsRefusedCounts)
{
    auto device = live("a", 11);
    (void)sync(device);
    put_many(device, 7);
    grants_[1].role = "viewer";
    const auto progress = sync(device);
    EXPECT_EQ(progress.refused, 5u);
    EXPECT_TRUE(progress.over_quota.has_value());
    EXPECT_EQ(ruled(), 5u);
}

TEST_F(DailyQuota, NothingElseWaitsForIt)
{
    auto device = live("a", 11);
    auto reader = live("b", 12);
    (void)sync(device);
    put_many(device, 3, "archive");
    put_many(device, 5);
    (void)sync(device);
    EXPECT_EQ(ruled("archive") + ruled(), 5u);
    EXPECT_EQ(sync(reader).pulled, 5u) << "others are told what was stored";
    quota_.most.changes = 6;
    put_many(reader, 1);
    quota_.used = {};
    EXPECT_EQ(sync(reader).pushed, 1u);
    quota_.used = quota_.most;
    const auto progress = sync(device);
    EXPECT_EQ(progress.pushed, 0u);
    EXPECT_EQ(progress.pulled, 1u) << "and whoever has used theirs up goes on hearing of others";
}

TEST_F(DailyQuota, EndsASessionOfAJournalWhoseEndIsGone)
{
    auto device = live("a", 11);
    (void)sync(device);
    put_many(device, 10);
    ASSERT_TRUE(device.store->database().execute("DELETE FROM entry WHERE number > 7").has_value());
    const auto progress = sync(device);
    EXPECT_EQ(progress.accepted, 5u);
    EXPECT_TRUE(progress.over_quota.has_value());
    EXPECT_TRUE(progress.up_to_date) << "nothing is left to do today";
    next_day();
    EXPECT_EQ(sync(device).accepted, 2u);
}

TEST_F(DailyQuota, ASessionThatStaysGoesOnWhenTheCentreSaysSo)
{
    auto life = live("a", 11);
    (void)sync(life);
    put_many(life, 8);
    ClientSession device(*life.replica, {"", true, {}});
    ServerSession centre(*centre_, peer());
    const auto carry = [&](Actions said) { carry_messages(device, centre, std::move(said)); };
    carry(device.start());
    ASSERT_TRUE(device.progress().over_quota.has_value());
    EXPECT_TRUE(device.progress().up_to_date);
    EXPECT_TRUE(centre.on_change().send.empty()) << "it is still the same day";
    put_many(life, 1);
    EXPECT_TRUE(device.on_written().send.empty());
    next_day();
    const auto told = centre.on_change();
    EXPECT_FALSE(told.send.empty());
    for (const auto& message : told.send) carry(device.on_message(message));
    EXPECT_FALSE(device.progress().over_quota.has_value());
    EXPECT_FALSE(centre.is_over_quota());
    EXPECT_EQ(device.progress().pushed, 9u);
    EXPECT_EQ(device.progress().accepted, 9u);
    EXPECT_EQ(ruled(), 9u);
}

}  // namespace
}  // namespace indaba::sync
