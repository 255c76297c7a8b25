#include "sync/store/store_over.hpp"

#include "sync/store/tables.hpp"

namespace indaba::sync::store {

template <class Port>
StoreOver<Port>::StoreOver(std::unique_ptr<Tables> tables) : tables_(std::move(tables))
{
}

template <class Port>
StoreOver<Port>::~StoreOver() = default;

template <class Port>
Result<void> StoreOver<Port>::begin()
{
    return tables_->begin();
}

template <class Port>
Result<void> StoreOver<Port>::commit()
{
    return tables_->commit();
}

template <class Port>
void StoreOver<Port>::rollback()
{
    tables_->rollback();
}

template <class Port>
Result<std::optional<StoredRecord>> StoreOver<Port>::find_record(const RecordId& id)
{
    INDABA_ASSIGN(auto row, tables_->records.find(id));
    return row ? std::optional(std::move(row->record)) : std::nullopt;
}

template <class Port>
Result<void> StoreOver<Port>::save_record(const StoredRecord& record)
{
    return tables_->save(record);
}

template <class Port>
Result<std::optional<StoredEntry>> StoreOver<Port>::find_entry(const TransactionName& name)
{
    return tables_->entries.find(name);
}

template <class Port>
Result<void> StoreOver<Port>::each_entry(JournalId journal, std::uint64_t from,
                                         const std::function<bool(StoredEntry&&)>& visit)
{
    return tables_->entries.each(journal, from, visit);
}

template <class Port>
Result<void> StoreOver<Port>::add_entry(const StoredEntry& entry)
{
    return tables_->entries.add(entry, nullptr);
}

template <class Port>
Result<Storage::RulingKept> StoreOver<Port>::set_ruling(const Ruling& ruling)
{
    return tables_->entries.set_ruling(ruling);
}

template <class Port>
Result<std::optional<StoredJournal>> StoreOver<Port>::find_journal(JournalId id)
{
    return tables_->journals.find(id);
}

template <class Port>
Result<void> StoreOver<Port>::save_journal(const StoredJournal& journal)
{
    return tables_->journals.save(journal);
}

template <class Port>
Result<bool> StoreOver<Port>::is_erased(const RecordId& id)
{
    return tables_->erasures.has(id);
}

template <class Port>
Result<ErasureState> StoreOver<Port>::erasure_state()
{
    return tables_->erasures.state();
}

template <class Port>
Result<void> StoreOver<Port>::each_erasure(std::uint64_t after, const std::function<bool(Erasure&&)>& visit)
{
    return tables_->erasures.each(after, visit);
}

template <class Port>
Result<void> StoreOver<Port>::erase_record(const Erasure& erasure)
{
    INDABA_TRY(tables_->erase(erasure.record));
    return tables_->erasures.add(erasure);
}

template <class Port>
Result<void> StoreOver<Port>::redact_entry(const TransactionName& name, const Bytes& payload, const Hash& original)
{
    tables_->note_wiped();
    return tables_->entries.redact(name, payload, original);
}

template <class Port>
Result<void> StoreOver<Port>::clean_up()
{
    return tables_->clean_up(0);
}

template <class Port>
platform::Database& StoreOver<Port>::database()
{
    return tables_->database();
}

template class StoreOver<ReplicaStorage>;
template class StoreOver<CentreStorage>;

}  // namespace indaba::sync::store
