// One open file with the tables that both stores share, and its current write transaction. Thread rule: the database's.
#pragma once

#include "platform/sqlite.hpp"
#include "shared/catalogue.hpp"
#include "sync/store/entries.hpp"
#include "sync/store/erasures.hpp"
#include "sync/store/feed_table.hpp"
#include "sync/store/gaps.hpp"
#include "sync/store/interned.hpp"
#include "sync/store/journals.hpp"
#include "sync/store/orphans.hpp"
#include "sync/store/records.hpp"
#include "sync/store/refusals.hpp"
#include "sync/store/schema.hpp"
#include "sync/store/search.hpp"
#include "sync/store/seen_conflicts.hpp"
#include "sync/store/spaces.hpp"

#include <memory>
#include <optional>

namespace indaba::sync::store {

class Tables {
public:
    [[nodiscard]] static Result<std::unique_ptr<Tables>> open(const platform::DatabaseOptions& file, Side side,
                                                              const shared::Catalogue& catalogue, bool search_index);

    [[nodiscard]] Result<void> begin();
    [[nodiscard]] Result<void> commit();
    void rollback();
    [[nodiscard]] Result<void> save(const StoredRecord& record);
    /// The record with everything derived from it.
    [[nodiscard]] Result<void> erase(const RecordId& id);
    /// Nobody may find what this transaction deletes: the search index forgets its words, and the -wal file is emptied
    /// after the commit.
    void note_wiped() { wiped_ = true; }
    /// What is left to be done of that, by whomever it was left. Waits for readers so long, and keeps nobody from
    /// writing, unless a device's file is made anew for the room in it. busy: to be done again.
    [[nodiscard]] Result<void> clean_up(int wait_ms);

    [[nodiscard]] platform::Database& database() { return *database_; }
    /// Null: there is no index.
    [[nodiscard]] Search* search() { return search_.get(); }

private:
    Tables(std::unique_ptr<platform::Database> database, Side side, const shared::Catalogue& catalogue,
           bool search_index);
    void forget();
    Result<void> note_wipe();
    Result<bool> has_much_room();

    std::unique_ptr<platform::Database> database_;
    Side side_;
    std::optional<platform::Transaction> transaction_;
    bool wiped_ = false;

public:
    InternedNames names;

private:
    std::unique_ptr<Search> search_;

public:
    Records records;
    Entries entries;
    Journals journals;
    Erasures erasures;
    Spaces spaces;  ///< a replica's
    Orphans orphans;  ///< a replica's
    Refusals refusals;  ///< a replica's
    SeenConflicts seen_conflicts;  ///< a replica's
    FeedTable feed;  ///< a centre's
    Gaps gaps;  ///< a centre's
};

/// Reads see one state until the end of its scope; in a write transaction, that transaction's.
class ReadScope {
public:
    explicit ReadScope(platform::Database& database) : database_(database) {}
    ReadScope(const ReadScope&) = delete;
    ReadScope& operator=(const ReadScope&) = delete;

    [[nodiscard]] Result<void> begin();
    /// Keeps what was written to temporary tables; a scope that is left without it rolls back.
    [[nodiscard]] Result<void> end();

private:
    platform::Database& database_;
    std::optional<platform::Transaction> transaction_;
};

}  // namespace indaba::sync::store
