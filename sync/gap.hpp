// Gaps: entries of a journal that are gone from the device which wrote it. The first one behind a gap is there still
// and cannot be sent either, since its hash covers the one before it; what follows can, once the centre's operator has
// ruled the gap and that one lost. Plain values, any thread.
#pragma once

#include "shared/journal.hpp"

#include <cstdint>

namespace indaba::sync {

struct Gap {
    shared::JournalHead journal;
    std::uint64_t after = 0;  ///< what stood between this number
    std::uint64_t through = 0;  ///< and this one is gone
    shared::Hash hash;  ///< of entry `through`
};

/// At the centre: its device has said so, and an operator has to rule on it.
struct WaitingGap {
    Gap gap;
    std::uint64_t line = 0;  ///< on which what stands before it was ruled
    std::int64_t noted_ms = 0;
};

/// Numbers of a journal that an operator ruled lost: what turns up there is refused.
struct LostNumbers {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::int64_t ruled_ms = 0;

    [[nodiscard]] bool has(std::uint64_t number) const { return number >= first && number <= last; }
};

}  // namespace indaba::sync
