#include "sync/store/tables.hpp"

#include "platform/sqlite_meta.hpp"
#include "shared/check.hpp"

#include <utility>

namespace indaba::sync::store {

namespace {

/// Something was wiped since the file was made anew last.
constexpr const char* kUncleanKey = "unclean";

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
    if (!file.read_only) INDABA_TRY(tables->finish_wipe());
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
    if (wiped_) INDABA_TRY(platform::set_meta_int64(*transaction_, kUncleanKey, 1));
    INDABA_TRY(transaction_->commit());
    transaction_.reset();
    const bool wiped = wiped_;
    end_wipe();
    if (wiped) make_anew();
    names.committed();
    forget();
    return {};
}

void Tables::rollback()
{
    transaction_.reset();
    end_wipe();
    names.rolled_back();
    forget();
}

Result<void> Tables::wipe()
{
    if (wipes_) return {};
    wipes_ = true;
    return database_->execute("PRAGMA secure_delete = ON");
}

void Tables::end_wipe()
{
    wiped_ = false;
    if (std::exchange(wipes_, false)) (void)database_->execute("PRAGMA secure_delete = OFF");
}

/// Pages that were split once keep fragments of rows that have moved since: only a file made anew has none of them.
/// Where that cannot be done now, it is not what the transaction was about: it is done at the next open, or with what
/// is wiped next.
void Tables::make_anew()
{
    // It sets the whole file aside: a centre's beside it on the disk, for that may be larger than the memory, and is
    // not encrypted; a device's in memory, where nobody finds it.
    const bool on_disk = side_ == Side::centre;
    if (on_disk) (void)database_->execute("PRAGMA temp_store = FILE");
    const auto made = database_->execute("VACUUM");
    if (on_disk) (void)database_->execute("PRAGMA temp_store = MEMORY");
    // Somebody who reads just now keeps the former pages.
    const auto moved = database_->checkpoint(platform::Database::Checkpoint::truncate);
    if (made.has_error() || moved.has_error()) return;
    auto transaction = platform::Transaction::write(*database_);
    if (transaction.has_error()) return;
    const auto noted = platform::set_meta_int64(*transaction, kUncleanKey, 0);
    if (noted.has_value()) (void)transaction->commit();
}

/// What an earlier transaction left to be done.
Result<void> Tables::finish_wipe()
{
    INDABA_ASSIGN(const auto unclean, platform::meta_int64(*database_, kUncleanKey));
    if (unclean && *unclean != 0) make_anew();
    return {};
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
