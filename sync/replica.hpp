// A device's side of the data: what it wrote, the centre's word as far as it has come, and the one folded over the
// other. Every public method is one storage transaction: it happened whole, or it did not. One thread at a time. Not
// here: connections (client_session.hpp), and which spaces a person chooses.
#pragma once

#include "shared/catalogue.hpp"
#include "shared/journal.hpp"
#include "sync/authoring.hpp"
#include "sync/packed.hpp"
#include "sync/record_versions.hpp"
#include "sync/storage.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace indaba::sync {

class BatchReader;
class EntryCache;
struct Salvaged;
struct SalvagedJournal;

/// When the space locks unless the centre is met before; 0: it was never met.
[[nodiscard]] std::int64_t lease_end_ms(const StoredSpace& space, const LeaseClock& clock);

/// Nothing is read or written in a space that this device does not carry: not_found, with what to do.
[[nodiscard]] shared::Error not_carried(const SpaceName& space);

/// Nor in one that this person has no role in: forbidden, with what to do.
[[nodiscard]] shared::Error no_role(const SpaceName& space);

/// Everything from outside that a replica works with; all must outlive it.
struct ReplicaPorts {
    ReplicaStorage& storage;
    shared::Clock& clock;
    shared::Random& random;
    shared::Digest& digest;
    shared::Signer& signer;                ///< the device's key
    const shared::PublicKey& centre_key;   ///< signs the heads of every feed
    const shared::Catalogue& catalogue;
};

/// Entries of one journal ready to travel; or, where some are gone, the gap before the next that is here.
struct Outgoing {
    Bytes change_set;
    std::uint64_t last = 0;  ///< number of its last entry
    std::optional<Gap> gap = {};
    Hash after_hash = {};  ///< of the entry before the gap
};

class Replica {
public:
    explicit Replica(ReplicaPorts ports) : ports_(ports) {}

    /// Writes one transaction in one space: checks the catalogue's rules on what the person changed, stamps it, appends
    /// it to the journal and shows it. Returns its name; a change of nothing returns number 0 and stores nothing.
    /// Errors: rule_broken with the field first, not_found, forbidden (no role that writes in that space), too_large.
    [[nodiscard]] Result<TransactionName> write(const SpaceName& space, std::vector<Change> changes);

    struct Batch {
        SpaceName space;
        std::vector<Change> changes;
        /// Nothing may be learnt of what the records hold: rules between fields of one that is here are left to the
        /// centre, for whether they are broken would tell.
        bool blind = false;
    };
    [[nodiscard]] Result<TransactionName> write(Batch batch);
    /// The same for any number of transactions, all of them or none: `next` gives one after the other, then nothing. An
    /// error of `next` ends it, and nothing was written.
    [[nodiscard]] Result<void> write_all(const std::function<Result<std::optional<Batch>>()>& next);

    /// Settles a cell or an existence dispute and adds the `decision` record that says why, in one transaction.
    /// `seen` are the leaves that the person chose from (of an existence dispute: all of the record's), ordered: with
    /// others there now it is rule_broken, and nothing is written. Empty: whatever is there.
    using Seen = std::vector<TransactionName>;
    [[nodiscard]] Result<TransactionName> settle(const RecordId& id, std::string_view key, const Value& value,
                                                 std::string_view reason, const Seen& seen = {});
    [[nodiscard]] Result<TransactionName> settle_existence(const RecordId& id, bool alive, std::string_view reason,
                                                           const Seen& seen = {});

    using Correction = std::pair<std::string, Value>;  ///< key and value

    /// Writes again what stands refused of this record and of those that were written together with it, corrected:
    /// to the same bases as the first time, so that what others wrote meanwhile is a conflict and not lost. Not found
    /// if nothing of it stands; otherwise the errors of write(). Answers how many records it wrote to.
    [[nodiscard]] Result<std::size_t> retry(const RecordId& id, std::vector<Correction> corrections);
    /// What was refused of this record stands no more; the journal keeps it. Not found if nothing of it stands.
    [[nodiscard]] Result<void> drop_refused(const RecordId& id);

    /// Writes again what the centre, put back from a backup, has no more of this record (Storage::orphans), as an edit
    /// of what it shows now. Not found if there is nothing; otherwise the errors of write().
    [[nodiscard]] Result<void> restore_orphan(const RecordId& id);
    /// Nobody wants it back.
    [[nodiscard]] Result<void> drop_orphan(const RecordId& id);

    /// What is in the batch, to its end, where it joins the cursor; malformed or untrusted bytes change nothing.
    /// Full comes before the disk is: the last of it is for what the person writes.
    /// `applied` is false for a batch that belongs elsewhere (another process was faster): ask again from the cursor.
    struct Applied {
        bool applied = false;
        bool caught_up = false;
        std::uint64_t records = 0;  ///< that changed here
        struct Ruled {
            TransactionName name;
            Verdict verdict = Verdict::accepted;
            bool of_erased = false;  ///< refused because it wrote to an erased record
        };
        std::vector<Ruled> ruled;  ///< own transactions whose ruling was not known here, in the order of their journals
        std::uint64_t conflicts = 0;  ///< that appeared with it
        /// Own journals of which something was ruled lost, out of order: asked about again from what has a ruling.
        std::set<JournalId> reordered;
    };
    [[nodiscard]] Result<Applied> take(BatchReader& batch);
    /// The centre's feed is not the one this device followed: forget the word (not what is pending) and scan from zero.
    [[nodiscard]] Result<void> start_over(const SpaceName& space);
    // A centre that was put back from a backup is compared with what is held here (comparison.hpp), in these steps,
    // each of which may be the last before a crash: the next session finds the cursor off the chain again and goes on.
    using Marks = std::map<JournalId, std::vector<JournalMark>>;

    /// What is held of a space's word, and all journals in it.
    struct Held {
        RecordVersions records;
        std::vector<JournalId> journals;
    };
    [[nodiscard]] Result<Held> held(const SpaceName& space);
    /// What the centre has not ruled waits again, and shows. Untrusted if the head is not signed by the centre.
    /// False if the space's cursor is not `told` any more: another process of this home has compared meanwhile.
    [[nodiscard]] Result<bool> begin_comparison(const Cursor& told, const SignedHead& head, const Marks& marks);
    /// The centre's word on these records; leaves that it does not have any more are kept as orphans.
    /// A record without a cell, number 0: it does not have that one at all. False if another process has ended this.
    [[nodiscard]] Result<bool> take_compared(const SpaceName& space, const Packed<FeedRecord>& records,
                                             const std::vector<Author>& authors, const Marks& marks);
    /// Follows the centre from this head on, unless another process of this home does already.
    /// `newest`: what the records were told as of. Untrusted if it is not signed by the centre.
    [[nodiscard]] Result<void> end_comparison(const SignedHead& head, const SignedHead& newest, const Marks& marks);

    /// The spaces the centre grants this device's person, all of them: new ones appear, the others lose role and
    /// records.
    struct Grant {
        SpaceName space;
        std::string kind;
        std::string title;
        std::string role;
        std::uint32_t lease_days = shared::limits::kLease_days;
        friend bool operator==(const Grant&, const Grant&) = default;
    };
    [[nodiscard]] Result<void> take_grants(const std::vector<Grant>& grants);

    /// The person wants this space here: its feed is followed from zero. Not found: no role there.
    [[nodiscard]] Result<void> carry(const SpaceName& space);
    /// The person does not want it here any more: its records, conflicts and what was searched leave the device. What
    /// was written here and waits for a ruling is kept unseen and still sent, what was refused stands. rule_broken
    /// while something of it is an orphan, which nobody else may have; not_found without a role there.
    [[nodiscard]] Result<void> drop(const SpaceName& space);
    /// What the centre says of a space that is not carried, whose newest head this is. Where that goes on from the head
    /// seen before, `on_chain`, what was ruled up to there holds. Rulings beyond it lie on a chain that nobody has
    /// seen, unless they were `heard` since the centre was asked first in this session; else one of both was put back
    /// from a backup. What does not hold is sent again: true if there is something. Untrusted if the centre has not
    /// signed it.
    struct AtCentre {
        SignedHead head;
        CentreSize size;
        bool on_chain = true;
        bool heard = false;
    };
    [[nodiscard]] Result<bool> take_size(const AtCentre& told);

    /// The centre's clock shows this. Keeps by how much the device's is off, for every stamp from now on, and returns
    /// it. Every lease runs anew from then.
    [[nodiscard]] Result<std::int64_t> learn_time(std::int64_t centre_ms);
    /// The centre said later in a session that it was this time: every lease runs anew from then, unless another
    /// session has met the centre since. What the device's clock shows counts for nothing.
    [[nodiscard]] Result<void> renew_leases(std::int64_t centre_ms);
    /// The last contact, and what time it is now by the centre's clock: never before what was seen since that contact,
    /// so that a clock turned back gains nothing. `keep` writes down what is seen; else nothing is written.
    [[nodiscard]] Result<LeaseClock> lease_clock(bool keep);

    /// Rulings that the centre answered with again, on entries of this device.
    [[nodiscard]] Result<Applied> learn(const SpaceName& space, const std::vector<Ruling>& rulings);

    /// Carries out orders to erase, up to this number of the centre's; untrusted unless it signed all of them. What was
    /// erased is neither taken nor written again. Answers how many of the records were here.
    [[nodiscard]] Result<std::size_t> take_erasures(const std::vector<Erasure>& orders, std::uint64_t through);

    /// Puts what was read of a damaged database of this device into a new one, which then scans everything from zero.
    /// What joins its journal's chain waits under its name and is sent; what stands behind a hole is written again when
    /// its space has caught up and the centre turned out not to have it. The next edit begins a new journal.
    [[nodiscard]] Result<void> adopt(Salvaged found);

    /// The next run of own entries of a journal after number `after`, sealed, about `target_bytes` long; nothing at the
    /// end.
    [[nodiscard]] Result<std::optional<Outgoing>> outgoing(const StoredJournal& journal, std::uint64_t after,
                                                           std::size_t target_bytes);

    /// Entries of this own journal are gone: they are folded no more, and what is written from now on goes into a new
    /// one, which nothing holds up.
    [[nodiscard]] Result<void> leave_gap(const StoredJournal& journal);

    [[nodiscard]] ReplicaStorage& storage() { return ports_.storage; }
    [[nodiscard]] const ReplicaPorts& ports() const { return ports_; }

private:
    struct Draft;
    struct Step;

    Result<TransactionName> write_in_transaction(Batch batch);
    StoredJournal new_journal(const SpaceName& space);
    Result<void> leave_journal(JournalId id);
    Result<std::optional<Outgoing>> gap_before(const StoredJournal& journal, const StoredEntry& behind);
    Result<void> fold_without_gone(const StoredJournal& journal, EntryCache& entries);
    Result<bool> is_next(const StoredJournal& journal, std::uint64_t number);
    Result<StoredJournal> journal_for(const SpaceName& space);
    Result<Draft> begin_draft(const SpaceName& space);
    Result<StoredRecord> record_to_write(const RecordId& id, const std::string& type, const Draft& draft);
    Result<void> draft_change(Change change, Draft& draft);
    Result<void> draft_writes(StoredRecord record, std::vector<shared::Write> writes, Draft& draft);
    Result<void> close_bases(const StoredRecord& record, JournalId own, std::vector<shared::Write>& writes);
    static Result<void> check_limits(const StoredRecord& record);
    Result<TransactionName> store_draft(Draft& draft);
    Result<void> name_refused(const RecordId& id, Draft& draft);
    Result<void> end_refused(const Draft& draft);
    Result<void> leave_rewritten(StandingRefusal& refusal, EntryCache& entries);
    Result<void> stand_refused(const TransactionName& name, Step& step);
    Result<std::vector<shared::Write>> wanted(const RecordId& id, const std::vector<StandingRefusal>& refused,
                                              EntryCache& entries);
    struct Retry;
    Result<void> add_corrections(const StoredRecord& record, std::vector<Correction> corrections,
                                 std::vector<shared::Write>& writes);
    Result<void> draft_again(const RecordId& id, const Retry& retry, EntryCache& entries, Draft& draft);
    Result<std::size_t> write_again(const Retry& retry);
    Result<std::vector<StandingRefusal>> refused_for(Reason::Code because, const SpaceName& space);
    Result<bool> are_told(const std::vector<StandingRefusal>& refused);
    Result<bool> are_redacted(const std::vector<StandingRefusal>& refused);
    Result<bool> has_gone(Reason::Code reason, const std::vector<StandingRefusal>& refused);
    Result<void> offer_what_is_left(const StoredSpace& space);
    Result<void> offer_again(const SpaceName& space, Reason::Code because);
    Result<void> write_all_again(const SpaceName& space, std::vector<StandingRefusal> refused, Reason::Code because);
    Result<void> write_detached(const StoredSpace& space);
    Result<void> adopt_journal(SalvagedJournal saved, const Salvaged& found);
    Result<void> adopt_entry(const StoredEntry& entry, const Salvaged& found);
    Result<void> adopt_refused(const StoredEntry& entry, const Salvaged& found);
    Result<bool> waits_for(const RecordId& arrived, const StoredSpace& space);

    Result<bool> check_chain(const BatchReader& batch, Step& step);
    Result<void> keep_learnt(Step& step);
    Result<void> take_records(BatchReader& batch, Step& step);
    Result<void> take_record(const FeedRecord& record, BatchReader& batch, Step& step);
    Result<void> take_cells(BatchReader& batch, Cells& word, Step& step);
    Result<void> take_echo(const FeedRecord& record, StoredRecord& stored, Step& step);
    Result<void> hear(Stamp greatest);
    Result<void> claim_orphans(const std::function<Result<bool>(const Orphan&, const Leaf&)>& is_there);
    Result<void> claim_ruled(const BatchReader& batch);
    Result<void> forget_orphans(const SpaceName& space);
    Result<void> claim_compared(const SpaceName& space, const Marks& marks);
    Result<void> settle_entry(const TransactionName& name, Step& step);
    Result<void> learn_ruling(const Ruling& ruling, Step& step);
    Result<void> show_pending(const SpaceName& space);
    Result<bool> send_again(const StoredSpace& space);
    Result<bool> reopen_beyond(const SpaceName& space, std::uint64_t number);
    Result<void> forget_word(StoredSpace& space);
    Result<bool> renew_leases_at(std::int64_t centre_ms);
    Result<void> reopen(StoredJournal& journal, const Marks& marks, EntryCache& entries);
    Result<void> check_signed(const SignedHead& head);
    Result<void> wait_again(const StoredEntry& entry, EntryCache& entries);
    struct Marked;
    Result<std::optional<Marked>> marked(const StoredJournal& journal, const Marks& marks);
    Result<void> settle_untold(Step& step);
    Result<void> settle_marked(const SpaceName& space, const Marks& marks);
    Result<void> fold_no_more(const StoredEntry& entry, EntryCache& entries);
    Result<void> replace_word(const FeedRecord& fetched, const Marks& marks, Step& step);
    Result<bool> is_sent_from_here(const TransactionName& name);
    static void name_orphan(const Orphan& orphan, Draft& draft);
    Result<void> keep_orphan(const StoredRecord& record, const Cells& word, const Marks& marks);
    Result<TransactionName> settle_with_reason(Change change, const StoredRecord& record,
                                               std::vector<std::pair<std::string, Value>> why);
    Result<void> redact_journals(const std::set<RecordId>& ids);
    Result<void> redact_journal(const StoredJournal& journal, const std::set<RecordId>& ids);
    Result<void> fold_without(const RecordId& id);
    Result<void> drop_orphans_about(const std::set<RecordId>& ids);
    Result<bool> quotes_erased(std::string_view type, const Cells& cells);
    Result<void> require_not_erased(const RecordId& id);
    Result<std::vector<TransactionName>> unsettled(const StoredRecord& record, Step& step);
    Result<void> settle_pending(StoredRecord& record, Step& step);
    Result<void> keep_rulings(const BatchReader& batch);
    Result<void> move_cursor(const BatchReader& batch, Step& step);

    ReplicaPorts ports_;
};

}  // namespace indaba::sync
