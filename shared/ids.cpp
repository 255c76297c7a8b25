#include "shared/ids.hpp"

#include <algorithm>
#include <cstring>

namespace indaba::shared {

namespace {

constexpr std::size_t kTextSize = 36;

bool is_dash_place(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

}  // namespace

std::uint64_t Hash::prefix() const
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8 | bytes[i];
    return value;
}

RecordId RecordId::make(std::int64_t now_ms, std::span<const std::uint8_t, 10> random)
{
    RecordId id;
    for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = std::uint8_t(std::uint64_t(now_ms) >> (40 - 8 * i));
    std::ranges::copy(random, id.bytes.begin() + 6);
    id.bytes[6] = std::uint8_t(0x70 | (id.bytes[6] & 0x0f));
    id.bytes[8] = std::uint8_t(0x80 | (id.bytes[8] & 0x3f));
    return id;
}

Result<RecordId> RecordId::parse(std::string_view text)
{
    std::string digits;
    for (std::size_t i = 0; i < text.size() && text.size() == kTextSize; ++i) {
        if (!is_dash_place(i)) digits += text[i];
        else if (text[i] != '-') break;
    }
    const auto bytes = from_hex(digits);
    if (bytes.has_error() || bytes->size() != 16)
        return fail(Errc::malformed, "not a record id: it looks like 0192f1a0-7c3e-7b1d-8a52-3f0c9d2e4b61");
    RecordId id;
    std::ranges::copy(*bytes, id.bytes.begin());
    return id;
}

std::string RecordId::text() const
{
    const auto digits = to_hex(bytes);
    std::string text;
    for (const char c : digits) {
        if (is_dash_place(text.size())) text += '-';
        text += c;
    }
    return text;
}

bool is_space_name(std::string_view text)
{
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !text.empty() && text.size() <= 63 && plain(text[0]) &&
           std::ranges::all_of(text, [&](char c) { return plain(c) || c == '-'; });
}

}  // namespace indaba::shared

std::size_t std::hash<indaba::shared::RecordId>::operator()(const indaba::shared::RecordId& id) const noexcept
{
    std::uint64_t low = 0;
    std::memcpy(&low, id.bytes.data() + 8, sizeof low);  // the random half
    return low;
}
