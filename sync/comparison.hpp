// The asking side of a comparison of one space: which ranges to ask about next, and at the end which records differ. A
// device runs it when its cursor is not on the centre's chain, so that neither side trusts the other's numbers. Sans-IO
// and without messages, one thread at a time.
#pragma once

#include "sync/record_versions.hpp"

#include <vector>

namespace indaba::sync {

/// How a range is answered: its parts if the answering side holds more than kListed records there, else the records.
struct RangeAnswers {
    std::vector<RangeDigest> parts;
    std::vector<RangeContent> listed;
};

/// A range that differs falls into so many parts.
inline constexpr std::size_t kParts = 16;
/// A range of at most so many records is listed: about what the digests of its parts would cost.
inline constexpr std::size_t kListed = 16;
/// Ranges asked about in one message.
inline constexpr std::size_t kAskedRanges = 256;

/// The other side: answers for the ranges whose digests differ from its own. Malformed for more than kAskedRanges, or
/// for ranges that are not disjoint.
[[nodiscard]] shared::Result<RangeAnswers> answer_ranges(const RecordVersions& held, std::span<const RangeDigest> asked,
                                                         shared::Digest& digest);

class Comparison {
public:
    /// Begins with one range that holds every id.
    Comparison(RecordVersions mine, shared::Digest& digest);

    /// What to ask next, at most kAskedRanges; empty: all is known. Ask again only when the answer was taken.
    [[nodiscard]] std::vector<RangeDigest> ask();
    /// Malformed if it answers what was not asked.
    [[nodiscard]] shared::Result<void> take(const RangeAnswers& answers);

    /// Records that the other side holds and this one does not, or differently. Taken out.
    [[nodiscard]] std::vector<shared::RecordId> take_wanted() { return std::exchange(wanted_, {}); }
    /// Records that only this side holds. Taken out.
    [[nodiscard]] std::vector<shared::RecordId> take_unmatched() { return std::exchange(unmatched_, {}); }

private:
    [[nodiscard]] bool was_asked(const IdRange& range) const;
    void compare(const RangeContent& theirs);

    RecordVersions mine_;
    shared::Digest& digest_;
    std::vector<RangeDigest> open_;  // to be asked, in order
    std::vector<RangeDigest> asked_;  // not answered yet, in order
    std::vector<shared::RecordId> wanted_;
    std::vector<shared::RecordId> unmatched_;
};

}  // namespace indaba::sync
