#include "server/routes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace indaba::server {

namespace {

using platform::HttpResponse;
using shared::Errc;

HttpResponse json_response(unsigned status, const boost::json::object& object)
{
    HttpResponse response;
    response.status = status;
    response.content_type = "application/json";
    response.body = boost::json::serialize(object) + "\n";
    return response;
}

unsigned status_of(Errc code)
{
    switch (code) {
        case Errc::usage:
        case Errc::malformed:
        case Errc::rule_broken:
        case Errc::unsupported: return 400;
        case Errc::forbidden:
        case Errc::untrusted: return 403;
        case Errc::not_found: return 404;
        case Errc::too_large: return 413;
        case Errc::busy: return 429;
        case Errc::unreachable:
        case Errc::timed_out:
        case Errc::cancelled:
        case Errc::full: return 503;
        case Errc::io:
        case Errc::corrupt: return 500;
    }
    return 500;
}

/// Faults of the centre itself are the operator's to read, in the log; a device learns that there is one.
std::string_view text_of(const shared::Error& error)
{
    const auto status = status_of(error.code);
    if (status < 500) return error.text;
    return status == 500 ? "the centre has a fault: tell its operator"
                         : "the centre cannot answer now: try again later";
}

/// Without paths: whoever reaches the port may ask.
std::string_view reason_of(const shared::Error& error)
{
    if (sync::is_own_trouble(error.code)) return "the centre cannot store: its log says why";
    return "the store does not answer";
}

}  // namespace

Route route_of(const platform::HttpRequest& request)
{
    const auto path = std::string_view(request.target).substr(0, request.target.find('?'));
    if (request.method == "GET" && path == "/health") return Route::health;
    if (request.method == "POST" && path == "/enrol") return Route::enrol;
    return Route::none;
}

HttpResponse health_response(const Result<Health>& health, std::string_view version)
{
    if (health.has_error())
        return json_response(503, {{"status", "failed"}, {"version", version}, {"reason", reason_of(health.error())}});
    return json_response(
        200, {{"status", "ok"}, {"version", version}, {"spaces", health->spaces}, {"sessions", health->sessions}});
}

HttpResponse enrolment_response(const Result<EnrolmentAnswer>& answer, const CentreFacts& facts)
{
    if (answer.has_error()) return platform::text_response(status_of(answer.error().code), text_of(answer.error()));
    boost::json::array names;
    for (const auto& host : facts.hosts) names.emplace_back(host);
    return json_response(200, {{"certificate_pem", answer->certificate_pem},
                               {"ca_pem", facts.authority_pem},
                               {"centre_public_key", shared::to_hex(facts.feed_key.bytes)},
                               {"device", shared::to_hex(answer->device.hash.bytes)},
                               {"person", answer->person},
                               {"organisation", facts.hosts.front()},
                               {"server_names", std::move(names)}});
}

HttpResponse no_such_route()
{
    return platform::text_response(404, "there is nothing here: devices use /enrol and /sync, operators /health");
}

}  // namespace indaba::server
