// From what people and scripts write to drafts: FIELD=VALUE arguments and lines of JSON. Pure functions, any thread.
// Errors begin with the field: rule_broken for a value that may not stand there, usage for text of no known form and
// for a type or field that there is not.
#pragma once

#include "client/core.hpp"
#include "shared/limits.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace indaba::client {

/// `FIELD=VALUE`, as Catalogue::parse_assignment reads both.
[[nodiscard]] Result<std::vector<Cell>> cells_of_arguments(const shared::Catalogue& catalogue, const std::string& type,
                                                           const std::vector<std::string>& assignments);

/// {"id"?, "type"?, "space"?, "fields": {…}} as `list --json` and `export` write it: null clears, the elements of an
/// array are added to the set. `type` and `space` stand in where the line has none.
[[nodiscard]] Result<Draft> draft_of_json(const shared::Catalogue& catalogue, std::string_view line,
                                          const Draft& defaults);

/// One draft a line; blank lines and a byte order mark before the first are skipped. The error names the line.
[[nodiscard]] Result<std::vector<Draft>> drafts_of_json_lines(const shared::Catalogue& catalogue, std::string_view text,
                                                              const Draft& defaults);

/// In their order, in pieces that each fit one transaction: of one space as far as the drafts name it, not too large.
[[nodiscard]] std::vector<std::vector<Draft>> pieces_of(std::vector<Draft> drafts);
/// About what a draft takes in a transaction, bytes; a piece of kPiece_bytes stays well under the limit.
[[nodiscard]] std::size_t weight(const Draft& draft);
inline constexpr std::size_t kPiece_bytes = shared::limits::kTransaction_bytes / 4;

}  // namespace indaba::client
