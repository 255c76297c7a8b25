// What the centre once told and, put back from a backup, has no more: kept aside until whoever wrote it brings it
// again, or a person writes it again or lets it go.
#include "sync/batch.hpp"
#include "sync/replica_draft.hpp"
#include "sync/storage_transaction.hpp"

#include <algorithm>
#include <set>

namespace indaba::sync {

namespace {

using shared::Errc;

/// The centre has ruled on it, as far as its marks say.
bool is_marked(const TransactionName& name, const Replica::Marks& marks)
{
    const auto place = marks.find(name.journal);
    if (place == marks.end()) return false;
    return std::ranges::any_of(place->second, [&](const JournalMark& mark) {
        return name.number < mark.number || (name.number == mark.number && name.hash == mark.hash);
    });
}

bool is_known(const TransactionName& name, const Cells& word)
{
    return std::ranges::any_of(word, [&](const Cell& cell) {
        return has_name(cell.unknown, name) || std::ranges::any_of(cell.leaves, [&](const Leaf& leaf) {
                   return leaf.name == name || has_name(leaf.saw, name);
               });
    });
}

shared::Error no_orphan(const RecordId& id)
{
    return fail(Errc::not_found, "the centre has lost nothing of record " + id.text() + " that is known here");
}

/// What a person does who wants it back: the values that it showed, or its deletion.
Change change_of(const Orphan& orphan, const shared::Catalogue& catalogue)
{
    Change change{Change::Kind::put, orphan.record, orphan.type, {}};
    const auto* type = catalogue.type(orphan.type);
    for (const auto& cell : orphan.cells) {
        const auto* leaf = shown(cell, shared::cell_rule(type, cell.key));
        if (cell.key != shared::kExistence) change.cells.emplace_back(cell.key, leaf->value);
        else if (leaf->value == Value::boolean(false)) change.kind = Change::Kind::remove;
    }
    if (change.kind == Change::Kind::remove) change.cells.clear();
    return change;
}

}  // namespace

/// Leaves of which this is true are no orphans any more.
Result<void> Replica::claim_orphans(const std::function<Result<bool>(const Orphan&, const Leaf&)>& is_there)
{
    INDABA_ASSIGN(auto orphans, ports_.storage.orphans());
    for (auto& orphan : orphans) {
        Cells left;
        bool claimed = false;
        for (const auto& cell : orphan.cells) {
            for (const auto& leaf : cell.leaves) {
                INDABA_ASSIGN(const bool there, is_there(orphan, leaf));
                if (there) claimed = true;
                else left.at(cell.key).leaves.push_back(leaf);
            }
        }
        if (!claimed) continue;
        orphan.cells = std::move(left);
        INDABA_TRY(orphan.cells.empty() ? ports_.storage.drop_orphan(orphan.record)
                                        : ports_.storage.save_orphan(orphan));
    }
    return {};
}

/// What was accepted again.
Result<void> Replica::claim_ruled(const BatchReader& batch)
{
    INDABA_ASSIGN(const auto orphans, ports_.storage.orphans());
    if (orphans.empty()) return {};
    std::set<TransactionName> accepted;
    auto rulings = batch.rulings();
    for (Ruling ruling; rulings.next(ruling);)
        if (ruling.verdict == Verdict::accepted) accepted.insert(ruling.name);
    return claim_orphans([&](const Orphan&, const Leaf& leaf) { return accepted.contains(leaf.name); });
}

/// After a comparison: what the centre has, though this device lacks it no more than the centre does.
Result<void> Replica::claim_compared(const SpaceName& space, const Marks& marks)
{
    return claim_orphans([&](const Orphan& orphan, const Leaf& leaf) -> Result<bool> {
        if (orphan.space != space) return false;
        if (is_marked(leaf.name, marks)) return true;
        INDABA_ASSIGN(const auto record, ports_.storage.find_record(orphan.record));
        return record && is_known(leaf.name, record->centre_word());
    });
}

/// Of a space that may not be seen any more nothing is kept aside.
Result<void> Replica::forget_orphans(const SpaceName& space)
{
    return claim_orphans([&](const Orphan& orphan, const Leaf&) -> Result<bool> { return orphan.space == space; });
}

/// Not what was salvaged from behind a hole in its journal.
Result<bool> Replica::is_sent_from_here(const TransactionName& name)
{
    INDABA_ASSIGN(const auto entry, ports_.storage.find_entry(name));
    if (!entry) return false;
    INDABA_ASSIGN(const auto journal, ports_.storage.find_journal(name.journal));
    return journal && name.number <= journal->last;
}

/// Of the word that was, leaves that the centre neither has nor knows of, and that are not sent to it again from here;
/// beside what was kept aside before.
Result<void> Replica::keep_orphan(const StoredRecord& record, const Cells& word, const Marks& marks)
{
    const auto is_there = [&](const Leaf& leaf) {
        return is_marked(leaf.name, marks) || is_known(leaf.name, record.centre_word());
    };
    INDABA_ASSIGN(const bool erased, quotes_erased(record.type, word));
    if (erased) return {};
    INDABA_ASSIGN(auto before, ports_.storage.find_orphan(record.id));
    auto orphan = before ? std::move(*before) : Orphan{record.id, record.type, record.space, {}, ports_.clock.now_ms()};
    bool is_more = false;
    for (const auto& cell : word) {
        for (const auto& leaf : cell.leaves) {
            if (is_there(leaf)) continue;
            INDABA_ASSIGN(const bool sent, is_sent_from_here(leaf.name));
            if (sent) continue;
            auto& leaves = orphan.cells.at(cell.key).leaves;
            if (std::ranges::find(leaves, leaf.name, &Leaf::name) != leaves.end()) continue;
            leaves.push_back(leaf);
            is_more = true;
        }
    }
    return is_more ? ports_.storage.save_orphan(orphan) : Result<void>();
}

/// The draft's last record: what is written again replaces the orphan, should that be brought after all.
void Replica::name_orphan(const Orphan& orphan, Draft& draft)
{
    for (auto& write : draft.transaction.writes)
        if (const auto* cell = orphan.cells.find(write.key))
            for (const auto& leaf : cell->leaves) insert_name(write.bases, leaf.name);
}

Result<void> Replica::restore_orphan(const RecordId& id)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(const auto orphan, ports_.storage.find_orphan(id));
    if (!orphan) return no_orphan(id);
    INDABA_ASSIGN(auto draft, begin_draft(orphan->space));
    auto change = change_of(*orphan, ports_.catalogue);
    INDABA_ASSIGN(const auto here, ports_.storage.find_record(id));
    const bool nothing_to_delete =
        !here || existence(here->shown) == Existence::none || existence(here->shown) == Existence::deleted;
    if (change.kind != Change::Kind::remove || !nothing_to_delete) INDABA_TRY(draft_change(std::move(change), draft));
    if (!draft.transaction.records.empty()) {
        name_orphan(*orphan, draft);
        INDABA_TRY(store_draft(draft));
    }
    INDABA_TRY(ports_.storage.drop_orphan(id));
    return transaction.commit();
}

Result<void> Replica::drop_orphan(const RecordId& id)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(const auto orphan, ports_.storage.find_orphan(id));
    if (!orphan) return no_orphan(id);
    INDABA_TRY(ports_.storage.drop_orphan(id));
    return transaction.commit();
}

}  // namespace indaba::sync
