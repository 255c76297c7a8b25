// The search index: an FTS5 table that holds no text, derived from the records in the transaction that writes them. A
// new record waits, a changed one is noted (a few bytes), until kStale others do, or is indexed at once in a
// transaction that changes many: FTS5 writes a segment for each transaction, which for one record costs as much as the
// record. A search indexes the stale ones for itself, so it always sees everything. Thread rule: the database's.
#pragma once

#include "platform/sqlite.hpp"
#include "shared/catalogue.hpp"
#include "sync/store/interned.hpp"

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace indaba::sync::store {

class Search {
public:
    Search(platform::Database& database, InternedNames& names, const shared::Catalogue& catalogue)
        : database_(database), names_(names), catalogue_(catalogue)
    {
    }

    /// Makes the index, anew if it was made by other rules. Outside of a transaction.
    [[nodiscard]] Result<void> provide();
    /// Drops the index. Outside of a transaction.
    [[nodiscard]] static Result<void> drop(platform::Database& database);

    /// In a write transaction: the record's searched text is this now (empty: nothing of it is found). `fresh` if the
    /// row is new.
    [[nodiscard]] Result<void> changed(std::int64_t rid, bool fresh, std::string text);
    /// Before a commit.
    [[nodiscard]] Result<void> write();
    /// The same where words must not stay behind: nothing waits, and the index is made one piece, without what is gone.
    [[nodiscard]] Result<void> write_all();
    /// After a commit or a rollback.
    void forget();

    /// Numbers of rows that hold every word, the last as a beginning; see Queries::search. In a transaction.
    [[nodiscard]] Result<std::vector<std::int64_t>> find(std::string_view text, std::size_t limit);

private:
    struct Change {
        std::int64_t rid = 0;
        bool fresh = false;
        std::string text;
    };

    [[nodiscard]] Result<void> rebuild();
    [[nodiscard]] Result<bool> only_noted();
    [[nodiscard]] Result<void> index_all();
    [[nodiscard]] Result<void> index(const Change& change);
    [[nodiscard]] Result<std::string> current_text(std::int64_t rid);
    [[nodiscard]] Result<std::int64_t> upto();
    [[nodiscard]] Result<std::unordered_set<std::int64_t>> stale();

    [[nodiscard]] Result<std::vector<std::string>> words_of(std::string_view text);
    [[nodiscard]] Result<void> index_tail(const std::unordered_set<std::int64_t>& stale);
    struct Hits;
    [[nodiscard]] Result<void> match(const std::string& expression, Hits& hits);

    platform::Database& database_;
    InternedNames& names_;
    const shared::Catalogue& catalogue_;
    std::vector<Change> changes_;  // of this transaction, each row once
    std::unordered_map<std::int64_t, std::size_t> places_;
    std::size_t text_bytes_ = 0;
};

}  // namespace indaba::sync::store
