// The centre's feed: rulings by number with the chain, the marks of lines, and which rulings touched a record.
// Thread rule: the database's.
#pragma once

#include "platform/sqlite.hpp"
#include "sync/storage.hpp"
#include "sync/store/entries.hpp"
#include "sync/store/records.hpp"

#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace indaba::sync::store {

class FeedTable {
public:
    FeedTable(platform::Database& database, InternedNames& names, Records& records, Entries& entries)
        : database_(database), names_(names), records_(records), entries_(entries)
    {
    }

    /// Not found: no such space.
    [[nodiscard]] Result<CentreStorage::Head> head(const SpaceName& space);
    [[nodiscard]] Result<CentreSize> size(const SpaceName& space);
    [[nodiscard]] Result<void> set_horizon(const SpaceName& space, std::uint64_t number);
    [[nodiscard]] Result<void> note_backed_up(const SpaceName& space, std::uint64_t number);
    [[nodiscard]] Result<std::optional<Hash>> chain_at(const SpaceName& space, std::uint64_t number);
    [[nodiscard]] Result<void> append(const StoredEntry& entry, const Hash& chain,
                                      const std::vector<RecordId>& touched);
    [[nodiscard]] Result<std::optional<CentreStorage::Mark>> mark(JournalId journal, std::uint64_t line);
    [[nodiscard]] Result<void> set_mark(JournalId journal, std::uint64_t line, const CentreStorage::Mark& mark);
    [[nodiscard]] Result<std::vector<CentreStorage::Mark>> marks(JournalId journal, std::size_t limit);
    [[nodiscard]] Result<void> each_record_after(const SpaceName& space, std::uint64_t after,
                                                 const std::function<bool(StoredRecord&&)>& visit);
    [[nodiscard]] Result<void> each_ruling(const SpaceName& space, std::uint64_t after, std::uint64_t to,
                                           const std::function<bool(Ruling&&)>& visit);
    [[nodiscard]] Result<void> each_entry_of(const RecordId& id, std::uint64_t after, const EntryVisitor& visit);

    /// A record was written to a row: rulings that touched it before it had one are noted now.
    [[nodiscard]] Result<void> saved(const RecordId& id, std::int64_t rid);
    /// The record that had this row is gone: nothing touched it.
    [[nodiscard]] Result<void> erased(std::int64_t rid);
    /// After a commit or a rollback.
    void forget() { waiting_.clear(); }

private:
    /// Not found: no such space.
    [[nodiscard]] Result<std::uint64_t> sid_of(const SpaceName& space);
    [[nodiscard]] Result<void> touch(std::int64_t rid, std::uint64_t ruled);

    platform::Database& database_;
    InternedNames& names_;
    Records& records_;
    Entries& entries_;
    std::unordered_map<RecordId, std::vector<std::uint64_t>> waiting_;
};

}  // namespace indaba::sync::store
