// What both sessions have in common: events go in, actions come out. A session is one connection and never restarts;
// whoever owns it does what it says, in order, and makes a new one for the next connection. Sans-IO: no socket, no
// clock, no thread.
#pragma once

#include "shared/limits.hpp"
#include "shared/result.hpp"
#include "sync/messages.hpp"

#include <optional>
#include <vector>

namespace indaba::sync {

/// How much goes into one message, and how much is sent ahead of its acknowledgement. The simulator makes both tiny.
struct Flow {
    std::size_t message_bytes = shared::limits::kMessageTarget_bytes;
    std::size_t window_bytes = shared::limits::kWindow_bytes;
};

struct Actions {
    std::vector<Bytes> send;                  ///< encoded messages, in order
    bool close = false;                       ///< after sending: the session is over
    std::optional<shared::Error> error;       ///< with close: why, if it was not the plan
};

}  // namespace indaba::sync
