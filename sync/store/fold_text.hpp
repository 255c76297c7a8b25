// Folds text for the search index; see searched_text.hpp. Pure, any thread. Not here: case and Latin diacritics.
#pragma once

#include <string>
#include <string_view>

namespace indaba::sync::store {

enum class Words : unsigned char {
    as_they_are,  ///< separators stay
    apart,        ///< every separator becomes a space, so that a mark can be put before each word
    of_query,     ///< as_they_are; but pairs of Han alone, without the single that ends a run
};

/// Appends `text` folded. What is not UTF-8 is left out.
void fold_text(std::string_view text, std::string& out, Words words);

}  // namespace indaba::sync::store
