// One device's connection, from its WebSocket to its session on the store thread and back. It reads the next message
// only when the one before has been handled, and not while the device leaves too much unread; one writer sends in
// order. On the network's executor. Deliberately not: what messages mean.
#pragma once

#include "platform/message_frame.hpp"
#include "platform/websocket.hpp"
#include "server/outbox.hpp"
#include "server/sessions.hpp"
#include "server/store_thread.hpp"

#include <memory>

namespace indaba::server {

/// What all connections use; outlives them.
struct ConnectionPorts {
    StoreThread& store;
    Sessions& sessions;  ///< store thread only
    platform::Compressor& compressor;
    platform::Decompressor& decompressor;
    platform::Log& log;
    platform::Duration first_message;  ///< how long a device may take to say hello
};

/// Returns when the connection is over. The peer has a certificate.
[[nodiscard]] Task<> serve_device(ConnectionPorts ports, std::unique_ptr<platform::MessageStream> stream);

struct WriterPorts {
    platform::Compressor& compressor;
    platform::Log& log;
    DeviceId device;
};
/// Sends what the outbox gives until it ends, then closes. A message that is too long to be sent ends this connection.
[[nodiscard]] Task<> write_outbox(WriterPorts ports, std::shared_ptr<platform::MessageStream> stream,
                                  std::shared_ptr<Outbox> outbox);

}  // namespace indaba::server
