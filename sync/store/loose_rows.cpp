#include "sync/store/loose_rows.hpp"

#include "shared/transaction_view.hpp"
#include "sync/store/journals.hpp"

#include <algorithm>
#include <charconv>

namespace indaba::sync::store {

namespace {

using platform::LooseRow;
using platform::LooseValue;

bool is_null(const LooseRow& row, std::size_t column)
{
    return column < row.values.size() && std::holds_alternative<std::monostate>(row.values[column]);
}

/// Null if it is of another kind.
template <class Kind>
const Kind* value(const LooseRow& row, std::size_t column)
{
    return column < row.values.size() ? std::get_if<Kind>(&row.values[column]) : nullptr;
}

std::int64_t number(const LooseRow& row, std::size_t column)
{
    const auto* found = value<std::int64_t>(row, column);
    return found == nullptr ? 0 : *found;
}

std::string text(const LooseRow& row, std::size_t column)
{
    const auto* found = value<std::string>(row, column);
    return found == nullptr ? std::string() : *found;
}

bool is_hash(const LooseRow& row, std::size_t column)
{
    const auto* found = value<Bytes>(row, column);
    return found != nullptr && found->size() == sizeof(Hash::bytes);
}

Hash hash(const LooseRow& row, std::size_t column)
{
    Hash read;
    if (is_hash(row, column)) std::ranges::copy(*value<Bytes>(row, column), read.bytes.begin());
    return read;
}

// Columns are counted as schema.cpp lists them.

/// Of that table, by its name or, if that is not known, because it looks like a row of it.
bool is_of(const LooseRow& row, std::string_view table, std::size_t columns, bool looks_so)
{
    return row.values.size() == columns && looks_so && (row.table.empty() || row.table == table);
}

bool is_entry(const LooseRow& row)
{
    return is_of(row, "entry", 16,
                 is_null(row, 0) && number(row, 1) > 0 && number(row, 2) > 0 && is_hash(row, 3) && number(row, 5) > 0);
}

bool is_journal(const LooseRow& row) { return is_of(row, "journal", 10, is_null(row, 0)); }

bool is_space(const LooseRow& row)
{
    return is_of(row, "space", 17, is_null(row, 0) && is_hash(row, 8) && is_hash(row, 9));
}

bool is_refusal(const LooseRow& row)
{
    const auto* id = value<Bytes>(row, 0);
    return is_of(row, "refusal", 4,
                 id != nullptr && id->size() == sizeof(RecordId::bytes) && number(row, 1) > 0 &&
                     value<std::string>(row, 2) != nullptr && value<std::int64_t>(row, 3) != nullptr);
}

/// False if what it says is none.
bool read_ruling(const LooseRow& row, StoredEntry& entry)
{
    if (is_null(row, 6)) return true;
    const auto verdict = number(row, 7);
    const auto reason = number(row, 10);
    if (verdict < 0 || verdict > std::int64_t(Verdict::lost)) return false;
    if (reason < 0 || reason > std::int64_t(Reason::Code::erased)) return false;
    Ruling ruling;
    ruling.number = std::uint64_t(number(row, 6));
    ruling.verdict = Verdict(verdict);
    ruling.time_ms = number(row, 8);
    ruling.line = is_null(row, 9) ? 0 : std::uint64_t(number(row, 9));
    ruling.reason = {Reason::Code(reason), text(row, 11), text(row, 12)};
    entry.ruling = std::move(ruling);
    return true;
}

void take_entry(const LooseRow& row, LooseRows& rows)
{
    LooseEntry loose{number(row, 1), number(row, 5), {}, false};
    auto& entry = loose.entry;
    entry.hash = hash(row, 3);
    entry.name = {{}, std::uint64_t(number(row, 2)), entry.hash.prefix()};
    entry.stamp.value = std::uint64_t(number(row, 4));
    if (is_hash(row, 15)) entry.original = hash(row, 15);
    if (const auto* payload = value<Bytes>(row, 14)) {
        entry.payload = *payload;
        loose.has_payload = true;
    }
    if (read_ruling(row, entry)) rows.entries[row.rowid] = std::move(loose);
}

void take_journal(const LooseRow& row, LooseRows& rows)
{
    if (row.rowid == 0) {
        rows.clock = {{std::uint64_t(number(row, 4))}, number(row, 6)};
        return;
    }
    if (is_null(row, 1)) return;  // only its author is known
    rows.journals[row.rowid] = {number(row, 1), std::uint64_t(number(row, 4)), std::uint64_t(number(row, 6)),
                                number(row, 3) != 0};
}

/// What the centre holds is told again, and scanned from zero.
void take_space(const LooseRow& row, LooseRows& rows)
{
    StoredSpace space;
    space.kind = text(row, 1);
    space.title = text(row, 2);
    space.role = text(row, 3);
    space.carried = number(row, 4) != 0;
    space.backed_up = std::uint64_t(number(row, 10));
    space.lease_days = std::uint32_t(number(row, 15));
    rows.spaces[row.rowid] = std::move(space);
}

template <class Name>
void take_name(const LooseRow& row, std::string_view table, const Name& name, LooseNames<Name>& names)
{
    if (row.table == table) names.sure[row.rowid] = name;
    else if (row.table.empty()) names.likely[row.rowid].insert(name);
}

/// Of two columns, the first of which is the rowid: interned names, among others.
void take_pair(const LooseRow& row, LooseRows& rows)
{
    if (const auto* id = value<std::int64_t>(row, 1))
        take_name(row, "journal_name", std::uint64_t(*id), rows.journal_names);
    if (const auto* name = value<std::string>(row, 1); name != nullptr && shared::is_space_name(*name))
        take_name(row, "space_name", *name, rows.space_names);
}

/// See Journals::note_name.
void take_note(const LooseRow& row, LooseRows& rows)
{
    const auto key = text(row, 0);
    const auto said = text(row, 1);
    std::int64_t jid = 0;
    std::uint64_t id = 0;
    const auto begin = std::min(kNotedJournal.size(), key.size());
    const auto blank = std::min(said.find(' '), said.size());
    const bool is_number = std::from_chars(key.data() + begin, key.data() + key.size(), jid).ec == std::errc();
    const bool is_id = std::from_chars(said.data(), said.data() + blank, id).ec == std::errc();
    if (!is_number || !is_id || blank == said.size() || !shared::is_space_name(said.substr(blank + 1))) return;
    rows.noted[jid] = {id, said.substr(blank + 1)};
}

void take(const LooseRow& row, LooseRows& rows)
{
    if (is_of(row, "meta", 2, text(row, 0).starts_with(kNotedJournal))) return take_note(row, rows);
    if (is_entry(row)) return take_entry(row, rows);
    if (is_journal(row)) return take_journal(row, rows);
    if (is_space(row)) return take_space(row, rows);
    if (is_refusal(row)) {
        RecordId id;
        std::ranges::copy(*value<Bytes>(row, 0), id.bytes.begin());
        if (number(row, 3) != 0) rows.ended.emplace_back(id, number(row, 1), text(row, 2));
        return;
    }
    if (row.table == "lease_clock" && row.values.size() == 3) rows.leases = {number(row, 1), number(row, 2)};
    if (row.values.size() == 2 && is_null(row, 0)) take_pair(row, rows);
}

}  // namespace

Result<LooseRows> read_loose_rows(const platform::DatabaseOptions& file)
{
    LooseRows rows;
    INDABA_ASSIGN(rows.pages, platform::each_loose_row(file, [&](LooseRow&& row) { take(row, rows); }));
    // Long payloads have a table of their own, and nothing tells them from other bytes but the entries that want them.
    INDABA_ASSIGN(rows.pages, platform::each_loose_row(file, [&](LooseRow&& row) {
                      const auto* payload = value<Bytes>(row, 1);
                      if (payload == nullptr || !is_of(row, "payload", 2, is_null(row, 0))) return;
                      const auto place = rows.entries.find(row.rowid);
                      if (place == rows.entries.end() || place->second.has_payload) return;
                      if (row.table.empty() && shared::TransactionView::open(*payload).has_error()) return;
                      place->second.entry.payload = *payload;
                      place->second.has_payload = true;
                  }));
    return rows;
}

}  // namespace indaba::sync::store
