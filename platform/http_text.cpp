#include "platform/http_text.hpp"

#include "shared/check.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>

namespace indaba::platform {

namespace {

using shared::Errc;
using shared::fail;

constexpr std::size_t kShownText_bytes = 300;

/// A line break in a field would let its value write fields of its own.
bool fits_in_field(std::string_view text)
{
    return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

void append_field(std::string& text, std::string_view name, std::string_view value)
{
    INDABA_CHECK(fits_in_field(name) && fits_in_field(value));
    text.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string format_response(const HttpResponse& response, bool keep_alive)
{
    const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(response.status));
    auto text = "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason) + "\r\n";
    append_field(text, "content-type", response.content_type);
    append_field(text, "content-length", std::to_string(response.body.size()));
    if (!keep_alive) append_field(text, "connection", "close");
    for (const auto& [name, value] : response.fields) append_field(text, name, value);
    return text + "\r\n" + response.body;
}

std::string format_request(const HttpRequest& request)
{
    INDABA_CHECK(is_request_word(request.method) && is_request_word(request.target));
    auto text = request.method + " " + request.target + " HTTP/1.1\r\n";
    append_field(text, "host", request.peer.address.text());
    append_field(text, "content-length", std::to_string(request.body.size()));
    append_field(text, "connection", "close");
    for (const auto& [name, value] : request.fields) append_field(text, name, value);
    return text + "\r\n" + request.body;
}

bool is_request_word(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string first_line(std::string_view body)
{
    auto line = std::string(body.substr(0, std::min(body.find_first_of("\r\n"), kShownText_bytes)));
    std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return line;
}

shared::Error refused_upgrade(unsigned status, std::string_view body, const Address& server)
{
    const auto where = server.text();
    const auto said = first_line(body);
    switch (status) {
        case 401:
        case 403: return fail(Errc::forbidden, said.empty() ? where + " does not allow this" : said);
        case 429:
        case 503: return fail(Errc::busy, where + " is busy: try again later");
        default:
            return fail(Errc::malformed, where + " did not open a session (HTTP " + std::to_string(status) +
                                             "): check that this is the centre's address");
    }
}

}  // namespace indaba::platform
