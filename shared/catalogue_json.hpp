// The text of shared/catalogue.json, put into the program by the build (catalogue_json.cmake). Any thread.
#pragma once

#include <string_view>

namespace indaba::shared {

[[nodiscard]] std::string_view catalogue_json();

}  // namespace indaba::shared
