#include "platform/repeated_events.hpp"

#include "shared/limits.hpp"

#include <boost/asio/steady_timer.hpp>

#include <map>

namespace indaba::platform {

namespace {

/// Different events at one time; texts are ours, so that there are not many, but some quote a library.
constexpr const char* kOthers = "other events";

}  // namespace

struct RepeatedEvents::State {
    struct Again {
        std::size_t count = 0;
        Address last;
    };

    State(const Executor& executor, Duration every, Sink say) : timer(executor), interval(every), sink(std::move(say))
    {
    }

    /// What was not repeated is forgotten: the next of it is said at once.
    void say_counts()
    {
        auto counted = std::move(recent);
        recent.clear();
        for (auto& [text, again] : counted) {
            if (again.count == 0) continue;
            sink(text + " (" + std::to_string(again.count) + " more)", again.last);
            if (!finished) recent.emplace(text, Again{});
        }
    }

    boost::asio::steady_timer timer;
    Duration interval;
    Sink sink;
    std::map<std::string, Again> recent;
    bool finished = false;
};

RepeatedEvents::RepeatedEvents(const Executor& executor, Duration interval, Sink sink)
    : state_(std::make_shared<State>(executor, interval, std::move(sink)))
{
}

RepeatedEvents::~RepeatedEvents() { state_->timer.cancel(); }

void RepeatedEvents::wait(const std::shared_ptr<State>& state)
{
    state->timer.expires_after(state->interval);
    state->timer.async_wait([weak = std::weak_ptr(state)](const boost::system::error_code& error) {
        const auto waiting = weak.lock();
        if (error || !waiting || waiting->finished) return;
        waiting->say_counts();
        if (!waiting->recent.empty()) wait(waiting);
    });
}

void RepeatedEvents::note(const std::string& text, const Address& remote)
{
    auto& recent = state_->recent;
    if (state_->finished) {
        state_->sink(text, remote);
        return;
    }
    if (recent.empty()) wait(state_);
    const bool is_other = recent.size() >= shared::limits::kRepeatedTexts && !recent.contains(text);
    const auto [at, is_new] = recent.try_emplace(is_other ? kOthers : text);
    if (is_new && !is_other) {
        state_->sink(text, remote);
        return;
    }
    ++at->second.count;
    at->second.last = remote;
}

void RepeatedEvents::finish()
{
    if (state_->finished) return;
    state_->finished = true;
    state_->timer.cancel();
    state_->say_counts();
}

}  // namespace indaba::platform
