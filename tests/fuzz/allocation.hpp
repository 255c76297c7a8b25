// How much memory a piece of code holds at most at once, as operator new gives it out in this thread: what decoders are
// held to (shared/limits.hpp). Linked in, it replaces the operator for the whole program. What C libraries allocate for
// themselves is not counted: SQLite's cache, and zstd's context, which is as large whatever it reads.
#pragma once

#include "shared/bytes.hpp"
#include "shared/check.hpp"
#include "shared/limits.hpp"

namespace indaba::tests::fuzz {

class Allocation {
public:
    /// Counts from now on. Not nested.
    Allocation();
    [[nodiscard]] std::size_t peak_bytes() const;
};

/// What `decode` makes of the input; fails a check if that took more memory than such an input may cost.
template <class Decode>
auto within_bound(shared::ByteView input, Decode decode)
{
    const Allocation allocation;
    auto decoded = decode(input);
    INDABA_CHECK(allocation.peak_bytes() <= shared::limits::decoded_bytes(input.size()));
    return decoded;
}

}  // namespace indaba::tests::fuzz
