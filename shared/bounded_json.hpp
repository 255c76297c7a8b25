// JSON text from outside, parsed in no more memory than such an input may cost (limits.hpp): as a tree, a text of
// nothing but commas and digits takes 40 times its bytes. One thread per object. Not for the catalogue, and not for
// what a person hands over, which may be as dense as they like.
#pragma once

#include "shared/result.hpp"

#include <boost/json/value.hpp>

#include <memory>
#include <string_view>

namespace indaba::shared {

class BoundedJson {
public:
    /// Malformed, or too_large.
    [[nodiscard]] static Result<BoundedJson> parse(std::string_view text);
    [[nodiscard]] const boost::json::value& value() const { return value_; }

private:
    class Memory;
    struct Release {
        void operator()(Memory* memory) const;
    };
    explicit BoundedJson(std::size_t most_bytes);

    std::unique_ptr<Memory, Release> memory_;
    boost::json::value value_;  // in memory_
};

}  // namespace indaba::shared
