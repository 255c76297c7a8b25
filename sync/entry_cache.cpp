#include "sync/entry_cache.hpp"

#include "sync/merge.hpp"

#include <algorithm>

namespace indaba::sync {

namespace {

/// Entries kept at once, and their payloads together: a storage transaction seldom needs more, and each can be large.
constexpr std::size_t kLoadedEntries = 64;
constexpr std::size_t kLoaded_bytes = 2 * shared::limits::kTransaction_bytes;

bool is_leaf(const Cells& cells, std::string_view key, const TransactionName& name)
{
    const auto* cell = cells.find(key);
    return cell != nullptr && std::ranges::any_of(cell->leaves, [&](const Leaf& leaf) { return leaf.name == name; });
}

}  // namespace

bool is_deletion(const shared::Write& write)
{
    return write.key == shared::kExistence && write.value.kind() == shared::ValueKind::boolean &&
           !write.value.as_boolean();
}

Result<LoadedEntry> LoadedEntry::from(StoredEntry entry)
{
    LoadedEntry loaded;
    loaded.entry_ = std::move(entry);
    INDABA_ASSIGN(loaded.transaction_, shared::TransactionView::open(loaded.entry_.payload));
    return loaded;
}

Result<std::shared_ptr<const LoadedEntry>> EntryCache::load(const TransactionName& name)
{
    if (const auto place = loaded_.find(name); place != loaded_.end()) return place->second;
    INDABA_ASSIGN(auto entry, storage_.find_entry(name));
    if (!entry) return nullptr;
    INDABA_ASSIGN(auto loaded, LoadedEntry::from(std::move(*entry)));
    const auto bytes = loaded.entry().payload.size();
    if (loaded_.size() >= kLoadedEntries || loaded_bytes_ + bytes > kLoaded_bytes) {
        loaded_.clear();
        loaded_bytes_ = 0;
    }
    loaded_bytes_ += bytes;
    return loaded_.emplace(name, std::make_shared<LoadedEntry>(std::move(loaded))).first->second;
}

Result<std::vector<TransactionName>> EntryCache::resolve(const RecordId& record, const shared::Write& write,
                                                         JournalId author, const Cells& leaves)
{
    std::vector<TransactionName> named;
    auto open = write.bases;
    while (!open.empty()) {
        const auto base = open.back();
        open.pop_back();
        if (has_name(named, base)) continue;
        insert_name(named, base);
        if (base.journal != author || is_leaf(leaves, write.key, base)) continue;
        INDABA_ASSIGN(const auto entry, load(base));
        if (entry == nullptr || !entry->refused() || entry->lost()) continue;
        for (const auto& before : entry->writes_to(record))
            if (before.key == write.key || is_deletion(write))
                open.insert(open.end(), before.bases.begin(), before.bases.end());
    }
    return named;
}

}  // namespace indaba::sync
