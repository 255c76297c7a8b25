#include "shared/cell_names.hpp"

#include "shared/catalogue.hpp"
#include "shared/code_points.hpp"
#include "shared/limits.hpp"
#include "shared/transaction.hpp"

#include <algorithm>

namespace indaba::shared {

namespace {

constexpr std::size_t kName_bytes = 63;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_tag_like(std::string_view tag)
{
    const auto inner = [](char c) { return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-'; };
    return !tag.empty() && std::ranges::all_of(tag, inner);
}

}  // namespace

bool is_name(std::string_view text)
{
    const auto inner = [](char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '-'; };
    return !text.empty() && text.size() <= kName_bytes && is_lower(text[0]) && std::ranges::all_of(text, inner);
}

bool is_element(std::string_view text)
{
    if (text.empty()) return false;
    while (!text.empty()) {
        const auto point = first_code_point(text);
        if (point.size_bytes == 0 || is_control(point.value)) return false;
        text.remove_prefix(point.size_bytes);
    }
    return true;
}

bool is_cell_name(std::string_view key)
{
    if (key == kExistence) return true;
    if (key.size() > limits::kKey_bytes) return false;
    const auto parts = key_parts(key);
    if (!is_name(parts.field)) return false;
    if (parts.field.size() == key.size()) return true;
    return key[parts.field.size()] == '@' ? is_tag_like(parts.language) : is_element(parts.element);
}

}  // namespace indaba::shared
