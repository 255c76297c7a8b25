// One TCP connection on its way through TLS and HTTP to, perhaps, a WebSocket: what http_server.cpp and http_client.cpp
// are made of. Beast stays behind it. On one serial executor; every call keeps the connection alive while it runs.
// Each step cuts the connection when its limit has passed, and answers timed_out.
#pragma once

#include "platform/async.hpp"
#include "platform/http.hpp"
#include "platform/tls.hpp"
#include "platform/websocket.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace indaba::platform {

struct Wire;

struct RequestLimits {
    Duration idle;
    Duration header;
    Duration body;
    std::size_t header_bytes;
    std::size_t body_bytes;
};

struct ReceivedRequest {
    HttpRequest request;
    bool keep_alive = false;
    bool wants_websocket = false;  ///< then accept_websocket() or a response that refuses
};

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(boost::asio::ip::tcp::socket socket, TlsContext context, Address remote);
    ~Connection();

    [[nodiscard]] const Peer& peer() const;

    // The server's side. An error's text is for the operator; empty if the client just left.
    /// malformed: plain HTTP, which has been answered. untrusted: TLS refused one side to the other. `on_first_byte` is
    /// called at most once, before anything is made of it.
    [[nodiscard]] Task<Result<void>> accept_tls(Duration limit, std::function<void()> on_first_byte);
    /// None: the client left between two requests. malformed, too_large: answer that, then linger().
    [[nodiscard]] Task<Result<std::optional<ReceivedRequest>>> read_request(RequestLimits limits);
    [[nodiscard]] Task<Result<void>> write_response(HttpResponse response, bool keep_alive, Duration limit);
    /// Of the request that was read last.
    [[nodiscard]] Task<Result<std::unique_ptr<MessageStream>>> accept_websocket(MessageLimits limits, Duration limit);
    /// The stream of accept_websocket(), while its owner has it.
    [[nodiscard]] std::shared_ptr<MessageStream> stream() const;

    // The client's side. Errors are for the person (http_client.hpp).
    [[nodiscard]] Task<Result<void>> connect_tls(Duration limit);
    [[nodiscard]] Task<Result<HttpResponse>> exchange(HttpRequest request, std::size_t body_limit_bytes,
                                                      Duration limit);
    [[nodiscard]] Task<Result<std::unique_ptr<MessageStream>>> upgrade(std::string target, MessageLimits limits,
                                                                       Duration limit);

    /// Ends TLS in order, then cuts.
    [[nodiscard]] Task<> finish();
    /// Says nothing more but reads what is still coming, so that the peer gets to see our last word; then cuts.
    [[nodiscard]] Task<> linger();
    void abort();

private:
    struct Parsing;
    using Self = std::shared_ptr<Connection>;
    static Task<Result<void>> accept_tls(Self self, Duration limit, std::function<void()> on_first_byte);
    static Task<Result<std::optional<ReceivedRequest>>> read_request(Self self, RequestLimits limits);
    static Task<Result<void>> write_response(Self self, HttpResponse response, bool keep_alive, Duration limit);
    static Task<Result<std::unique_ptr<MessageStream>>> accept_websocket(Self self, MessageLimits limits,
                                                                         Duration limit);
    static Task<Result<void>> connect_tls(Self self, Duration limit);
    static Task<Result<HttpResponse>> exchange(Self self, HttpRequest request, std::size_t body_limit, Duration limit);
    static Task<Result<std::unique_ptr<MessageStream>>> upgrade(Self self, std::string target, MessageLimits limits,
                                                                Duration limit);
    static Task<boost::system::error_code> send_text(Self self, std::string text);
    static Task<> finish(Self self);
    static Task<> linger(Self self);

    std::shared_ptr<Wire> wire_;
    std::unique_ptr<Parsing> parsing_;
    std::weak_ptr<MessageStream> stream_;
};

}  // namespace indaba::platform
