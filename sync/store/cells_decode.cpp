#include "sync/store/cells_codec_parts.hpp"

#include <algorithm>

namespace indaba::sync::store {

namespace {

using shared::BinaryInput;
using shared::Errc;
using shared::Error;

/// Rows are short and this is our own database: no more than this is set aside before it is seen to be there.
constexpr std::size_t kReserved = 64;

class CellsReader {
public:
    CellsReader(ByteView blob, InternedNames& names) : in_(blob), names_(names) {}

    [[nodiscard]] Result<Cells> cells()
    {
        std::uint8_t format = 0;
        in_(format);
        if (in_.ok() && format != kCellsFormat) return damaged("is in a format that this program does not know");
        INDABA_TRY(read_row());
        const auto count = in_.get_count(0);
        Cells cells;
        cells.reserve(std::min(count, kReserved));
        for (std::size_t i = 0; i < count && in_.ok(); ++i) {
            Cell cell;
            INDABA_TRY(read(cell));
            if (in_.ok() && !cells.append(std::move(cell))) return damaged("has its values out of order");
        }
        INDABA_TRY(finish());
        return cells;
    }

    [[nodiscard]] Result<std::vector<TransactionName>> names()
    {
        std::vector<TransactionName> list;
        INDABA_TRY(read(list));
        INDABA_TRY(finish());
        return list;
    }

private:
    [[nodiscard]] Result<void> read_row()
    {
        const auto journal = in_.get_compact(~std::uint64_t(0));
        if (journal != 0) {
            INDABA_TRY(read(row_.name, journal));
            in_(row_.stamp.value);
        }
        row_.number = in_.get_compact(~std::uint64_t(0));
        return {};
    }

    [[nodiscard]] Result<void> read(TransactionName& name) { return read(name, in_.get_compact(~std::uint64_t(0))); }

    [[nodiscard]] Result<void> read(TransactionName& name, std::uint64_t journal)
    {
        name.number = in_.get_compact(~std::uint64_t(0));
        in_(name.hash);
        if (!in_.ok()) return {};
        INDABA_ASSIGN(const auto* id, names_.journals.name(journal));
        name.journal.value = *id;
        return {};
    }

    [[nodiscard]] Result<void> read(std::vector<TransactionName>& list)
    {
        const auto count = in_.get_count(0);
        list.reserve(std::min(count, kReserved));
        for (std::size_t i = 0; i < count && in_.ok(); ++i) INDABA_TRY(read(list.emplace_back()));
        return {};
    }

    void read(Value& value)
    {
        std::string_view bytes;
        in_(bytes);
        if (!in_.ok()) return;
        auto checked = Value::from_encoding(bytes);
        if (checked.has_error()) return in_.fault("holds a damaged value");
        value = std::move(*checked);
    }

    [[nodiscard]] Result<void> read(Cell& cell)
    {
        const auto tag = in_.get_compact(~std::uint64_t(0));
        std::string_view suffix;
        if (tag & kHasSuffix) in_(suffix);
        std::uint8_t exception = 0;
        if (tag & kHasException) in_(exception);
        if (exception > kAllExceptions) in_.fault("holds an unknown exception");
        if (!in_.ok()) return {};
        INDABA_ASSIGN(const auto* key, names_.keys.name(tag >> 2));
        cell.key.reserve(key->size() + suffix.size());
        cell.key.append(*key).append(suffix);
        cell.number = row_.number;
        if (exception & kSeveral) {
            INDABA_TRY(read_number_and_leaves(cell, exception));
        } else {
            INDABA_TRY(read_single(cell, exception));
        }
        if (exception & kUnknown) INDABA_TRY(read(cell.unknown));
        return {};
    }

    [[nodiscard]] Result<void> read_single(Cell& cell, std::uint8_t exception)
    {
        auto& leaf = cell.leaves.emplace_back();
        leaf.name = row_.name;
        leaf.stamp = row_.stamp;
        if (exception & kOwnName) INDABA_TRY(read(leaf.name));
        if (exception & kOwnStamp) in_(leaf.stamp.value);
        if (exception & kOwnNumber) cell.number = in_.get_compact(~std::uint64_t(0));
        read(leaf.value);
        if (exception & kSaw) INDABA_TRY(read(leaf.saw));
        return {};
    }

    [[nodiscard]] Result<void> read_number_and_leaves(Cell& cell, std::uint8_t exception)
    {
        if (exception & kOwnNumber) cell.number = in_.get_compact(~std::uint64_t(0));
        const auto count = in_.get_count(0);
        for (std::size_t i = 0; i < count && in_.ok(); ++i) {
            auto& leaf = cell.leaves.emplace_back();
            INDABA_TRY(read(leaf.name));
            in_(leaf.stamp.value);
            read(leaf.value);
            INDABA_TRY(read(leaf.saw));
        }
        return {};
    }

    [[nodiscard]] Result<void> finish() const
    {
        const auto read = in_.finish("a stored record");
        if (read.has_error()) return damaged("does not hold together");
        return {};
    }

    [[nodiscard]] Error damaged(const char* why) const
    {
        return fail(Errc::corrupt, names_.path() + ": a stored record " + why + "; restore a backup");
    }

    BinaryInput in_;
    InternedNames& names_;
    RowClock row_;
};

}  // namespace

Result<Cells> decode_cells(ByteView blob, InternedNames& names) { return CellsReader(blob, names).cells(); }

Result<std::vector<TransactionName>> decode_names(ByteView blob, InternedNames& names)
{
    return CellsReader(blob, names).names();
}

}  // namespace indaba::sync::store
