// Waiting without blocking a thread: tasks are C++20 coroutines on Boost.Asio. Here: deadlines, a signal, a task group.
// Thread rule: everything that meets (a group and its tasks, a notifier and its waiter) lives on one serial executor,
// an io_context that one thread runs or a strand; only Notifier::notify() may come from another thread.
// Cancellation: what is being waited for answers Errc::cancelled; any further co_await of a cancelled task throws
// boost::system::system_error(operation_aborted), which unwinds it. TaskGroup takes that for an orderly end.
// Never hold a lock, an open transaction or a reference parameter across co_await; no capturing lambda coroutines.
#pragma once

#include "shared/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace indaba::platform {

using shared::Result;
using Executor = boost::asio::any_io_executor;
using Duration = std::chrono::milliseconds;
template <class T = void>
using Task = boost::asio::awaitable<T>;

/// How a race between a task and a deadline ended.
enum class RaceEnd : unsigned char { finished, timed_out, cancelled };

/// Runs `work` and cancels it when `limit` has passed; returns only after it has ended either way.
[[nodiscard]] Task<RaceEnd> race(Task<> work, Duration limit);

/// cancelled if the task was.
[[nodiscard]] Task<Result<void>> wait_for(Duration duration);

template <class T>
Task<> keep_result(Task<Result<T>> work, std::shared_ptr<std::optional<Result<T>>> kept)
{
    kept->emplace(co_await std::move(work));
}

/// The result of `work`; if it has none after `limit`, it is cancelled and the answer is timed_out with `complaint`.
template <class T>
[[nodiscard]] Task<Result<T>> with_deadline(Task<Result<T>> work, Duration limit,
                                            std::string complaint = "no answer in time")
{
    auto kept = std::make_shared<std::optional<Result<T>>>();
    auto keeping = keep_result(std::move(work), kept);
    const RaceEnd end = co_await race(std::move(keeping), limit);
    const bool useful = kept->has_value() && ((*kept)->has_value() || end == RaceEnd::finished);
    if (useful) co_return std::move(**kept);
    if (end == RaceEnd::timed_out) co_return shared::fail(shared::Errc::timed_out, std::move(complaint));
    co_return shared::fail(shared::Errc::cancelled, "stopped");
}

/// A signal to one waiting task: "look again". Signals before a wait are remembered, as one.
/// Copies share one signal, so that another thread may hold one for longer than the waiter lives.
class Notifier {
public:
    explicit Notifier(const Executor& executor);

    /// Any thread.
    void notify() const;
    /// Returns after a notify(); cancelled if the task was. One waiter at a time.
    [[nodiscard]] Task<Result<void>> wait() const;

private:
    struct State;
    static Task<Result<void>> wait_on(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

/// Owns tasks: starts them, cancels them, waits for them. An exception that leaves a task, other than cancellation, is
/// a bug and leaves io_context::run(). The destructor cancels what is left but cannot wait: await wait() before.
class TaskGroup {
public:
    explicit TaskGroup(const Executor& executor);
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    /// False after cancel(): the task is destroyed unstarted.
    bool spawn(Task<> task);
    /// Cancels all, those that are spawned later included.
    void cancel();
    /// Returns when no task is left. One waiter at a time, which is not one of the tasks.
    [[nodiscard]] Task<Result<void>> wait();
    [[nodiscard]] std::size_t size() const;

private:
    struct State;
    struct Entry;
    static Task<> run(std::shared_ptr<State> state, std::shared_ptr<Entry> entry, Task<> task);
    static Task<Result<void>> wait_until_empty(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace indaba::platform

/// INDABA_TRY and INDABA_ASSIGN for coroutines.
#define INDABA_CO_TRY(...)                                                  \
    do {                                                                    \
        if (auto indaba_result = (__VA_ARGS__); indaba_result.has_error())  \
            co_return std::move(indaba_result).error();                     \
    } while (false)

#define INDABA_CO_ASSIGN(target, ...)                                          \
    auto INDABA_CONCAT(indaba_result_, __LINE__) = (__VA_ARGS__);              \
    if (INDABA_CONCAT(indaba_result_, __LINE__).has_error())                   \
        co_return std::move(INDABA_CONCAT(indaba_result_, __LINE__)).error();  \
    target = std::move(*INDABA_CONCAT(indaba_result_, __LINE__))
