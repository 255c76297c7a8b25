// Journal entries and their rulings: narrow rows, with the longer payloads in a table of their own so that who scans or
// keeps rulings does not touch them. An entry is found by its name; two branches of one journal may have the same
// number. Thread rule: the database's.
#pragma once

#include "platform/sqlite.hpp"
#include "sync/storage.hpp"
#include "sync/store/interned.hpp"

#include <functional>
#include <optional>

namespace indaba::sync::store {

using EntryVisitor = std::function<bool(StoredEntry&&)>;

class Entries {
public:
    Entries(platform::Database& database, InternedNames& names) : database_(database), names_(names) {}

    [[nodiscard]] Result<std::optional<StoredEntry>> find(const TransactionName& name);
    [[nodiscard]] Result<void> each(JournalId journal, std::uint64_t from, const EntryVisitor& visit);
    /// Refused or lost ones of the own journals, or of all.
    [[nodiscard]] Result<void> each_own_refused(const EntryVisitor& visit);
    [[nodiscard]] Result<void> each_refused(const EntryVisitor& visit);
    [[nodiscard]] Result<StoredEntry> at(std::int64_t eid);
    [[nodiscard]] Result<TransactionName> name_of(std::int64_t eid);
    /// `chain` is the feed's chain after it, on a centre.
    [[nodiscard]] Result<void> add(const StoredEntry& entry, const Hash* chain);
    [[nodiscard]] Result<Storage::RulingKept> set_ruling(const Ruling& ruling);
    [[nodiscard]] Result<void> clear_ruling(const TransactionName& name);
    [[nodiscard]] Result<void> redact(const TransactionName& name, const Bytes& payload, const Hash& original);

    /// Of a row with these columns first: journal, number, hash, ruled, verdict, ruled_ms, line, reason, reason_field,
    /// reason_text.
    [[nodiscard]] Result<Ruling> read_ruling(const platform::Statement& row);

    /// Nothing if it is not here.
    [[nodiscard]] Result<std::optional<std::int64_t>> eid_of(const TransactionName& name);

private:
    [[nodiscard]] Result<StoredEntry> read(const platform::Statement& row);
    [[nodiscard]] Result<void> put_payload(std::int64_t eid, const Bytes& payload);
    [[nodiscard]] Result<void> visit_rows(platform::Statement& rows, const EntryVisitor& visit);

    platform::Database& database_;
    InternedNames& names_;
};

/// For comparing with numbers that SQLite orders as signed: what is beyond them is more than all there are.
[[nodiscard]] std::int64_t stored_number(std::uint64_t number);

/// The 32 bytes of a hash; corrupt if they are not 32.
[[nodiscard]] Result<Hash> read_hash(const platform::Statement& row, int column);

}  // namespace indaba::sync::store
