#include "platform/sqlite_native.hpp"

#include <chrono>
#include <thread>

namespace indaba::platform {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kRetry(5);

}  // namespace

using shared::Errc;
using shared::Error;

Database::Database(sqlite3* handle, std::string path, bool encrypted)
    : handle_(handle), path_(std::move(path)), encrypted_(encrypted)
{
}

Database::~Database()
{
    for (const auto& [text, prepared] : statements_) INDABA_CHECK(!prepared->in_use);
    statements_.clear();
    INDABA_CHECK(sqlite3_close(handle_) == SQLITE_OK);
}

Error Database::failure(int code)
{
    Error error = sqlite_error(code, handle_, path_);
    if (is_disk_failure(code) && !broken_ && !damaged_) broken_ = error;
    if (in_scope_ && !in_transaction() && !rolled_back_by_) rolled_back_by_ = error;
    return error;
}

std::unique_ptr<Statement::Prepared> Database::compile(std::string_view sql, bool persistent)
{
    auto prepared = std::make_unique<Statement::Prepared>();
    const unsigned flags = persistent ? SQLITE_PREPARE_PERSISTENT : 0;
    const char* rest = nullptr;
    const int code =
        sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), flags, &prepared->handle, &rest);
    if (code != SQLITE_OK) {
        prepared->error = failure(code);
    } else if (prepared->handle == nullptr) {
        prepared->error = shared::fail(Errc::usage, path_ + ": there is no SQL to run");
    }
    return prepared;
}

Statement Database::statement(Sql sql)
{
    std::unique_ptr<Statement::Prepared>& slot = statements_[sql.text];
    if (slot && slot->in_use) return prepare(sql.text);
    if (!slot || slot->handle == nullptr) slot = compile(sql.text, true);
    return Statement(*this, *slot, true);
}

Statement Database::prepare(std::string_view sql) { return Statement(*this, *compile(sql, false).release(), false); }

Result<void> Database::execute(const std::string& script)
{
    if (const Error* error = stopped()) return *error;
    const int code = sqlite3_exec(handle_, script.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failure(code);
    return {};
}

Result<void> Database::begin() { return start("BEGIN IMMEDIATE"); }

Result<void> Database::begin_read() { return start("BEGIN"); }

Result<void> Database::start(Sql begin)
{
    INDABA_CHECK(!in_scope_);
    INDABA_TRY(statement(begin).run());
    in_scope_ = true;
    return {};
}

Result<void> Database::commit()
{
    INDABA_CHECK(in_scope_);
    INDABA_TRY(statement("COMMIT").run());
    in_scope_ = false;
    return check_still();
}

void Database::rollback()
{
    // Not through step(): a broken database still has to let go of its locks. An error changes nothing about that.
    if (in_transaction()) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
    in_scope_ = false;
    rolled_back_by_.reset();
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

std::int64_t Database::last_insert_rowid() const { return sqlite3_last_insert_rowid(handle_); }

std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }

/// SQLite would keep everybody from writing while it waits for readers: so it is asked again and again.
Result<void> Database::checkpoint(Checkpoint how, std::optional<int> wait_ms)
{
    if (const Error* error = stopped()) return *error;
    const auto move = [&](int mode) { return sqlite3_wal_checkpoint_v2(handle_, "main", mode, nullptr, nullptr); };
    int code = move(SQLITE_CHECKPOINT_PASSIVE);
    if (how == Checkpoint::truncate && (code == SQLITE_OK || primary_code(code) == SQLITE_BUSY)) {
        const auto deadline = SteadyClock::now() + std::chrono::milliseconds(wait_ms.value_or(busy_timeout_ms_));
        sqlite3_busy_timeout(handle_, 0);
        while (primary_code(code = move(SQLITE_CHECKPOINT_TRUNCATE)) == SQLITE_BUSY && SteadyClock::now() < deadline)
            std::this_thread::sleep_for(kRetry);
        sqlite3_busy_timeout(handle_, busy_timeout_ms_);
    }
    if (code != SQLITE_OK) return failure(code);
    return {};
}

void Database::interrupt() { sqlite3_interrupt(handle_); }

Result<Transaction> Transaction::write(Database& database)
{
    INDABA_TRY(database.begin());
    return Transaction(database);
}

Result<Transaction> Transaction::read(Database& database)
{
    INDABA_TRY(database.begin_read());
    return Transaction(database);
}

Transaction::~Transaction()
{
    if (database_ != nullptr) database_->rollback();
}

Result<void> Transaction::commit()
{
    INDABA_CHECK(database_ != nullptr);
    INDABA_TRY(database_->commit());
    database_ = nullptr;
    return {};
}

}  // namespace indaba::platform
