#include "sync/record_versions.hpp"

#include "shared/archive.hpp"

#include <algorithm>

namespace indaba::sync {

using shared::BinaryOutput;
using shared::RecordId;

RecordVersion version_of(const FeedRecord& record, shared::Digest& digest)
{
    BinaryOutput out;
    const auto put_names = [&](const std::vector<TransactionName>& names) {
        out.put_compact(names.size());
        for (const auto& name : names) out(name);
    };
    out(record.number, record.type, record.tombstone);
    for (const auto& cell : record.cells) {
        out(cell.key, cell.number);
        put_names(cell.unknown);
        out.put_compact(cell.leaves.size());
        for (const auto& leaf : cell.leaves) {
            out(leaf.name, leaf.stamp);
            put_names(leaf.saw);
        }
    }
    return {record.id, digest.sha256(out.take()).prefix()};
}

bool are_disjoint(std::span<const RangeDigest> ranges)
{
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        const auto& range = ranges[i].range;
        const bool open = range.before == RecordId{};
        if (!open && range.before <= range.from) return false;
        if (i + 1 < ranges.size() && (open || ranges[i + 1].range.from < range.before)) return false;
    }
    return true;
}

RecordVersions::RecordVersions(std::vector<RecordVersion> records) : records_(std::move(records))
{
    std::ranges::sort(records_, {}, &RecordVersion::id);
}

std::span<const RecordVersion> RecordVersions::in(const IdRange& range) const
{
    const auto begin = std::ranges::lower_bound(records_, range.from, {}, &RecordVersion::id);
    const auto end =
        range.before == RecordId{}
            ? records_.end()
            : std::lower_bound(begin, records_.end(), range.before,
                               [](const RecordVersion& record, const RecordId& id) { return record.id < id; });
    return {begin, end};
}

namespace {

RangeDigest digest_of(const IdRange& range, std::span<const RecordVersion> records, shared::Digest& digest)
{
    BinaryOutput out;
    for (const auto& record : records) out(record.id, record.version);
    return {range, records.size(), digest.sha256(out.take()).prefix()};
}

}  // namespace

RangeDigest RecordVersions::digest(const IdRange& range, shared::Digest& digest) const
{
    return digest_of(range, in(range), digest);
}

std::vector<RangeDigest> RecordVersions::split(const IdRange& range, std::size_t parts, shared::Digest& digest) const
{
    const auto records = in(range);
    parts = std::clamp<std::size_t>(records.size(), 1, parts);
    std::vector<RangeDigest> pieces;
    std::size_t begin = 0;
    for (std::size_t i = 1; i <= parts; ++i) {
        const auto end = records.size() * i / parts;
        const IdRange piece{i == 1 ? range.from : records[begin].id, i == parts ? range.before : records[end].id};
        pieces.push_back(digest_of(piece, records.subspan(begin, end - begin), digest));
        begin = end;
    }
    return pieces;
}

std::optional<std::uint64_t> RecordVersions::find(const RecordId& id) const
{
    const auto place = std::ranges::lower_bound(records_, id, {}, &RecordVersion::id);
    return place == records_.end() || place->id != id ? std::nullopt : std::optional(place->version);
}

void RecordVersions::set(const RecordVersion& record)
{
    const auto place = std::ranges::lower_bound(records_, record.id, {}, &RecordVersion::id);
    if (place != records_.end() && place->id == record.id) place->version = record.version;
    else records_.insert(place, record);
}

}  // namespace indaba::sync
