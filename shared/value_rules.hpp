// Which contents of a value are canonical; shared by its binary encoding (value.cpp) and its text form
// (value_text.cpp). Pure functions, any thread. Not for other folders: they have Value, which is always canonical.
#pragma once

#include "shared/value.hpp"

#include <algorithm>
#include <chrono>

namespace indaba::shared {

inline constexpr std::uint8_t kLargestScale = 18;
inline constexpr int kLargestOffset_min = 14 * 60;
inline constexpr std::int32_t kDegree = 10'000'000;
inline constexpr std::int64_t kMinute_ms = 60'000;
inline constexpr std::int64_t kDay_ms = 24 * 60 * kMinute_ms;

[[nodiscard]] inline bool is_canonical(Decimal number)
{
    return number.scale == 0 || (number.scale <= kLargestScale && number.units % 10 != 0);
}

[[nodiscard]] inline std::chrono::year_month_day calendar_day(Date date)
{
    return {std::chrono::year(date.year), std::chrono::month(date.month), std::chrono::day(date.day)};
}

[[nodiscard]] inline bool is_valid(Date date)
{
    if (date.year < 1 || date.year > 9999 || date.month > 12) return false;
    if (date.day == 0) return true;
    return date.month != 0 && calendar_day(date).ok();
}

/// Milliseconds from 1970 to the beginning of a whole date.
[[nodiscard]] inline std::int64_t midnight_ms(Date date)
{
    return std::chrono::sys_days(calendar_day(date)).time_since_epoch().count() * kDay_ms;
}

/// The years that RFC 3339 can write, by the clock of the place.
[[nodiscard]] inline bool is_valid(Instant instant)
{
    const auto first = midnight_ms({1, 1, 1});
    const auto last = midnight_ms({9999, 12, 31}) + kDay_ms - 1;
    if (std::abs(int(instant.offset_min)) > kLargestOffset_min) return false;
    const auto offset_ms = instant.offset_min * kMinute_ms;
    return instant.utc_ms >= first - offset_ms && instant.utc_ms <= last - offset_ms;
}

[[nodiscard]] inline bool is_valid(Place place)
{
    return place.latitude >= -90 * kDegree && place.latitude <= 90 * kDegree && place.longitude >= -180 * kDegree &&
           place.longitude <= 180 * kDegree;
}

/// `type/subtype` as in RFC 6838, in lower case only, so that one type has one spelling.
[[nodiscard]] inline bool is_media_type(std::string_view text)
{
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const auto is_name = [&](std::string_view name) {
        return !name.empty() && name.size() <= 127 && plain(name[0]) && std::ranges::all_of(name, [&](char c) {
            return plain(c) || std::string_view("!#$&-^_.+").find(c) != std::string_view::npos;
        });
    };
    const auto slash = text.find('/');
    return slash != std::string_view::npos && is_name(text.substr(0, slash)) && is_name(text.substr(slash + 1));
}

}  // namespace indaba::shared
