// One connection to the centre, with its own network thread: connects, decompresses what arrives ahead of whoever
// stores it, compresses and sends what it is given. Everything is for the thread that made it, except notify(), for
// any. What is queued is bounded both ways: inwards by bytes, then it stops reading; outwards by the session's window.
// Deliberately not: what messages mean (sync/client_session.hpp).
#pragma once

#include "platform/http_client.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace indaba::client {

using shared::Bytes;

struct WireOptions {
    platform::Address server;
    platform::ClientTls tls;
    platform::ConnectDeadlines deadlines;
    platform::MessageLimits limits;
};

struct WireEvent {
    enum class Kind : unsigned char {
        opened,    ///< the first message may go
        message,   ///< one arrived, decompressed
        notified,  ///< somebody called notify()
        closed,    ///< the end; `error` unless the close was ours
        nothing,   ///< the time is up
    };
    Kind kind = Kind::nothing;
    Bytes message;
    std::optional<shared::Error> error;
};

struct WireBytes {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
};

class Wire {
public:
    /// Begins to connect.
    explicit Wire(WireOptions options);
    /// Cuts what is left.
    ~Wire();
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    /// The next event, in order of arrival; after `closed` always `closed`.
    [[nodiscard]] WireEvent wait_until(std::chrono::steady_clock::time_point deadline);
    void send(Bytes message);
    /// After what was given to send() has gone.
    void close(platform::CloseReason reason);
    void notify();
    /// On the socket, below TLS, after the handshakes; so far; final once `closed` came.
    [[nodiscard]] WireBytes bytes() const;

private:
    struct Line;
    std::unique_ptr<Line> line_;
};

}  // namespace indaba::client
