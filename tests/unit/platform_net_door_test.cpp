// Whose turn it is at the centre's door, who has to make room there, and how often that is told.
#include "platform/anonymous_line.hpp"
#include "platform/arrivals.hpp"
#include "platform/async_loop.hpp"
#include "platform/repeated_events.hpp"

#include <gmock/gmock.h>

namespace indaba::platform {

namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

class AnonymousLineTest : public testing::Test {
protected:
    AnonymousLine::Ticket enter(const std::string& host, int number)
    {
        return line.enter(host, [this, number] { sent_away.push_back(number); });
    }

    AnonymousLine line{4, 2};
    std::vector<int> sent_away;
};

class ArrivalsTest : public testing::Test {
protected:
    void enter(const std::string& host, int number)
    {
        arrivals.enter(host, [this, number] { begun.push_back(number); });
    }
    void begin_all()
    {
        while (arrivals.begin_next()) {
        }
    }

    Arrivals arrivals{8};
    std::vector<int> begun;
};

class RepeatedEventsTest : public testing::Test {
protected:
    static Task<> wait_until_said(RepeatedEventsTest* test, std::size_t count)
    {
        while (test->said.size() < count) EXPECT_TRUE((co_await test->heard.wait()).has_value());
    }

    EventLoop loop;
    std::vector<std::string> said;
    Notifier heard{loop.executor()};
    RepeatedEvents::Sink sink = [this](const std::string& text, const Address&) {
        said.push_back(text);
        heard.notify();
    };
};

}  // namespace

TEST_F(AnonymousLineTest, the_oldest_of_a_crowded_address_makes_room)
{
    (void)enter("192.0.2.1", 1);
    (void)enter("192.0.2.2", 2);
    (void)enter("192.0.2.2", 3);
    EXPECT_THAT(sent_away, ElementsAre());
    (void)enter("192.0.2.2", 4);
    EXPECT_THAT(sent_away, ElementsAre(2));
    (void)enter("192.0.2.2", 5);
    EXPECT_THAT(sent_away, ElementsAre(2, 3));
    EXPECT_EQ(line.size(), 3u);
}

TEST_F(AnonymousLineTest, who_has_said_nothing_makes_room_before_who_has)
{
    AnonymousLine longer(40, 30);
    const auto come = [&](const std::string& host, int number) {
        return longer.enter(host, [this, number] { sent_away.push_back(number); });
    };
    for (int i = 1; i <= 30; ++i) {
        const auto ticket = come("192.0.2.1", i);
        if (i % 2 == 1) longer.speak(ticket);
    }
    for (int i = 31; i <= 33; ++i) (void)come("192.0.2.1", i);
    EXPECT_THAT(sent_away, ElementsAre(2, 4, 6));
    for (int i = 34; i <= 45; ++i) (void)come("192.0.2." + std::to_string(i), i);
    EXPECT_THAT(sent_away, ElementsAre(2, 4, 6, 8, 10)) << "of all, too";
}

TEST_F(AnonymousLineTest, who_has_just_come_may_still_speak)
{
    AnonymousLine longer(20, 20);
    for (int i = 1; i <= 19; ++i) longer.speak(longer.enter("192.0.2.1", [this, i] { sent_away.push_back(i); }));
    (void)longer.enter("192.0.2.1", [this] { sent_away.push_back(20); });
    (void)longer.enter("192.0.2.1", [] {});
    EXPECT_THAT(sent_away, ElementsAre(1));
}

TEST_F(AnonymousLineTest, a_network_of_ipv6_is_one_address)
{
    (void)enter("2001:db8::1", 1);
    (void)enter("2001:db8::2:0:0:1", 2);
    (void)enter("2001:db8:0:1::1", 3);
    EXPECT_THAT(sent_away, ElementsAre());
    (void)enter("2001:db8::ffff", 4);
    EXPECT_THAT(sent_away, ElementsAre(1));
}

TEST_F(AnonymousLineTest, the_oldest_of_all_makes_room_when_many_addresses_come)
{
    for (int i = 1; i <= 6; ++i) (void)enter("192.0.2." + std::to_string(i), i);
    EXPECT_THAT(sent_away, ElementsAre(1, 2));
    EXPECT_EQ(line.size(), 4u);
}

TEST_F(AnonymousLineTest, who_has_left_or_was_sent_away_is_not_counted)
{
    const auto first = enter("192.0.2.1", 1);
    const auto second = enter("192.0.2.1", 2);
    EXPECT_TRUE(line.leave(first));
    (void)enter("192.0.2.1", 3);
    EXPECT_THAT(sent_away, ElementsAre());
    (void)enter("192.0.2.1", 4);
    EXPECT_THAT(sent_away, ElementsAre(2));
    EXPECT_FALSE(line.leave(second));
}

TEST_F(ArrivalsTest, turns_go_round_among_networks)
{
    for (int i = 1; i <= 5; ++i) enter("192.0.2.1", i);
    enter("192.0.2.2", 6);
    enter("2001:db8::1", 7);
    enter("2001:db8::2", 8);
    EXPECT_EQ(arrivals.size(), 8u);
    begin_all();
    EXPECT_THAT(begun, ElementsAre(1, 6, 7, 2, 8, 3, 4, 5));
    EXPECT_EQ(arrivals.size(), 0u);
    EXPECT_FALSE(arrivals.begin_next());
}

TEST_F(ArrivalsTest, who_comes_after_a_crowd_is_next)
{
    for (int i = 1; i <= 4; ++i) enter("192.0.2.1", i);
    EXPECT_TRUE(arrivals.begin_next());
    enter("192.0.2.2", 5);
    for (int i = 6; i <= 7; ++i) enter("192.0.2.1", i);
    begin_all();
    EXPECT_THAT(begun, ElementsAre(1, 2, 5, 3, 4, 6, 7));
}

TEST_F(ArrivalsTest, the_newest_of_the_largest_crowd_has_to_go)
{
    for (int i = 1; i <= 5; ++i) enter("192.0.2.1", i);
    for (int i = 6; i <= 7; ++i) enter("192.0.2.2", i);
    EXPECT_FALSE(arrivals.is_full());
    enter("192.0.2.3", 8);
    EXPECT_TRUE(arrivals.is_full());
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(arrivals.make_room());
    EXPECT_EQ(arrivals.size(), 4u);
    begin_all();
    EXPECT_EQ(begun.size(), 4u);
    EXPECT_EQ(begun[0], 1);
    EXPECT_THAT(begun, testing::Not(testing::Contains(5)));
    EXPECT_FALSE(arrivals.make_room());
}

TEST_F(ArrivalsTest, who_is_left_at_the_end_never_begins)
{
    const auto held = std::make_shared<int>(1);
    arrivals.enter("192.0.2.1", [held] { ADD_FAILURE(); });
    arrivals.clear();
    EXPECT_FALSE(arrivals.begin_next());
    EXPECT_EQ(held.use_count(), 1);
}

TEST_F(RepeatedEventsTest, the_first_is_said_at_once_and_the_rest_as_a_count)
{
    RepeatedEvents events(loop.executor(), 1ms, sink);
    for (int i = 0; i < 10'000; ++i) events.note("cut", {});
    events.note("refused", {});
    EXPECT_THAT(said, ElementsAre("cut", "refused"));
    loop.run(wait_until_said(this, 3));
    EXPECT_THAT(said, ElementsAre("cut", "refused", "cut (9999 more)"));
    events.note("cut", {});
    events.finish();
    EXPECT_THAT(said.back(), testing::StartsWith("cut"));
}

TEST_F(RepeatedEventsTest, the_end_leaves_no_count_unsaid)
{
    RepeatedEvents events(loop.executor(), 1h, sink);
    for (int i = 0; i < 3; ++i) events.note("cut", {});
    events.finish();
    EXPECT_THAT(said, ElementsAre("cut", "cut (2 more)"));
    events.note("cut", {});
    EXPECT_EQ(said.size(), 3u);
}

TEST_F(RepeatedEventsTest, many_different_events_are_bounded_too)
{
    RepeatedEvents events(loop.executor(), 1h, sink);
    for (int i = 0; i < 1'000; ++i) events.note("refused " + std::to_string(i), {});
    EXPECT_EQ(said.size(), 64u);
    events.finish();
    EXPECT_EQ(said.size(), 65u);
    EXPECT_EQ(said.back(), "other events (936 more)");
}

}  // namespace indaba::platform
