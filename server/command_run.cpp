#include "platform/async_loop.hpp"
#include "platform/log.hpp"
#include "platform/system.hpp"
#include "server/commands.hpp"
#include "server/service.hpp"
#include "shared/limits.hpp"

#include <fmt/format.h>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdio>

namespace indaba::server {

namespace {

using platform::Notifier;

/// From its start to its end signals are ours: the first is passed on, later ones change nothing.
Task<> watch_signals(Notifier signalled)
{
    while (true) {
        const auto signal = co_await platform::termination_signal();
        if (signal.has_error()) co_return;
        signalled.notify();
    }
}

void announce(const RunCommand& command, const platform::Address& address)
{
    if (command.json) {
        const boost::json::object line{{"listening", address.text()}};
        std::fputs((boost::json::serialize(line) + "\n").c_str(), stdout);
    } else {
        std::fputs(fmt::format("listening on {}\n", address.text()).c_str(), stdout);
    }
    std::fflush(stdout);
}

Task<Result<void>> serve(const RunCommand* command, const DataDirectory* directory, platform::Address listen)
{
    platform::SystemClock clock;
    platform::Log log;
    const auto executor = co_await boost::asio::this_coro::executor;
    ServiceOptions options;
    options.listen = std::move(listen);
    options.version = command->version;
    options.descriptors = platform::raise_descriptor_limit();
    INDABA_CO_ASSIGN(const auto service, Service::start(executor, *directory, std::move(options), clock, log));

    const Notifier signalled(executor);
    platform::TaskGroup signals(executor);
    signals.spawn(watch_signals(signalled));
    co_await boost::asio::post(boost::asio::use_awaitable);  // now the watch has begun
    log.info("started", {{"address", service->address().text()}, {"version", command->version}});
    announce(*command, service->address());
    INDABA_CO_TRY(co_await signalled.wait());

    log.info("stopping");
    co_await service->shut_down(shared::limits::kShutdown);
    log.info("stopped");
    signals.cancel();
    co_return co_await signals.wait();
}

}  // namespace

Result<Answer> run(const RunCommand& command)
{
    INDABA_ASSIGN(auto listen, platform::Address::parse(command.listen));
    INDABA_ASSIGN(const auto directory, DataDirectory::open(command.data));
    INDABA_ASSIGN(const auto lock, directory.lock());
    platform::EventLoop loop;
    INDABA_TRY(loop.run_for_result(serve(&command, &directory, std::move(listen))));
    return Answer{};
}

}  // namespace indaba::server
