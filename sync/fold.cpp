#include "sync/fold.hpp"

namespace indaba::sync {

void fold_write(Cells& cells, const shared::Write& write, const TransactionName& name, Stamp stamp,
                std::span<const TransactionName> bases)
{
    merge_pending(cells.at(write.key), {name, stamp, &write.value, bases, is_deletion(write)});
}

Result<void> refold(StoredRecord& record, EntryCache& entries)
{
    if (!record.word) return {};
    if (record.pending.empty()) {
        record.shown = std::move(*record.word);
        record.word.reset();
        return {};
    }
    record.shown = *record.word;
    for (const auto& name : record.pending) {
        INDABA_ASSIGN(const auto found, entries.load(name));
        if (found == nullptr) continue;  // damaged: what the disk lost cannot be shown
        const auto stamp = found->entry().stamp;
        for (const auto& write : found->writes_to(record.id)) {
            INDABA_ASSIGN(const auto bases, entries.resolve(record.id, write, name.journal, record.shown));
            fold_write(record.shown, write, name, stamp, bases);
        }
    }
    drop_named(record.shown);
    return {};
}

}  // namespace indaba::sync
