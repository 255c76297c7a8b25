// The roles that people hold in spaces, and what they allow. Constants and pure functions, any thread. Whoever has none
// sees nothing; contributor, editor and organiser write alike.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace indaba::shared {

inline constexpr std::array<std::string_view, 4> kRoles{"viewer", "contributor", "editor", "organiser"};

[[nodiscard]] constexpr bool is_role(std::string_view role) { return std::ranges::find(kRoles, role) != kRoles.end(); }

/// False for "", which is none, and for a role that a newer program knows.
[[nodiscard]] constexpr bool role_writes(std::string_view role) { return is_role(role) && role != "viewer"; }

}  // namespace indaba::shared
