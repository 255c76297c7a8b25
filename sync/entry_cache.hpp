// Entries with their transactions decoded, for the length of one storage transaction; and the bases of their writes,
// resolved. One thread at a time.
#pragma once

#include "shared/transaction.hpp"
#include "sync/storage.hpp"

#include <span>
#include <unordered_map>

namespace indaba::sync {

/// An entry and, by record, its writes.
class LoadedEntry {
public:
    [[nodiscard]] static Result<LoadedEntry> from(StoredEntry entry);

    [[nodiscard]] const StoredEntry& entry() const { return entry_; }
    [[nodiscard]] const shared::Transaction& transaction() const { return transaction_; }
    /// Ordered by key; empty for a record that it does not write to.
    [[nodiscard]] std::span<const shared::Write> writes_to(const RecordId& record) const;

    bool refused() const { return entry_.ruling && entry_.ruling->verdict != Verdict::accepted; }

private:
    friend class EntryCache;
    LoadedEntry() = default;
    StoredEntry entry_;
    shared::Transaction transaction_;
    std::unordered_map<RecordId, std::span<const shared::Write>> by_record_;
};

class EntryCache {
public:
    explicit EntryCache(Storage& storage) : storage_(storage) {}

    /// Null for an entry that is not here. Valid until the next call of load or learn.
    [[nodiscard]] Result<const LoadedEntry*> load(const TransactionName& name);
    /// The storage has this ruling now: entries loaded before learn it too.
    void learn(const Ruling& ruling);

    /// All that a write replaces: its bases and, for each refused one in its author's own journal, what that one named.
    /// `author` is the journal of the write; `leaves` are not looked up, for a leaf is not refused.
    [[nodiscard]] Result<std::vector<TransactionName>> resolve(const RecordId& record, const shared::Write& write,
                                                               JournalId author, const Cells& leaves);

private:
    Storage& storage_;
    std::unordered_map<TransactionName, LoadedEntry> loaded_;
};

[[nodiscard]] bool is_deletion(const shared::Write& write);

}  // namespace indaba::sync
