// The device's side of the wire: one HTTPS request, or a WebSocket to the centre. One connection each, on the executor
// of the calling task. Every step has a deadline; cancelling the task cuts the connection.
#pragma once

#include "platform/async.hpp"
#include "platform/http.hpp"
#include "platform/tls.hpp"
#include "platform/websocket.hpp"
#include "shared/limits.hpp"

#include <memory>

namespace indaba::platform {

struct ConnectDeadlines {
    Duration resolve = shared::limits::kResolve;      ///< a name's addresses
    Duration connect = shared::limits::kConnect;      ///< TCP
    Duration handshake = shared::limits::kHandshake;  ///< TLS
    Duration answer = shared::limits::kAnswer;        ///< from the request's first byte to the answer's last
};

/// What connect_websocket() waits for before the first message can go: TCP's, TLS 1.3's and the upgrade's answer.
inline constexpr int kHandshakeRoundTrips = 3;

// Errors of all:
//   unreachable  no address, no route, refused, cut: normal when offline; begins with "no connection to HOST:PORT"
//   timed_out    connected, but no answer in time
//   untrusted    certificates do not hold, ours or theirs; says what to do
//   forbidden    the upgrade was refused with 401 or 403: the server's line
//   malformed    the answer is not HTTP, or not what a centre says
[[nodiscard]] Task<Result<std::unique_ptr<MessageStream>>> connect_websocket(Address address, std::string target,
                                                                             ClientTls tls, MessageLimits limits = {},
                                                                             ConnectDeadlines deadlines = {});

/// The response whatever its status; the request's fields host, content-length and connection are set here.
[[nodiscard]] Task<Result<HttpResponse>> send_request(Address address, HttpRequest request, ClientTls tls,
                                                      ConnectDeadlines deadlines = {});
[[nodiscard]] Task<Result<HttpResponse>> http_get(Address address, std::string target, ClientTls tls,
                                                  ConnectDeadlines deadlines = {});
[[nodiscard]] Task<Result<HttpResponse>> http_post(Address address, std::string target, std::string content_type,
                                                   std::string body, ClientTls tls, ConnectDeadlines deadlines = {});

}  // namespace indaba::platform
