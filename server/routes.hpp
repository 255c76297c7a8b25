// Which request gets which answer: the texts and JSON of the centre's port. Pure functions, any thread.
#pragma once

#include "platform/http.hpp"
#include "server/office.hpp"

#include <string_view>

namespace indaba::server {

enum class Route : unsigned char { health, enrol, none };
/// By method and path; the query does not matter.
[[nodiscard]] Route route_of(const platform::HttpRequest& request);

[[nodiscard]] platform::HttpResponse health_response(const Result<Health>& health, std::string_view version);
[[nodiscard]] platform::HttpResponse enrolment_response(const Result<EnrolmentAnswer>& answer,
                                                        const CentreFacts& facts);
[[nodiscard]] platform::HttpResponse no_such_route();

}  // namespace indaba::server
