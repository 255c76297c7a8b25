// Text taken apart into Unicode code points, and which of those do something to a terminal instead of showing in it.
// Pure functions, any thread. Deliberately not: letters, words, case.
#pragma once

#include "shared/bytes.hpp"

namespace indaba::shared {

/// Length of the well-formed sequence at the front of `s`, which is not empty, or 0 (Unicode 15, table 3-7; not
/// U+0000).
[[nodiscard]] inline std::size_t sequence_length(ByteView s)
{
    const auto lead = s[0];
    const auto in = [&](std::size_t i, unsigned low, unsigned high) {
        return i < s.size() && s[i] >= low && s[i] <= high;
    };
    if (lead >= 0x01 && lead <= 0x7f) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return in(1, 0x80, 0xbf) ? 2 : 0;
    if (lead >= 0xe0 && lead <= 0xef) {
        const unsigned low = lead == 0xe0 ? 0xa0 : 0x80;
        const unsigned high = lead == 0xed ? 0x9f : 0xbf;
        return in(1, low, high) && in(2, 0x80, 0xbf) ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        const unsigned low = lead == 0xf0 ? 0x90 : 0x80;
        const unsigned high = lead == 0xf4 ? 0x8f : 0xbf;
        return in(1, low, high) && in(2, 0x80, 0xbf) && in(3, 0x80, 0xbf) ? 4 : 0;
    }
    return 0;
}

struct CodePoint {
    char32_t value = 0;
    std::size_t size_bytes = 0;  ///< 0: not well-formed
};

/// The one at the front of `text`, which is not empty.
[[nodiscard]] inline CodePoint first_code_point(std::string_view text)
{
    const auto size = sequence_length(as_bytes(text));
    if (size <= 1) return {static_cast<unsigned char>(text[0]), size};
    char32_t value = static_cast<unsigned char>(text[0]) & (0xffu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
    return {value, size};
}

/// C0, DEL and C1: what a terminal obeys.
[[nodiscard]] inline bool is_control(char32_t point) { return point < 0x20 || (point >= 0x7f && point < 0xa0); }

/// Ends a line or turns the order of the text around it: what may stand inside a text, but not in a line of ours.
[[nodiscard]] inline bool breaks_line(char32_t point)
{
    return point == 0x2028 || point == 0x2029 || (point >= 0x202a && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069);
}

}  // namespace indaba::shared
