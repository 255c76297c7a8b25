// What types, fields and cells may be called, also those of a newer program that nobody here knows: names reach
// terminals, scripts and tables of people who did not choose them. Pure functions, any thread. Deliberately not: which
// names there are (catalogue.hpp).
#pragma once

#include <string_view>

namespace indaba::shared {

/// Of a type or a field: 1 to 63 lower-case ASCII letters, digits, `_` and `-`, a letter first.
[[nodiscard]] bool is_name(std::string_view text);

/// Of a set, as its cell is called: UTF-8, not empty, without control characters.
[[nodiscard]] bool is_element(std::string_view text);

/// `!`, or a field's name, alone or with `@` and a language tag or `/` and an element; at most limits::kKey_bytes. Of
/// the language only the characters are looked at.
[[nodiscard]] bool is_cell_name(std::string_view key);

}  // namespace indaba::shared
