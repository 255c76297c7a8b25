// The one port of a centre: HTTPS with optional device certificates, requests to one handler, WebSockets to another.
// Everything happens on one serial executor. Every state of a connection has a deadline and a size limit.
// Deliberately not: routing, files, plain HTTP, HTTP/2.
#pragma once

#include "platform/async.hpp"
#include "platform/http.hpp"
#include "platform/tls.hpp"
#include "platform/websocket.hpp"
#include "shared/limits.hpp"

#include <functional>
#include <memory>

namespace indaba::platform {

struct ConnectionLimits {
    Duration handshake = shared::limits::kHandshake;   ///< from accepting to the end of the TLS handshake
    Duration header = shared::limits::kRequestHeader;  ///< from a request's first byte to the end of its header
    Duration body = shared::limits::kRequestBody;      ///< for the whole body
    Duration answer = shared::limits::kAnswer;  ///< for the handler, and again for the peer to take its answer
    Duration idle = shared::limits::kRequestIdle;  ///< for the next request to begin
    std::size_t header_bytes = shared::limits::kRequestHeader_bytes;
    std::size_t body_bytes = shared::limits::kRequestBody_bytes;
    std::size_t arrivals = shared::limits::kArrivals;  ///< accepted, not begun yet
    /// Without a device certificate, or still in the handshake; one of them makes room for a new one.
    std::size_t anonymous_connections = shared::limits::kAnonymousConnections;
    std::size_t anonymous_per_network = shared::limits::kAnonymousPerNetwork;  ///< of these, from one network
    std::size_t device_connections = shared::limits::kDeviceConnections;
    std::size_t connections_per_device =
        shared::limits::kConnectionsPerDevice;  ///< the oldest makes room for a new one
    Duration repeated_events =
        shared::limits::kRepeatedEvents;  ///< the same event again is counted, and told this often
    MessageLimits messages;
};

/// Something an operator may want to know: who was refused and why, what failed. One line, without the address.
struct ConnectionEvent {
    std::string text;
    Address remote;
};

struct HttpServerOptions {
    Address listen;  ///< an IP address; port 0 for any
    ServerTls tls;
    ConnectionLimits limits;
    std::function<Task<HttpResponse>(HttpRequest)> on_request;
    /// A WebSocket upgrade on `stream_target` by a verified device. The connection ends when the task does.
    std::string stream_target = "/sync";
    std::function<Task<>(std::unique_ptr<MessageStream>)> on_stream;
    std::function<void(const ConnectionEvent&)> on_event;  ///< may be empty
};

class HttpServer {
public:
    /// Listens when it returns. usage: not an address; busy: the port is taken; malformed, untrusted: the certificates.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> listen(const Executor& executor,
                                                                    HttpServerOptions options);
    /// Cuts everything that is left; await shutdown() before.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// With the port that it really is.
    [[nodiscard]] Address address() const;
    [[nodiscard]] std::size_t connections() const;

    /// Takes no new connection, lets running requests finish, closes WebSockets with going_away; after `grace` cuts and
    /// cancels what is left. Returns when all handlers have ended.
    [[nodiscard]] Task<> shutdown(Duration grace);

private:
    struct State;
    static Task<> shut_down(std::shared_ptr<State> state, Duration grace);
    explicit HttpServer(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace indaba::platform
