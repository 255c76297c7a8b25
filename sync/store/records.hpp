// Records as rows, one each, with what is derived from them: conflict flag, search index. Thread rule: the database's.
#pragma once

#include "platform/sqlite.hpp"
#include "shared/catalogue.hpp"
#include "sync/storage.hpp"
#include "sync/store/interned.hpp"
#include "sync/store/search.hpp"

#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace indaba::sync::store {

/// A record with the number of its row.
struct RecordRow {
    std::int64_t rid = 0;
    std::int64_t flags = 0;
    std::uint64_t searched = 0;
    StoredRecord record;
};

/// Corrupt if the column does not hold an id.
[[nodiscard]] Result<RecordId> read_record_id(const platform::Statement& row, int column,
                                              const platform::Database& database);

class Records {
public:
    /// `search` may be null: no index.
    Records(platform::Database& database, InternedNames& names, const shared::Catalogue& catalogue, Search* search)
        : database_(database), names_(names), catalogue_(catalogue), search_(search)
    {
    }

    /// Once at the start of a program: where one with another catalogue was here last, a field that it did not know may
    /// have been listed as a conflict, or the other way round.
    [[nodiscard]] Result<void> provide_flags();

    [[nodiscard]] Result<std::optional<RecordRow>> find(const RecordId& id);
    [[nodiscard]] Result<RecordRow> at(std::int64_t rid);
    [[nodiscard]] Result<std::optional<std::int64_t>> rid_of(const RecordId& id);
    [[nodiscard]] Result<std::int64_t> save(const StoredRecord& record);

    /// The row that it had; nothing if it is not here.
    [[nodiscard]] Result<std::optional<std::int64_t>> erase(const RecordId& id);
    /// True if there was anything that the centre has told, or that was searched.
    [[nodiscard]] Result<bool> purge(const SpaceName& space);
    /// See ReplicaStorage.
    [[nodiscard]] Result<void> forget_deleted(const SpaceName& space, std::uint64_t horizon);
    [[nodiscard]] Result<void> each_with_word(const SpaceName& space, const std::function<bool(StoredRecord&&)>& visit);
    [[nodiscard]] Result<std::vector<RecordId>> pending(const SpaceName& space);

    /// After a commit or a rollback.
    void forget() { seen_.clear(); }

private:
    /// What this transaction has seen of a row, so that find, change, save looks it up once. Rid 0: there is none.
    struct Seen {
        std::int64_t rid = 0;
        std::int64_t flags = 0;
        std::uint64_t searched = 0;
        std::uint64_t space = 0;
        std::uint64_t type = 0;
    };

    [[nodiscard]] Result<RecordRow> read(const platform::Statement& row);
    [[nodiscard]] Result<Seen> look_up(const RecordId& id);
    void remember(const RecordId& id, const Seen& seen);
    [[nodiscard]] std::int64_t flags_of(const StoredRecord& record) const;
    struct Blobs;
    [[nodiscard]] Result<Blobs> encode(const StoredRecord& record);
    [[nodiscard]] Result<std::int64_t> insert(const StoredRecord& record, const Seen& now, const Blobs& blobs);
    [[nodiscard]] Result<void> update(const StoredRecord& record, const Seen& before, const Seen& now,
                                      const Blobs& blobs);
    [[nodiscard]] Result<void> hide(std::int64_t rid);
    [[nodiscard]] Result<void> set_conflict_flags();

    platform::Database& database_;
    InternedNames& names_;
    const shared::Catalogue& catalogue_;
    Search* search_;
    std::unordered_map<RecordId, Seen> seen_;
};

}  // namespace indaba::sync::store
