// Ruling: a verified change set goes into the feed, entry by entry, in the order of its journal.
#include "sync/centre.hpp"

#include "sync/entry_cache.hpp"
#include "sync/merge.hpp"
#include "sync/shown_values.hpp"
#include "sync/storage_transaction.hpp"

#include <algorithm>

namespace indaba::sync {

namespace {

using shared::Errc;
using Writes = shared::TransactionView::Writes;

}  // namespace

/// Where a change set stands while it is ruled.
struct Centre::Line {
    explicit Line(Storage& storage) : entries(storage) {}

    StoredJournal journal;
    Writer writer;
    Day day;
    std::optional<Allowance> allowance;  ///< with what this set adds
    Amount added;
    EntryCache entries;
    CentreStorage::Head head;
    bool may_write = false;
    std::vector<LostNumbers> lost;  ///< of this journal
    std::uint64_t id = 0;        ///< the line of the last entry
    CentreStorage::Mark at;      ///< the last entry, which need not be the last of its line
    std::map<std::uint64_t, CentreStorage::Mark> grown;  ///< lines that this set goes on, with their new marks
    Ingested outcome;
};

Result<std::optional<StoredJournal>> Centre::known_journal(const shared::JournalHead& head)
{
    INDABA_ASSIGN(auto known, ports_.storage.find_journal(head.id));
    if (known && (known->head.space != head.space || known->head.author != head.author))
        return fail(Errc::untrusted, "a change set that takes another device's journal for its own");
    return known;
}

Result<StoredJournal> Centre::begin_journal(const shared::JournalHead& head)
{
    StoredJournal journal;
    journal.head = head;
    journal.last_hash = shared::first_hash(head, ports_.digest);
    INDABA_ASSIGN(journal.author, ports_.authority.describe(head.id, shared::device_of(head.author, ports_.digest)));
    return journal;
}

/// The line on which the entry before the first new one stands; expected is set if that entry is not here.
Result<void> Centre::find_line(const shared::ChangeSet& set, Line& line)
{
    line.id = set.journal.id.value;
    if (set.first == 1) {
        line.at = {0, set.previous};
        return {};
    }
    INDABA_ASSIGN(const auto before, ports_.storage.find_entry({set.journal.id, set.first - 1, set.previous.prefix()}));
    if (!before || before->hash != set.previous || !before->ruling) {
        // Either a gap, or a branch from before what was sent: then only the whole journal says where it left.
        line.outcome.expected = set.first > line.journal.last + 1 ? line.journal.last + 1 : 1;
        return {};
    }
    line.id = before->ruling->line;
    line.at = {set.first - 1, set.previous};
    return {};
}

Result<Centre::Ingested> Centre::ingest(shared::ByteView change_set, const std::optional<shared::DeviceId>& sender)
{
    INDABA_ASSIGN(auto opened, shared::open_change_set(change_set, ports_.digest));
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    const auto& space = opened.set.journal.space;
    Line line(ports_.storage);
    line.outcome.journal = opened.set.journal;
    line.outcome.first = opened.set.first;
    line.writer = {shared::device_of(opened.set.journal.author, ports_.digest), sender};
    const auto head = ports_.storage.head(space);
    if (head.has_error() && head.error().code == Errc::not_found) {
        line.outcome.no_space = true;
        return line.outcome;
    }
    INDABA_ASSIGN(line.head, head);
    INDABA_ASSIGN(auto known, known_journal(opened.set.journal));
    INDABA_ASSIGN(line.journal, known ? Result<StoredJournal>(std::move(*known)) : begin_journal(opened.set.journal));
    INDABA_TRY(find_line(opened.set, line));
    if (line.outcome.expected != 0) return line.outcome;
    INDABA_ASSIGN(line.lost, ports_.storage.lost(opened.set.journal.id));
    INDABA_ASSIGN(line.may_write, ports_.authority.may_write(line.writer.author, space));
    if (ports_.quotas != nullptr) {
        line.day = Day::of(ports_.clock.now_ms());
        INDABA_ASSIGN(line.allowance, ports_.quotas->allowance(line.writer, line.day));
    }
    INDABA_TRY(take_entries(std::move(opened), line));
    INDABA_TRY(keep(line));
    INDABA_TRY(transaction.commit());
    return line.outcome;
}

Result<bool> Centre::is_used_up(const Writer& writer)
{
    if (ports_.quotas == nullptr) return false;
    INDABA_ASSIGN(const auto allowance, ports_.quotas->allowance(writer, Day::of(ports_.clock.now_ms())));
    return allowance && allowance->is_used_up();
}

/// In order, as far as the quota goes.
Result<void> Centre::take_entries(shared::VerifiedChangeSet opened, Line& line)
{
    line.outcome.through = opened.set.first - 1;
    for (std::size_t i = 0; i < opened.set.entries.size(); ++i) {
        auto& entry = opened.set.entries[i];
        StoredEntry stored;
        stored.hash = opened.hashes[i];
        stored.name = {opened.set.journal.id, opened.set.first + i, stored.hash.prefix()};
        stored.space = opened.set.journal.space;
        stored.stamp = entry.stamp;
        stored.payload = std::move(entry.payload);
        stored.original = entry.original;
        INDABA_TRY(take_entry(std::move(stored), line));
        if (line.outcome.over_quota) break;
        line.outcome.through = opened.set.first + i;
    }
    line.outcome.line = line.id;
    return {};
}

/// What the set as a whole leaves behind: how far its lines go now, and how much its writer has used.
Result<void> Centre::keep(const Line& line)
{
    if (line.outcome.fresh.empty()) return {};
    for (const auto& [id, mark] : line.grown) INDABA_TRY(ports_.storage.set_mark(line.journal.head.id, id, mark));
    INDABA_TRY(ports_.storage.save_journal(line.journal));
    const auto& fresh = line.outcome.fresh;  // in the order of the journal
    INDABA_TRY(ports_.storage.end_gaps(line.journal.head.id, fresh.front().name.number, fresh.back().name.number));
    return line.allowance ? ports_.quotas->add(line.writer, line.day, line.added) : Result<void>();
}

/// The last entry of the line on which the set stands, what the set itself has added included.
Result<std::optional<CentreStorage::Mark>> Centre::mark_of(const Line& line)
{
    const auto grown = line.grown.find(line.id);
    if (grown != line.grown.end()) return std::optional(grown->second);
    return ports_.storage.mark(line.journal.head.id, line.id);
}

/// An entry ruled before is answered again; a new one is ruled, on its line or, if that has gone on without it, as a
/// branch, unless its writer has used up their quota.
Result<void> Centre::take_entry(StoredEntry entry, Line& line)
{
    if (entry.name.number <= line.journal.last) {
        INDABA_ASSIGN(auto known, ports_.storage.find_entry(entry.name));
        if (known && known->hash == entry.hash && known->ruling) {
            line.id = known->ruling->line;
            line.at = {entry.name.number, entry.hash};
            line.outcome.repeated.push_back(std::move(*known->ruling));
            return {};
        }
    }
    if (line.allowance && line.allowance->is_used_up()) {
        line.outcome.over_quota = line.allowance;
        return {};
    }
    if (entry.name.number <= line.journal.last) {
        INDABA_ASSIGN(const auto mark, mark_of(line));
        if (mark && mark->hash != line.at.hash) line.id = entry.hash.prefix();
    }
    line.added.add(entry.payload.size());
    if (line.allowance) line.allowance->used.add(entry.payload.size());
    line.at = line.grown[line.id] = {entry.name.number, entry.hash};
    if (entry.name.number > line.journal.last) {
        line.journal.last = entry.name.number;
        line.journal.last_hash = entry.hash;
    }
    return rule(std::move(entry), line);
}

namespace {

Reason refuse(Reason::Code code, std::string text, std::string field = {})
{
    return {code, std::move(field), std::move(text)};
}

Verdict verdict_of(Reason::Code code)
{
    if (code == Reason::Code::none) return Verdict::accepted;
    return code == Reason::Code::lost ? Verdict::lost : Verdict::refused;
}

/// Catalogue errors begin with the field's name and a colon.
Reason refuse_by_rule(const shared::Error& error)
{
    return refuse(Reason::Code::rule, error.text, error.text.substr(0, error.text.find(':')));
}

/// Also what replaces something that is not here: a creation that was refused, or that the centre has lost.
bool creates(const Writes& writes)
{
    const auto place = std::ranges::find(writes, shared::kExistence, &shared::Write::key);
    return place != writes.end() && !is_deletion(*place);
}

/// Without the element of a set: that may be personal, and everybody reads a ruling.
std::string field_of(const shared::Write& write) { return std::string(shared::key_parts(write.key).field); }

Reason check_record(const StoredRecord& record, const Writes& writes, const shared::Catalogue& catalogue)
{
    const auto* type = catalogue.type(record.type);
    if (record.shown.size() > shared::limits::kCells)
        return refuse(Reason::Code::rule, "a record holds at most 1,024 values");
    for (const auto& write : writes) {
        if (record.shown.find(write.key)->leaves.size() > shared::limits::kLeaves)
            return refuse(Reason::Code::too_many_leaves,
                          field_of(write) + ": 64 different edits wait there: settle them first", field_of(write));
        if (record.shown.find(write.key)->unknown.size() > shared::limits::kBases)
            return refuse(Reason::Code::too_many_leaves, field_of(write) + ": it replaces too much that is not here",
                          field_of(write));
        const auto held = type == nullptr ? catalogue.check_value(record.type, write.key, write.value)
                                          : check_value(*type, write.key, write.value, shared::Quoting::nothing);
        if (held.has_error()) return refuse_by_rule(held.error());
    }
    if (const auto held = check_shown(catalogue, record.type, record.shown); held.has_error())
        return refuse_by_rule(held.error());
    return {};
}

}  // namespace

/// Merges the entry's writes to one record, under a feed number.
Result<void> Centre::merge(StoredRecord& record, const Writes& writes, const StoredEntry& entry, std::uint64_t number,
                           std::int64_t now_ms, Line& line)
{
    const bool was_deleted = existence(record.shown) == Existence::deleted;
    auto& entries = line.entries;
    Result<void> fault;
    const auto is_merged = [&](const TransactionName& base) {
        auto known = entries.load(base);
        if (known.has_error()) fault = known.error();
        return known.has_value() && *known != nullptr && !(*known)->refused();
    };
    const auto stamp = std::min(entry.stamp, Stamp::end_of(now_ms));
    const auto leaves = leaf_names(record.shown);
    for (const auto& write : writes) {
        INDABA_ASSIGN(const auto bases, entries.resolve(record.id, write, entry.name.journal, record.shown));
        auto& cell = record.shown.at(write.key);
        merge_write(cell, {entry.name, stamp, &write.value, bases, is_deletion(write)},
                    [&](const TransactionName& base) { return has_name(leaves, base) || is_merged(base); });
        cell.number = number;
    }
    INDABA_TRY(std::move(fault));
    record.number = number;
    if (was_deleted && existence(record.shown) != Existence::deleted)
        for (auto& cell : record.shown) cell.number = number;  // devices hold its tombstone only
    return {};
}

Result<Reason> Centre::judge(const StoredEntry& entry, std::uint64_t number, std::int64_t now_ms, Line& line,
                             std::vector<StoredRecord>& records)
{
    if (is_lost(line.lost, entry.name.number)) return lost_reason();
    if (!line.may_write) return refuse(Reason::Code::no_role, "no role that writes in " + entry.space);
    std::size_t touched_bytes = 0;
    const auto transaction = shared::TransactionView::open(entry.payload);
    if (transaction.has_error()) return refuse(Reason::Code::rule, transaction.error().text);
    if (entry.payload.empty() && !entry.original)
        return refuse(Reason::Code::rule, "a transaction that writes to no record");
    INDABA_ASSIGN(const bool erased, touches_erased(*transaction));
    if (erased) return refuse(Reason::Code::erased, "it writes to a record that was erased by order of the centre");
    INDABA_ASSIGN(auto misplaced, judge_decisions(*transaction, entry.space));
    if (misplaced.code != Reason::Code::none) return misplaced;
    for (std::size_t i = 0; i < transaction->size(); ++i) {
        const auto& id = transaction->id(i);
        const std::string type(transaction->type(i));
        const auto writes = transaction->writes(i);
        INDABA_ASSIGN(auto found, ports_.storage.find_record(id));
        if (!found && !creates(writes)) return refuse(Reason::Code::no_record, "a record that is not at the centre");
        auto record = found ? std::move(*found) : StoredRecord{id, type, entry.space, 0, {}, {}, {}};
        if (record.space != entry.space) return refuse(Reason::Code::no_record, "a record of another space");
        if (is_forgotten(record, line.head.horizon))
            return refuse(Reason::Code::no_record, "a record that was deleted long ago: write it as a new one");
        if (record.type != type)
            return refuse(Reason::Code::other_type, "the record is a " + record.type + ", not a " + type);
        INDABA_TRY(merge(record, writes, entry, number, now_ms, line));
        if (auto reason = check_record(record, writes, ports_.catalogue); reason.code != Reason::Code::none)
            return reason;
        touched_bytes += record.shown.size_bytes();
        records.push_back(std::move(record));
    }
    if (touched_bytes > shared::limits::kTouched_bytes)
        return refuse(Reason::Code::rule, "these records are over 4 MiB together: change fewer at a time");
    return Reason{};
}

Result<void> Centre::rule(StoredEntry entry, Line& line)
{
    std::vector<StoredRecord> records;
    Ruling ruling;
    ruling.number = line.head.number + 1;
    ruling.name = entry.name;
    ruling.line = line.id;
    ruling.time_ms = ports_.clock.now_ms();
    INDABA_ASSIGN(ruling.reason, judge(entry, ruling.number, ruling.time_ms, line, records));
    ruling.verdict = verdict_of(ruling.reason.code);
    if (ruling.verdict != Verdict::accepted) {
        records.clear();
        INDABA_TRY(redact_refused(entry));
    }
    line.head.number = ruling.number;
    line.head.hash = chain_hash(line.head.hash, ruling, ports_.digest);
    entry.ruling = std::move(ruling);
    std::vector<RecordId> touched;
    for (const auto& record : records) {
        INDABA_TRY(ports_.storage.save_record(record));
        touched.push_back(record.id);
    }
    if (line.outcome.fresh.empty())
        INDABA_TRY(ports_.storage.save_journal(line.journal));  // entries are stored under it
    line.outcome.fresh.push_back(*entry.ruling);
    return ports_.storage.append_ruled(entry, line.head.hash, touched);
}

}  // namespace indaba::sync
