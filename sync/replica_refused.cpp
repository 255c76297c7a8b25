// What was refused: it stands until it is written again or dropped, and is offered again when its reason has gone.
#include "shared/roles.hpp"
#include "shared/transaction.hpp"
#include "sync/fold.hpp"
#include "sync/replica_draft.hpp"
#include "sync/replica_step.hpp"
#include "sync/storage_transaction.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace indaba::sync {

namespace {

using shared::Errc;
using shared::Write;

bool has_key(const StandingRefusal& refusal, const std::string& key)
{
    return std::ranges::find(refusal.keys, key) != refusal.keys.end();
}

/// Of these, all that was written in one transaction with this record, or with a record of such a one, and so on.
std::vector<StandingRefusal> together(const std::vector<StandingRefusal>& all, const RecordId& id)
{
    std::set<RecordId> records{id};
    std::set<TransactionName> names;
    for (std::size_t before = 0; before != records.size() + names.size();) {
        before = records.size() + names.size();
        for (const auto& refusal : all) {
            if (!records.contains(refusal.record) && !names.contains(refusal.name)) continue;
            records.insert(refusal.record);
            names.insert(refusal.name);
        }
    }
    std::vector<StandingRefusal> found;
    for (const auto& refusal : all)
        if (records.contains(refusal.record)) found.push_back(refusal);
    return found;
}

/// Each once, in the order in which they were written first.
std::vector<RecordId> records_of(const std::vector<StandingRefusal>& refused)
{
    std::vector<RecordId> ids;
    for (const auto& refusal : refused)
        if (std::ranges::find(ids, refusal.record) == ids.end()) ids.push_back(refusal.record);
    return ids;
}

bool creates(const Write& write) { return write.key == shared::kExistence && !is_deletion(write); }

shared::Error nothing_refused(const RecordId& id)
{
    return fail(Errc::not_found, "nothing refused of record " + id.text() + " waits for you: see 'indaba refused'");
}

/// Corrects what is there already; answers the others.
std::vector<Replica::Correction> correct(std::vector<Write>& writes,
                                         const std::vector<Replica::Correction>& corrections)
{
    std::vector<Replica::Correction> others;
    for (const auto& correction : corrections) {
        const auto place = std::ranges::find(writes, correction.first, &Write::key);
        if (place == writes.end()) others.push_back(correction);
        else place->value = correction.second;
    }
    return others;
}

}  // namespace

/// What is to be written again, in one transaction.
struct Replica::Retry {
    SpaceName space;
    std::vector<StandingRefusal> refused;  ///< all of that space
    RecordId corrected;
    std::vector<Correction> corrections;
    bool blind = false;  ///< the records may not be here yet
    bool makes = false;  ///< what is not here is made: the entry that made it is lost
};

/// Takes out the cells that were written again while the refused one waited: that one stands instead should it be
/// refused as well.
Result<void> Replica::leave_rewritten(StandingRefusal& refusal, EntryCache& entries)
{
    INDABA_ASSIGN(const auto record, ports_.storage.find_record(refusal.record));
    if (!record) return {};
    for (const auto& name : record->pending) {
        INDABA_ASSIGN(const auto later, entries.load(name));
        if (later == nullptr) continue;
        for (const auto& write : later->writes_to(refusal.record)) {
            if (!has_name(write.bases, refusal.name)) continue;
            if (is_deletion(write)) refusal.keys.clear();
            else std::erase(refusal.keys, write.key);
        }
    }
    return {};
}

/// A ruling has refused it just now: what it wanted stands.
Result<void> Replica::stand_refused(const TransactionName& name, Step& step)
{
    INDABA_ASSIGN(const auto entry, step.entries.load(name));
    if (entry == nullptr) return {};
    for (std::size_t i = 0; i < entry->transaction().size(); ++i) {
        StandingRefusal refusal{name, entry->transaction().id(i), {}};
        for (const auto& write : entry->transaction().writes(i)) refusal.keys.push_back(write.key);
        INDABA_TRY(leave_rewritten(refusal, step.entries));
        if (!refusal.keys.empty()) INDABA_TRY(ports_.storage.stand_refused(refusal));
    }
    return {};
}

/// The draft's last record: who writes a cell again names what was refused of it, so that should that be accepted after
/// all, by a centre that was put back, the later one replaces it.
Result<void> Replica::name_refused(const RecordId& id, Draft& draft)
{
    INDABA_ASSIGN(const auto standing, ports_.storage.standing_refused(id));
    draft.again.push_back(!standing.empty());
    if (standing.empty()) return {};
    const auto index = std::uint32_t(draft.transaction.records.size() - 1);
    auto& writes = draft.transaction.writes;
    for (auto write = writes.rbegin(); write != writes.rend() && write->record == index; ++write)
        for (const auto& refusal : standing)
            if (has_key(refusal, write->key)) insert_name(write->bases, refusal.name);
    return {};
}

/// A deletion ends all that was wanted of its record, any other write what was wanted of its cell.
Result<void> Replica::end_refused(const Draft& draft)
{
    for (std::size_t i = 0; i < draft.records.size(); ++i) {
        if (!draft.again[i]) continue;
        std::vector<std::string> keys;
        for (const auto& write : draft.transaction.writes)
            if (write.record == i) keys.push_back(write.key);
        if (keys.size() == 1 && existence(draft.records[i].shown) == Existence::deleted) keys.clear();
        INDABA_TRY(ports_.storage.end_refused(draft.records[i].id, keys));
    }
    return {};
}

/// What the refused ones wanted of a record: of each cell the last, to the bases of all of them.
Result<std::vector<Write>> Replica::wanted(const RecordId& id, const std::vector<StandingRefusal>& refused,
                                           EntryCache& entries)
{
    std::map<std::string, Write> writes;
    for (const auto& refusal : refused) {
        if (refusal.record != id) continue;
        for (const auto& key : refusal.keys) {
            INDABA_ASSIGN(const auto entry, entries.load(refusal.name));
            if (entry == nullptr) return fail(Errc::corrupt, "an entry of this device's journal is gone");
            const auto its = entry->writes_to(id);
            const auto place = std::ranges::find(its, key, &Write::key);
            if (place == its.end()) continue;
            const auto& write = *place;
            INDABA_ASSIGN(const auto bases, entries.resolve(id, write, refusal.name.journal, {}));
            auto& again = writes[key];
            again.key = key;
            again.value = write.value;
            for (const auto& base : bases) insert_name(again.bases, base);
        }
    }
    std::vector<Write> ordered;
    for (auto& [key, write] : writes) ordered.push_back(std::move(write));
    return ordered;
}

/// What a person adds to what was wanted of a record, as an edit of what it shows now.
Result<void> Replica::add_corrections(const StoredRecord& record, std::vector<Correction> corrections,
                                      std::vector<Write>& writes)
{
    auto others = correct(writes, corrections);
    if (others.empty()) return {};
    INDABA_ASSIGN(auto more, writes_of({Change::Kind::put, record.id, record.type, std::move(others)}, record.shown,
                                       ports_.catalogue));
    for (auto& write : more)
        if (std::ranges::find(writes, write.key, &Write::key) == writes.end()) writes.push_back(std::move(write));
    std::ranges::sort(writes, {}, &Write::key);
    return {};
}

Result<void> Replica::draft_again(const RecordId& id, const Retry& retry, EntryCache& entries, Draft& draft)
{
    const auto first = std::ranges::find(retry.refused, id, &StandingRefusal::record);
    INDABA_ASSIGN(const auto entry, entries.load(first->name));
    if (entry == nullptr) return fail(Errc::corrupt, "an entry of this device's journal is gone");
    const auto place = entry->transaction().find(id);
    if (!place) return fail(Errc::corrupt, "what was refused of a record is not in its entry");
    INDABA_ASSIGN(auto record, record_to_write(id, std::string(entry->transaction().type(*place)), draft));
    INDABA_ASSIGN(auto writes, wanted(id, retry.refused, entries));
    if (id == retry.corrected) INDABA_TRY(add_corrections(record, retry.corrections, writes));
    const bool absent = existence(record.shown) == Existence::none && !std::ranges::any_of(writes, creates);
    if (absent && retry.makes)  // sorts before every field
        writes.insert(writes.begin(), Write{0, std::string(shared::kExistence), Value::boolean(true), {}});
    INDABA_TRY(draft_writes(std::move(record), std::move(writes), draft));
    if (absent || retry.blind) draft.blind.back() = true;
    return {};
}

Result<std::size_t> Replica::write_again(const Retry& retry)
{
    INDABA_ASSIGN(auto draft, begin_draft(retry.space));
    EntryCache entries(ports_.storage);
    for (const auto& id : records_of(retry.refused)) INDABA_TRY(draft_again(id, retry, entries, draft));
    INDABA_TRY(store_draft(draft));
    return draft.records.size();
}

Result<std::size_t> Replica::retry(const RecordId& id, std::vector<Correction> corrections)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(const auto all, ports_.storage.standing_refused({}));
    if (std::ranges::find(all, id, &StandingRefusal::record) == all.end()) return nothing_refused(id);
    auto refused = together(all, id);
    INDABA_ASSIGN(const auto entry, ports_.storage.find_entry(refused.front().name));
    if (!entry) return fail(Errc::corrupt, "an entry of this device's journal is gone");
    INDABA_ASSIGN(const auto records,
                  write_again({entry->space, std::move(refused), id, std::move(corrections), false, false}));
    INDABA_TRY(transaction.commit());
    return records;
}

Result<void> Replica::drop_refused(const RecordId& id)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(const auto standing, ports_.storage.standing_refused(id));
    if (standing.empty()) return nothing_refused(id);
    INDABA_TRY(ports_.storage.end_refused(id, {}));
    return transaction.commit();
}

/// What was refused for this reason in this space, and still stands.
Result<std::vector<StandingRefusal>> Replica::refused_for(Reason::Code because, const SpaceName& space)
{
    INDABA_ASSIGN(auto standing, ports_.storage.standing_refused({}));
    std::vector<StandingRefusal> found;
    EntryCache entries(ports_.storage);
    for (auto& refusal : standing) {
        INDABA_ASSIGN(const auto loaded, entries.load(refusal.name));
        if (loaded == nullptr) continue;
        const auto& entry = loaded->entry();
        if (entry.space == space && entry.ruling && entry.ruling->reason.code == because)
            found.push_back(std::move(refusal));
    }
    return found;
}

/// What the centre refused them for has been taken out of all of them.
Result<bool> Replica::are_redacted(const std::vector<StandingRefusal>& refused)
{
    EntryCache entries(ports_.storage);
    for (const auto& refusal : refused) {
        INDABA_ASSIGN(const auto entry, entries.load(refusal.name));
        if (entry == nullptr || !entry->entry().original) return false;  // the order will come
    }
    return true;
}

/// The centre has told all of their records but those that they make themselves.
Result<bool> Replica::are_told(const std::vector<StandingRefusal>& refused)
{
    std::set<RecordId> made;
    EntryCache entries(ports_.storage);
    for (const auto& refusal : refused) {
        INDABA_ASSIGN(const auto entry, entries.load(refusal.name));
        if (entry != nullptr && std::ranges::any_of(entry->writes_to(refusal.record), creates))
            made.insert(refusal.record);
    }
    for (const auto& refusal : refused) {
        if (made.contains(refusal.record)) continue;
        INDABA_ASSIGN(const auto record, ports_.storage.find_record(refusal.record));
        if (!record || record->number == 0) return false;
        if (existence(record->centre_word()) == Existence::none) return false;
    }
    return true;
}

/// The reason that these were refused for.
Result<bool> Replica::has_gone(Reason::Code reason, const std::vector<StandingRefusal>& refused)
{
    if (reason == Reason::Code::no_record) return are_told(refused);
    if (reason == Reason::Code::erased) return are_redacted(refused);
    return true;
}

/// The reason has gone: what was refused for it is written again. What cannot be written so stays refused, for a
/// person.
Result<void> Replica::offer_again(const SpaceName& space, Reason::Code because)
{
    INDABA_ASSIGN(auto left, refused_for(because, space));
    return write_all_again(space, std::move(left), because);
}

Result<void> Replica::write_all_again(const SpaceName& space, std::vector<StandingRefusal> left, Reason::Code because)
{
    while (!left.empty()) {
        auto refused = together(left, left.front().record);
        std::erase_if(
            left, [&](const StandingRefusal& refusal) { return std::ranges::find(refused, refusal) != refused.end(); });
        INDABA_ASSIGN(const bool gone, has_gone(because, refused));
        if (!gone) continue;
        const auto written = write_again({space, std::move(refused), {}, {}, true, because == Reason::Code::lost});
        if (written.has_error() && written.error().code != Errc::rule_broken &&
            written.error().code != Errc::too_large && written.error().code != Errc::usage)
            return written.error();
    }
    return {};
}

/// Of what was refused for a record that is gone here by now.
Result<void> Replica::offer_what_is_left(const StoredSpace& space)
{
    if (!space.is_followed() || !shared::role_writes(space.role)) return {};
    return offer_again(space.name, Reason::Code::erased);
}

/// A record that was not at the centre when what was wanted of it was refused may have come: a centre that was put back
/// regains an edit before the record that somebody else will bring.
Result<bool> Replica::waits_for(const RecordId& arrived, const StoredSpace& space)
{
    if (!shared::role_writes(space.role)) return false;
    INDABA_ASSIGN(const auto standing, ports_.storage.standing_refused(arrived));
    return !standing.empty();
}

}  // namespace indaba::sync
