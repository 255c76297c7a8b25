// What the centre once told and, put back from a backup, has no more: kept aside until whoever wrote it brings it
// again, or a person writes it again or lets it go.
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
    return place != marks.end() && name.number <= place->second.number;
}

bool is_known(const TransactionName& name, const Cells& word)
{
    return std::ranges::any_of(word, [&](const Cell& cell) {
        return has_name(cell.unknown, name) || std::ranges::any_of(cell.leaves, [&](const Leaf& leaf) {
                   return leaf.name == name || has_name(leaf.saw, name);
               });
    });
}

const Orphan* find_orphan(const std::vector<Orphan>& orphans, const RecordId& id)
{
    const auto place = std::ranges::find(orphans, id, &Orphan::record);
    return place == orphans.end() ? nullptr : &*place;
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

/// What was accepted again is no orphan any more.
Result<void> Replica::claim_orphans(const std::vector<Ruling>& rulings)
{
    INDABA_ASSIGN(auto orphans, ports_.storage.orphans());
    if (orphans.empty()) return {};
    std::set<TransactionName> ruled;
    for (const auto& ruling : rulings)
        if (ruling.verdict == Verdict::accepted) ruled.insert(ruling.name);
    for (auto& orphan : orphans) {
        Cells left;
        for (auto& cell : orphan.cells) {
            std::erase_if(cell.leaves, [&](const Leaf& leaf) { return ruled.contains(leaf.name); });
            if (!cell.leaves.empty()) left.at(cell.key) = std::move(cell);
        }
        orphan.cells = std::move(left);
        INDABA_TRY(orphan.cells.empty() ? ports_.storage.drop_orphan(orphan.record)
                                        : ports_.storage.save_orphan(orphan));
    }
    return {};
}

/// Of the word that was: leaves that the centre neither has nor knows of, and that are not sent to it again from here.
Result<void> Replica::keep_orphan(const StoredRecord& record, const Cells& word, const Marks& marks)
{
    Orphan orphan{record.id, record.type, record.space, {}, ports_.clock.now_ms()};
    for (const auto& cell : word) {
        for (const auto& leaf : cell.leaves) {
            if (is_marked(leaf.name, marks) || is_known(leaf.name, record.centre_word())) continue;
            INDABA_ASSIGN(const auto own, ports_.storage.find_entry(leaf.name));
            if (!own) orphan.cells.at(cell.key).leaves.push_back(leaf);
        }
    }
    return orphan.cells.empty() ? Result<void>() : ports_.storage.save_orphan(orphan);
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
    INDABA_ASSIGN(const auto orphans, ports_.storage.orphans());
    const auto* orphan = find_orphan(orphans, id);
    if (orphan == nullptr) return no_orphan(id);
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
    INDABA_ASSIGN(const auto orphans, ports_.storage.orphans());
    if (find_orphan(orphans, id) == nullptr) return no_orphan(id);
    INDABA_TRY(ports_.storage.drop_orphan(id));
    return transaction.commit();
}

}  // namespace indaba::sync
