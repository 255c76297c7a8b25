// The records of a batch, one after the other: each takes what is next in every column.
#include "sync/batch.hpp"

#include "shared/cell_names.hpp"

#include <algorithm>

namespace indaba::sync {

namespace {

using shared::Errc;

constexpr auto kAnyNumber = ~std::uint64_t(0);
constexpr auto kAnyIndex = ~std::uint32_t(0);

/// What Cells::size_bytes counts for a cell, and for a name.
constexpr std::size_t kCell_bytes = 2;
constexpr std::size_t kName_bytes = 20;

std::size_t read_index(shared::ByteReader& in, std::size_t size)
{
    const auto index = in.get_compact(kAnyIndex);
    if (index < size) return std::size_t(index);
    in.fault("has an index out of range");
    return 0;
}

/// Names are listed once each, so a list costs no more than the table that it points into.
std::vector<TransactionName> read_names(shared::ByteReader& in, const BatchNames& known)
{
    std::vector<TransactionName> names;
    const auto count = in.get_count();
    if (count > known.size()) in.fault("has names out of order");
    else names.reserve(count);
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const auto name = known.name(read_index(in, known.size()));
        if (!names.empty() && name <= names.back()) in.fault("has names out of order");
        names.push_back(name);
    }
    return names;
}

shared::Error malformed(const char* why) { return fail(Errc::malformed, std::string("a batch ") + why); }

}  // namespace

struct BatchReader::Sink {
    const OnCell& on_cell;
    const OnLeaf& on_leaf;
};

shared::Result<bool> BatchReader::next_record(FeedRecord& record)
{
    if (has_cells_) INDABA_TRY(read_cells([](Cell&&) {}, [](Leaf&&) {}));
    if (records_left_ == 0) {
        const auto is_read = [](const Column& column) { return column.at == column.end; };
        if (!std::ranges::all_of(columns_, is_read)) return malformed("has a column that does not hold");
        return false;
    }
    --records_left_;
    auto& in = records_;
    const auto kind = Kind(in.kinds.get_fixed<std::uint8_t>());
    record.number = std::uint64_t(get_step(in.numbers, number_));
    record.echo = kind == Kind::echo;
    record.tombstone = kind == Kind::tombstone;
    record.cells.clear();
    const auto at = std::uint64_t(get_step(in.id_times, id_time_));
    for (std::size_t i = 0; i < 6; ++i) record.id.bytes[i] = std::uint8_t(at >> (40 - 8 * i));
    in.ids.get(record.id.bytes.data() + 6, kIdTail_bytes);
    record.type = text(in.types.get_compact(kAnyIndex));
    if (!shared::is_name(record.type)) return malformed("has a type whose name cannot be one");
    const auto name = std::size_t(in.row_names.get_compact(kAnyIndex));
    const auto distance = in.row_numbers.get_compact(kAnyNumber);
    if (distance > record.number) return malformed("holds a number out of range");
    row_ = {record.number, name == 0 ? std::size_t(record.number - head_.from - 1) : name - 1, record.number - distance,
            std::size_t(in.shapes.get_compact(kAnyIndex)), 0};
    has_cells_ = true;
    return true;
}

shared::Result<void> BatchReader::read_cells(const OnCell& on_cell, const OnLeaf& on_leaf)
{
    has_cells_ = false;
    auto shape = from(shapes_[row_.shape]);
    const auto cells = shape.get_count();
    std::string_view before;
    for (std::size_t i = 0; i < cells; ++i) {
        const auto index = shape.get_fixed<std::uint32_t>();
        const auto key = text(index);
        if (i > 0 && key <= before) return malformed("has a record whose cells do not hold");
        before = key;
        auto& [begin, end] = columns_[index];
        ByteReader column(bytes_.subspan(begin, end - begin));
        read_cell(key, column, {on_cell, on_leaf});
        if (!column.ok()) return column.finish("a batch");
        begin = end - std::uint32_t(column.rest().size());
    }
    return {};
}

void BatchReader::read_cell(std::string_view key, ByteReader& column, const Sink& sink)
{
    const auto head = column.get_compact(kAnyIndex);
    const bool plain = (head & 1) == 0;
    Cell cell{std::string(key), {}, {}, row_.number};
    count(kCell_bytes + key.size(), column);
    if (!plain) {
        const auto distance = column.get_compact(row_.record);
        cell.number = row_.record - distance;
        cell.unknown = read_names(column, names_);
        count(cell.unknown.size() * kName_bytes, column);
        if (cell.unknown.size() > shared::limits::kBases) column.fault("has a cell that names too much");
        if (head >> 1 > shared::limits::kLeaves) column.fault("has too many leaves");
    }
    const auto value = plain ? shared::as_text(column.get_view(head >> 1)) : std::string_view();
    if (plain && !Value::is_encoding(value)) column.fault("holds a value that is not canonical");
    if (!column.ok()) return;
    sink.on_cell(std::move(cell));
    if (!plain) return read_leaves(head >> 1, column, sink);
    count(value.size() + kName_bytes, column);
    if (column.ok()) sink.on_leaf({names_.name(row_.name), names_.stamp(row_.name), Value::from_trusted(value), {}});
}

void BatchReader::read_leaves(std::size_t leaves, ByteReader& column, const Sink& sink)
{
    TransactionName before;
    for (std::size_t i = 0; i < leaves; ++i) {
        const auto place = read_index(column, names_.size());
        const auto value = shared::as_text(column.get_view(column.get_count()));
        if (!Value::is_encoding(value)) column.fault("holds a value that is not canonical");
        auto saw = read_names(column, names_);
        count(value.size() + (1 + saw.size()) * kName_bytes, column);
        if (!column.ok()) return;
        const auto name = names_.name(place);
        if (i > 0 && name <= before) return column.fault("has leaves out of order");
        before = name;
        sink.on_leaf({name, names_.stamp(place), Value::from_trusted(value), std::move(saw)});
    }
}

/// A record that holds more than the centre takes: what it costs here would be no multiple of its bytes any more.
void BatchReader::count(std::size_t bytes, ByteReader& column)
{
    row_.bytes += bytes;
    if (row_.bytes > shared::limits::kTouched_bytes) column.fault("has a record over 4 MiB");
}

}  // namespace indaba::sync
