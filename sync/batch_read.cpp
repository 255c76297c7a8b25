// Reads the layout that batch_write.cpp describes, believing nothing of it.
#include "sync/batch.hpp"

#include "sync/batch_parts.hpp"
#include "sync/feed_archive.hpp"

#include <algorithm>
#include <deque>

namespace indaba::sync {

namespace {

using shared::BinaryInput;

class Reader {
public:
    Reader(BinaryInput& in, FeedBatch& batch) : in_(in), batch_(batch) {}

    void read()
    {
        bool last = false;
        in_(batch_.space);
        batch_.from = in_.get_compact(kMostNumber);
        batch_.base = batch_.from - in_.get_compact(batch_.from);
        in_(batch_.authors, last);
        if (last) in_(batch_.head.emplace());
        const auto rulings = names_.load(in_);
        batch_.to = batch_.from + rulings;
        load_rulings(rulings);
        in_(texts_, shapes_);
        load_records();
        std::vector<std::string_view> columns(texts_.size());
        for (auto& column : columns) in_(column);
        for (const auto column : columns) columns_.emplace_back(shared::as_bytes(column));
        for (std::size_t i = 0; i < batch_.records.size() && in_.ok(); ++i) load_cells(i);
        for (const auto& column : columns_)
            if (column.finish("a column").has_error()) in_.fault("has a column that does not hold");
    }

private:
    static constexpr std::uint64_t kMostNumber = std::uint64_t(1) << 62;

    void load_rulings(std::size_t count)
    {
        if (!in_.ok()) return;
        auto& rulings = batch_.rulings;
        rulings.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            rulings[i].number = batch_.from + 1 + i;
            rulings[i].name = names_.name(i);
            in_(shared::checked(rulings[i].verdict, Verdict::lost));
        }
        std::int64_t time = 0;
        for (auto& ruling : rulings) ruling.time_ms = get_step(in_, time);
        for (auto& ruling : rulings) {
            bool branch = false;
            in_(branch);
            ruling.line = ruling.name.journal.value;
            if (branch) in_(ruling.line);
        }
        for (auto& ruling : rulings)
            if (ruling.verdict != Verdict::accepted) in_(ruling.reason);
    }

    void load_records()
    {
        auto& records = batch_.records;
        records.resize(in_.get_count(kSmallestRecord_bytes));
        std::int64_t number = std::int64_t(batch_.from);
        for (auto& record : records) {
            record.number = std::uint64_t(get_step(in_, number));
            if (record.number <= batch_.from || record.number > batch_.to)
                return in_.fault("has a record outside its numbers");
        }
        for (auto& record : records) {
            auto kind = Kind::cells;
            in_(shared::checked(kind, Kind::tombstone));
            record.echo = kind == Kind::echo;
            record.tombstone = kind == Kind::tombstone;
        }
        std::int64_t time = 0;
        for (auto& record : records) {
            const auto at = std::uint64_t(get_step(in_, time));
            for (std::size_t i = 0; i < 6; ++i) record.id.bytes[i] = std::uint8_t(at >> (40 - 8 * i));
        }
        for (auto& record : records) in_.get(record.id.bytes.data() + 6, 10);
        for (auto& record : records)
            if (const auto type = index(texts_.size()); in_.ok()) record.type = texts_[type];
        for (std::size_t i = 0; i < records.size(); ++i) shape_of_.push_back(std::uint32_t(index(shapes_.size())));
        for (std::size_t i = 0; i < records.size(); ++i) row_name_.push_back(std::uint32_t(index(names_.size() + 1)));
        for (const auto& record : records) row_number_.push_back(record.number - in_.get_compact(record.number));
    }

    std::uint64_t index(std::size_t size)
    {
        const auto index = in_.get_compact(~std::uint32_t(0));
        if (index >= size) in_.fault("has an index out of range");
        return index;
    }

    void load_cells(std::size_t i)
    {
        auto& record = batch_.records[i];
        const auto name = row_name_[i] == 0 ? record.number - batch_.from - 1 : row_name_[i] - 1;
        const auto& shape = shapes_[shape_of_[i]].keys;
        if (shape.size() > shared::limits::kCells) return in_.fault("has a record of too many cells");
        record.cells.reserve(shape.size());
        for (const auto key : shape) {
            if (key >= texts_.size()) return in_.fault("has an index out of range");
            Cell cell{std::string(texts_[key]), {}, {}, row_number_[i]};
            load_cell(columns_[key], cell, record.number, name);
            if (!columns_[key].ok() || !record.cells.append(std::move(cell)))
                return in_.fault("has a record whose cells do not hold");
        }
    }

    void load_cell(BinaryInput& column, Cell& cell, std::uint64_t number, std::uint64_t row_name)
    {
        const auto head = column.get_compact(~std::uint32_t(0));
        if ((head & 1) == 0) {
            cell.leaves.push_back({names_.name(row_name), names_.stamp(row_name), value(column, head >> 1), {}});
            return;
        }
        cell.number = number - column.get_compact(number);
        load_names(column, cell.unknown);
        if (head >> 1 > shared::limits::kLeaves) return column.fault("has too many leaves");
        for (std::uint64_t i = 0; i < head >> 1 && column.ok(); ++i) {
            const auto at = name_index(column);
            Leaf leaf{names_.name(at), names_.stamp(at), value(column, column.get_count(1)), {}};
            load_names(column, leaf.saw);
            cell.leaves.push_back(std::move(leaf));
        }
        if (!std::ranges::is_sorted(cell.leaves, {}, &Leaf::name)) column.fault("has leaves out of order");
    }

    void load_names(BinaryInput& column, std::vector<TransactionName>& names)
    {
        const auto count = column.get_count(sizeof(TransactionName));
        for (std::size_t i = 0; i < count && column.ok(); ++i) names.push_back(names_.name(name_index(column)));
        if (!std::ranges::is_sorted(names)) column.fault("has names out of order");
    }

    std::uint64_t name_index(BinaryInput& column)
    {
        const auto index = column.get_compact(~std::uint32_t(0));
        if (index < names_.size()) return index;
        column.fault("has an index out of range");
        return 0;
    }

    static Value value(BinaryInput& column, std::uint64_t size)
    {
        auto value = Value::from_encoding(shared::as_text(column.get_view(size)));
        if (value.has_value()) return std::move(*value);
        column.fault("holds a value that is not canonical");
        return {};
    }

    /// What a record takes in memory before its cells, as the archive's allowance counts it.
    static constexpr std::size_t kSmallestRecord_bytes = 64;

    BinaryInput& in_;
    FeedBatch& batch_;
    NameTable names_;
    std::vector<std::string_view> texts_;
    std::vector<Shape> shapes_;
    std::deque<BinaryInput> columns_;
    std::vector<std::uint32_t> shape_of_;
    std::vector<std::uint32_t> row_name_;
    std::vector<std::uint64_t> row_number_;
};

}  // namespace

void load_batch(BinaryInput& archive, FeedBatch& batch) { Reader(archive, batch).read(); }

}  // namespace indaba::sync
