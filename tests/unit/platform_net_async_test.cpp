#include "platform/async_loop.hpp"
#include "platform/async_queue.hpp"

#include <gtest/gtest.h>
#include <boost/asio/this_coro.hpp>

#include <thread>
#include <vector>

namespace indaba::platform {

namespace {

using namespace std::chrono_literals;
using shared::Errc;

/// Counts how many of it are alive: what a cancelled task leaves behind.
struct Guest {
    explicit Guest(std::shared_ptr<int> guests) : count(std::move(guests)) { ++*count; }
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    ~Guest() { --*count; }
    std::shared_ptr<int> count;
};

Task<Result<int>> answer(int value) { co_return value; }

Task<Result<int>> answer_after(Duration duration, int value, std::shared_ptr<int> guests)
{
    const Guest guest(std::move(guests));
    INDABA_CO_TRY(co_await wait_for(duration));
    co_return value;
}

Task<> wait_an_hour(std::shared_ptr<int> guests, std::shared_ptr<std::vector<std::string>> trace)
{
    const Guest guest(std::move(guests));
    const auto waited = co_await wait_for(1h);
    trace->push_back(waited.has_error() && waited.error().code == Errc::cancelled ? "cancelled" : "waited");
    (void)co_await wait_for(1h);
    trace->push_back("went on after its cancellation");
}

Task<> do_nothing() { co_return; }

TEST(Deadline, PassesOnWhatCameInTime)
{
    EventLoop loop;
    const auto guests = std::make_shared<int>(0);
    EXPECT_EQ(*loop.run_for_result(with_deadline(answer(7), 1h)), 7);
    EXPECT_EQ(*loop.run_for_result(with_deadline(answer_after(1ms, 8, guests), 1h)), 8);
    EXPECT_EQ(*guests, 0);
}

TEST(Deadline, CancelsWhatCameTooLate)
{
    EventLoop loop;
    const auto guests = std::make_shared<int>(0);
    const auto result = loop.run_for_result(with_deadline(answer_after(1h, 8, guests), 5ms, "the hub did not answer"));
    EXPECT_EQ(result.error(), shared::fail(Errc::timed_out, "the hub did not answer"));
    EXPECT_EQ(*guests, 0);
}

TEST(Deadline, NestedTheShorterOneDecides)
{
    EventLoop loop;
    const auto guests = std::make_shared<int>(0);
    auto inner = with_deadline(answer_after(1h, 8, guests), 5ms, "inner");
    EXPECT_EQ(loop.run_for_result(with_deadline(std::move(inner), 1h, "outer")).error().text, "inner");
    inner = with_deadline(answer_after(1h, 8, guests), 1h, "inner");
    EXPECT_EQ(loop.run_for_result(with_deadline(std::move(inner), 5ms, "outer")).error().text, "outer");
    EXPECT_EQ(*guests, 0);
}

Task<Result<int>> fail_to_answer() { co_return shared::fail(Errc::busy, "not now"); }
Task<Result<int>> throw_something()
{
    throw std::runtime_error("a bug");
    co_return 1;
}

TEST(Deadline, PassesOnErrorsAndExceptions)
{
    EventLoop loop;
    EXPECT_EQ(loop.run_for_result(with_deadline(fail_to_answer(), 1h)).error().code, Errc::busy);
    EXPECT_THROW((void)loop.run_for_result(with_deadline(throw_something(), 1h)), std::runtime_error);
}

Task<> start_and_cancel(TaskGroup* group, std::shared_ptr<int> guests, std::shared_ptr<std::vector<std::string>> trace)
{
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(group->spawn(wait_an_hour(guests, trace)));
    EXPECT_TRUE(group->spawn(do_nothing()));
    EXPECT_EQ(*guests, 3);
    group->cancel();
    EXPECT_FALSE(group->spawn(wait_an_hour(guests, trace)));
    EXPECT_TRUE((co_await group->wait()).has_value());
    EXPECT_EQ(group->size(), 0u);
}

TEST(TaskGroup, CancelsAllAndWaitsForThem)
{
    EventLoop loop;
    TaskGroup group(loop.executor());
    const auto guests = std::make_shared<int>(0);
    const auto trace = std::make_shared<std::vector<std::string>>();
    loop.run(start_and_cancel(&group, guests, trace));
    EXPECT_EQ(*guests, 0);
    EXPECT_EQ(*trace, std::vector<std::string>(3, "cancelled"));
}

Task<> wait_for_group(TaskGroup* group) { EXPECT_TRUE((co_await group->wait()).has_value()); }

TEST(TaskGroup, CancelsTasksThatHaveNotBegun)
{
    EventLoop loop;
    TaskGroup group(loop.executor());
    const auto guests = std::make_shared<int>(0);
    const auto trace = std::make_shared<std::vector<std::string>>();
    EXPECT_TRUE(group.spawn(wait_an_hour(guests, trace)));  // nobody runs the loop yet
    group.cancel();
    loop.run(wait_for_group(&group));
    EXPECT_EQ(*guests, 0);
    EXPECT_TRUE(trace->empty());
}

Task<> cancel_own_group(TaskGroup* group)
{
    group->cancel();
    co_return;
}

TEST(TaskGroup, ATaskMayCancelItsOwnGroup)
{
    EventLoop loop;
    TaskGroup group(loop.executor());
    EXPECT_TRUE(group.spawn(cancel_own_group(&group)));
    loop.run(wait_for_group(&group));
    EXPECT_EQ(group.size(), 0u);
}

TEST(TaskGroup, DestroyedEarlyItCancelsAndForgets)
{
    EventLoop loop;
    const auto guests = std::make_shared<int>(0);
    const auto trace = std::make_shared<std::vector<std::string>>();
    {
        TaskGroup group(loop.executor());
        EXPECT_TRUE(group.spawn(wait_an_hour(guests, trace)));
    }
    loop.run(do_nothing());
    EXPECT_EQ(*guests, 0);
}

Task<> throw_it(std::shared_ptr<int> guests)
{
    const Guest guest(std::move(guests));
    throw std::runtime_error("a bug");
    co_return;
}

TEST(TaskGroup, ABugLeavesTheLoop)
{
    EventLoop loop;
    TaskGroup group(loop.executor());
    const auto guests = std::make_shared<int>(0);
    EXPECT_TRUE(group.spawn(throw_it(guests)));
    EXPECT_THROW(loop.run(do_nothing()), std::runtime_error);
    EXPECT_EQ(group.size(), 0u);
    EXPECT_EQ(*guests, 0);
}

Task<Result<int>> count_signals(Notifier notifier)
{
    INDABA_CO_TRY(co_await notifier.wait());
    INDABA_CO_TRY(co_await notifier.wait());
    co_return 2;
}

TEST(Notifier, RemembersOneSignalAndWakesAcrossThreads)
{
    EventLoop loop;
    const Notifier notifier(loop.executor());
    notifier.notify();
    notifier.notify();
    std::thread other;
    loop.post([&] { other = std::thread([notifier] { notifier.notify(); }); });
    EXPECT_EQ(*loop.run_for_result(count_signals(notifier)), 2);
    other.join();
}

Task<Result<void>> wait_once(Notifier notifier) { co_return co_await notifier.wait(); }

TEST(Notifier, AWaitCanBeCancelledAndRepeated)
{
    EventLoop loop;
    const Notifier notifier(loop.executor());
    EXPECT_EQ(loop.run_for_result(with_deadline(wait_once(notifier), 2ms)).error().code, Errc::timed_out);
    notifier.notify();
    EXPECT_TRUE(loop.run_for_result(with_deadline(wait_once(notifier), 1h)).has_value());
}

Task<> fill(BoundedQueue<int>* queue)
{
    for (int i = 0; i < 100; ++i) EXPECT_TRUE((co_await queue->push(i)).has_value());
    queue->close();
}

Task<Result<int>> drain(BoundedQueue<int>* queue)
{
    int sum = 0;
    for (;;) {
        EXPECT_LE(queue->size(), 3u);
        const auto item = co_await queue->pop();
        if (item.has_error()) co_return sum;
        sum += *item;
    }
}

TEST(BoundedQueue, HoldsBackItsWriterAndLosesNothing)
{
    EventLoop loop;
    BoundedQueue<int> queue(loop.executor(), 3);
    TaskGroup group(loop.executor());
    EXPECT_TRUE(group.spawn(fill(&queue)));
    EXPECT_EQ(*loop.run_for_result(drain(&queue)), 4950);
    EXPECT_EQ(queue.try_push(1).error().code, Errc::cancelled);
}

TEST(BoundedQueue, IsFullAtItsCapacity)
{
    EventLoop loop;
    BoundedQueue<int> queue(loop.executor(), 2);
    EXPECT_TRUE(queue.try_push(1).has_value());
    EXPECT_TRUE(queue.try_push(2).has_value());
    EXPECT_EQ(queue.try_push(3).error().code, Errc::full);
    queue.close();
    EXPECT_EQ(*loop.run_for_result(drain(&queue)), 3);
}

}  // namespace

}  // namespace indaba::platform
