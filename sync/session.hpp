// What both sessions have in common: events go in, actions come out. A session is one connection and never restarts;
// whoever owns it does what it says, in order, and makes a new one for the next connection. Sans-IO: no socket, no
// clock, no thread.
#pragma once

#include "shared/result.hpp"
#include "sync/messages.hpp"

#include <optional>
#include <vector>

namespace indaba::sync {

struct Actions {
    std::vector<Bytes> send;                  ///< encoded messages, in order
    std::optional<std::int64_t> wake_at_ms;   ///< call on_time then, unless something else happens first
    bool close = false;                       ///< after sending: the session is over
    std::optional<shared::Error> error;       ///< with close: why, if it was not the plan
};

}  // namespace indaba::sync
