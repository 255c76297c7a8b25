#include "client/interruption.hpp"

namespace indaba::client {

platform::Task<> Interruption::wait(std::stop_source source)
{
    const auto signal = co_await platform::termination_signal();
    if (signal.has_value()) source.request_stop();
}

Interruption::Interruption() : thread_([this] { loop_.run(wait(source_)); }) {}

Interruption::~Interruption()
{
    // From within: the thread may not have come to run() yet, which begins by forgetting an earlier stop.
    loop_.post([this] { loop_.stop(); });
    thread_.join();
}

}  // namespace indaba::client
