// A centre that lost what it had told: finding out what it still has, and giving it back what this device wrote.
#include "shared/transaction_view.hpp"
#include "sync/fold.hpp"
#include "sync/replica_step.hpp"
#include "sync/storage_transaction.hpp"

#include <algorithm>
#include <set>

namespace indaba::sync {

namespace {

using shared::Errc;

}  // namespace

Result<Replica::Held> Replica::held(const SpaceName& space)
{
    std::vector<RecordVersion> versions;
    std::set<JournalId> journals;
    INDABA_TRY(ports_.storage.each_record(space, [&](StoredRecord&& stored) {
        const auto record = to_feed(std::move(stored), 0);
        for (const auto& cell : record.cells)
            for (const auto& leaf : cell.leaves) journals.insert(leaf.name.journal);
        versions.push_back(version_of(record, ports_.digest));
        return true;
    }));
    INDABA_ASSIGN(const auto own, ports_.storage.own_journals(space));
    for (const auto& journal : own) journals.insert(journal.head.id);
    INDABA_ASSIGN(const auto orphans, ports_.storage.orphans());
    for (const auto& orphan : orphans)
        if (orphan.space == space)
            for (const auto& cell : orphan.cells)
                for (const auto& leaf : cell.leaves) journals.insert(leaf.name.journal);
    return Held{RecordVersions(std::move(versions)), {journals.begin(), journals.end()}};
}

/// One entry waits for a ruling as if it had never had one.
Result<void> Replica::wait_again(const StoredEntry& entry, EntryCache& entries)
{
    INDABA_TRY(ports_.storage.reopen_entry(entry.name));
    INDABA_ASSIGN(const auto transaction, shared::TransactionView::open(entry.payload));
    for (std::size_t i = 0; i < transaction.size(); ++i) {
        const auto& id = transaction.id(i);
        INDABA_ASSIGN(auto found, ports_.storage.find_record(id));
        auto record =
            found ? std::move(*found) : StoredRecord{id, std::string(transaction.type(i)), entry.space, 0, {}, {}, {}};
        if (std::ranges::find(record.pending, entry.name) != record.pending.end()) continue;
        if (record.pending.empty()) record.word = record.shown;
        const auto is_later = [&](const TransactionName& pending) {
            return pending.journal == entry.name.journal && pending.number > entry.name.number;
        };
        record.pending.insert(std::ranges::find_if(record.pending, is_later), entry.name);
        INDABA_TRY(refold(record, entries));
        INDABA_TRY(ports_.storage.save_record(record));
    }
    return {};
}

/// The last entry of this database's line of the journal that the centre has, and what it says of it.
struct Replica::Marked {
    StoredEntry entry;
    JournalMark mark;
};

/// None if the centre has nothing of this line, or more of the journal than this database: another life of it wrote on.
Result<std::optional<Replica::Marked>> Replica::marked(const StoredJournal& journal, const Marks& marks)
{
    std::optional<Marked> last;
    const auto place = marks.find(journal.head.id);
    if (place == marks.end()) return last;
    for (const auto& mark : place->second) {
        if (last && mark.number <= last->mark.number) continue;
        INDABA_ASSIGN(auto entry, ports_.storage.find_entry({mark.journal, mark.number, mark.hash}));
        if (entry) last = Marked{std::move(*entry), mark};
    }
    return last;
}

/// After a comparison the word has what the centre had ruled: that is folded no more, though how it was ruled is not
/// known before it is sent and answered again.
Result<void> Replica::settle_marked(const SpaceName& space, const Marks& marks)
{
    EntryCache entries(ports_.storage);
    INDABA_ASSIGN(const auto journals, ports_.storage.own_journals(space));
    for (const auto& journal : journals) {
        INDABA_ASSIGN(const auto last, marked(journal, marks));
        if (!last) continue;
        std::vector<StoredEntry> waiting;
        INDABA_TRY(ports_.storage.each_entry(journal.head.id, 1, [&](StoredEntry&& entry) {
            if (entry.name.number > last->mark.number) return false;
            if (!entry.ruling) waiting.push_back(std::move(entry));
            return true;
        }));
        for (const auto& entry : waiting) INDABA_TRY(fold_no_more(entry, entries));
    }
    return {};
}

Result<void> Replica::fold_no_more(const StoredEntry& entry, EntryCache& entries)
{
    INDABA_ASSIGN(const auto transaction, shared::TransactionView::open(entry.payload));
    for (std::size_t i = 0; i < transaction.size(); ++i) {
        INDABA_ASSIGN(auto record, ports_.storage.find_record(transaction.id(i)));
        if (!record || std::erase(record->pending, entry.name) == 0) continue;
        INDABA_TRY(refold(*record, entries));
        INDABA_TRY(ports_.storage.save_record(*record));
    }
    return {};
}

/// Above the centre's mark all waits as if it had never been ruled. Below it the rulings hold, unless somebody else
/// brought the entries since the centre was put back, and they were ruled anew: then all are sent, and answered with
/// the rulings that hold; the centre's word has them already. Where another life of this database wrote the marked
/// entry, all is sent, and what differs is a branch.
Result<void> Replica::reopen(StoredJournal& journal, const Marks& marks, EntryCache& entries)
{
    INDABA_ASSIGN(const auto last, marked(journal, marks));
    const auto in_word = last ? last->mark.number : 0;
    const bool holds = last && last->entry.ruling && last->entry.ruling->number == last->mark.ruling &&
                       last->entry.ruling->time_ms == last->mark.ruled_ms;
    const auto ruled = holds ? in_word : 0;
    // One without a ruling may be folded no more because an earlier comparison found it in a word that is lost now.
    std::vector<StoredEntry> lost;
    INDABA_TRY(ports_.storage.each_entry(journal.head.id, ruled + 1, [&](StoredEntry&& entry) {
        if (entry.name.number > journal.last) return false;  // behind a hole: it cannot be sent
        if (entry.ruling || entry.name.number > in_word) lost.push_back(std::move(entry));
        return true;
    }));
    for (const auto& entry : lost) {
        if (entry.name.number <= in_word) INDABA_TRY(ports_.storage.reopen_entry(entry.name));
        else INDABA_TRY(wait_again(entry, entries));
    }
    if (journal.ruled <= ruled) return {};
    journal.ruled = ruled;
    return ports_.storage.save_journal(journal);
}

Result<void> Replica::check_signed(const SignedHead& head)
{
    if (ports_.digest.verify(ports_.centre_key, head_message(head), head.signature)) return {};
    return fail(Errc::untrusted, "the head of the feed of " + head.space + " is not signed by the centre");
}

Result<bool> Replica::begin_comparison(const Cursor& told, const SignedHead& head, const Marks& marks)
{
    INDABA_TRY(check_signed(head));
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(auto space, ports_.storage.find_space(head.space));
    if (!space || !space->is_followed() || space->cursor.head_hash != told.head_hash) return false;
    // A head that lies on no chain: should this end half-way, the next session compares again.
    space->rewind();
    space->cursor.head_hash = {};
    INDABA_TRY(ports_.storage.save_space(*space));
    INDABA_TRY(ports_.storage.drop_rulings(head.space));
    EntryCache entries(ports_.storage);
    INDABA_ASSIGN(auto journals, ports_.storage.own_journals(head.space));
    for (auto& journal : journals) INDABA_TRY(reopen(journal, marks, entries));
    INDABA_TRY(transaction.commit());
    return true;
}

Result<void> Replica::replace_word(const FeedRecord& fetched, const Marks& marks, Step& step)
{
    INDABA_ASSIGN(auto found, ports_.storage.find_record(fetched.id));
    const bool gone = fetched.number == 0;
    INDABA_ASSIGN(const bool erased, ports_.storage.is_erased(fetched.id));
    if (erased) return {};
    if (gone && (!found || found->number == 0)) return {};
    const auto& space = step.space.name;
    auto record = found ? std::move(*found) : StoredRecord{fetched.id, fetched.type, space, 0, {}, {}, {}};
    if (record.number == 0) {
        record.space = space;
        record.type = fetched.type;
    }
    if (record.space != space || (!gone && record.type != fetched.type))
        return fail(Errc::malformed, "the centre sends one record as two");
    const auto before = record.centre_word();
    record.word = fetched.cells;
    record.number = fetched.number;
    INDABA_TRY(keep_orphan(record, before, marks));
    std::erase_if(record.pending, [&](const TransactionName& name) {
        const auto place = step.in_word.find(name.journal);
        return place != step.in_word.end() && name.number <= place->second;
    });
    INDABA_TRY(settle_pending(record, step));
    return ports_.storage.save_record(record);
}

Result<bool> Replica::take_compared(const SpaceName& name, const Packed<FeedRecord>& records,
                                    const std::vector<Author>& authors, const Marks& marks)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    Step step(ports_.storage);
    INDABA_ASSIGN(auto space, ports_.storage.find_space(name));
    if (!space || !space->is_followed() || space->cursor.position > 0) return false;
    step.space = std::move(*space);
    for (const auto& author : authors) INDABA_TRY(ports_.storage.keep_author(author));
    INDABA_ASSIGN(const auto journals, ports_.storage.own_journals(name));
    for (const auto& journal : journals) {
        INDABA_ASSIGN(const auto last, marked(journal, marks));
        if (last) step.in_word[journal.head.id] = last->mark.number;
    }
    for (const auto& record : records) INDABA_TRY(replace_word(record, marks, step));
    INDABA_TRY(transaction.commit());
    return true;
}

Result<void> Replica::end_comparison(const SignedHead& head, const SignedHead& newest, const Marks& marks)
{
    INDABA_TRY(check_signed(newest));
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(auto space, ports_.storage.find_space(head.space));
    if (!space || !space->is_followed() || space->cursor.position > 0) return {};
    // Should the centre be put back to between the two, it does not have this head.
    space->cursor = {head.number, head.number, newest.number, newest.hash, head.horizon};
    space->position_hash = head.hash;
    space->backed_up = head.backed_up;
    INDABA_TRY(ports_.storage.save_space(*space));
    INDABA_TRY(settle_marked(head.space, marks));
    INDABA_TRY(claim_compared(head.space, marks));
    return transaction.commit();
}

}  // namespace indaba::sync
