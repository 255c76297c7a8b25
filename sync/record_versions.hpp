// What one side holds of a space, as fingerprints: where two sides differ is found by comparing ranges of record ids
// and splitting only those that differ, so that d differences among n records cost about d log n bytes (range-based set
// reconciliation, A. Meyer, SRDS 2023). Plain values, one thread at a time. Not here: who asks whom (comparison.hpp).
#pragma once

#include "shared/ids.hpp"
#include "shared/ports.hpp"
#include "sync/feed.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace indaba::sync {

/// A record's state as the feed tells it: equal exactly if number, type and leaves are (2^-64 apart).
struct RecordVersion {
    shared::RecordId id;
    std::uint64_t version = 0;

    friend bool operator==(const RecordVersion&, const RecordVersion&) = default;
};

/// Of the record as a scan from zero would bring it; `record.cells` is read, `echo` must be false.
[[nodiscard]] RecordVersion version_of(const FeedRecord& record, shared::Digest& digest);

/// Ids from `from` up to, not including, `before`; all zero as `before` means no end.
struct IdRange {
    shared::RecordId from;
    shared::RecordId before;

    [[nodiscard]] bool contains(const shared::RecordId& id) const
    {
        return from <= id && (before == shared::RecordId{} || id < before);
    }
    friend bool operator==(const IdRange&, const IdRange&) = default;
};

/// What somebody holds in a range: the number of records and the first 64 bits of SHA-256 over them in order.
struct RangeDigest {
    IdRange range;
    std::uint64_t count = 0;
    std::uint64_t fingerprint = 0;

    friend bool operator==(const RangeDigest&, const RangeDigest&) = default;
};

/// The versions of all records in a range, in order of id.
struct RangeContent {
    IdRange range;
    std::vector<RecordVersion> records;
};

/// True if the ranges follow each other without overlap: to answer for all of them costs one pass.
[[nodiscard]] bool are_disjoint(std::span<const RangeDigest> ranges);

class RecordVersions {
public:
    /// In any order, each id once.
    explicit RecordVersions(std::vector<RecordVersion> records);

    [[nodiscard]] std::size_t size() const { return records_.size(); }
    [[nodiscard]] std::span<const RecordVersion> in(const IdRange& range) const;
    [[nodiscard]] RangeDigest digest(const IdRange& range, shared::Digest& digest) const;
    /// The range in at most `parts` pieces of about equally many records; one piece if it holds fewer than two.
    [[nodiscard]] std::vector<RangeDigest> split(const IdRange& range, std::size_t parts, shared::Digest& digest) const;
    [[nodiscard]] std::optional<std::uint64_t> find(const shared::RecordId& id) const;
    /// A record that is new, or has changed.
    void set(const RecordVersion& record);

private:
    std::vector<RecordVersion> records_;  // ordered by id
};

}  // namespace indaba::sync
