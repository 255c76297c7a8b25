// The storage port: what a device's replica and a centre need of a database. sync/store/ implements it over SQLite.
// Every method that writes must be called between begin() and commit(); what was written since begin() appears whole or
// not at all, also after a crash, and commit() returns only when it is durable. Reads see the transaction's own writes.
// One thread at a time. Errors: io, full, busy, corrupt; after any of them call rollback().
#pragma once

#include "shared/journal.hpp"
#include "shared/limits.hpp"
#include "shared/result.hpp"
#include "sync/cells.hpp"
#include "sync/erasure.hpp"
#include "sync/feed.hpp"
#include "sync/gap.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace indaba::sync {

using shared::Bytes;
using shared::JournalId;
using shared::RecordId;
using shared::Result;
using shared::SpaceName;

/// A record as it is kept. On a centre `shown` is the centre's word and the rest stays empty.
struct StoredRecord {
    RecordId id;
    std::string type;
    SpaceName space;
    std::uint64_t number = 0;  ///< of the feed; 0 for what the centre has not ruled
    Cells shown;  ///< the word with the pending transactions folded over it
    std::optional<Cells> word;  ///< the centre's word, kept apart while there is something to fold
    std::vector<TransactionName> pending;  ///< what is folded, in the order in which it was written or received

    /// The centre's word: `word` or, with nothing pending, `shown`.
    [[nodiscard]] const Cells& centre_word() const { return word ? *word : shown; }
};

/// A journal entry with what is known of its ruling.
struct StoredEntry {
    TransactionName name;
    SpaceName space;
    Hash hash;
    Stamp stamp;
    Bytes payload;
    std::optional<Ruling> ruling;
    std::optional<Hash> original = {};  ///< hash of the payload as it was written, once something in it was erased
};

/// A journal as far as it is here.
struct StoredJournal {
    shared::JournalHead head;
    bool own = false;  ///< written by this database
    std::uint64_t last = 0;  ///< number of its last entry here
    Hash last_hash;  ///< its hash; first_hash of the journal while there is none
    std::uint64_t ruled = 0;  ///< ruled through this number
    Author author;
};

/// What a space holds at the centre, as a device that does not carry it was told.
struct CentreSize {
    std::uint64_t records = 0;  ///< alive
    std::uint64_t bytes = 0;  ///< of their cells and of tombstones, as a store keeps them
    std::int64_t as_of_ms = 0;  ///< by the centre's clock; 0: never told

    friend bool operator==(const CentreSize&, const CentreSize&) = default;
};

/// A space as a device keeps it.
struct StoredSpace {
    SpaceName name;
    std::string kind;
    std::string title;
    std::string role;  ///< viewer, contributor, editor, organiser; empty: none any more
    bool carried = true;  ///< this device has chosen to hold it
    Cursor cursor;
    Hash position_hash;  ///< chain hash at cursor.position
    std::uint64_t backed_up = 0;
    CentreSize centre = {};
    std::uint32_t lease_days = shared::limits::kLease_days;
    std::uint64_t rewinds = 0;  ///< what was asked before the last one may be answered from a feed that is no more

    /// Its records are here and its feed is followed. Of any other space nothing is kept but what this device wrote.
    [[nodiscard]] bool is_followed() const { return carried && !role.empty(); }
    /// To be scanned from zero. The newest head that was seen stays: it tells whether the centre is put back meanwhile.
    void rewind()
    {
        cursor.base = 0;
        cursor.position = 0;
        cursor.horizon = 0;
        position_hash = {};
        ++rewinds;
    }
};

/// Leaves of a record that the centre once told and no longer has: it was put back from a backup. Kept aside until a
/// person decides or they come again from whoever wrote them.
struct Orphan {
    RecordId record;
    std::string type;
    SpaceName space;
    Cells cells;  ///< those leaves alone
    std::int64_t found_ms = 0;
};

/// What a refused transaction of this device wanted of one record, as far as nobody has written it again or dropped it.
struct StandingRefusal {
    TransactionName name;
    RecordId record;
    std::vector<std::string> keys;  ///< never empty

    friend bool operator==(const StandingRefusal&, const StandingRefusal&) = default;
};

/// A device's clock between its writes.
struct StoredClock {
    Stamp last;  ///< the greatest stamp ever given or heard
    std::int64_t offset_ms = 0;  ///< the centre's clock minus the device's, as of the last contact

    friend bool operator==(const StoredClock&, const StoredClock&) = default;
};

/// What leases are counted by, all in times of the centre's clock.
struct LeaseClock {
    std::int64_t renewed_ms = 0;  ///< the last contact; 0: never
    std::int64_t seen_ms = 0;  ///< the latest time that this device has seen since then, whatever its clock shows now

    friend bool operator==(const LeaseClock&, const LeaseClock&) = default;
};

/// What both ends keep.
class Storage {
public:
    virtual ~Storage() = default;

    [[nodiscard]] virtual Result<void> begin() = 0;
    [[nodiscard]] virtual Result<void> commit() = 0;
    virtual void rollback() = 0;

    [[nodiscard]] virtual Result<std::optional<StoredRecord>> find_record(const RecordId& id) = 0;
    /// Inserts or replaces, with everything derived from it: search index, conflict list. A record without a cell and
    /// with nothing pending is forgotten: its creation was refused.
    [[nodiscard]] virtual Result<void> save_record(const StoredRecord& record) = 0;

    [[nodiscard]] virtual Result<std::optional<StoredEntry>> find_entry(const TransactionName& name) = 0;
    /// The entries of a journal from number `from` on, in order, until `visit` answers false.
    [[nodiscard]] virtual Result<void> each_entry(JournalId journal, std::uint64_t from,
                                                  const std::function<bool(StoredEntry&&)>& visit) = 0;
    /// Appends an entry that is not there yet, with its ruling if it has one.
    [[nodiscard]] virtual Result<void> add_entry(const StoredEntry& entry) = 0;
    enum class RulingKept : unsigned char { no_entry, again, anew };
    /// Keeps a ruling with its entry; `anew` if that had none, or another verdict. What is accepted stands refused no
    /// more.
    [[nodiscard]] virtual Result<RulingKept> set_ruling(const Ruling& ruling) = 0;

    [[nodiscard]] virtual Result<std::optional<StoredJournal>> find_journal(JournalId id) = 0;
    [[nodiscard]] virtual Result<void> save_journal(const StoredJournal& journal) = 0;

    /// An order to erase it was carried out here.
    [[nodiscard]] virtual Result<bool> is_erased(const RecordId& id) = 0;
    /// Of all orders carried out here; on a device `through` is as it was saved last.
    [[nodiscard]] virtual Result<ErasureState> erasure_state() = 0;
    /// The orders that came after the first so many, in the order in which they came, until `visit` answers false.
    [[nodiscard]] virtual Result<void> each_erasure(std::uint64_t after,
                                                    const std::function<bool(Erasure&&)>& visit) = 0;
    /// Keeps the order and forgets the record, if it is here, with everything derived from it. What was forgotten is
    /// written over on the disk.
    [[nodiscard]] virtual Result<void> erase_record(const Erasure& erasure) = 0;
    /// What is left of an entry's payload; its hash stays, and so does the first `original` that it was given.
    [[nodiscard]] virtual Result<void> redact_entry(const TransactionName& name, const Bytes& payload,
                                                    const Hash& original) = 0;
};

/// What a device keeps besides.
class ReplicaStorage : public Storage {
public:
    [[nodiscard]] virtual Result<std::vector<StoredSpace>> spaces() = 0;
    [[nodiscard]] virtual Result<std::optional<StoredSpace>> find_space(const SpaceName& name) = 0;
    [[nodiscard]] virtual Result<void> save_space(const StoredSpace& space) = 0;
    /// The journal that this database now writes in a space, if it has one.
    [[nodiscard]] virtual Result<std::optional<StoredJournal>> own_journal(const SpaceName& space) = 0;
    /// All journals here that were written by this device, older lives included, in the order they were begun.
    [[nodiscard]] virtual Result<std::vector<StoredJournal>> own_journals(const SpaceName& space) = 0;
    /// Rulings between base and position, kept for entries that come later by other ways; dropped when base moves.
    [[nodiscard]] virtual Result<void> keep_rulings(const SpaceName& space, std::uint64_t to,
                                                    const std::vector<Ruling>& rulings) = 0;
    [[nodiscard]] virtual Result<void> drop_rulings(const SpaceName& space) = 0;
    [[nodiscard]] virtual Result<void> keep_author(const Author& author) = 0;
    /// Forgets every record of a space with all that is derived from it. Of records with something pending the row
    /// stays, hidden from every list and search and with an empty word, until save_record shows it again. Drops kept
    /// rulings too. What was forgotten is written over on the disk, in the search index too.
    [[nodiscard]] virtual Result<void> purge_space(const SpaceName& space) = 0;
    /// Records of a space with something pending, hidden ones too, in the order in which they were first written.
    [[nodiscard]] virtual Result<std::vector<RecordId>> pending_records(const SpaceName& space) = 0;
    /// The records of a space that the centre has a word on, tombstones too, in any order, until `visit` answers false.
    [[nodiscard]] virtual Result<void> each_record(const SpaceName& space,
                                                   const std::function<bool(StoredRecord&&)>& visit) = 0;
    /// Forgets the ruling on an entry: it waits again, and nothing of it stands refused.
    [[nodiscard]] virtual Result<void> reopen_entry(const TransactionName& name) = 0;
    /// What an own transaction, refused just now, wanted of a record: stands until it is ended. What was ended once is
    /// not taken up again.
    [[nodiscard]] virtual Result<void> stand_refused(const StandingRefusal& refusal) = 0;
    /// These keys of a record were written again, or dropped by a person; no keys: all of them.
    [[nodiscard]] virtual Result<void> end_refused(const RecordId& record, const std::vector<std::string>& keys) = 0;
    /// In the order in which they were written; of one record, or of all.
    [[nodiscard]] virtual Result<std::vector<StandingRefusal>> standing_refused(
        const std::optional<RecordId>& record) = 0;
    /// Replaces the orphan of that record, if there is one.
    [[nodiscard]] virtual Result<void> save_orphan(const Orphan& orphan) = 0;
    [[nodiscard]] virtual Result<std::vector<Orphan>> orphans() = 0;
    [[nodiscard]] virtual Result<std::optional<Orphan>> find_orphan(const RecordId& record) = 0;
    [[nodiscard]] virtual Result<void> drop_orphan(const RecordId& record) = 0;
    /// Forgets the records of a space that are plainly deleted, with nothing pending, and whose number is at most this.
    [[nodiscard]] virtual Result<void> forget_deleted(const SpaceName& space, std::uint64_t horizon) = 0;
    /// Full: what is left of the disk is kept for what the person writes, so nothing may be taken from the centre.
    [[nodiscard]] virtual Result<void> require_room() = 0;
    /// Zero before the first of each.
    [[nodiscard]] virtual Result<StoredClock> clock() = 0;
    [[nodiscard]] virtual Result<void> save_clock(const StoredClock& clock) = 0;
    [[nodiscard]] virtual Result<LeaseClock> lease_clock() = 0;
    [[nodiscard]] virtual Result<void> save_lease_clock(const LeaseClock& clock) = 0;
    /// The centre's orders up to that number of its own were carried out.
    [[nodiscard]] virtual Result<void> save_erased_through(std::uint64_t through) = 0;
};

/// What a centre keeps besides.
class CentreStorage : public Storage {
public:
    /// The newest ruling's number and chain hash; zero for an empty feed. Not found: no such space.
    struct Head {
        std::uint64_t number = 0;
        Hash hash;
        std::uint64_t backed_up = 0;  ///< see SignedHead
        std::uint64_t horizon = 0;
    };
    [[nodiscard]] virtual Result<Head> head(const SpaceName& space) = 0;
    /// Deletions up to this number are forgotten from now on; never moves back.
    [[nodiscard]] virtual Result<void> set_horizon(const SpaceName& space, std::uint64_t number) = 0;
    /// Reads every record of the space. Not found: no such space. `as_of_ms` is the caller's.
    [[nodiscard]] virtual Result<CentreSize> size(const SpaceName& space) = 0;
    /// Chain hash at a number of the feed; nothing beyond the head.
    [[nodiscard]] virtual Result<std::optional<Hash>> chain_at(const SpaceName& space, std::uint64_t number) = 0;
    /// Stores a ruled entry as the next row of its space's feed, and which records it touched.
    [[nodiscard]] virtual Result<void> append_ruled(const StoredEntry& entry, const Hash& chain,
                                                    const std::vector<RecordId>& touched) = 0;
    /// The last entry of a line: a journal, or a branch by the prefix of its first hash.
    struct Mark {
        std::uint64_t number = 0;
        Hash hash;
    };
    [[nodiscard]] virtual Result<std::optional<Mark>> mark(JournalId journal, std::uint64_t line) = 0;
    [[nodiscard]] virtual Result<void> set_mark(JournalId journal, std::uint64_t line, const Mark& mark) = 0;
    /// Those of a journal and its branches, the longest first, at most `limit`.
    [[nodiscard]] virtual Result<std::vector<Mark>> marks(JournalId journal, std::size_t limit) = 0;
    /// Records of a space with a number beyond `after`, ordered by number, until `visit` answers false.
    [[nodiscard]] virtual Result<void> each_record_after(const SpaceName& space, std::uint64_t after,
                                                         const std::function<bool(StoredRecord&&)>& visit) = 0;
    /// Rulings of a space with numbers in (after, to], in order, until `visit` answers false.
    [[nodiscard]] virtual Result<void> each_ruling(const SpaceName& space, std::uint64_t after, std::uint64_t to,
                                                   const std::function<bool(Ruling&&)>& visit) = 0;
    /// Accepted entries that touched a record and were ruled after that number, in the order of their rulings.
    [[nodiscard]] virtual Result<void> each_entry_of(const RecordId& id, std::uint64_t after,
                                                     const std::function<bool(StoredEntry&&)>& visit) = 0;
    /// Entries that were not accepted, of all spaces, until `visit` answers false.
    [[nodiscard]] virtual Result<void> each_refused_entry(const std::function<bool(StoredEntry&&)>& visit) = 0;
    /// A gap waits for an operator; of one that waits already the first note stays, but for how much is gone before the
    /// same entry. Of one author at most `most` wait: the oldest make room.
    [[nodiscard]] virtual Result<void> note_gap(const WaitingGap& gap, std::size_t most) = 0;
    /// In the order in which they were noted.
    [[nodiscard]] virtual Result<std::vector<WaitingGap>> gaps() = 0;
    /// Those of a journal that end at numbers from `from` to `to` wait no more.
    [[nodiscard]] virtual Result<void> end_gaps(JournalId journal, std::uint64_t from, std::uint64_t to) = 0;
    [[nodiscard]] virtual Result<void> add_lost(JournalId journal, const LostNumbers& numbers) = 0;
    [[nodiscard]] virtual Result<std::vector<LostNumbers>> lost(JournalId journal) = 0;
    /// Digest of its first so many orders; nothing if there are fewer.
    [[nodiscard]] virtual Result<std::optional<std::uint64_t>> erasure_digest(std::uint64_t through) = 0;
};

}  // namespace indaba::sync
