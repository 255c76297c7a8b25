// Following the feed: a batch of rulings and records becomes the new word, and what was ruled leaves the fold.
#include "sync/batch.hpp"
#include "sync/entry_cache.hpp"
#include "sync/fold.hpp"
#include "sync/replica_step.hpp"
#include "sync/storage_transaction.hpp"

#include <algorithm>
#include <unordered_map>

namespace indaba::sync {

namespace {

using shared::Errc;

std::size_t conflicts_in(const StoredRecord& record, const shared::Catalogue& catalogue)
{
    const auto* type = catalogue.type(record.type);
    std::size_t count = existence(record.shown) == Existence::disputed ? 1 : 0;
    for (const auto& cell : record.shown)
        if (cell.leaves.size() > 1 && cell.key != shared::kExistence &&
            in_conflict(cell, shared::cell_rule(type, cell.key).policy))
            ++count;
    return count;
}

}  // namespace

Result<bool> Replica::check_chain(const BatchReader& reader, Step& step)
{
    const auto& batch = reader.head();
    INDABA_ASSIGN(auto space, ports_.storage.find_space(batch.space));
    if (!space || !space->is_followed()) return false;
    // Another session of this device may have come as far as this one, from a lower base: its gaps are not filled here.
    if (space->cursor.position != batch.from || space->cursor.base < batch.base) return false;
    // And a record that moved on meanwhile was left out there, to come under its new number: older news may not go
    // after newer.
    if (batch.head && batch.head->number < space->cursor.head) return false;
    step.space = std::move(*space);
    step.hash = step.space.position_hash;
    auto rulings = reader.rulings();
    for (Ruling ruling; rulings.next(ruling);) step.hash = chain_hash(step.hash, ruling, ports_.digest);
    if (!batch.head) return fail(Errc::malformed, "the centre's batch does not say how far the feed has come");
    const auto& head = *batch.head;
    if (head.space != batch.space || head.number < batch.to ||
        !ports_.digest.verify(ports_.centre_key, head_message(head), head.signature))
        return fail(Errc::untrusted,
                    "the head of the feed of " + batch.space + " does not hold: the centre did not sign what it sent");
    // The centre was put back, and another process of this home has met it: this is of the chain that was.
    if (batch.is_last() && head.hash != step.hash)
        return fail(Errc::busy, "the feed of " + batch.space + " does not go on from what is here: connect again");
    return true;
}

Result<void> Replica::learn_ruling(const Ruling& ruling, Step& step)
{
    auto [place, fresh] = step.journals.try_emplace(ruling.name.journal);
    if (fresh) {
        INDABA_ASSIGN(place->second, ports_.storage.find_journal(ruling.name.journal));
    }
    auto& journal = place->second;
    if (!journal || (journal->last == 0 && !journal->own)) return {};  // nothing of it is held here
    INDABA_ASSIGN(const auto kept, ports_.storage.set_ruling(ruling));
    if (kept == Storage::RulingKept::no_entry) {
        // Written in its own journal by another life of this database: it is a copy, or was put back from one.
        if (journal->own) step.copied.insert(journal->head.id);
        return {};
    }
    INDABA_ASSIGN(const bool next, is_next(*journal, ruling.name.number));
    if (next) {  // what is out of order is sent, and answered, again
        if (ruling.name.number > journal->ruled + 1) step.holed.insert(journal->head.id);
        journal->ruled = ruling.name.number;
    }
    step.own[ruling.name] = {ruling.number, ruling.verdict, ruling.time_ms};
    step.own_by_number[ruling.number] = ruling.name;
    if (ruling.verdict != Verdict::accepted) step.refused.push_back(ruling.name);
    const bool of_erased = ruling.reason.code == Reason::Code::erased;
    step.is_erased = step.is_erased || of_erased;
    // An answered push and the feed both tell it.
    if (!journal->own || kept != Storage::RulingKept::anew) return {};
    if (ruling.verdict == Verdict::lost) step.outcome.reordered.insert(journal->head.id);
    step.outcome.ruled.push_back({ruling.name, ruling.verdict, of_erased});
    return {};
}

/// After the last ruling was learnt: entries that are loaded from now on know theirs.
Result<void> Replica::keep_learnt(Step& step)
{
    for (const auto& ruled : step.outcome.ruled)
        if (ruled.verdict != Verdict::accepted) INDABA_TRY(stand_refused(ruled.name, step));
    for (const auto& [id, journal] : step.journals)
        if (journal && journal->last > 0) INDABA_TRY(ports_.storage.save_journal(*journal));
    for (const auto& id : step.copied) INDABA_TRY(leave_journal(id));
    for (const auto& id : step.holed) INDABA_TRY(fold_without_gone(*step.journals[id], step.entries));
    return {};
}

/// Goes on in a new journal if this is the one that is being written. What stands in it only here is still sent, and
/// ruled as a branch.
Result<void> Replica::leave_journal(JournalId id)
{
    INDABA_ASSIGN(const auto journal, ports_.storage.find_journal(id));
    INDABA_ASSIGN(const auto current, ports_.storage.own_journal(journal->head.space));
    if (!current || current->head.id != id) return {};
    return ports_.storage.save_journal(new_journal(journal->head.space));
}

/// What stays in the fold of this record: not what is refused, or ruled by the record's own number or base.
Result<std::vector<TransactionName>> Replica::unsettled(const StoredRecord& record, Step& step)
{
    const auto through = std::max(record.number, step.space.cursor.base);
    const bool unseen = !step.space.is_followed();  // it has no word: should it come back, its feed brings this
    const auto settled = [&](std::uint64_t number, Verdict verdict) {
        return number <= through || verdict != Verdict::accepted || unseen;
    };
    std::vector<TransactionName> left;
    for (const auto& name : record.pending) {
        if (const auto place = step.own.find(name); place != step.own.end()) {
            if (!settled(place->second.number, place->second.verdict)) left.push_back(name);
            continue;
        }
        INDABA_ASSIGN(const auto entry, step.entries.load(name));
        if (entry == nullptr) continue;  // gone from here
        const auto* ruling = entry->entry().ruling ? &*entry->entry().ruling : nullptr;
        if (ruling == nullptr || !settled(ruling->number, ruling->verdict)) left.push_back(name);
    }
    return left;
}

Result<void> Replica::settle_pending(StoredRecord& record, Step& step)
{
    INDABA_ASSIGN(record.pending, unsettled(record, step));
    if (step.space.is_followed()) return refold(record, step.entries);
    record.shown.clear();
    if (record.pending.empty()) record.word.reset();
    return {};
}

/// The centre's cells after the receiver's own transaction: exactly what it wrote, at its own number.
Result<void> Replica::take_echo(const FeedRecord& record, StoredRecord& stored, Step& step)
{
    const auto own = step.own_by_number.find(record.number);
    // What this session sent is gone from here since: the next one is told the record whole.
    if (own == step.own_by_number.end() && !step.copied.empty())
        return fail(Errc::busy, "an entry of this device's journal is gone: connect again");
    if (own == step.own_by_number.end())
        return fail(Errc::malformed, "the centre echoes a transaction that is not from here");
    INDABA_ASSIGN(const auto entry, step.entries.load(own->second));
    if (entry == nullptr) return fail(Errc::corrupt, "an entry of this device's journal is gone");
    const auto writes = entry->writes_to(record.id);
    if (writes.empty())
        return fail(Errc::malformed, "the centre echoes a record that the transaction does not write to");
    auto& word = *stored.word;
    const auto stamp = std::min(entry->entry().stamp, Stamp::end_of(step.own[own->second].time_ms));
    for (const auto& write : writes) {
        auto& cell = word.at(write.key);
        cell.leaves.assign(1, Leaf{own->second, stamp, write.value, {}});
        cell.unknown.clear();
        cell.number = record.number;
    }
    return {};
}

Result<void> Replica::take_cells(BatchReader& batch, Cells& word, Step& step)
{
    Cell* cell = nullptr;
    const auto on_cell = [&](Cell&& arrived) {
        cell = &word.at(arrived.key);
        *cell = std::move(arrived);
    };
    const auto on_leaf = [&](Leaf&& leaf) {
        step.greatest = std::max(step.greatest, leaf.stamp);
        cell->leaves.push_back(std::move(leaf));
    };
    if (word.empty()) word.reserve(batch.cell_count());
    return batch.read_cells(on_cell, on_leaf);
}

Result<void> Replica::take_record(const FeedRecord& record, BatchReader& batch, Step& step)
{
    INDABA_ASSIGN(const bool erased, ports_.storage.is_erased(record.id));
    if (erased) return {};  // the centre was put back, and has not heard its order yet
    INDABA_ASSIGN(auto found, ports_.storage.find_record(record.id));
    auto stored = found ? std::move(*found) : StoredRecord{record.id, record.type, step.space.name, 0, {}, {}, {}};
    if (stored.number == 0) {
        // Here only unsent, if at all. Somebody else made it first, maybe as another thing: what was written here will
        // be refused.
        stored.space = step.space.name;
        stored.type = record.type;
    }
    if (stored.space != step.space.name || stored.type != record.type)
        return fail(Errc::malformed, "the centre sends one record as two");
    const auto before = conflicts_in(stored, ports_.catalogue);
    if (!stored.word) stored.word = std::move(stored.shown);
    if (record.echo) {
        INDABA_TRY(take_echo(record, stored, step));
    } else {
        if (record.tombstone) stored.word->clear();
        INDABA_TRY(take_cells(batch, *stored.word, step));
    }
    stored.number = record.number;
    INDABA_TRY(settle_pending(stored, step));
    const auto after = conflicts_in(stored, ports_.catalogue);
    if (after > before) step.outcome.conflicts += after - before;
    if (!record.echo) ++step.outcome.records;
    return ports_.storage.save_record(stored);
}

Result<void> Replica::take_records(BatchReader& batch, Step& step)
{
    auto number = batch.head().from;
    FeedRecord record;
    while (true) {
        INDABA_ASSIGN(const bool more, batch.next_record(record));
        if (!more) return {};
        if (record.number < number) return fail(Errc::malformed, "the centre's records are not in order");
        number = record.number;
        INDABA_TRY(take_record(record, batch, step));
        if (step.is_awaited) continue;
        INDABA_ASSIGN(step.is_awaited, waits_for(record.id, step.space));
    }
}

/// Takes an entry, if it is ruled so, out of the fold of every record that it wrote to; those built on it are folded
/// without it.
Result<void> Replica::settle_entry(const TransactionName& name, Step& step)
{
    INDABA_ASSIGN(const auto entry, step.entries.load(name));
    if (entry == nullptr) return {};
    for (std::size_t i = 0; i < entry->transaction().size(); ++i) {
        INDABA_ASSIGN(auto record, ports_.storage.find_record(entry->transaction().id(i)));
        if (!record || std::ranges::find(record->pending, name) == record->pending.end()) continue;
        INDABA_TRY(settle_pending(*record, step));
        INDABA_TRY(ports_.storage.save_record(*record));
    }
    return {};
}

/// After a scan from zero: what was ruled on records that are deleted and forgotten came without them.
Result<void> Replica::settle_untold(Step& step)
{
    if (step.space.cursor.horizon == 0) return {};  // nothing is forgotten
    INDABA_ASSIGN(const auto ids, ports_.storage.pending_records(step.space.name));
    for (const auto& id : ids) {
        INDABA_ASSIGN(auto record, ports_.storage.find_record(id));
        if (!record || record->number > 0) continue;
        INDABA_ASSIGN(const auto left, unsettled(*record, step));
        if (left.size() == record->pending.size()) continue;  // it waits as before, and so may very many
        INDABA_TRY(settle_pending(*record, step));
        INDABA_TRY(ports_.storage.save_record(*record));
    }
    return {};
}

/// Piece by piece: as plain values they take several times their bytes.
Result<void> Replica::keep_rulings(const BatchReader& batch)
{
    constexpr std::size_t kPiece = 128;
    std::vector<Ruling> piece;
    auto rulings = batch.rulings();
    for (Ruling ruling; rulings.next(ruling);) {
        piece.push_back(ruling);
        if (piece.size() < kPiece && ruling.number < batch.head().to) continue;
        INDABA_TRY(ports_.storage.keep_rulings(batch.head().space, ruling.number, piece));
        piece.clear();
    }
    return {};
}

Result<void> Replica::move_cursor(const BatchReader& reader, Step& step)
{
    const auto& batch = reader.head();
    auto& space = step.space;
    space.cursor.position = batch.to;
    space.position_hash = step.hash;
    space.cursor.head = batch.head->number;
    space.cursor.head_hash = batch.head->hash;
    space.cursor.horizon = std::max(space.cursor.horizon, batch.head->horizon);  // a centre put back may know less
    if (batch.is_last()) {
        space.cursor.base = batch.to;
        space.backed_up = batch.head->backed_up;
        step.outcome.caught_up = true;
        INDABA_TRY(ports_.storage.drop_rulings(space.name));
    } else {
        INDABA_TRY(keep_rulings(reader));
    }
    return ports_.storage.save_space(space);
}

Result<Replica::Applied> Replica::take(BatchReader& batch)
{
    INDABA_TRY(ports_.storage.require_room());
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    Step step(ports_.storage);
    INDABA_ASSIGN(const bool joins, check_chain(batch, step));
    if (!joins) return step.outcome;
    for (const auto& author : batch.head().authors) INDABA_TRY(ports_.storage.keep_author(author));
    auto rulings = batch.rulings();
    for (Ruling ruling; rulings.next(ruling);) INDABA_TRY(learn_ruling(ruling, step));
    INDABA_TRY(keep_learnt(step));
    INDABA_TRY(take_records(batch, step));
    INDABA_TRY(hear(step.greatest));
    INDABA_TRY(claim_ruled(batch));
    for (const auto& name : step.refused) INDABA_TRY(settle_entry(name, step));
    const bool may_forget = batch.head().head->horizon > step.space.cursor.horizon || !step.refused.empty();
    const bool was_caught_up = step.space.cursor.base > 0;
    INDABA_TRY(move_cursor(batch, step));
    const bool catches_up = step.outcome.caught_up && !was_caught_up;
    if (catches_up) INDABA_TRY(settle_untold(step));
    if (may_forget) INDABA_TRY(ports_.storage.forget_deleted(step.space.name, step.space.cursor.horizon));
    if (step.is_awaited) INDABA_TRY(offer_again(step.space.name, Reason::Code::no_record));
    if (catches_up) INDABA_TRY(write_detached(step.space));
    if (step.is_erased) INDABA_TRY(offer_what_is_left(step.space));
    INDABA_TRY(transaction.commit());
    step.outcome.applied = true;
    return step.outcome;
}

Result<Replica::Applied> Replica::learn(const SpaceName& name, const std::vector<Ruling>& rulings)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    Step step(ports_.storage);
    INDABA_ASSIGN(auto space, ports_.storage.find_space(name));
    if (space) step.space = std::move(*space);
    // Of a space that is followed the feed tells what lies beyond, with the chain that it lies on: a ruling whose chain
    // was never seen would stay if the centre were put back to before it.
    auto told = rulings;
    if (step.space.is_followed())
        std::erase_if(told, [&](const Ruling& ruling) { return ruling.number > step.space.cursor.position; });
    for (const auto& ruling : told) INDABA_TRY(learn_ruling(ruling, step));
    INDABA_TRY(keep_learnt(step));
    for (const auto& ruling : told) INDABA_TRY(settle_entry(ruling.name, step));
    if (step.is_erased) INDABA_TRY(offer_what_is_left(step.space));
    if (!step.space.is_followed()) INDABA_TRY(ports_.storage.purge_space(name));  // rows with nothing pending any more
    INDABA_TRY(transaction.commit());
    step.outcome.applied = true;
    return step.outcome;
}

}  // namespace indaba::sync
