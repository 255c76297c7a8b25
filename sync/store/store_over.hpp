// What both stores answer alike: transactions, records, entries and journals. Not used by itself.
#pragma once

#include "sync/storage.hpp"

#include <memory>

namespace indaba::platform {
class Database;
}

namespace indaba::sync::store {

class Tables;

template <class Port>
class StoreOver : public Port {
public:
    ~StoreOver() override;

    [[nodiscard]] Result<void> begin() override;
    [[nodiscard]] Result<void> commit() override;
    void rollback() override;

    [[nodiscard]] Result<std::optional<StoredRecord>> find_record(const RecordId& id) override;
    [[nodiscard]] Result<void> save_record(const StoredRecord& record) override;
    [[nodiscard]] Result<std::optional<StoredEntry>> find_entry(const TransactionName& name) override;
    [[nodiscard]] Result<void> each_entry(JournalId journal, std::uint64_t from,
                                          const std::function<bool(StoredEntry&&)>& visit) override;
    [[nodiscard]] Result<void> add_entry(const StoredEntry& entry) override;
    [[nodiscard]] Result<Storage::RulingKept> set_ruling(const Ruling& ruling) override;
    [[nodiscard]] Result<std::optional<StoredJournal>> find_journal(JournalId id) override;
    [[nodiscard]] Result<void> save_journal(const StoredJournal& journal) override;
    [[nodiscard]] Result<bool> is_erased(const RecordId& id) override;
    [[nodiscard]] Result<ErasureState> erasure_state() override;
    [[nodiscard]] Result<void> each_erasure(std::uint64_t after, const std::function<bool(Erasure&&)>& visit) override;
    /// After the commit nothing of it is in any file, as purge_space() has it.
    [[nodiscard]] Result<void> erase_record(const Erasure& erasure) override;
    [[nodiscard]] Result<void> redact_entry(const TransactionName& name, const Bytes& payload,
                                            const Hash& original) override;

    /// What somebody's reading kept an erasure or a purge from: the file beside the database still has former pages.
    /// Does not wait; busy: to be done again. Nothing if nothing is left to be done.
    [[nodiscard]] Result<void> clean_up();

    /// The file itself, for other tables in it: what is read or written between begin() and commit() belongs to that
    /// transaction. Whoever writes outside of them uses a platform::Transaction of their own.
    [[nodiscard]] platform::Database& database();

protected:
    explicit StoreOver(std::unique_ptr<Tables> tables);

    std::unique_ptr<Tables> tables_;
};

}  // namespace indaba::sync::store
