// One HTTP/1.1 request and its response, as both ends see them. Values; small bodies held whole.
#pragma once

#include "platform/net_address.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace indaba::platform {

/// Names in lower case, in the order of arrival.
using HttpFields = std::vector<std::pair<std::string, std::string>>;

/// The first of that name (in lower case), or empty.
[[nodiscard]] std::string_view find_field(const HttpFields& fields, std::string_view name);

struct HttpRequest {
    std::string method = "GET";
    std::string target = "/";  ///< as sent: path and query, not decoded
    HttpFields fields;
    std::string body;
    Peer peer;  ///< set by the server
};

struct HttpResponse {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
    HttpFields fields;  ///< besides content-type, content-length, connection
};

/// A text of one line, which gets its newline here.
[[nodiscard]] HttpResponse text_response(unsigned status, std::string_view line);

}  // namespace indaba::platform
