#include "sync/store/tables.hpp"

#include "platform/sqlite_meta.hpp"
#include "shared/check.hpp"

#include <utility>

namespace indaba::sync::store {

namespace {

/// How many transactions wiped something, and of how many of them nothing is left in any file.
constexpr const char* kWipedKey = "unclean";
constexpr const char* kCleanedKey = "cleaned";
/// How long whoever is reading is waited for: less than a person notices, more than a query takes. After what takes
/// longer, a backup for example, it is done again.
constexpr int kCleanUpWait_ms = 500;
/// A file that holds more is not made anew for the room in it: that is done in memory, and all who write wait for it.
constexpr std::int64_t kMadeAnew_bytes = 256 * 1024 * 1024;

}  // namespace

Tables::Tables(std::unique_ptr<platform::Database> database, Side side, const shared::Catalogue& catalogue,
               bool search_index)
    : database_(std::move(database)), side_(side), names(*database_),
      search_(search_index ? std::make_unique<Search>(*database_, names, catalogue) : nullptr),
      records(*database_, names, catalogue, search_.get()), entries(*database_, names), journals(*database_, names),
      erasures(*database_), spaces(*database_, names), orphans(*database_, names), refusals(*database_, entries),
      seen_conflicts(*database_, names), feed(*database_, names, records, entries), gaps(*database_)
{
}

Result<std::unique_ptr<Tables>> Tables::open(const platform::DatabaseOptions& file, Side side,
                                             const shared::Catalogue& catalogue, bool search_index)
{
    INDABA_ASSIGN(auto database, platform::Database::open(file));
    INDABA_TRY(provide_schema(*database, side));
    std::unique_ptr<Tables> tables(new Tables(std::move(database), side, catalogue, search_index));
    if (!file.read_only) (void)tables->clean_up(kCleanUpWait_ms);
    if (side == Side::centre || file.read_only) return tables;
    INDABA_TRY(tables->records.provide_flags());
    if (search_index) {
        INDABA_TRY(tables->search_->provide());
    } else {
        INDABA_TRY(Search::drop(*tables->database_));
    }
    return tables;
}

Result<void> Tables::begin()
{
    INDABA_CHECK(!transaction_.has_value());
    INDABA_ASSIGN(auto transaction, platform::Transaction::write(*database_));
    transaction_.emplace(std::move(transaction));
    forget();  // what reads before it have seen, others may have changed since
    refusals.begin();
    erasures.begin();
    return {};
}

Result<void> Tables::commit()
{
    INDABA_CHECK(transaction_.has_value());
    if (search_) INDABA_TRY(wiped_ ? search_->write_all() : search_->write());
    if (wiped_) INDABA_TRY(note_wipe());
    INDABA_TRY(transaction_->commit());
    transaction_.reset();
    if (std::exchange(wiped_, false)) (void)clean_up(kCleanUpWait_ms);
    names.committed();
    forget();
    return {};
}

void Tables::rollback()
{
    transaction_.reset();
    wiped_ = false;
    names.rolled_back();
    forget();
}

Result<void> Tables::note_wipe()
{
    INDABA_ASSIGN(const auto before, platform::meta_int64(*database_, kWipedKey));
    return platform::set_meta_int64(*transaction_, kWipedKey, before.value_or(0) + 1);
}

/// In the database itself everything that is deleted is written over; former pages are in the -wal file alone.
Result<void> Tables::clean_up(int wait_ms)
{
    INDABA_ASSIGN(const auto wiped, platform::meta_int64(*database_, kWipedKey));
    INDABA_ASSIGN(const auto cleaned, platform::meta_int64(*database_, kCleanedKey));
    if (wiped.value_or(0) <= cleaned.value_or(0)) return {};
    INDABA_ASSIGN(const bool much_room, has_much_room());
    // A space that is not carried any more gives its room back.
    if (much_room && side_ == Side::replica) (void)database_->execute("VACUUM");
    INDABA_TRY(database_->checkpoint(platform::Database::Checkpoint::truncate, wait_ms));
    INDABA_ASSIGN(auto transaction, platform::Transaction::write(*database_));
    INDABA_TRY(platform::set_meta_int64(transaction, kCleanedKey, *wiped));
    return transaction.commit();
}

Result<bool> Tables::has_much_room()
{
    auto row = database_->statement(
        "SELECT freelist_count * 3 > page_count AND (page_count - freelist_count) * page_size <= ?1 "
        "FROM pragma_freelist_count, pragma_page_count, pragma_page_size");
    INDABA_ASSIGN(const bool found, row.bind_all(kMadeAnew_bytes).step());
    return found && row.int64(0) != 0;
}

void Tables::forget()
{
    records.forget();
    feed.forget();
    refusals.end();
    erasures.end();
    if (search_) search_->forget();
}

Result<void> Tables::save(const StoredRecord& record)
{
    if (record.shown.empty() && !record.word && record.pending.empty()) {
        INDABA_TRY(records.erase(record.id));
        return {};
    }
    INDABA_ASSIGN(const auto rid, records.save(record));
    return feed.saved(record.id, rid);
}

Result<void> Tables::erase(const RecordId& id)
{
    INDABA_ASSIGN(const auto rid, records.erase(id));
    if (rid) note_wiped();
    if (side_ == Side::centre) return rid ? feed.erased(*rid) : Result<void>();
    INDABA_TRY(refusals.forget(id));
    INDABA_ASSIGN(const auto orphan, orphans.find(id));
    if (orphan) note_wiped();
    INDABA_TRY(orphans.drop(id));
    return seen_conflicts.forget(id);
}

Result<void> ReadScope::begin()
{
    if (database_.in_transaction()) return {};
    INDABA_ASSIGN(auto transaction, platform::Transaction::read(database_));
    transaction_.emplace(std::move(transaction));
    return {};
}

Result<void> ReadScope::end() { return transaction_ ? transaction_->commit() : Result<void>(); }

}  // namespace indaba::sync::store
