#include "sync/comparison.hpp"

#include <algorithm>

namespace indaba::sync {

namespace {

using shared::Errc;
using shared::RecordId;

/// Of two ranges of which the outer begins no later.
bool ends_inside(const IdRange& inner, const IdRange& outer)
{
    return outer.before == RecordId{} || (inner.before != RecordId{} && inner.before <= outer.before);
}

}  // namespace

shared::Result<RangeAnswers> answer_ranges(const RecordVersions& held, std::span<const RangeDigest> asked,
                                           shared::Digest& digest)
{
    if (asked.size() > kAskedRanges || !are_disjoint(asked))
        return fail(Errc::malformed, "the device asks about ranges that overlap, or about too many");
    RangeAnswers answers;
    for (const auto& theirs : asked) {
        const auto records = held.in(theirs.range);
        if (held.digest(theirs.range, digest) == theirs) continue;
        if (records.size() <= kListed) {
            answers.listed.push_back({theirs.range, {records.begin(), records.end()}});
            continue;
        }
        std::ranges::move(held.split(theirs.range, kParts, digest), std::back_inserter(answers.parts));
    }
    return answers;
}

Comparison::Comparison(RecordVersions mine, shared::Digest& digest) : mine_(std::move(mine)), digest_(digest)
{
    open_.push_back(mine_.digest({}, digest_));
}

std::vector<RangeDigest> Comparison::ask()
{
    const auto count = std::min(open_.size(), kAskedRanges);
    asked_.assign(open_.begin(), open_.begin() + std::ptrdiff_t(count));
    open_.erase(open_.begin(), open_.begin() + std::ptrdiff_t(count));
    return asked_;
}

bool Comparison::was_asked(const IdRange& range) const
{
    // The last that begins at or before it.
    const auto place =
        std::ranges::upper_bound(asked_, range.from, {}, [](const RangeDigest& asked) { return asked.range.from; });
    return place != asked_.begin() && ends_inside(range, std::prev(place)->range);
}

shared::Result<void> Comparison::take(const RangeAnswers& answers)
{
    const auto is_strange = [&](const RangeDigest& part) { return !was_asked(part.range); };
    const auto is_strange_list = [&](const RangeContent& listed) {
        return !was_asked(listed.range) || listed.records.size() > kListed;
    };
    if (std::ranges::any_of(answers.parts, is_strange) || std::ranges::any_of(answers.listed, is_strange_list) ||
        !are_disjoint(answers.parts))
        return fail(Errc::malformed, "the centre compares what was not asked");
    for (const auto& theirs : answers.parts) {
        const auto own = mine_.digest(theirs.range, digest_);
        if (own == theirs) continue;
        // A part that is the whole range again would be asked for ever.
        if (std::ranges::find(asked_, theirs.range, &RangeDigest::range) != asked_.end())
            return fail(Errc::malformed, "the centre does not split a range");
        open_.push_back(own);
    }
    for (const auto& listed : answers.listed) compare(listed);
    asked_.clear();
    std::ranges::sort(open_, {}, [](const RangeDigest& open) { return open.range.from; });
    return {};
}

void Comparison::compare(const RangeContent& theirs)
{
    for (const auto& record : theirs.records)
        if (theirs.range.contains(record.id) && mine_.find(record.id) != record.version) wanted_.push_back(record.id);
    for (const auto& record : mine_.in(theirs.range))
        if (std::ranges::find(theirs.records, record.id, &RecordVersion::id) == theirs.records.end())
            unmatched_.push_back(record.id);
}

}  // namespace indaba::sync
