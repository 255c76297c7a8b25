// Says an event at once, and what comes again soon afterwards as a count, once an interval: strangers decide how often
// something happens, but not how long the log gets. On one serial executor.
#pragma once

#include "platform/async.hpp"
#include "platform/net_address.hpp"

#include <functional>
#include <memory>
#include <string>

namespace indaba::platform {

class RepeatedEvents {
public:
    using Sink = std::function<void(const std::string& text, const Address& remote)>;

    /// `sink` is called on the executor, also from note(), and not after the destructor.
    RepeatedEvents(const Executor& executor, Duration interval, Sink sink);
    ~RepeatedEvents();
    RepeatedEvents(const RepeatedEvents&) = delete;
    RepeatedEvents& operator=(const RepeatedEvents&) = delete;

    /// Events of one text are the same event.
    void note(const std::string& text, const Address& remote);
    /// Says what has been counted, and from now on every event at once.
    void finish();

private:
    struct State;
    static void wait(const std::shared_ptr<State>& state);
    std::shared_ptr<State> state_;
};

}  // namespace indaba::platform
