// HTTP/1.1 messages as text, and what may be shown of what a peer wrote. Pure; for the sources of client and server
// only.
#pragma once

#include "platform/http.hpp"

namespace indaba::platform {

[[nodiscard]] std::string format_response(const HttpResponse& response, bool keep_alive);
[[nodiscard]] std::string format_request(const HttpRequest& request);

/// A method or target that can stand in a request's first line: visible ASCII.
[[nodiscard]] bool is_request_word(std::string_view text);

/// Of a peer's body, what a person is shown: one line, no control characters, at most 300 bytes.
[[nodiscard]] std::string first_line(std::string_view body);

/// What it means to a device that its upgrade was answered with this.
[[nodiscard]] shared::Error refused_upgrade(unsigned status, std::string_view body, const Address& server);

}  // namespace indaba::platform
