#include "platform/async.hpp"

#include "shared/check.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <unordered_set>
#include <vector>

namespace indaba::platform {

namespace asio = boost::asio;
using boost::system::error_code;
using boost::system::system_error;

namespace {

bool is_cancellation(const std::exception_ptr& failure)
{
    try {
        std::rethrow_exception(failure);
    } catch (const system_error& error) {
        return error.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

/// Runs `work` to its end and passes on every exception but cancellation.
Task<> run_cancellable(Task<> work)
{
    std::exception_ptr failure;
    try {
        co_await std::move(work);
    } catch (...) {
        failure = std::current_exception();
    }
    // Asio 1.81 posts after a task that never suspended, and would throw from there, past all handlers, if it was
    // cancelled.
    co_await asio::this_coro::throw_if_cancelled(false);
    if (failure && !is_cancellation(failure)) std::rethrow_exception(failure);
}

shared::Error stopped() { return shared::fail(shared::Errc::cancelled, "stopped"); }

}  // namespace

Task<RaceEnd> race(Task<> work, Duration limit)
{
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, limit);
    auto running = run_cancellable(std::move(work));
    auto both = asio::experimental::make_parallel_group(asio::co_spawn(executor, std::move(running), asio::deferred),
                                                        timer.async_wait(asio::deferred));
    auto [order, failure, timer_error] =
        co_await both.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (failure) std::rethrow_exception(failure);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return RaceEnd::cancelled;
    co_return order[0] == 0 ? RaceEnd::finished : RaceEnd::timed_out;
}

Task<Result<void>> wait_for(Duration duration)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, duration);
    error_code error;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return stopped();
    co_return Result<void>();
}

struct Notifier::State {
    explicit State(const Executor& executor) : timer(executor, asio::steady_timer::time_point::max()) {}

    asio::steady_timer timer;  // never expires: cancelling it wakes the waiter
    bool signalled = false;
    bool waiting = false;
};

Notifier::Notifier(const Executor& executor) : state_(std::make_shared<State>(executor)) {}

void Notifier::notify() const
{
    asio::dispatch(state_->timer.get_executor(), [state = state_] {
        state->signalled = true;
        state->timer.cancel();
    });
}

Task<Result<void>> Notifier::wait() const { return wait_on(state_); }

Task<Result<void>> Notifier::wait_on(std::shared_ptr<State> state)
{
    INDABA_CHECK(!state->waiting);
    if (!state->signalled) {
        state->waiting = true;
        error_code ignored;
        co_await state->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        state->waiting = false;
    }
    if (!std::exchange(state->signalled, false)) co_return stopped();
    co_return Result<void>();
}

struct TaskGroup::Entry {
    asio::cancellation_signal cancellation;
    bool started = false;
};

struct TaskGroup::State {
    explicit State(const Executor& chosen) : executor(chosen), emptied(chosen) {}

    Executor executor;
    Notifier emptied;
    std::unordered_set<std::shared_ptr<Entry>> entries;
    bool cancelled = false;
};

TaskGroup::TaskGroup(const Executor& executor) : state_(std::make_shared<State>(executor)) {}

TaskGroup::~TaskGroup() { cancel(); }

Task<> TaskGroup::run(std::shared_ptr<State> state, std::shared_ptr<Entry> entry, Task<> task)
{
    entry->started = true;
    if (state->cancelled) co_return;
    auto running = run_cancellable(std::move(task));
    co_await std::move(running);
}

bool TaskGroup::spawn(Task<> task)
{
    if (state_->cancelled) return false;
    auto entry = std::make_shared<Entry>();
    state_->entries.insert(entry);
    auto ended = [state = state_, entry](const std::exception_ptr& failure) {
        state->entries.erase(entry);
        if (state->entries.empty()) state->emptied.notify();
        if (failure) std::rethrow_exception(failure);
    };
    asio::co_spawn(state_->executor, run(state_, entry, std::move(task)),
                   asio::bind_cancellation_slot(entry->cancellation.slot(), std::move(ended)));
    return true;
}

void TaskGroup::cancel()
{
    state_->cancelled = true;
    const std::vector<std::shared_ptr<Entry>> entries(state_->entries.begin(), state_->entries.end());
    for (const auto& entry : entries) {
        // One that is still queued looks at `cancelled` itself: Asio 1.81 loses exceptions of those cancelled before
        // they begin.
        if (entry->started) entry->cancellation.emit(asio::cancellation_type::terminal);
    }
}

Task<Result<void>> TaskGroup::wait() { return wait_until_empty(state_); }

Task<Result<void>> TaskGroup::wait_until_empty(std::shared_ptr<State> state)
{
    while (!state->entries.empty()) INDABA_CO_TRY(co_await state->emptied.wait());
    co_return Result<void>();
}

std::size_t TaskGroup::size() const { return state_->entries.size(); }

}  // namespace indaba::platform
