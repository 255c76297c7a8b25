// The layout is described in transaction.cpp.
#include "shared/transaction_view.hpp"

#include "shared/archive.hpp"
#include "shared/cell_names.hpp"
#include "shared/limits.hpp"

#include <algorithm>
#include <numeric>

namespace indaba::shared {

namespace {

constexpr std::uint8_t kFormat = 1;
constexpr auto kAnyIndex = ~std::uint32_t(0);

/// The places of the items, ordered by what `of` says of each.
template <class T, class Of>
std::vector<std::uint32_t> ordered(const std::vector<T>& items, Of of)
{
    std::vector<std::uint32_t> places(items.size());
    std::iota(places.begin(), places.end(), 0u);
    std::ranges::sort(places, {}, [&](std::uint32_t place) { return of(items[place]); });
    return places;
}

template <class T>
bool holds_twice(const std::vector<T>& items)
{
    const auto places = ordered(items, std::identity());
    return std::ranges::adjacent_find(places, {}, [&](std::uint32_t place) { return items[place]; }) != places.end();
}

struct WriteHead {
    std::uint32_t key = 0;
    std::string_view value;
    std::uint64_t bases = 0;

    explicit WriteHead(ByteReader& in)
        : key(std::uint32_t(in.get_compact(kAnyIndex))), value(as_text(in.get_view(in.get_count()))),
          bases(in.get_compact(kAnyIndex))
    {
    }
};

struct Base {
    std::uint32_t journal = 0;
    std::uint64_t number = 0;
    std::uint64_t hash = 0;

    explicit Base(ByteReader& in)
        : journal(std::uint32_t(in.get_compact(kAnyIndex))), number(in.get_compact(~std::uint64_t(0))),
          hash(in.get_fixed<std::uint64_t>())
    {
    }
};

}  // namespace

/// Goes through a payload once; indices must appear in the order of their first use.
class TransactionView::Check {
public:
    explicit Check(TransactionView& view) : view_(view), in_(view.payload_) {}

    Result<void> run()
    {
        std::uint8_t format = 0;
        in_(format, view_.names_, view_.journals_);
        INDABA_TRY(read_records());
        if (in_.ok() && format != kFormat)
            return fail(Errc::unsupported, "a transaction of a newer format: update this program");
        for (std::uint32_t i = 0; i < view_.records_.size() && in_.ok(); ++i) INDABA_TRY(read_writes(i));
        if (in_.ok() && (names_seen_ != view_.names_.size() || journals_seen_ != view_.journals_.size()))
            in_.fault("lists a name that it does not use");
        if (in_.ok() && (holds_twice(view_.names_) || holds_twice(view_.journals_))) in_.fault("lists a name twice");
        INDABA_TRY(in_.finish("a transaction"));
        return check_names();
    }

private:
    Result<void> read_records()
    {
        auto& records = view_.records_;
        const auto count = in_.get_count(sizeof(Record) + sizeof(std::uint32_t));
        if (count > limits::kRecordsPerTransaction)
            return fail(Errc::too_large, "more than 1,000 records in one transaction");
        records.resize(count);
        for (auto& record : records) {
            in_.get(record.id.bytes.data(), record.id.bytes.size());
            record.type = std::uint32_t(in_.get_compact(kAnyIndex));
        }
        return {};
    }

    Result<void> read_writes(std::uint32_t index)
    {
        auto& record = view_.records_[index];
        use(record.type, names_seen_, view_.names_.size());
        record.writes_at = std::uint32_t(view_.payload_.size() - in_.rest().size());
        const auto count = in_.ByteReader::get_count();
        if (in_.ok() && count == 0) in_.fault("names a record without writing to it");
        std::string_view before;
        for (std::size_t i = 0; i < count && in_.ok(); ++i) {
            const WriteHead head(in_);
            if (!use(head.key, names_seen_, view_.names_.size())) break;
            const auto key = view_.names_[head.key];
            if (i > 0 && key <= before) in_.fault("has writes that are not in order");
            if (!Value::is_encoding(head.value)) in_.fault("holds a value that is not canonical");
            before = key;
            INDABA_TRY(read_bases(head.bases));
        }
        return {};
    }

    Result<void> read_bases(std::uint64_t count)
    {
        bases_ += count;
        if (in_.ok() && (count > limits::kBases || bases_ > limits::kBasesPerTransaction))
            return fail(Errc::too_large, "a transaction that replaces too much at once");
        for (std::uint64_t i = 0; i < count && in_.ok(); ++i)
            use(Base(in_).journal, journals_seen_, view_.journals_.size());
        return {};
    }

    bool use(std::uint32_t index, std::size_t& seen, std::size_t size)
    {
        if (index == seen && index < size) ++seen;
        if (index >= seen) in_.fault("uses a name out of order");
        return in_.ok();
    }

    Result<void> check_names()
    {
        if (view_.records_.empty()) return fail(Errc::malformed, "a transaction without a record");
        for (const auto& record : view_.records_)
            if (!is_name(view_.names_[record.type]))
                return fail(Errc::malformed, "a record type whose name cannot be one");
        if (!std::ranges::all_of(view_.names_, is_cell_name))
            return fail(Errc::malformed, "a field whose name cannot be one");
        const auto id = [this](std::uint32_t place) { return view_.records_[place].id; };
        view_.by_id_ = ordered(view_.records_, [](const Record& record) { return record.id; });
        if (std::ranges::adjacent_find(view_.by_id_, {}, id) != view_.by_id_.end())
            return fail(Errc::malformed, "a transaction that lists a record twice");
        return {};
    }

    TransactionView& view_;
    BinaryInput in_;
    std::size_t names_seen_ = 0;
    std::size_t journals_seen_ = 0;
    std::uint64_t bases_ = 0;
};

Result<TransactionView> TransactionView::open(ByteView payload)
{
    if (payload.size() > limits::kTransaction_bytes) return fail(Errc::too_large, "a transaction over 4 MiB");
    TransactionView view;
    if (payload.empty()) return view;
    view.payload_ = payload;
    INDABA_TRY(Check(view).run());
    return view;
}

std::optional<std::size_t> TransactionView::find(const RecordId& id) const
{
    const auto id_at = [this](std::uint32_t place) { return records_[place].id; };
    const auto place = std::ranges::lower_bound(by_id_, id, {}, id_at);
    return place != by_id_.end() && id_at(*place) == id ? std::optional<std::size_t>(*place) : std::nullopt;
}

TransactionView::Writes TransactionView::writes(std::size_t record) const { return {*this, record}; }

TransactionView::Writes TransactionView::writes_to(const RecordId& id) const
{
    const auto record = find(id);
    return record ? writes(*record) : Writes();
}

TransactionView::Writes::Iterator::Iterator(const TransactionView* view, std::size_t record)
    : view_(view), is_end_(view == nullptr)
{
    if (is_end_) return;
    in_ = ByteReader(view->payload_.subspan(view->records_[record].writes_at));
    write_.record = std::uint32_t(record);
    left_ = in_.get_count();
    read_next();
}

void TransactionView::Writes::Iterator::read_next()
{
    is_end_ = left_ == 0;
    if (is_end_) return;
    --left_;
    const WriteHead head(in_);
    write_.key = view_->names_[head.key];
    write_.value = Value::from_trusted(head.value);
    write_.bases.clear();
    write_.bases.reserve(head.bases);
    for (std::uint64_t i = 0; i < head.bases; ++i) {
        const Base base(in_);
        write_.bases.push_back({view_->journals_[base.journal], base.number, base.hash});
    }
}

}  // namespace indaba::shared
