// The feed: a space's rulings in commit order, numbered from 1 without gaps and chained by hash; and the pieces of it
// that travel. Shapes only: centre.hpp writes the feed, replica.hpp follows it, batch.hpp encodes it. Plain values, any
// thread.
#pragma once

#include "shared/ids.hpp"
#include "shared/ports.hpp"
#include "sync/cells.hpp"

#include <optional>
#include <string>
#include <vector>

namespace indaba::sync {

using shared::Hash;

struct StoredRecord;  // storage.hpp

enum class Verdict : std::uint8_t { accepted, refused, lost };

/// Why a transaction was refused, for its author: `field` is empty when no single field is to blame.
struct Reason {
    enum class Code : std::uint8_t { none, no_role, no_record, rule, too_many_leaves, other_type, lost, erased };
    Code code = Code::none;
    std::string field;
    std::string text;  ///< one line in English, for people; programs go by `code` and `field`

    friend bool operator==(const Reason&, const Reason&) = default;
};

/// The centre's word on one transaction. `line` is the journal's id, or, of a branch, the prefix of its first entry's
/// hash.
struct Ruling {
    std::uint64_t number = 0;
    TransactionName name;
    std::uint64_t line = 0;
    Verdict verdict = Verdict::accepted;
    Reason reason;
    std::int64_t time_ms = 0;

    friend bool operator==(const Ruling&, const Ruling&) = default;
};

/// The chain: hash of a label, the hash before, and the ruling. The hash before the first is all zero.
[[nodiscard]] Hash chain_hash(const Hash& before, const Ruling& ruling, shared::Digest& digest);

/// A head of a space's feed, signed by the centre's key.
struct SignedHead {
    shared::SpaceName space;
    std::uint64_t number = 0;
    Hash hash;
    std::int64_t time_ms = 0;
    std::uint64_t backed_up = 0;  ///< everything up to this number survives the loss of the centre's disk
    std::uint64_t horizon = 0;  ///< deletions up to this number are forgotten: see is_forgotten()
    shared::Signature signature;
};
[[nodiscard]] shared::Bytes head_message(const SignedHead& head);

/// Where a device stands in a space's feed: caught up at `base`, scanned to `position`, and the newest head it has
/// seen. What it holds is right for a centre that has forgotten deletions up to `horizon`.
struct Cursor {
    std::uint64_t base = 0;
    std::uint64_t position = 0;
    std::uint64_t head = 0;
    Hash head_hash;
    std::uint64_t horizon = 0;

    friend bool operator==(const Cursor&, const Cursor&) = default;
};

/// A cursor as it travels, once for every space at the start of every session. 64 bits of the head's hash tell a chain
/// from what it was before a backup was put back; that nobody forges a head is the signature's to show, not this.
struct Place {
    std::uint64_t base = 0;
    std::uint64_t position = 0;
    std::uint64_t head = 0;
    std::uint64_t head_hash = 0;  ///< its prefix
    std::uint64_t backed_up = 0;  ///< as the device was told last
    std::uint64_t horizon = 0;

    [[nodiscard]] static Place of(const Cursor& cursor, std::uint64_t backed_up)
    {
        return {cursor.base, cursor.position, cursor.head, cursor.head_hash.prefix(), backed_up, cursor.horizon};
    }
    friend bool operator==(const Place&, const Place&) = default;
};

/// A record as the feed carries it: its cells newer than the receiver's base, under its newest number.
struct FeedRecord {
    shared::RecordId id;
    std::string type;
    std::uint64_t number = 0;
    bool tombstone = false;  ///< plainly deleted: `cells` is the existence cell and replaces everything
    Cells cells;
    /// Instead of cells: exactly what the receiver's own transaction, ruled under this number, wrote to this record.
    bool echo = false;
};

/// The record as the feed tells it to whoever is caught up at `base`: the centre's word, its cells newer than base; of
/// a plainly deleted record its tombstone.
[[nodiscard]] FeedRecord to_feed(StoredRecord&& stored, std::uint64_t base);

/// A plainly deleted record that nobody is told of any more: its tombstone lies within the horizon.
[[nodiscard]] bool is_forgotten(const StoredRecord& record, std::uint64_t horizon);
/// Somebody at this place may still hold, alive, what was deleted and forgotten since then: a scan would not tell them.
[[nodiscard]] constexpr bool is_behind_horizon(std::uint64_t position, std::uint64_t known, std::uint64_t horizon)
{
    return position > 0 && position < horizon && known < horizon;
}

/// How far the centre has ruled a journal, or a branch of it: the last entry.
struct JournalMark {
    shared::JournalId journal;
    std::uint64_t number = 0;
    std::uint64_t hash = 0;  ///< prefix of that entry's hash
    std::uint64_t ruling = 0;  ///< that entry's number in the feed
    std::int64_t ruled_ms = 0;

    friend bool operator==(const JournalMark&, const JournalMark&) = default;
};

/// Who wrote a journal, for people.
struct Author {
    shared::JournalId journal;
    shared::DeviceId device;
    std::string device_name;
    std::string person;

    friend bool operator==(const Author&, const Author&) = default;
};

/// A step of a scan: the rulings in (from, to] and the records whose newest number lies there.
struct BatchHead {
    shared::SpaceName space;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    std::uint64_t base = 0;  ///< its cells are those newer than this: of no use to a device whose own base is lower
    std::vector<Author> authors;  ///< of journals that this session has not told yet
    std::optional<SignedHead> head;  ///< as it was when this step was made

    /// With it the receiver is caught up.
    [[nodiscard]] bool is_last() const { return head && head->number == to; }
};

/// All of it, as a centre makes it; a device reads it piece by piece (batch.hpp).
struct FeedBatch : BatchHead {
    std::vector<Ruling> rulings;
    std::vector<FeedRecord> records;  ///< ordered by number
};

}  // namespace indaba::sync
