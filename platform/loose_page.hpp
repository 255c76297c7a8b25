// One page of a database as SQLite lays it out (sqlite.org/fileformat2.html), believed in nothing: whatever its bytes
// say, reading stays within it. Values, any thread.
#pragma once

#include "platform/sqlite_rows.hpp"

#include <optional>

namespace indaba::platform {

enum class PageKind : unsigned char { other, table_inner, table_leaf, index_inner, index_leaf };

/// A row's encoding as far as it lies in its own page.
struct LooseCell {
    std::int64_t rowid = 0;
    std::uint64_t size_bytes = 0;  ///< of the whole
    ByteView local;  ///< in the page
    std::uint32_t overflow = 0;  ///< the page where it goes on; 0: it is whole
};

class LoosePage {
public:
    /// `usable` is what a page holds beside what the cipher keeps at its end.
    LoosePage(std::uint32_t number, Bytes bytes, std::size_t usable);

    [[nodiscard]] PageKind kind() const { return kind_; }
    /// Of an inner page.
    [[nodiscard]] std::vector<std::uint32_t> children() const;
    /// Of every other kind with rows: how many it says it has.
    [[nodiscard]] std::size_t cells() const;
    /// Nothing if it makes no sense.
    [[nodiscard]] std::optional<LooseCell> cell(std::size_t index) const;
    [[nodiscard]] ByteView bytes() const { return bytes_; }
    /// Big-endian; 0 beyond the end.
    [[nodiscard]] std::uint32_t word(std::size_t at) const;

private:
    [[nodiscard]] std::size_t pointer(std::size_t index) const;
    [[nodiscard]] std::size_t local_bytes(std::uint64_t size) const;
    [[nodiscard]] bool is_inner() const { return kind_ == PageKind::table_inner || kind_ == PageKind::index_inner; }

    Bytes bytes_;
    std::size_t usable_;
    std::size_t header_;
    std::size_t count_ = 0;
    PageKind kind_ = PageKind::other;
};

/// More columns than any table has that is looked for: what says it has more is no row.
inline constexpr std::size_t kLooseValues = 256;

/// A row's values from its whole encoding; nothing if it makes no sense.
[[nodiscard]] std::optional<std::vector<LooseValue>> loose_values(ByteView record);

}  // namespace indaba::platform
