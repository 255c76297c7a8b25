// One TCP connection and the layers on it, as Beast's types. Seen by net_connection.cpp and websocket.cpp alone: what
// they instantiate costs a compiler more than the rest of this folder.
#pragma once

#include "platform/async.hpp"
#include "platform/net_address.hpp"
#include "platform/tls.hpp"
#include "platform/websocket.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

namespace indaba::platform {

/// Counts where Beast would slow down: what its sockets call a rate policy.
class ByteCounter {
public:
    std::uint64_t sent = 0;
    std::uint64_t received = 0;

private:
    friend class boost::beast::rate_policy_access;

    static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();
    [[nodiscard]] std::size_t available_read_bytes() const { return kUnlimited; }
    [[nodiscard]] std::size_t available_write_bytes() const { return kUnlimited; }
    void transfer_read_bytes(std::size_t bytes) { received += bytes; }
    void transfer_write_bytes(std::size_t bytes) { sent += bytes; }
    void on_timer() {}
};

using TcpStream = boost::beast::basic_stream<boost::asio::ip::tcp, Executor, ByteCounter>;
using TlsStream = boost::beast::ssl_stream<TcpStream>;
using WebSocket = boost::beast::websocket::stream<TlsStream, false>;  // false: no compression

struct Wire {
    Wire(boost::asio::ip::tcp::socket socket, TlsContext context, Peer remote)
        : tls_context(std::move(context)), peer(std::move(remote)), web_socket(std::move(socket), *tls_context)
    {
    }

    [[nodiscard]] TlsStream& tls() { return web_socket.next_layer(); }
    [[nodiscard]] TcpStream& tcp() { return web_socket.next_layer().next_layer(); }

    TlsContext tls_context;  ///< outlives the stream made of it
    Peer peer;
    WebSocket web_socket;
};

/// After either side's WebSocket handshake. What is returned cuts the connection when it goes; `shared` is for those
/// who may have to close it from elsewhere.
struct OpenedStream {
    std::unique_ptr<MessageStream> owned;
    std::weak_ptr<MessageStream> shared;
};
[[nodiscard]] OpenedStream open_message_stream(std::shared_ptr<Wire> wire, const MessageLimits& limits);

/// Before either side's WebSocket handshake, which may take as long as `handshake`.
void prepare_upgrade(Wire& wire, const MessageLimits& limits, Duration handshake);

}  // namespace indaba::platform
