#include "platform/sqlite_native.hpp"

namespace indaba::platform {

Statement::Statement(Database& database, Prepared& prepared, bool cached)
    : database_(&database), prepared_(&prepared), cached_(cached)
{
    prepared.in_use = true;
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), prepared_(std::exchange(other.prepared_, nullptr)), cached_(other.cached_)
{
}

Statement::~Statement()
{
    if (prepared_ == nullptr) return;
    if (!cached_) {
        delete prepared_;
        return;
    }
    reset();
    // Bound text is not copied: what a later user forgets to bind must be NULL and not memory that is gone.
    if (prepared_->handle != nullptr) sqlite3_clear_bindings(prepared_->handle);
    prepared_->in_use = false;
    prepared_->last_code = SQLITE_OK;
}

void Statement::bound(int code)
{
    if (code != SQLITE_OK && !prepared_->error) prepared_->error = database_->failure(code);
}

void Statement::bind_int64(int index, std::int64_t value)
{
    if (prepared_->handle != nullptr) bound(sqlite3_bind_int64(prepared_->handle, index, value));
}

void Statement::bind(int index, double value)
{
    if (prepared_->handle != nullptr) bound(sqlite3_bind_double(prepared_->handle, index, value));
}

void Statement::bind(int index, std::string_view text)
{
    if (prepared_->handle == nullptr) return;
    const char* data = text.data() ? text.data() : "";  // a null pointer would bind NULL
    bound(sqlite3_bind_text64(prepared_->handle, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind(int index, ByteView blob)
{
    if (prepared_->handle == nullptr) return;
    const void* data = blob.data() ? static_cast<const void*>(blob.data()) : "";
    bound(sqlite3_bind_blob64(prepared_->handle, index, data, blob.size(), SQLITE_STATIC));
}

void Statement::bind(int index, std::nullptr_t)
{
    if (prepared_->handle != nullptr) bound(sqlite3_bind_null(prepared_->handle, index));
}

Result<bool> Statement::step()
{
    if (const shared::Error* error = database_->stopped()) return *error;
    if (prepared_->error) {
        shared::Error error = *prepared_->error;
        if (prepared_->handle != nullptr) prepared_->error.reset();
        return error;
    }
    const int code = sqlite3_step(prepared_->handle);
    prepared_->last_code = code;
    if (code == SQLITE_ROW) {
        prepared_->running = true;
        return true;
    }
    if (code == SQLITE_DONE) {
        sqlite3_reset(prepared_->handle);
        prepared_->running = false;
        return false;
    }
    shared::Error error = database_->failure(code);
    sqlite3_reset(prepared_->handle);
    prepared_->running = false;
    return error;
}

Result<void> Statement::run()
{
    while (true) {
        INDABA_ASSIGN(const bool row, step());
        if (!row) return {};
    }
}

void Statement::reset()
{
    if (!prepared_->running) return;
    sqlite3_reset(prepared_->handle);
    prepared_->running = false;
}

bool Statement::constraint_failed() const { return primary_code(prepared_->last_code) == SQLITE_CONSTRAINT; }

std::int64_t Statement::int64(int column) const { return sqlite3_column_int64(prepared_->handle, column); }

double Statement::real(int column) const { return sqlite3_column_double(prepared_->handle, column); }

std::string_view Statement::text(int column) const
{
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(prepared_->handle, column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(prepared_->handle, column))};
}

ByteView Statement::blob(int column) const
{
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(prepared_->handle, column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(prepared_->handle, column))};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(prepared_->handle, column) == SQLITE_NULL; }

}  // namespace indaba::platform
