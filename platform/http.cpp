#include "platform/http.hpp"

#include <algorithm>

namespace indaba::platform {

std::string_view find_field(const HttpFields& fields, std::string_view name)
{
    const auto found = std::ranges::find(fields, name, &HttpFields::value_type::first);
    return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

HttpResponse text_response(unsigned status, std::string_view line)
{
    HttpResponse response;
    response.status = status;
    response.body = std::string(line) + "\n";
    return response;
}

}  // namespace indaba::platform
