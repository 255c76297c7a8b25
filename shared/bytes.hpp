// Bytes, and their two spellings as text. Text is UTF-8 throughout.
#pragma once

#include "shared/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace indaba::shared {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

[[nodiscard]] inline std::string_view as_text(ByteView bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(ByteView bytes);

/// Either case; malformed on an odd length or a character that is no digit.
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);

/// True if `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms) without U+0000.
[[nodiscard]] bool is_utf8(std::string_view text);

/// Well-formed `text` if it has at most so many bytes and code points; else as many whole code points of its beginning
/// as leave room for an ellipsis. At least 3 bytes and 1 code point.
[[nodiscard]] std::string clipped(std::string_view text, std::size_t bytes,
                                  std::size_t code_points = std::string_view::npos);

}  // namespace indaba::shared
