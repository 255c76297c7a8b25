// The bits of record.flags. The partial indexes of schema.cpp are defined by their values.
#pragma once

#include <cstdint>

namespace indaba::sync::store {

inline constexpr std::int64_t kInConflict = 1;
inline constexpr std::int64_t kGone = 4;    ///< plainly deleted, or never created
inline constexpr std::int64_t kHidden = 8;  ///< of a purged space, kept for what is pending

[[nodiscard]] constexpr bool is_shown(std::int64_t flags) { return flags < kGone; }

}  // namespace indaba::sync::store
