// The thread that everything waits on: an io_context for programs and tests that need no more of it. run() belongs to
// one thread; post() and stop() may come from any.
#pragma once

#include "platform/async.hpp"

#include <functional>
#include <memory>

namespace indaba::platform {

class EventLoop {
public:
    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    [[nodiscard]] Executor executor() const;

    /// Runs `task`, and whatever else was spawned, until nothing is left to do or stop() is called.
    /// Exceptions of tasks leave here.
    void run(Task<> task);
    /// The same, and the task's result. cancelled if stop() came first.
    template <class T>
    [[nodiscard]] Result<T> run_for_result(Task<Result<T>> task)
    {
        auto kept = std::make_shared<std::optional<Result<T>>>();
        run(keep_result(std::move(task), kept));
        if (!kept->has_value()) return shared::fail(shared::Errc::cancelled, "stopped");
        return std::move(**kept);
    }

    void stop();
    void post(std::function<void()> job);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Waits for SIGINT or SIGTERM and gives its number; while somebody waits, the signal does not end the process.
[[nodiscard]] Task<Result<int>> termination_signal();

}  // namespace indaba::platform
