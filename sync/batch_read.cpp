// Reads the layout that batch_write.cpp describes, believing nothing of it. Opening finds where each column begins.
#include "sync/batch.hpp"

#include "shared/cell_names.hpp"
#include "sync/feed_archive.hpp"

namespace indaba::sync {

namespace {

using shared::BinaryInput;

constexpr std::uint64_t kMostNumber = std::uint64_t(1) << 62;
constexpr auto kAnyNumber = ~std::uint64_t(0);
constexpr auto kAnyIndex = ~std::uint32_t(0);

void pass_over_numbers(BinaryInput& in, std::size_t count)
{
    for (std::size_t i = 0; i < count && in.ok(); ++i) (void)in.get_compact(kAnyNumber);
}

void check_indices(BinaryInput& in, std::size_t count, std::size_t size)
{
    for (std::size_t i = 0; i < count && in.ok(); ++i)
        if (in.get_compact(kAnyIndex) >= size) in.fault("has an index out of range");
}

}  // namespace

shared::Result<BatchReader> BatchReader::open(shared::ByteView bytes)
{
    BatchReader batch(bytes);
    auto& head = batch.head_;
    BinaryInput in(bytes);
    bool last = false;
    in(head.space);
    head.from = in.get_compact(kMostNumber);
    head.base = head.from - in.get_compact(head.from);
    in(head.authors, last);
    if (last) in(head.head.emplace());
    batch.names_.load(in);
    head.to = head.from + batch.names_.rulings();
    batch.read_rulings(in);
    batch.read_texts(in);
    batch.read_shapes(in);
    batch.read_records(in);
    batch.read_columns(in);
    INDABA_TRY(in.finish("a batch"));
    return batch;
}

void BatchReader::read_rulings(BinaryInput& in)
{
    const auto count = names_.rulings();
    rulings_.verdicts = ByteReader(in.rest());
    const auto verdicts = in.get_view(count);
    std::size_t reasons = 0;
    for (const auto verdict : verdicts) {
        if (verdict > std::uint8_t(Verdict::lost)) return in.fault("holds an unknown enumerator");
        if (Verdict(verdict) != Verdict::accepted) ++reasons;
    }
    rulings_.times = ByteReader(in.rest());
    pass_over_numbers(in, count);
    rulings_.lines = ByteReader(in.rest());
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        bool branch = false;
        in(branch);
        if (branch) (void)in.get_view(sizeof(std::uint64_t));
    }
    rulings_.reasons = ByteReader(in.rest());
    for (std::size_t i = 0; i < reasons && in.ok(); ++i) {
        auto code = Reason::Code::none;
        std::string_view field;
        std::string_view text;
        in(shared::checked(code, Reason::Code::erased), field, text);
    }
}

void BatchReader::read_texts(BinaryInput& in)
{
    texts_.resize(in.get_count(sizeof(std::uint32_t)));
    for (auto& place : texts_) {
        place = std::uint32_t(bytes_.size() - in.rest().size());
        (void)in.get_view(in.get_count(0));
    }
}

void BatchReader::read_shapes(BinaryInput& in)
{
    shapes_.resize(in.get_count(sizeof(std::uint32_t)));
    for (auto& place : shapes_) {
        place = std::uint32_t(bytes_.size() - in.rest().size());
        const auto keys = in.get_count(0);
        if (keys > shared::limits::kCells) return in.fault("has a record of too many cells");
        for (std::size_t i = 0; i < keys && in.ok(); ++i)
            if (const auto key = in.get_fixed<std::uint32_t>(); key >= texts_.size())
                in.fault("has an index out of range");
            else if (!shared::is_cell_name(text(key))) in.fault("has a field whose name cannot be one");
    }
}

void BatchReader::read_records(BinaryInput& in)
{
    const auto count = in.get_count(0);
    records_left_ = count;
    number_ = std::int64_t(head_.from);
    records_.numbers = ByteReader(in.rest());
    for (auto number = number_, i = std::int64_t(0); i < std::int64_t(count) && in.ok(); ++i) {
        const auto at = std::uint64_t(get_step(in, number));
        if (at <= head_.from || at > head_.to) in.fault("has a record outside its numbers");
    }
    records_.kinds = ByteReader(in.rest());
    const auto kinds = in.get_view(count);
    for (const auto kind : kinds)
        if (kind > std::uint8_t(Kind::tombstone)) in.fault("holds an unknown enumerator");
    records_.id_times = ByteReader(in.rest());
    pass_over_numbers(in, count);
    records_.ids = ByteReader(in.rest());
    for (std::size_t i = 0; i < count && in.ok(); ++i) (void)in.get_view(kIdTail_bytes);
    records_.types = ByteReader(in.rest());
    check_indices(in, count, texts_.size());
    records_.shapes = ByteReader(in.rest());
    check_indices(in, count, shapes_.size());
    records_.row_names = ByteReader(in.rest());
    check_indices(in, count, names_.size() + 1);
    records_.row_numbers = ByteReader(in.rest());
    pass_over_numbers(in, count);
}

void BatchReader::read_columns(BinaryInput& in)
{
    if (!in.allow(texts_.size() * sizeof(Column))) return;
    columns_.resize(texts_.size());
    for (auto& column : columns_) {
        const auto size = in.get_count(0);
        column.at = std::uint32_t(bytes_.size() - in.rest().size());
        column.end = column.at + std::uint32_t(size);
        (void)in.get_view(size);
    }
}

std::string_view BatchReader::text(std::size_t index) const
{
    auto in = from(texts_[index]);
    return shared::as_text(in.get_view(in.get_count()));
}

BatchReader::Rulings BatchReader::rulings() const { return Rulings(*this); }

bool BatchReader::Rulings::next(Ruling& ruling)
{
    if (read_ == batch_.names_.rulings()) return false;
    ruling.name = batch_.names_.name(read_);
    ruling.number = batch_.head_.from + ++read_;
    ruling.verdict = Verdict(columns_.verdicts.get_fixed<std::uint8_t>());
    ruling.time_ms = get_step(columns_.times, time_);
    const bool branch = columns_.lines.get_fixed<std::uint8_t>() == 1;
    ruling.line = branch ? columns_.lines.get_fixed<std::uint64_t>() : ruling.name.journal.value;
    ruling.reason = {};
    if (ruling.verdict == Verdict::accepted) return true;
    auto& reasons = columns_.reasons;
    ruling.reason.code = Reason::Code(reasons.get_fixed<std::uint8_t>());
    ruling.reason.field = shared::as_text(reasons.get_view(reasons.get_count()));
    ruling.reason.text = shared::as_text(reasons.get_view(reasons.get_count()));
    return true;
}

}  // namespace indaba::sync
