#include "shared/bytes.hpp"

#include "shared/code_points.hpp"

namespace indaba::shared {

namespace {

constexpr char kDigits[] = "0123456789abcdef";

int digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string to_hex(ByteView bytes)
{
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

Result<Bytes> from_hex(std::string_view text)
{
    if (text.size() % 2 != 0) return fail(Errc::malformed, "hexadecimal text has an odd length");
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit(text[i]);
        const int low = digit(text[i + 1]);
        if (high < 0 || low < 0) return fail(Errc::malformed, "not hexadecimal text");
        bytes.push_back(std::uint8_t(high << 4 | low));
    }
    return bytes;
}

bool is_utf8(std::string_view text)
{
    auto rest = as_bytes(text);
    while (!rest.empty()) {
        const auto length = sequence_length(rest);
        if (length == 0) return false;
        rest = rest.subspan(length);
    }
    return true;
}

std::string clipped(std::string_view text, std::size_t bytes, std::size_t code_points)
{
    constexpr std::string_view kEllipsis = "…";
    std::size_t kept = 0;
    std::size_t points = 0;
    for (std::size_t at = 0; at < text.size();) {
        auto next = at + 1;
        while (next < text.size() && (text[next] & 0xc0) == 0x80) ++next;
        ++points;
        if (next > bytes || points > code_points) return std::string(text.substr(0, kept)).append(kEllipsis);
        if (next + kEllipsis.size() <= bytes && points < code_points) kept = next;
        at = next;
    }
    return std::string(text);
}

}  // namespace indaba::shared
