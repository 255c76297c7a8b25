#include "server/service.hpp"

#include "server/connection.hpp"
#include "server/office.hpp"
#include "server/routes.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>

namespace indaba::server {

namespace {

using platform::Duration;
using platform::HttpRequest;
using platform::HttpResponse;
using SteadyClock = std::chrono::steady_clock;

std::int64_t steady_ms() { return std::chrono::duration_cast<Duration>(SteadyClock::now().time_since_epoch()).count(); }

}  // namespace

// In the order in which they are needed: the store thread ends before what its jobs use.
struct Service::Parts {
    Parts(const platform::Executor& executor, ServiceOptions chosen, platform::Log& operators_log)
        : options(std::move(chosen)), log(operators_log), tasks(executor), emptied(executor)
    {
    }
    [[nodiscard]] ConnectionPorts connection_ports()
    {
        return {store, office->sessions(), compressor, decompressor, log, options.first_message};
    }

    static Task<HttpResponse> answer(Parts* parts, HttpRequest request);
    static Task<HttpResponse> answer_health(Parts* parts);
    static Task<HttpResponse> answer_enrolment(Parts* parts, HttpRequest request);
    static Task<> serve(Parts* parts, std::unique_ptr<platform::MessageStream> stream);
    static Task<Result<void>> wait_until_empty(Parts* parts);
    static Task<> watch(Parts* parts);

    ServiceOptions options;
    platform::Log& log;
    platform::Compressor compressor;
    platform::Decompressor decompressor;
    std::unique_ptr<Office> office;
    StoreThread store;
    platform::TaskGroup tasks;
    platform::Notifier emptied;
    std::size_t streams = 0;
    std::unique_ptr<platform::HttpServer> http;
};

Task<HttpResponse> Service::Parts::answer(Parts* parts, HttpRequest request)
{
    switch (route_of(request)) {
        case Route::health: co_return co_await answer_health(parts);
        case Route::enrol: {
            auto answering = answer_enrolment(parts, std::move(request));
            co_return co_await std::move(answering);
        }
        case Route::none: break;
    }
    co_return no_such_route();
}

Task<HttpResponse> Service::Parts::answer_health(Parts* parts)
{
    auto asking = parts->store.run([office = parts->office.get()] { return office->health(); });
    auto waiting = platform::with_deadline(std::move(asking), shared::limits::kHealth);
    const auto health = co_await std::move(waiting);
    co_return health_response(health, parts->options.version);
}

Task<HttpResponse> Service::Parts::answer_enrolment(Parts* parts, HttpRequest request)
{
    auto parsed = parse_enrolment(request.body);
    if (parsed.has_error()) co_return enrolment_response(parsed.error(), parts->office->facts());
    auto asking = parts->store.run(
        [office = parts->office.get(), enrolment = std::move(*parsed), host = std::move(request.peer.address.host)] {
            return office->enrolment().enrol(enrolment, host, steady_ms());
        });
    const auto answer = co_await std::move(asking);
    if (answer.has_error()) {
        parts->log.warning("enrolment_refused", {{"reason", answer.error().text}});
    } else {
        parts->log.info("device_enrolled", {{"device", log_name(answer->device)}});
    }
    co_return enrolment_response(answer, parts->office->facts());
}

Task<> Service::Parts::serve(Parts* parts, std::unique_ptr<platform::MessageStream> stream)
{
    struct Counted {
        explicit Counted(Parts* counted) : parts(counted) { ++parts->streams; }
        ~Counted()
        {
            if (--parts->streams == 0) parts->emptied.notify();
        }
        Counted(const Counted&) = delete;
        Counted& operator=(const Counted&) = delete;
        Parts* parts;
    };
    const Counted counted(parts);
    auto serving = serve_device(parts->connection_ports(), std::move(stream));
    co_await std::move(serving);
}

Task<Result<void>> Service::Parts::wait_until_empty(Parts* parts)
{
    while (parts->streams != 0) INDABA_CO_TRY(co_await parts->emptied.wait());
    co_return Result<void>();
}

Task<> Service::Parts::watch(Parts* parts)
{
    while (true) {
        const auto slept = co_await platform::wait_for(parts->options.watch);
        if (slept.has_error()) co_return;
        const auto looked = co_await parts->store.run([office = parts->office.get()]() -> Result<void> {
            office->refresh();
            return {};
        });
        if (looked.has_error()) co_return;
    }
}

void fit_connections(platform::ConnectionLimits& limits, std::size_t descriptors)
{
    const auto least = 2 * shared::limits::kDescriptorReserve;
    const auto room = std::max(descriptors, least) - shared::limits::kDescriptorReserve;
    limits.anonymous_connections = std::min(shared::limits::kAnonymousConnections, room / 4);
    limits.anonymous_per_network = std::min(shared::limits::kAnonymousPerNetwork, limits.anonymous_connections / 4);
    limits.arrivals = std::min(shared::limits::kArrivals, room / 4);
    limits.device_connections =
        std::min(shared::limits::kDeviceConnections, room - limits.anonymous_connections - limits.arrivals);
    limits.connections_per_device = shared::limits::kConnectionsPerDevice;
}

Result<std::unique_ptr<Service>> Service::start(const platform::Executor& executor, const DataDirectory& directory,
                                                ServiceOptions options, shared::Clock& clock, platform::Log& log)
{
    auto parts = std::make_unique<Parts>(executor, std::move(options), log);
    auto* const p = parts.get();
    INDABA_ASSIGN(parts->office, Office::open(directory, clock, log,
                                              [p](std::function<void()> job) { p->store.post(std::move(job)); }));
    INDABA_ASSIGN(auto identity, directory.server_identity(parts->office->facts().hosts, clock.now_ms()));
    platform::HttpServerOptions http;
    http.listen = parts->options.listen;
    http.tls = {std::move(identity), parts->office->facts().authority_pem};
    http.limits = parts->options.limits;
    fit_connections(http.limits, parts->options.descriptors);
    http.limits.repeated_events = shared::limits::kRepeatedEvents;
    http.limits.messages.message_bytes = shared::limits::kMessage_bytes + platform::kMessageFrame_bytes;
    http.on_request = [p](HttpRequest request) { return Parts::answer(p, std::move(request)); };
    http.on_stream = [p](std::unique_ptr<platform::MessageStream> stream) {
        return Parts::serve(p, std::move(stream));
    };
    http.on_event = [&log](const platform::ConnectionEvent& event) { log.info("connection", {{"what", event.text}}); };
    INDABA_ASSIGN(parts->http, platform::HttpServer::listen(executor, std::move(http)));
    INDABA_TRY(parts->office->note_port(parts->http->address().port));
    parts->tasks.spawn(Parts::watch(p));
    return std::unique_ptr<Service>(new Service(std::move(parts)));
}

Service::Service(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Service::~Service() = default;

platform::Address Service::address() const { return parts_->http->address(); }

Task<> Service::shut_down(Duration grace)
{
    auto* const parts = parts_.get();
    const auto until = SteadyClock::now() + grace;
    const auto told = co_await parts->store.run([office = parts->office.get()]() -> Result<void> {
        office->sessions().shut_down();
        return {};
    });
    if (told.has_value()) {
        auto goodbyes =
            platform::with_deadline(Parts::wait_until_empty(parts), std::min(grace, shared::limits::kGoodbye));
        (void)co_await std::move(goodbyes);
    }
    const auto rest = std::chrono::duration_cast<Duration>(until - SteadyClock::now());
    co_await parts->http->shutdown(std::max(rest, Duration(0)));
    parts->tasks.cancel();
    (void)co_await parts->tasks.wait();
    const auto tidied = co_await parts->store.run([office = parts->office.get()] { return office->tidy_up(); });
    if (tidied.has_error()) parts->log.warning("not_tidied", {{"reason", tidied.error().text}});
}

}  // namespace indaba::server
