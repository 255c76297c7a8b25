// How a feed batch is laid out in bytes: by column, so that what is alike stands together and compresses well; write
// identities once each, in the order of the rulings; cells as values alone where the record's own write identity holds.
// The layout is described at the top of batch_write.cpp. One that arrives is read in place and handed out in pieces, so
// that it costs a small multiple of its bytes however small its cells are. One thread at a time.
#pragma once

#include "sync/batch_parts.hpp"
#include "sync/feed.hpp"

#include <functional>

namespace indaba::sync {

[[nodiscard]] shared::Bytes encode_batch(const FeedBatch& batch);

/// Goes through a batch once, record by record.
class BatchReader {
public:
    /// Malformed for bytes that are no batch; of the records' cells that is found where they are read. `bytes` must
    /// outlive this.
    [[nodiscard]] static shared::Result<BatchReader> open(shared::ByteView bytes);

    [[nodiscard]] const BatchHead& head() const { return head_; }

    /// From the first, each time; in order, without a gap.
    class Rulings;
    [[nodiscard]] Rulings rulings() const;

    /// All of the next record but its cells; false: there are no more, and the batch was whole.
    [[nodiscard]] shared::Result<bool> next_record(FeedRecord& record);
    /// How many cells that record has here.
    [[nodiscard]] std::size_t cell_count() const { return from(shapes_[row_.shape]).get_count(); }
    /// The cells of that record, ordered by key and without their leaves, after each its leaves, ordered by name. One
    /// at a time, because one record may name the same write thousands of times. At most once; what is not read is
    /// passed over.
    using OnCell = std::function<void(Cell&&)>;
    using OnLeaf = std::function<void(Leaf&&)>;
    [[nodiscard]] shared::Result<void> read_cells(const OnCell& on_cell, const OnLeaf& on_leaf);

private:
    using ByteReader = shared::ByteReader;

    /// What is left of one, by its place: a view would be twice as large, and there may be one for every few bytes.
    struct Column {
        std::uint32_t at = 0;
        std::uint32_t end = 0;
    };
    /// Where the columns of the rulings begin.
    struct RulingColumns {
        ByteReader verdicts, times, lines, reasons;
    };
    /// Where the columns of the records go on.
    struct RecordColumns {
        ByteReader numbers, kinds, id_times, ids, types, shapes, row_names, row_numbers;
    };
    /// The record that is being read.
    struct Row {
        std::uint64_t record = 0;  ///< its number
        std::size_t name = 0;
        std::uint64_t number = 0;
        std::size_t shape = 0;
        std::size_t bytes = 0;  ///< of the cells so far, as Cells::size_bytes counts
    };

    explicit BatchReader(shared::ByteView bytes) : bytes_(bytes) {}
    void read_rulings(shared::BinaryInput& in);
    void read_texts(shared::BinaryInput& in);
    void read_shapes(shared::BinaryInput& in);
    void read_records(shared::BinaryInput& in);
    void read_columns(shared::BinaryInput& in);
    [[nodiscard]] ByteReader from(std::uint32_t place) const { return ByteReader(bytes_.subspan(place)); }
    [[nodiscard]] std::string_view text(std::size_t index) const;

    struct Sink;
    void read_cell(std::string_view key, ByteReader& column, const Sink& sink);
    void read_leaves(std::size_t count, ByteReader& column, const Sink& sink);
    void count(std::size_t bytes, ByteReader& column);

    shared::ByteView bytes_;
    BatchHead head_;
    BatchNames names_;
    RulingColumns rulings_;
    std::vector<std::uint32_t> texts_;  // where each begins
    std::vector<std::uint32_t> shapes_;  // likewise
    RecordColumns records_;
    std::vector<Column> columns_;  // one for each text

    std::size_t records_left_ = 0;
    std::int64_t number_ = 0;
    std::int64_t id_time_ = 0;
    Row row_;
    bool has_cells_ = false;  // that were not read yet
};

class BatchReader::Rulings {
public:
    /// False: there are no more.
    [[nodiscard]] bool next(Ruling& ruling);

private:
    friend class BatchReader;
    explicit Rulings(const BatchReader& batch) : batch_(batch), columns_(batch.rulings_) {}

    const BatchReader& batch_;
    RulingColumns columns_;
    std::size_t read_ = 0;
    std::int64_t time_ = 0;
};

}  // namespace indaba::sync
