// Entries with their transactions, for the length of one storage transaction; and the bases of their writes, resolved.
// One thread at a time.
#pragma once

#include "shared/transaction_view.hpp"
#include "sync/storage.hpp"

#include <memory>
#include <unordered_map>

namespace indaba::sync {

/// An entry and, by record, its writes.
class LoadedEntry {
public:
    [[nodiscard]] static Result<LoadedEntry> from(StoredEntry entry);
    LoadedEntry(LoadedEntry&&) = default;

    [[nodiscard]] const StoredEntry& entry() const { return entry_; }
    [[nodiscard]] const shared::TransactionView& transaction() const { return transaction_; }
    /// Ordered by key; empty for a record that it does not write to.
    [[nodiscard]] shared::TransactionView::Writes writes_to(const RecordId& record) const
    {
        return transaction_.writes_to(record);
    }

    bool refused() const { return entry_.ruling && entry_.ruling->verdict != Verdict::accepted; }
    /// Refused without a look at it: what it named counts for nobody, for not everybody has it.
    bool lost() const { return entry_.ruling && entry_.ruling->verdict == Verdict::lost; }

private:
    LoadedEntry() = default;
    StoredEntry entry_;
    shared::TransactionView transaction_;  // of entry_.payload, which stays where it is when this is moved
};

class EntryCache {
public:
    explicit EntryCache(Storage& storage) : storage_(storage) {}

    /// Null for an entry that is not here.
    [[nodiscard]] Result<std::shared_ptr<const LoadedEntry>> load(const TransactionName& name);

    /// All that a write replaces: its bases and, for each refused one in its author's own journal that was not lost,
    /// what that one named.
    /// `author` is the journal of the write; `leaves` are not looked up, for a leaf is not refused.
    [[nodiscard]] Result<std::vector<TransactionName>> resolve(const RecordId& record, const shared::Write& write,
                                                               JournalId author, const Cells& leaves);

private:
    Storage& storage_;
    std::unordered_map<TransactionName, std::shared_ptr<const LoadedEntry>> loaded_;
    std::size_t loaded_bytes_ = 0;
};

[[nodiscard]] bool is_deletion(const shared::Write& write);

}  // namespace indaba::sync
