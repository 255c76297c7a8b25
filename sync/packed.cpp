#include "sync/packed.hpp"

#include "shared/cell_names.hpp"
#include "sync/messages.hpp"

#include <algorithm>

namespace indaba::sync {

using shared::BinaryInput;
using shared::BinaryOutput;
using shared::compact;

template <class Archive>
void serialize(Archive& archive, HistoryCell& cell)
{
    archive(cell.key, cell.value);
}

template <class Archive>
void serialize(Archive& archive, Leaf& leaf)
{
    archive(leaf.name, leaf.stamp, leaf.value, leaf.saw);
}

template <class Archive>
void serialize(Archive& archive, Cell& cell)
{
    archive(cell.key, compact(cell.number), cell.leaves, cell.unknown);
}

void save(BinaryOutput& archive, const FeedRecord& record)
{
    archive(record.id, record.type, compact(record.number), record.tombstone);
    archive.put_compact(record.cells.size());
    for (const auto& cell : record.cells) archive(cell);
}

namespace {

/// Each name once.
bool is_ordered(const std::vector<TransactionName>& names)
{
    return std::ranges::adjacent_find(names, std::ranges::greater_equal()) == names.end();
}

bool is_ordered(const Cell& cell)
{
    return std::ranges::adjacent_find(cell.leaves, std::ranges::greater_equal(), &Leaf::name) == cell.leaves.end() &&
           is_ordered(cell.unknown) && cell.leaves.size() <= shared::limits::kLeaves &&
           std::ranges::all_of(cell.leaves, [](const Leaf& leaf) { return is_ordered(leaf.saw); });
}

}  // namespace

void load(BinaryInput& archive, FeedRecord& record)
{
    archive(record.id, record.type, compact(record.number), record.tombstone);
    const bool is_gone = record.number == 0 && record.type.empty();  // as the device asks what became of it
    if (archive.ok() && !is_gone && !shared::is_name(record.type)) archive.fault("has a type whose name cannot be one");
    const auto count = archive.get_count(sizeof(Cell));
    if (count > shared::limits::kCells) return archive.fault("has a record of too many cells");
    record.cells.reserve(count);
    for (std::size_t i = 0; i < count && archive.ok(); ++i) {
        Cell cell;
        archive(cell);
        if (!is_ordered(cell) || !shared::is_cell_name(cell.key) || !record.cells.append(std::move(cell)))
            archive.fault("has a record whose cells do not hold");
    }
}

template <class T>
void Packed<T>::push_back(const T& item)
{
    const auto bytes = shared::encode(item);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    ++size_;
}

template <class T>
void Packed<T>::save(BinaryOutput& archive) const
{
    archive.put_compact(size_);
    archive.put(bytes_.data(), bytes_.size());
}

template <class T>
void Packed<T>::load(BinaryInput& archive)
{
    const auto count = archive.get_count(0);
    const auto begin = archive.rest();
    for (std::size_t i = 0; i < count; ++i) {
        BinaryInput one(archive.rest());  // only one of them is there at a time
        T item;
        one(item);
        if (!one.ok()) return archive.fault(one.why());
        (void)archive.get_view(archive.rest().size() - one.rest().size());
    }
    const auto list = begin.first(begin.size() - archive.rest().size());
    if (!archive.ok() || !archive.allow(list.size())) return;
    bytes_.assign(list.begin(), list.end());
    size_ = count;
}

template <class T>
void Packed<T>::Iterator::read_next()
{
    is_end_ = left_ == 0;
    if (is_end_) return;
    --left_;
    BinaryInput one(rest_);
    item_ = T{};
    one(item_);
    rest_ = one.rest();
}

template class Packed<HistoryCell>;
template class Packed<FeedRecord>;

}  // namespace indaba::sync
