// What writing and reading of the cells' blob share; the format is described in cells_codec.hpp.
#pragma once

#include "shared/archive.hpp"
#include "sync/store/cells_codec.hpp"

namespace indaba::sync::store {

inline constexpr std::uint8_t kCellsFormat = 1;

/// Longest element of a set whose key is interned whole.
inline constexpr std::size_t kInternedElement_bytes = 32;

// In the number that stands for the key.
inline constexpr std::uint64_t kHasException = 1;
inline constexpr std::uint64_t kHasSuffix = 2;

// In the exception byte.
inline constexpr std::uint8_t kOwnName = 1;
inline constexpr std::uint8_t kOwnStamp = 2;
inline constexpr std::uint8_t kOwnNumber = 4;
inline constexpr std::uint8_t kSeveral = 8;  ///< any number of leaves but one
inline constexpr std::uint8_t kUnknown = 16;
inline constexpr std::uint8_t kSaw = 32;
inline constexpr std::uint8_t kAllExceptions = 63;

struct RowClock {
    TransactionName name;  ///< zero, with its stamp: no cell has one leaf
    Stamp stamp;
    std::uint64_t number = 0;

    friend bool operator==(const RowClock&, const RowClock&) = default;
};

[[nodiscard]] Result<void> put_name(shared::BinaryOutput& out, const TransactionName& name, InternedNames& names);
[[nodiscard]] Result<void> put_names(shared::BinaryOutput& out, const std::vector<TransactionName>& list,
                                     InternedNames& names);

}  // namespace indaba::sync::store
