// Layout (numbers LEB128; "step" is a signed difference to the one before, zigzag):
//   space | from | distance of base below it | authors | head, if it is the last batch
//   journals: count, 8 bytes each
//   names: count of rulings, count of others; then as columns over rulings and others: journal index, step of number
//   within
//     its journal, 8 bytes of hash, step of stamp
//   rulings, as columns: verdict, step of time, line (0: its journal; else 1 and 8 bytes), reason of those not accepted
//   texts: keys and types, each once
//   shapes: lists of text indices of keys, 4 bytes each
//   records, as columns: step of number, kind (0 cells, 1 echo, 2 tombstone), step of the id's time, 10 further bytes
//   of id, type,
//     shape, row name (0: the ruling of its number; else name index + 1), row number (as distance below the record's)
//   cells, one column for each text: per record in order, 2 * length + bytes for a plain cell (one leaf, named by the
//   row name,
//     under the row number); else 2 * leaves + 1, distance of number, unknown names, leaves (name, value, what it saw)
#include "sync/batch.hpp"

#include "shared/check.hpp"
#include "sync/batch_parts.hpp"
#include "sync/feed_archive.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <unordered_map>

namespace indaba::sync {

namespace {

using shared::BinaryOutput;
using shared::Bytes;

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

    Bytes write()
    {
        BinaryOutput out;
        for (const auto& ruling : batch_.rulings) names_.index(ruling.name);
        for (const auto& record : batch_.records) add(record);
        out(batch_.space);
        out.put_compact(batch_.from);
        out.put_compact(batch_.from - batch_.base);
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
        return out.take();
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
        if (fresh) shapes_list_.push_back(std::move(shape));
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
        for (const auto& record : records) out.put(record.id.bytes.data() + 6, kIdTail_bytes);
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
    std::vector<std::vector<std::uint32_t>> shapes_list_;
    std::vector<Row> rows_;
    std::vector<std::uint32_t> shape_of_;
    std::vector<std::uint32_t> type_of_;
};

}  // namespace

Bytes encode_batch(const FeedBatch& batch)
{
    INDABA_CHECK(batch.to == batch.from + batch.rulings.size());
    return Writer(batch).write();
}

}  // namespace indaba::sync
