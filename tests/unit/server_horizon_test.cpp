// Very old deletions are forgotten, once every device that follows the space has heard of them.
#include "server/office.hpp"
#include "tests/unit/centre_fixture.hpp"

#include <limits>

namespace indaba::server {

namespace {

constexpr auto kMonths24_ms = shared::limits::kDeletionsTold_ms;

class HorizonTest : public CentreTest {
protected:
    HorizonTest() { EXPECT_EQ(stored(written(ana_key_, 5)), 5u); }

    void note(const DeviceId& device, std::map<SpaceName, std::uint64_t> bases)
    {
        EXPECT_TRUE(counter->ledger.registry().note_bases(device, bases).has_value());
    }
    [[nodiscard]] std::uint64_t passed() { return counter->ledger.registry().passed_by_all("forum").value(); }
    [[nodiscard]] std::uint64_t horizon() { return counter->ledger.store().head("forum")->horizon; }

    KeyPair ana_key_ = KeyPair::generate();
    KeyPair bo_key_ = KeyPair::generate();
    DeviceId ana_ = enrolled(ana_key_, "Ana Silva");
    DeviceId bo_ = enrolled(bo_key_, "Bo Li");
};

TEST_F(HorizonTest, is_held_by_the_device_that_has_heard_least)
{
    EXPECT_EQ(passed(), std::numeric_limits<std::uint64_t>::max()) << "nobody follows it";
    note(ana_, {{"forum", 5}});
    EXPECT_EQ(passed(), 5u);
    note(bo_, {{"forum", 2}, {"brazil", 1}});
    EXPECT_EQ(passed(), 2u);
    note(bo_, {{"brazil", 1}});
    EXPECT_EQ(passed(), 5u) << "who does not follow it any more waits for nothing";
    note(bo_, {{"forum", 1}});
    EXPECT_EQ(passed(), 1u) << "a device that was put back";
}

TEST_F(HorizonTest, is_not_held_by_who_is_shut_out)
{
    note(ana_, {{"forum", 5}});
    note(bo_, {{"forum", 2}});
    ASSERT_TRUE(add_person({data, "Bo Li", {"forum=none"}}).has_value());
    EXPECT_EQ(passed(), 5u);
    ASSERT_TRUE(add_person({data, "Bo Li", {"forum=viewer"}}).has_value());
    EXPECT_EQ(passed(), 2u);
    revoke(bo_);
    EXPECT_EQ(passed(), 5u);
}

TEST_F(HorizonTest, moves_once_a_day_to_what_is_older_than_24_months)
{
    note(ana_, {{"forum", 5}});
    note(bo_, {{"forum", 2}});
    const auto office = *Office::open(*DataDirectory::open(data), clock, log, [](const std::function<void()>&) {});
    office->refresh();
    EXPECT_EQ(horizon(), 0u);
    clock.ahead_ms += kMonths24_ms - shared::limits::kDay_ms;
    office->refresh();
    EXPECT_EQ(horizon(), 0u);
    clock.ahead_ms += 2 * shared::limits::kDay_ms;
    office->refresh();
    EXPECT_EQ(horizon(), 2u);
    note(bo_, {{"forum", 5}});
    office->refresh();
    EXPECT_EQ(horizon(), 2u) << "on this day it has looked";
    pass_a_day();
    office->refresh();
    EXPECT_EQ(horizon(), 5u);
}

TEST_F(HorizonTest, is_told_by_what_a_device_says_when_it_comes)
{
    auto& sessions = counter->sessions;
    const auto id = sessions.open(ana_, [](const Delivery&) {});
    ASSERT_TRUE(id.has_value());
    const auto head = counter->ledger.store().head("forum").value();
    sync::Hello hello;
    hello.following.push_back({"forum", {4, 5, 5, head.hash.prefix(), 0, 0}});
    sessions.on_message(*id, sync::encode_message(hello));
    EXPECT_EQ(passed(), 4u);
}

TEST_F(HorizonTest, a_centre_without_room_serves_a_device_all_the_same)
{
    ASSERT_TRUE(counter->ledger.database().execute("PRAGMA max_page_count = 1").has_value());
    std::vector<Bytes> heard;
    const auto id = counter->sessions.open(ana_, [&](const Delivery& delivery) { heard = delivery.send; });
    ASSERT_TRUE(id.has_value());
    sync::Hello hello;
    for (int i = 0; i < 200; ++i) hello.following.push_back({"a" + std::string(60, 'x') + std::to_string(i), {}});
    counter->sessions.on_message(*id, sync::encode_message(hello));
    ASSERT_FALSE(heard.empty());
    EXPECT_TRUE(std::holds_alternative<sync::Welcome>(*sync::decode_message(heard[0])));
    EXPECT_THAT(log_text(), testing::HasSubstr("bases_not_noted"));
}

}  // namespace

}  // namespace indaba::server
