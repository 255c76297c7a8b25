#include "platform/http_server.hpp"

#include "platform/anonymous_line.hpp"
#include "platform/device_seats.hpp"
#include "platform/listener.hpp"
#include "platform/net_connection.hpp"
#include "platform/repeated_events.hpp"
#include "shared/check.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <unordered_set>

namespace indaba::platform {

namespace asio = boost::asio;
using asio::ip::tcp;
using shared::Errc;

namespace {

unsigned status_of(Errc code)
{
    if (code == Errc::too_large) return 413;
    return code == Errc::timed_out ? 408 : 400;
}

/// A connection as shutdown() sees it.
struct Served {
    enum class Stage : unsigned char { waiting, answering, streaming };

    explicit Served(std::shared_ptr<Connection> accepted) : connection(std::move(accepted)) {}

    std::shared_ptr<Connection> connection;
    Stage stage = Stage::waiting;
};

}  // namespace

struct HttpServer::State : std::enable_shared_from_this<HttpServer::State> {
    State(const Executor& executor, HttpServerOptions chosen, TlsContext context, std::shared_ptr<Listener> listening)
        : options(std::move(chosen)), tls(std::move(context)), listener(std::move(listening)),
          anonymous(options.limits.anonymous_connections, options.limits.anonymous_per_network),
          devices(options.limits.device_connections, options.limits.connections_per_device),
          events(executor, options.limits.repeated_events,
                 [this](const std::string& text, const Address& remote) {
                     if (options.on_event) options.on_event(ConnectionEvent{text, remote});
                 }),
          tasks(executor)
    {
    }

    using Self = std::shared_ptr<State>;
    static Task<> serve(Self self, std::shared_ptr<Served> served);
    static Task<> serve_requests(Self self, std::shared_ptr<Served> served);
    static Task<bool> answer(Self self, std::shared_ptr<Served> served, ReceivedRequest received);
    static Task<> serve_stream(Self self, std::shared_ptr<Served> served);
    static Task<Result<HttpResponse>> handle(Self self, HttpRequest request);
    static Task<> close_stream(std::shared_ptr<MessageStream> stream);

    void start();
    AnonymousLine::Ticket line_up(const std::shared_ptr<Served>& served);
    std::optional<DeviceSeats::Ticket> take_seat(const std::shared_ptr<Served>& served);
    std::function<void()> cutting(const std::shared_ptr<Served>& served, const char* why);
    void report(const Connection& connection, const std::string& text);
    void report(const Address& remote, const std::string& text);
    void begin_closing();
    void cut_all();

    HttpServerOptions options;
    TlsContext tls;
    std::shared_ptr<Listener> listener;
    std::unordered_set<std::shared_ptr<Served>> connections;
    AnonymousLine anonymous;
    DeviceSeats devices;
    RepeatedEvents events;
    bool draining = false;
    TaskGroup tasks;
};

void HttpServer::State::report(const Address& remote, const std::string& text)
{
    if (!text.empty()) events.note(text, remote);
}

void HttpServer::State::report(const Connection& connection, const std::string& text)
{
    report(connection.peer().address, text);
}

void HttpServer::State::start()
{
    const auto begin = [this](tcp::socket socket, Address remote) {
        auto connection = std::make_shared<Connection>(std::move(socket), tls, std::move(remote));
        tasks.spawn(serve(shared_from_this(), std::make_shared<Served>(std::move(connection))));
    };
    listener->start(tasks, {begin, [this] { return anonymous.make_room(); },
                            [this](const std::string& text, const Address& remote) { report(remote, text); }});
}

AnonymousLine::Ticket HttpServer::State::line_up(const std::shared_ptr<Served>& served)
{
    return anonymous.enter(served->connection->peer().address.host,
                           cutting(served, "cut a connection without a certificate: too many of them"));
}

std::optional<DeviceSeats::Ticket> HttpServer::State::take_seat(const std::shared_ptr<Served>& served)
{
    return devices.enter(served->connection->peer().certificate->device,
                         cutting(served, "cut a device's oldest connection: it has too many"));
}

std::function<void()> HttpServer::State::cutting(const std::shared_ptr<Served>& served, const char* why)
{
    return [this, why, leaving = std::weak_ptr(served)] {
        const auto cut = leaving.lock();
        if (!cut) return;
        report(*cut->connection, why);
        cut->connection->abort();
    };
}

/// A connection counts as anonymous until its certificate is known.
Task<> HttpServer::State::serve(Self self, std::shared_ptr<Served> served)
{
    struct Counted {
        Self server;
        std::shared_ptr<Served> served;
        AnonymousLine::Ticket ticket;
        std::optional<DeviceSeats::Ticket> seat;
        Counted(Self counting, std::shared_ptr<Served> counted)
            : server(std::move(counting)), served(std::move(counted)), ticket(server->line_up(served))
        {
            server->connections.insert(served);
        }
        ~Counted()
        {
            if (seat) server->devices.leave(*seat);
            server->anonymous.leave(ticket);
            server->connections.erase(served);
            served->connection->abort();
        }
    } counted(self, served);

    const auto connection = served->connection;
    const auto speak = [&anonymous = self->anonymous, ticket = counted.ticket] { anonymous.speak(ticket); };
    auto accepting = connection->accept_tls(self->options.limits.handshake, speak);
    const auto accepted = co_await std::move(accepting);
    if (accepted.has_error()) {
        self->report(*connection, accepted.error().text);
        if (!self->draining) co_await connection->linger();
        co_return;
    }
    if (connection->peer().certificate) {
        if (!self->anonymous.leave(counted.ticket)) co_return;  // it has been cut
        counted.seat = self->take_seat(served);
        if (!counted.seat) {
            self->report(*connection, "turned away a device: too many are connected");
            co_return;
        }
    }
    co_await serve_requests(self, served);
}

Task<> HttpServer::State::serve_requests(Self self, std::shared_ptr<Served> served)
{
    const auto& limits = self->options.limits;
    const auto connection = served->connection;
    while (!self->draining) {
        served->stage = Served::Stage::waiting;
        auto reading =
            connection->read_request({limits.idle, limits.header, limits.body, limits.header_bytes, limits.body_bytes});
        auto received = co_await std::move(reading);
        if (received.has_error()) {
            self->report(*connection, received.error().text);
            if (received.error().code == Errc::unreachable || received.error().code == Errc::timed_out) co_return;
            auto writing = connection->write_response(
                text_response(status_of(received.error().code), received.error().text), false, limits.answer);
            (void)co_await std::move(writing);
            co_await connection->linger();
            co_return;
        }
        if (!received->has_value()) co_return;
        served->stage = Served::Stage::answering;
        auto answering = answer(self, served, std::move(**received));
        if (!co_await std::move(answering)) co_return;
    }
    co_await connection->finish();
}

/// True if the connection can take another request.
Task<bool> HttpServer::State::answer(Self self, std::shared_ptr<Served> served, ReceivedRequest received)
{
    const auto connection = served->connection;
    const auto limit = self->options.limits.answer;
    HttpResponse response;
    if (received.wants_websocket && received.request.target != self->options.stream_target) {
        response = text_response(404, "there are no sessions here");
    } else if (received.wants_websocket && !connection->peer().certificate) {
        self->report(*connection, "refused a session without a device certificate");
        response = text_response(403, "this needs a device certificate: enrol first");
    } else if (received.wants_websocket) {
        co_await serve_stream(self, served);
        co_return false;
    } else {
        auto handling = with_deadline(handle(self, std::move(received.request)), limit);
        auto handled = co_await std::move(handling);
        response = handled ? std::move(*handled) : text_response(503, "busy: try again later");
    }
    const bool keep_alive = received.keep_alive && !received.wants_websocket && !self->draining;
    auto writing = connection->write_response(std::move(response), keep_alive, limit);
    const auto written = co_await std::move(writing);
    if (written && !keep_alive) co_await connection->finish();
    co_return written.has_value() && keep_alive;
}

Task<Result<HttpResponse>> HttpServer::State::handle(Self self, HttpRequest request)
{
    const auto remote = request.peer.address;
    try {
        auto handling = self->options.on_request(std::move(request));
        co_return co_await std::move(handling);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) throw;
        self->report(remote, std::string("a request failed: ") + error.what());
    } catch (const std::exception& error) {
        self->report(remote, std::string("a request failed: ") + error.what());
    }
    co_return text_response(500, "the centre failed to answer: tell the operator");
}

Task<> HttpServer::State::serve_stream(Self self, std::shared_ptr<Served> served)
{
    const auto connection = served->connection;
    auto accepting = connection->accept_websocket(self->options.limits.messages, self->options.limits.answer);
    auto stream = co_await std::move(accepting);
    if (stream.has_error()) {
        self->report(*connection, stream.error().text);
        co_return;
    }
    served->stage = Served::Stage::streaming;
    if (self->draining) self->tasks.spawn(close_stream(connection->stream()));
    try {
        auto session = self->options.on_stream(std::move(*stream));
        co_await std::move(session);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) throw;
        self->report(*connection, std::string("a session failed: ") + error.what());
    } catch (const std::exception& error) {
        self->report(*connection, std::string("a session failed: ") + error.what());
    }
}

Task<> HttpServer::State::close_stream(std::shared_ptr<MessageStream> stream)
{
    if (stream) co_await stream->close(CloseReason::going_away);
}

void HttpServer::State::begin_closing()
{
    draining = true;
    events.finish();
    listener->close();
    for (const auto& served : connections) {
        switch (served->stage) {
            case Served::Stage::waiting: served->connection->abort(); break;
            case Served::Stage::answering: break;
            case Served::Stage::streaming: tasks.spawn(close_stream(served->connection->stream())); break;
        }
    }
}

void HttpServer::State::cut_all()
{
    draining = true;
    events.finish();
    listener->close();
    for (const auto& served : connections) served->connection->abort();
    tasks.cancel();
}

HttpServer::HttpServer(std::shared_ptr<State> state) : state_(std::move(state)) {}

HttpServer::~HttpServer() { state_->cut_all(); }

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const Executor& executor, HttpServerOptions options)
{
    INDABA_CHECK(options.on_request && options.on_stream);
    INDABA_ASSIGN(auto tls, make_tls_context(options.tls));
    INDABA_ASSIGN(auto listener, Listener::listen(executor, options.listen, options.limits.arrivals));
    options.listen = listener->address();
    auto state = std::make_shared<State>(executor, std::move(options), std::move(tls), std::move(listener));
    state->start();
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

Address HttpServer::address() const { return state_->options.listen; }

std::size_t HttpServer::connections() const { return state_->connections.size(); }

Task<> HttpServer::shutdown(Duration grace) { return shut_down(state_, grace); }

Task<> HttpServer::shut_down(std::shared_ptr<State> state, Duration grace)
{
    state->begin_closing();
    auto waiting = with_deadline(state->tasks.wait(), grace);
    if ((co_await std::move(waiting)).has_value()) co_return;
    state->cut_all();
    auto ending = state->tasks.wait();
    (void)co_await std::move(ending);
}

}  // namespace indaba::platform
