// A session's wire: whole binary messages both ways over a WebSocket (RFC 6455) over TLS, uncompressed, one frame each.
// One reading and one writing task at a time, on the connection's executor; close() may come beside both.
// Cancelling a read or write ends the stream. Somebody must be reading: that is where pings are answered.
#pragma once

#include "platform/async.hpp"
#include "platform/net_address.hpp"
#include "shared/bytes.hpp"
#include "shared/limits.hpp"

#include <cstdint>

namespace indaba::platform {

using shared::Bytes;

struct MessageLimits {
    /// A larger one ends the stream; memory grows only as it arrives.
    std::size_t message_bytes = shared::limits::kMessage_bytes;
    Duration idle = shared::limits::kStreamIdle;  ///< nothing from the peer for so long: gone. A ping at half of it
    Duration write = shared::limits::kStreamWrite;  ///< a message not taken for so long: gone
    Duration close = shared::limits::kStreamClose;  ///< for the peer's answer to a close; then cut
};

/// Why a stream is closed, as the peer is told (RFC 6455, 7.4.1).
enum class CloseReason : unsigned char {
    finished,  ///< 1000: nothing more to say
    going_away,  ///< 1001: shutting down, come back later
    broke_protocol,  ///< 1002: the peer's bytes make no sense
    not_allowed,  ///< 1008: role or device: do not come back unchanged
    too_large,  ///< 1009
    failed,  ///< 1011: our own fault
};

class MessageStream {
public:
    virtual ~MessageStream() = default;  ///< cuts what was not closed

    // Errors of read and write:
    //   cancelled    we closed, or the task was cancelled
    //   unreachable  the peer closed (finished, going away) or the connection is gone
    //   timed_out    nothing heard, or nothing taken, for too long
    //   forbidden    the peer closed with not_allowed: its text is the error's
    //   too_large    a message over the limit, theirs or ours
    //   malformed    the peer broke the protocol, or says that we did
    /// The next message.
    [[nodiscard]] virtual Task<Result<Bytes>> read() = 0;
    /// Returns when the message is handed to the system: how fast it does is how fast the peer takes.
    [[nodiscard]] virtual Task<Result<void>> write(Bytes message) = 0;
    /// Tells the peer why (at most 123 bytes of UTF-8), waits for its answer or the limit, and cuts. Twice is harmless.
    [[nodiscard]] virtual Task<> close(CloseReason reason, std::string text = {}) = 0;
    /// Cuts the connection now.
    virtual void abort() = 0;

    /// On the TCP socket, below TLS, since the WebSocket handshake ended.
    [[nodiscard]] virtual std::uint64_t bytes_sent() const = 0;
    [[nodiscard]] virtual std::uint64_t bytes_received() const = 0;
    [[nodiscard]] virtual const Peer& peer() const = 0;
};

}  // namespace indaba::platform
