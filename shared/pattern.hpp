// The shape of a text or code, as the catalogue writes it: a row of characters and [classes], each optionally followed
// by {n}, {m,n}, {m,}, ?, * or +; [^…] is any other character, [a-z] a range of ASCII. Greedy and without going back,
// so that a match costs one pass whatever the text: not a regular expression. Immutable, any thread.
#pragma once

#include "shared/result.hpp"

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace indaba::shared {

class Pattern {
public:
    [[nodiscard]] static Result<Pattern> parse(std::string_view source);

    /// True if it describes all of `text`, byte by byte.
    [[nodiscard]] bool matches(std::string_view text) const;
    [[nodiscard]] const std::string& source() const { return source_; }

private:
    struct Item {
        std::bitset<256> bytes;
        std::size_t least = 1;
        std::size_t most = 1;
    };

    Pattern() = default;

    std::string source_;
    std::vector<Item> items_;
};

}  // namespace indaba::shared
