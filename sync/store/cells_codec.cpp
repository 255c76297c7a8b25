#include "sync/store/cells_codec.hpp"

#include "sync/store/cells_codec_parts.hpp"

#include <algorithm>

namespace indaba::sync::store {

namespace {

using shared::BinaryOutput;

/// What most cells have in common; of several, what comes first. Cells in conflict have no say.
RowClock common_clock(const Cells& cells)
{
    std::vector<std::pair<RowClock, std::size_t>> counted;
    for (const auto& cell : cells) {
        if (cell.leaves.size() != 1) continue;
        const RowClock clock{cell.leaves[0].name, cell.leaves[0].stamp, cell.number};
        const auto place = std::ranges::find(counted, clock, &std::pair<RowClock, std::size_t>::first);
        if (place != counted.end()) ++place->second;
        else counted.emplace_back(clock, 1);
    }
    if (counted.empty()) return {};
    return std::ranges::max_element(counted, {}, &std::pair<RowClock, std::size_t>::second)->first;
}

/// A set of texts has any number of elements: their keys are interned without what stands behind the slash.
std::size_t interned_size(std::string_view key)
{
    const auto slash = key.find('/');
    if (slash == std::string_view::npos) return key.size();
    const auto is_code = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return std::ranges::all_of(key.substr(slash + 1), is_code) && key.size() - slash <= kInternedElement_bytes
               ? key.size()
               : slash + 1;
}

class CellsWriter {
public:
    CellsWriter(InternedNames& names, const RowClock& row) : names_(names), row_(row) {}

    [[nodiscard]] Result<Bytes> write(const Cells& cells)
    {
        out_(kCellsFormat);
        INDABA_TRY(put_row());
        out_.put_compact(cells.size());
        for (const auto& cell : cells) INDABA_TRY(put(cell));
        return out_.take();
    }

private:
    [[nodiscard]] Result<void> put_row()
    {
        if (row_.name == TransactionName{} && row_.stamp == Stamp{}) {
            out_.put_compact(0);
        } else {
            INDABA_TRY(put_name(out_, row_.name, names_));
            out_(row_.stamp.value);
        }
        out_.put_compact(row_.number);
        return {};
    }

    [[nodiscard]] Result<void> put(const Cell& cell)
    {
        const auto size = interned_size(cell.key);
        INDABA_ASSIGN(const auto key, names_.keys.number(std::string_view(cell.key).substr(0, size)));
        const auto exception = exception_of(cell);
        const bool suffix = size < cell.key.size();
        out_.put_compact(key << 2 | (suffix ? kHasSuffix : 0) | (exception != 0 ? kHasException : 0));
        if (suffix) out_(std::string_view(cell.key).substr(size));
        if (exception != 0) out_(exception);
        if (exception & kSeveral) {
            INDABA_TRY(put_number_and_leaves(cell, exception));
        } else {
            INDABA_TRY(put_single(cell, exception));
        }
        if (exception & kUnknown) INDABA_TRY(put_names(out_, cell.unknown, names_));
        return {};
    }

    [[nodiscard]] std::uint8_t exception_of(const Cell& cell) const
    {
        std::uint8_t exception = 0;
        if (cell.number != row_.number) exception |= kOwnNumber;
        if (!cell.unknown.empty()) exception |= kUnknown;
        if (cell.leaves.size() != 1) return exception | kSeveral;
        const auto& leaf = cell.leaves[0];
        if (leaf.name != row_.name) exception |= kOwnName;
        if (leaf.stamp != row_.stamp) exception |= kOwnStamp;
        if (!leaf.saw.empty()) exception |= kSaw;
        return exception;
    }

    [[nodiscard]] Result<void> put_single(const Cell& cell, std::uint8_t exception)
    {
        const auto& leaf = cell.leaves[0];
        if (exception & kOwnName) INDABA_TRY(put_name(out_, leaf.name, names_));
        if (exception & kOwnStamp) out_(leaf.stamp.value);
        if (exception & kOwnNumber) out_.put_compact(cell.number);
        out_(leaf.value);
        if (exception & kSaw) INDABA_TRY(put_names(out_, leaf.saw, names_));
        return {};
    }

    [[nodiscard]] Result<void> put_number_and_leaves(const Cell& cell, std::uint8_t exception)
    {
        if (exception & kOwnNumber) out_.put_compact(cell.number);
        out_.put_compact(cell.leaves.size());
        for (const auto& leaf : cell.leaves) {
            INDABA_TRY(put_name(out_, leaf.name, names_));
            out_(leaf.stamp.value, leaf.value);
            INDABA_TRY(put_names(out_, leaf.saw, names_));
        }
        return {};
    }

    InternedNames& names_;
    RowClock row_;
    BinaryOutput out_;
};

}  // namespace

Result<void> put_name(BinaryOutput& out, const TransactionName& name, InternedNames& names)
{
    INDABA_ASSIGN(const auto journal, names.journals.number(name.journal.value));
    out.put_compact(journal);
    out.put_compact(name.number);
    out(name.hash);
    return {};
}

Result<void> put_names(BinaryOutput& out, const std::vector<TransactionName>& list, InternedNames& names)
{
    out.put_compact(list.size());
    for (const auto& name : list) INDABA_TRY(put_name(out, name, names));
    return {};
}

Result<Bytes> encode_cells(const Cells& cells, InternedNames& names)
{
    return CellsWriter(names, common_clock(cells)).write(cells);
}

Result<Bytes> encode_names(const std::vector<TransactionName>& list, InternedNames& names)
{
    BinaryOutput out;
    INDABA_TRY(put_names(out, list, names));
    return out.take();
}

}  // namespace indaba::sync::store
