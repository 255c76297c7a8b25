// The one thread that touches the database and every sync session. Jobs run one after the other, in the order in which
// they were posted. run() may be awaited from any executor; a job that its caller no longer waits for still runs to its
// end, so it holds by value or shared_ptr whatever it uses. Queued jobs are bounded by the callers: one each.
#pragma once

#include "platform/async.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace indaba::server {

using platform::Task;
using shared::Result;

class StoreThread {
public:
    StoreThread() : pool_(1) {}
    /// Runs what was posted, then ends.
    ~StoreThread() { pool_.join(); }
    StoreThread(const StoreThread&) = delete;
    StoreThread& operator=(const StoreThread&) = delete;

    template <class Job>
    void post(Job job)
    {
        boost::asio::post(queue_, std::move(job));
    }

    /// The answer of `job`, a function that returns a Result; cancelled if the task was.
    template <class Job>
    [[nodiscard]] Task<std::invoke_result_t<Job>> run(Job job)
    {
        return wait_for(*this, std::move(job));
    }

private:
    template <class Answer>
    struct Slot {
        explicit Slot(const platform::Executor& executor) : done(executor) {}
        platform::Notifier done;
        std::optional<Answer> answer;
    };

    template <class Job>
    static Task<std::invoke_result_t<Job>> wait_for(StoreThread& thread, Job job)
    {
        using Answer = std::invoke_result_t<Job>;
        auto slot = std::make_shared<Slot<Answer>>(co_await boost::asio::this_coro::executor);
        thread.post([slot, job = std::move(job)]() mutable {
            slot->answer.emplace(job());
            slot->done.notify();
        });
        const auto woken = co_await slot->done.wait();
        if (woken.has_error()) co_return woken.error();
        co_return std::move(*slot->answer);
    }

    boost::asio::thread_pool pool_;
    /// The pool alone puts what its own thread posts behind what others post until the job that posted it ends.
    boost::asio::strand<boost::asio::thread_pool::executor_type> queue_{pool_.get_executor()};
};

}  // namespace indaba::server
