// Layout (numbers LEB128; "step" is a signed difference to the one before, zigzag):
//   space | from | authors | head, if it is the last batch
//   journals: count, 8 bytes each
//   names: count of rulings, count of others; then as columns over rulings and others: journal index, step of number
//   within
//     its journal, 8 bytes of hash, step of stamp
//   rulings, as columns: verdict, step of time, line (0: its journal; else 1 and 8 bytes), reason of those not accepted
//   texts: keys and types, each once
//   shapes: lists of text indices of keys
//   records, as columns: step of number, kind (0 cells, 1 echo, 2 tombstone), step of the id's time, 10 further bytes
//   of id, type,
//     shape, row name (0: the ruling of its number; else name index + 1), row number (as distance below the record's)
//   cells, one column for each text: per record in order, 2 * length + bytes for a plain cell (one leaf, named by the
//   row name,
//     under the row number); else 2 * leaves + 1, distance of number, unknown names, leaves (name, value, what it saw)
#include "sync/batch.hpp"

#include "shared/check.hpp"
#include "sync/batch_names.hpp"
#include "sync/feed_archive.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <unordered_map>

namespace indaba::sync {

namespace {

using shared::BinaryInput;
using shared::BinaryOutput;

enum class Kind : std::uint8_t { cells, echo, tombstone };

Kind kind_of(const FeedRecord& record)
{
    return record.echo ? Kind::echo : record.tombstone ? Kind::tombstone : Kind::cells;
}

std::int64_t id_time(const shared::RecordId& id)
{
    std::int64_t time = 0;
    for (std::size_t i = 0; i < 6; ++i) time = time << 8 | id.bytes[i];
    return time;
}

/// The write identity that most of a record's cells share.
struct Row {
    const TransactionName* name = nullptr;
    std::uint64_t number = 0;
};

Row row_of(const FeedRecord& record)
{
    Row best;
    std::size_t best_count = 0;
    for (const auto& cell : record.cells) {
        if (cell.leaves.size() != 1) continue;
        const Row row{&cell.leaves[0].name, cell.number};
        if (best.name != nullptr && *row.name == *best.name && row.number == best.number) continue;
        const auto count = std::size_t(std::ranges::count_if(record.cells, [&](const Cell& other) {
            return other.number == row.number && other.leaves.size() == 1 && other.leaves[0].name == *row.name;
        }));
        if (count > best_count) {
            best = row;
            best_count = count;
        }
    }
    return best;
}

bool is_plain(const Cell& cell, const Row& row)
{
    return cell.leaves.size() == 1 && cell.unknown.empty() && cell.number == row.number && cell.leaves[0].saw.empty() &&
           cell.leaves[0].name == *row.name;
}

class Writer {
public:
    explicit Writer(const FeedBatch& batch) : batch_(batch) {}

    void write(BinaryOutput& out)
    {
        for (const auto& ruling : batch_.rulings) names_.index(ruling.name);
        for (const auto& record : batch_.records) add(record);
        out(batch_.space);
        out.put_compact(batch_.from);
        out(batch_.authors, batch_.head.has_value());
        if (batch_.head) out(*batch_.head);
        names_.save(out, batch_.rulings.size());
        save_rulings(out);
        out(texts_, shapes_list_);
        save_records(out);
        for (auto& column : columns_) {
            const auto bytes = column.take();
            out(shared::as_text(bytes));
        }
    }

private:
    std::uint32_t text(std::string_view text)
    {
        const auto [place, fresh] = text_places_.try_emplace(text, std::uint32_t(texts_.size()));
        if (fresh) {
            texts_.push_back(text);
            columns_.emplace_back();
        }
        return place->second;
    }

    void add(const FeedRecord& record)
    {
        const auto row = row_of(record);
        rows_.push_back(row);
        std::vector<std::uint32_t> shape;
        for (const auto& cell : record.cells) {
            const auto index = text(cell.key);
            shape.push_back(index);
            add(cell, row, record.number, columns_[index]);
        }
        const auto [place, fresh] = shapes_.try_emplace(shape, std::uint32_t(shapes_list_.size()));
        if (fresh) shapes_list_.push_back(Shape{std::move(shape)});
        shape_of_.push_back(place->second);
        type_of_.push_back(text(record.type));
    }

    void add(const Cell& cell, const Row& row, std::uint64_t number, BinaryOutput& column)
    {
        for (const auto& leaf : cell.leaves) names_.index(leaf.name, leaf.stamp);
        if (is_plain(cell, row)) {
            const auto value = cell.leaves[0].value.encoding();
            column.put_compact(value.size() << 1);
            column.put(value.data(), value.size());
            return;
        }
        column.put_compact(cell.leaves.size() << 1 | 1);
        column.put_compact(number - cell.number);
        put_names(cell.unknown, column);
        for (const auto& leaf : cell.leaves) {
            column.put_compact(names_.index(leaf.name));
            column(leaf.value.encoding());
            put_names(leaf.saw, column);
        }
    }

    void put_names(const std::vector<TransactionName>& names, BinaryOutput& column)
    {
        column.put_compact(names.size());
        for (const auto& name : names) column.put_compact(names_.index(name));
    }

    void save_rulings(BinaryOutput& out)
    {
        for (const auto& ruling : batch_.rulings) out(shared::checked(ruling.verdict, Verdict::lost));
        std::int64_t time = 0;
        for (const auto& ruling : batch_.rulings) put_step(out, ruling.time_ms, time);
        for (const auto& ruling : batch_.rulings) {
            const bool branch = ruling.line != ruling.name.journal.value;
            out(branch);
            if (branch) out(ruling.line);
        }
        for (const auto& ruling : batch_.rulings)
            if (ruling.verdict != Verdict::accepted) out(ruling.reason);
    }

    void save_records(BinaryOutput& out)
    {
        const auto& records = batch_.records;
        out.put_compact(records.size());
        std::int64_t number = std::int64_t(batch_.from);
        for (const auto& record : records) put_step(out, std::int64_t(record.number), number);
        for (const auto& record : records) out(static_cast<std::uint8_t>(kind_of(record)));
        std::int64_t time = 0;
        for (const auto& record : records) put_step(out, id_time(record.id), time);
        for (const auto& record : records) out.put(record.id.bytes.data() + 6, 10);
        for (const auto type : type_of_) out.put_compact(type);
        for (const auto shape : shape_of_) out.put_compact(shape);
        for (std::size_t i = 0; i < records.size(); ++i) out.put_compact(row_index(records[i], rows_[i]));
        for (std::size_t i = 0; i < records.size(); ++i)
            out.put_compact(rows_[i].name ? records[i].number - rows_[i].number : 0);
    }

    std::uint64_t row_index(const FeedRecord& record, const Row& row)
    {
        if (row.name == nullptr || batch_.rulings[record.number - batch_.from - 1].name == *row.name) return 0;
        return names_.index(*row.name) + 1;
    }

    const FeedBatch& batch_;
    NameTable names_;
    std::vector<std::string_view> texts_;
    std::unordered_map<std::string_view, std::uint32_t> text_places_;
    std::deque<BinaryOutput> columns_;
    std::map<std::vector<std::uint32_t>, std::uint32_t> shapes_;
    std::vector<Shape> shapes_list_;
    std::vector<Row> rows_;
    std::vector<std::uint32_t> shape_of_;
    std::vector<std::uint32_t> type_of_;
};

class Reader {
public:
    Reader(BinaryInput& in, FeedBatch& batch) : in_(in), batch_(batch) {}

    void read()
    {
        bool last = false;
        in_(batch_.space);
        batch_.from = in_.get_compact(kMostNumber);
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

void save_batch(BinaryOutput& archive, const FeedBatch& batch)
{
    INDABA_CHECK(batch.to == batch.from + batch.rulings.size());
    Writer(batch).write(archive);
}

void load_batch(BinaryInput& archive, FeedBatch& batch) { Reader(archive, batch).read(); }

}  // namespace indaba::sync
