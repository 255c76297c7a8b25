// Names that operators and devices give: people, devices, titles, roles, kinds of space. Checked here and nowhere else.
// Pure functions, any thread. Errors are Errc::usage and say what a name may be.
#pragma once

#include "shared/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace indaba::server {

using shared::Result;

/// One line of UTF-8 without control or direction-changing characters, 1 to kName_codepoints of them, no space at
/// either end. `what` begins the error's text: "a person's name".
[[nodiscard]] Result<void> check_name(std::string_view name, std::string_view what);

/// What a device says of its program, if it may be shown as it is: the rules of check_name(); else empty.
[[nodiscard]] std::string shown_program(std::string_view said);

[[nodiscard]] Result<void> check_space_name(std::string_view name);
/// directory, country, organisation, event
[[nodiscard]] Result<void> check_kind(std::string_view kind);
/// viewer, contributor, editor, organiser
[[nodiscard]] Result<void> check_role(std::string_view role);

/// A DNS name (letters, digits, hyphens, dots; any case) or an IP address without brackets.
[[nodiscard]] Result<void> check_host(std::string_view host);
/// HOST[,HOST…]: at least one, at most 64, each once.
[[nodiscard]] Result<std::vector<std::string>> parse_hosts(std::string_view list);

/// "SPACE=ROLE" as operators type it; the role "none" takes it away.
struct RoleChange {
    std::string space;
    std::string role;  ///< empty: none
};
[[nodiscard]] Result<RoleChange> parse_role_change(std::string_view text);

}  // namespace indaba::server
