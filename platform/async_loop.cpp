#include "platform/async_loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>

namespace indaba::platform {

namespace asio = boost::asio;

struct EventLoop::State {
    asio::io_context context{1};
};

EventLoop::EventLoop() : state_(std::make_unique<State>()) {}
EventLoop::~EventLoop() = default;

Executor EventLoop::executor() const { return state_->context.get_executor(); }

void EventLoop::run(Task<> task)
{
    state_->context.restart();
    asio::co_spawn(state_->context, std::move(task), [](const std::exception_ptr& failure) {
        if (failure) std::rethrow_exception(failure);
    });
    state_->context.run();
}

void EventLoop::stop() { state_->context.stop(); }

void EventLoop::post(std::function<void()> job) { asio::post(state_->context, std::move(job)); }

Task<Result<int>> termination_signal()
{
    asio::signal_set signals(co_await asio::this_coro::executor, SIGINT, SIGTERM);
    boost::system::error_code error;
    const int number = co_await signals.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return shared::fail(shared::Errc::cancelled, "stopped");
    co_return number;
}

}  // namespace indaba::platform
