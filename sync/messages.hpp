// What a device and a centre say to each other: one struct a message, one tag a struct. The bytes are these structs
// through the bounded archive; compression and framing belong to the transport. Plain values, any thread.
#pragma once

#include "sync/comparison.hpp"
#include "sync/erasure.hpp"
#include "sync/feed.hpp"
#include "sync/gap.hpp"
#include "sync/packed.hpp"
#include "sync/replica.hpp"

#include <variant>

namespace indaba::sync {

/// Raised when an old program could misread a new one's messages. The other side then says that it speaks another one.
inline constexpr std::uint32_t kProtocol = 4;

/// A space that a device follows, and where it stands in its feed.
struct Following {
    SpaceName space;
    Place place;
};

/// Device, first. Change sets may follow at once, without waiting for the welcome. Of another protocol nothing else is
/// read.
struct Hello {
    std::uint32_t protocol = kProtocol;
    std::string program;             ///< name and version, for the operator
    std::int64_t now_ms = 0;
    std::uint64_t grants =
        0;        ///< digest of the grants it knows (grants_digest): the centre repeats them only when they differ
    ErasureState erased;  ///< the centre's orders that it has carried out
    std::vector<Following> following;
};

/// Centre, first. One status for each space of the hello, in its order.
enum class Standing : std::uint8_t {
    at_head,     ///< caught up: nothing follows until something is ruled
    follows,     ///< the feed goes on from the cursor
    start_over,  ///< the cursor is not on the centre's chain: compare, or follow from zero
    not_granted, ///< no role there
};
struct Welcome {
    std::uint32_t protocol = kProtocol;
    std::int64_t now_ms = 0;
    std::vector<Standing> standings;
    bool grants_differ = false;
    std::vector<Replica::Grant> grants;  ///< all of them, if they differ
    bool erasures_follow = false;  ///< before anything else
};

/// Device: follow more spaces, or again from another cursor. Answered by at least one batch each or StartOver, by
/// nothing where there is no role.
struct Follow {
    std::vector<Following> following;
};

/// Device: a sealed change set (shared/journal.hpp).
struct Push {
    Bytes change_set;
};

/// Why what a push holds beyond `through` was not stored. A byte that was once a boolean.
enum class Unstored : std::uint8_t {
    nothing,     ///< all of it was, or `expected` says what to do
    no_space,    ///< the centre has no such space: nothing of it is wanted now
    over_quota,  ///< of its person's no more today: to be sent again on another day, or once the centre tells the
                 ///< grants
};

/// What a centre stores of one person's in a day.
struct Quota {
    std::uint64_t changes = 0;  ///< at most
    std::uint64_t bytes = 0;
    std::int64_t until_ms = 0;  ///< by the centre's clock: then a new day begins
};

/// Centre, for each Push and each Missing, in order. `window_bytes` gives that many bytes of the push window back.
struct Stored {
    JournalId journal;
    std::uint64_t through = 0;      ///< durable up to this number
    std::uint64_t expected = 0;     ///< not 0: nothing was stored, send from this number
    Unstored unstored = Unstored::nothing;
    std::vector<Ruling> rulings;  ///< that the feed does not bring: from before this push, or of a space not followed
    std::uint64_t window_bytes = 0;
    Quota quota = {};  ///< if over_quota
};

/// Centre: the next step of a space's scan, or what was ruled just now.
struct Batch {
    Bytes encoded;  ///< batch.hpp
};

/// Device: has taken batches of this many encoded bytes.
struct Taken {
    std::uint64_t window_bytes = 0;
};

/// Centre: the grants have changed, or what was over the quota may be sent again.
struct Grants {
    std::vector<Replica::Grant> grants;
};

/// Device: who changed this record? Centre: every accepted transaction that touched it, in the order of their rulings,
/// as many as fit after that one; ask again after the last of them while there are more.
struct HistoryQuestion {
    RecordId record;
    std::uint64_t after = 0;  ///< a ruling's number
};
struct HistoryCell {
    std::string key;
    Value value;
};
struct HistoryEntry {
    TransactionName name;
    Stamp stamp;
    std::uint64_t number = 0;  ///< of its ruling
    std::int64_t ruled_ms = 0;
    Author author;
    Packed<HistoryCell> cells;
};
struct HistoryAnswer {
    RecordId record;
    std::vector<HistoryEntry> entries;
    bool more = false;
};

/// Either: the last message, with a line that says why.
struct Bye {
    shared::Errc code = shared::Errc::cancelled;
    std::string text;
};

/// Device, told to start over: what it holds of the space, range by range. Answered by Compared. `journals` are its own
/// in that space.
struct Compare {
    SpaceName space;
    std::vector<JournalId> journals;
    std::vector<RangeDigest> ranges;
};

/// Centre: where it differs. The marks say how far the journals asked about, and their branches, are ruled here.
struct Compared {
    SpaceName space;
    SignedHead head;  ///< of before the comparison: the feed goes on from there
    std::vector<JournalMark> marks;
    RangeAnswers answers;
};

/// Device: these records, whole, as they are now. Answered by Fetched.
struct Fetch {
    SpaceName space;
    std::vector<RecordId> records;
};

/// Centre: the first of the records asked for, as many as fit; ask again for the rest.
struct Fetched {
    SpaceName space;
    std::uint64_t answered = 0;  ///< so many of the ids asked for, those that it does not have included
    SignedHead head;  ///< as the records are told: they may be newer than where the comparison began
    std::vector<Author> authors;  ///< of journals that this session has not told yet
    Packed<FeedRecord> records;  ///< as a scan from zero would bring them
};

/// Centre, instead of a batch for a space of a Follow: that cursor is not on its chain: compare, or follow from zero.
struct StartOver {
    SpaceName space;
};

/// Device: these spaces need not be told any more, their role is there and they are not carried.
struct Unfollow {
    std::vector<SpaceName> spaces;
};

/// Device: what is in these spaces that it does not carry? The places say which chain it knows.
struct SizesQuestion {
    std::vector<Following> spaces;
};
/// Centre: those of them that the device may see.
struct SizesAnswer {
    struct Size {
        SignedHead head;  ///< of the space, now
        bool on_chain = true;  ///< the place is on the centre's chain; else one of both was put back
        CentreSize size;
    };
    std::vector<Size> sizes;
};

/// Centre: erase these. Device, asked for them: what it has erased before; none follow those that `last` ends.
struct Erasures {
    std::vector<Erasure> orders;  ///< at most kErasuresPerMessage
    std::uint64_t through = 0;  ///< of the centre: the number of the last
    bool all =
        false;  ///< of the centre: from its first; it does not know all that the device has carried out, and asks
    bool last = true;
};
/// Device: has carried out all of that, also where it is not followed by a session any more.
struct Erased {
    ErasureState state;
};

/// Device, in the place of a push: this is gone from a journal that it wrote, and it has sent all that stood before.
/// Answered as a push is: `expected` is 0 where the centre has entry `through`, so that what follows may be sent; up to
/// `after`, where the centre lacks what stood before; beyond, where an operator has to rule.
struct Missing {
    Gap gap;
    Hash after_hash;  ///< of entry `after`
};

/// A tag is the place in this list, which therefore only ever grows.
using Message = std::variant<Hello, Welcome, Follow, Push, Stored, Batch, Taken, Grants, HistoryQuestion, HistoryAnswer,
                             Bye, Compare, Compared, Fetch, Fetched, StartOver, Unfollow, SizesQuestion, SizesAnswer,
                             Erasures, Erased, Missing>;

[[nodiscard]] Bytes encode_message(const Message& message);
/// Malformed, too_large or unsupported.
[[nodiscard]] Result<Message> decode_message(shared::ByteView bytes);

/// Order does not matter; 0 for none.
[[nodiscard]] std::uint64_t grants_digest(const std::vector<Replica::Grant>& grants, shared::Digest& digest);

}  // namespace indaba::sync
