// What the search index is given: the text of a record's searched fields, folded so that people find what they mean:
// Arabic and Persian spellings alike, Hindi words whole, Han and kana as overlapping pairs. Case and Latin diacritics
// are left to the index's tokenizer. Pure functions, any thread. Changing what they answer takes a new kSearchVersion.
#pragma once

#include "shared/catalogue.hpp"
#include "sync/cells.hpp"

#include <string>
#include <string_view>

namespace indaba::sync::store {

inline constexpr std::uint64_t kSearchVersion = 2;

/// Stands before each word of what a record is called (U+E000, a private use character).
inline constexpr std::string_view kTitleMark = "\xEE\x80\x80";

/// Everything searched in a record with these cells; empty: nothing is.
[[nodiscard]] std::string searched_text(std::string_view type, const Cells& cells, const shared::Catalogue& catalogue);

/// What a person searches for, folded in the same way.
[[nodiscard]] std::string folded_query(std::string_view text);

/// Of a word of a folded query: it stands for everything that begins with it, for it is less than a pair.
[[nodiscard]] bool is_single_han(std::string_view word);

/// 48 bits that tell one text from another; 0 for no text.
[[nodiscard]] std::uint64_t fingerprint(std::string_view text);

/// Tells one choice of searched fields from another.
[[nodiscard]] std::uint64_t searched_fields(const shared::Catalogue& catalogue);

}  // namespace indaba::sync::store
