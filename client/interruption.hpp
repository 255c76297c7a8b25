// Ctrl-C as a stop token: while one lives, SIGINT and SIGTERM ask work to end between two transactions instead of
// killing the process. Its own thread waits for the signal.
#pragma once

#include "platform/async_loop.hpp"

#include <stop_token>
#include <thread>

namespace indaba::client {

class Interruption {
public:
    Interruption();
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

private:
    static platform::Task<> wait(std::stop_source source);

    std::stop_source source_;
    platform::EventLoop loop_;
    std::thread thread_;
};

}  // namespace indaba::client
