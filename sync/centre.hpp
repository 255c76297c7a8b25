// The centre's side: it rules on every transaction, in the storage transaction that stores it, and scans its feed for
// devices. One thread at a time. Not here: connections (server_session.hpp) and who people are (the Authority port,
// server/).
#pragma once

#include "shared/catalogue.hpp"
#include "shared/journal.hpp"
#include "shared/transaction_view.hpp"
#include "sync/feed.hpp"
#include "sync/quotas.hpp"
#include "sync/record_versions.hpp"
#include "sync/storage.hpp"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace indaba::sync {

/// Who may do what, asked inside the storing transaction. server/ implements it over the same database.
class Authority {
public:
    virtual ~Authority() = default;
    /// True if the device may write in the space now: enrolled, not revoked, its person with a role that writes.
    [[nodiscard]] virtual Result<bool> may_write(const shared::DeviceId& device, const SpaceName& space) = 0;
    [[nodiscard]] virtual Result<bool> may_read(const shared::DeviceId& device, const SpaceName& space) = 0;
    /// Display names for an author's device and person.
    [[nodiscard]] virtual Result<Author> describe(JournalId journal, const shared::DeviceId& device) = 0;
};

struct CentrePorts {
    CentreStorage& storage;
    Authority& authority;
    shared::Clock& clock;
    shared::Digest& digest;
    shared::Signer& signer;  ///< the centre's key
    const shared::Catalogue& catalogue;
    Quotas* quotas = nullptr;  ///< none: nobody's writing is bounded
};

class Centre {
public:
    explicit Centre(CentrePorts ports) : ports_(ports) {}

    /// Takes a change set from an authenticated sender (who need not be its author; none: the operator brings it) and
    /// rules on what is new in it, in order, as one storage transaction. Entries ruled before are answered again, never
    /// applied or counted again.
    struct Ingested {
        shared::JournalHead journal;
        std::uint64_t first = 0;  ///< number of the set's first entry
        std::uint64_t through = 0;  ///< every entry of the set up to this number is durable
        std::uint64_t line = 0;  ///< of the set's last entry
        std::uint64_t expected = 0;  ///< not 0: nothing was stored, the journal must be sent from this number
        bool no_space = false;  ///< there is no such space here: nothing was stored
        std::optional<Allowance> over_quota;  ///< used up: what is new beyond `through` was neither stored nor ruled
        std::vector<Ruling> repeated;  ///< rulings that were there before
        std::vector<Ruling> fresh;  ///< rulings made now
    };
    [[nodiscard]] Result<Ingested> ingest(shared::ByteView change_set,
                                          const std::optional<shared::DeviceId>& sender = {});
    /// Whether nothing new of theirs is stored before the day ends.
    [[nodiscard]] Result<bool> is_used_up(const Writer& writer);

    /// A device's place in a space's feed. One whose head is not on the chain means one of the two was restored.
    [[nodiscard]] Result<bool> on_chain(const SpaceName& space, const Place& place);

    /// The next step of a scan for a device at (base, position), about `target_bytes` of it. `holds(ruling)` is true
    /// for the receiver's own entries that it surely still holds: they are echoed, not sent back.
    struct Scan {
        SpaceName space;
        std::uint64_t base = 0;
        std::uint64_t position = 0;
        std::size_t target_bytes = 0;
    };
    [[nodiscard]] Result<FeedBatch> next_batch(const Scan& scan, const std::function<bool(const Ruling&)>& holds);

    [[nodiscard]] Result<SignedHead> signed_head(const SpaceName& space);

    /// Nobody is told any more of what was deleted before `before_ms`, up to a number that every device has passed; a
    /// device that has not, whoever it is, compares. What is written to such a record is refused. One storage
    /// transaction. Returns the horizon, which never moves back.
    [[nodiscard]] Result<std::uint64_t> forget_deletions(const SpaceName& space, std::int64_t before_ms,
                                                         std::uint64_t passed);

    /// What a device that does not carry the space may want to know: at most kSizeAge_ms old.
    [[nodiscard]] Result<CentreSize> size(const SpaceName& space);

    /// What the centre holds of a space now, for comparing. Reads all of it the first time, then what has changed.
    /// Valid until the next call.
    [[nodiscard]] Result<const RecordVersions*> versions(const SpaceName& space);

    /// Erases records, and the decisions about them, for good (erasure.hpp): here as one storage transaction,
    /// everywhere else at the next contact. With one that was erased before nothing is done; not_found, and nothing
    /// done with any of them, if nothing of one is here.
    struct Erased {
        std::size_t records = 0;  ///< with the decisions
        std::size_t entries = 0;  ///< of journals, that carry it no more
    };
    [[nodiscard]] Result<Erased> erase(const std::vector<RecordId>& ids);
    /// Carries out those of its own orders that it does not know, since it was put back. Untrusted, and nothing done,
    /// unless those are signed with its key.
    [[nodiscard]] Result<Erased> take_erasures(std::vector<Erasure> orders);

    /// What a device says of its own journal. If nobody has brought that meanwhile, and all that stood before is here,
    /// it waits for an operator. Untrusted: another device's.
    struct MissingNoted {
        std::uint64_t expected = 0;  ///< as Missing has it
        bool no_space = false;
        std::optional<Ruling> known;  ///< on entry `through`
    };
    [[nodiscard]] Result<MissingNoted> note_missing(const Gap& gap, const Hash& after_hash,
                                                    const shared::DeviceId& sender);
    /// An operator's order: of the gap that waits there, the numbers up to this one are lost. What turns up at them
    /// later is refused. not_found if none of that journal ends there.
    struct RuledLost {
        SpaceName space;
        LostNumbers numbers;
    };
    [[nodiscard]] Result<RuledLost> rule_lost(JournalId journal, std::uint64_t through);
    /// The first number that this would rule lost: the centre may have some of what its device has not.
    [[nodiscard]] static Result<std::uint64_t> first_lost(const WaitingGap& waiting, CentreStorage& storage);

    [[nodiscard]] CentreStorage& storage() { return ports_.storage; }
    [[nodiscard]] const CentrePorts& ports() const { return ports_; }

private:
    struct Line;

    Result<std::optional<StoredJournal>> known_journal(const shared::JournalHead& head);
    Result<StoredJournal> begin_journal(const shared::JournalHead& head);
    Result<void> find_line(const shared::ChangeSet& set, Line& line);
    Result<void> take_entries(shared::VerifiedChangeSet opened, Line& line);
    Result<void> keep(const Line& line);
    Result<std::optional<CentreStorage::Mark>> mark_of(const Line& line);
    Result<void> take_entry(StoredEntry entry, Line& line);
    Result<void> rule(StoredEntry entry, Line& line);
    Result<Reason> judge(const StoredEntry& entry, std::uint64_t number, std::int64_t now_ms, Line& line,
                         std::vector<StoredRecord>& records);
    Result<void> merge(StoredRecord& record, const shared::TransactionView::Writes& writes, const StoredEntry& entry,
                       std::uint64_t number, std::int64_t now_ms, Line& line);
    Result<std::optional<Ruling>> ruling_on(JournalId journal, std::uint64_t number, const Hash& hash);
    static bool is_lost(const std::vector<LostNumbers>& lost, std::uint64_t number);
    static Reason lost_reason();
    Erasure order_for(const RecordId& id);
    Result<void> order_decisions(std::vector<Erasure>& orders);
    Result<std::vector<RecordId>> decisions_about(const std::set<RecordId>& ids);
    Result<std::size_t> redact_entries(const std::set<RecordId>& ids, std::set<RecordId>& missing);
    Result<Erased> carry_out(std::vector<Erasure> orders, std::set<RecordId>& missing);
    Result<bool> touches_erased(const shared::TransactionView& transaction);
    Result<Reason> judge_decisions(const shared::TransactionView& transaction, const SpaceName& space);
    Result<void> redact_refused(StoredEntry& entry);

    struct Versions {
        std::uint64_t through = 0;  ///< of the feed
        std::uint64_t erased = 0;  ///< orders carried out
        std::uint64_t horizon = 0;
        RecordVersions records{{}};
    };

    CentrePorts ports_;
    std::map<SpaceName, Versions> versions_;
    std::map<SpaceName, CentreSize> sizes_;
};

}  // namespace indaba::sync
