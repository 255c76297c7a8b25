// SQLite behind RAII: a database and its transactions; sqlite_statement.hpp has its statements. sqlite3.h itself is
// seen by the sources of sqlite*.cpp alone. Thread rule: a Database and everything made from it is used by one thread
// at a time (SQLITE_THREADSAFE=2); only interrupt() may come from another. Deliberately not: a pool, an ORM, a
// migration framework.
//
//     Statement insert = database.statement("INSERT INTO note(id, text) VALUES (?1, ?2)");
//     INDABA_TRY(insert.bind_all(id, text).run());
#pragma once

#include "platform/files.hpp"
#include "platform/secret.hpp"
#include "platform/sqlite_statement.hpp"

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

struct sqlite3;

namespace indaba::platform {

struct DatabaseOptions {
    /// A file path, or a URI beginning with "file:" (for example file:/name?vfs=memdb, shared within the process).
    std::string path;
    bool create = false;  ///< make the file (mode 0600) if it is not there; else a missing file is not_found
    /// Reads go on while another connection writes. Where the file or its directory may not be written, nothing is made
    /// beside it: see sqlite_open.cpp for when that can be read.
    bool read_only = false;
    bool disk_is_full = false;  ///< with read_only: as if the directory could not be written
    bool damaged = false;  ///< with read_only: opens if the first page can be read; see sqlite_rows.hpp
    std::optional<Key32> key;  ///< encrypts every page, the -wal file's too; no key derivation, so make it random
    std::string vfs;  ///< empty: the system's
    int busy_timeout_ms = 5000;  ///< how long a lock held by somebody else is waited for
    int cache_kib = 16 * 1024;
    int wal_pages = 4096;  ///< checkpointed on the first commit that leaves the -wal file longer than this
    bool synchronous_off = false;  ///< tests only: an acknowledged commit may not survive a power cut
};

class Database {
public:
    /// WAL, synchronous=FULL, no memory mapping (a failing disk would kill the process instead of answering io).
    /// corrupt: not a database, or it cannot be opened with this key.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const DatabaseOptions& options);
    /// No Statement or Transaction of it may be left.
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // Every call answers a shared::Error with these codes:
    //   busy         another connection held the lock for longer than busy_timeout_ms: try again
    //   full         the disk is full: the transaction must be rolled back, then the database goes on
    //   io           the disk failed. STICKY: from then on every call answers this error, nothing is tried again
    //   corrupt      the file does not hold together
    //   rule_broken  a constraint failed
    //   cancelled    interrupt() was called
    //   usage        the SQL is wrong, or a MATCH expression is
    //   too_large    a text or blob over SQLite's limit

    /// The statement of this text: prepared once, then found by the literal's address. Safe to nest and to recurse.
    [[nodiscard]] Statement statement(Sql sql);
    /// A statement that is not kept, for SQL that is put together at run time.
    [[nodiscard]] Statement prepare(std::string_view sql);
    /// Runs a script of any number of statements.
    [[nodiscard]] Result<void> execute(const std::string& script);

    /// BEGIN IMMEDIATE: nobody else writes until the end. Use Transaction, not these.
    [[nodiscard]] Result<void> begin();
    /// BEGIN: the reads until the end see one state.
    [[nodiscard]] Result<void> begin_read();
    [[nodiscard]] Result<void> commit();
    void rollback();
    [[nodiscard]] bool in_transaction() const;

    [[nodiscard]] std::int64_t last_insert_rowid() const;
    /// Rows changed by the last INSERT, UPDATE or DELETE.
    [[nodiscard]] std::int64_t changes() const;
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] bool encrypted() const { return encrypted_; }
    /// The error that stopped this database for good, if one did.
    [[nodiscard]] const std::optional<shared::Error>& broken() const { return broken_; }

    /// Moves the -wal file's pages into the database. `truncate` waits for readers, as for a lock or for so long, and
    /// leaves an empty -wal file; nobody who writes waits with it.
    enum class Checkpoint : unsigned char { passive, truncate };
    [[nodiscard]] Result<void> checkpoint(Checkpoint how, std::optional<int> wait_ms = {});

    /// Any thread: what runs now ends with cancelled.
    void interrupt();

private:
    friend class Statement;
    Database(sqlite3* handle, std::string path, bool encrypted);
    [[nodiscard]] std::unique_ptr<Statement::Prepared> compile(std::string_view sql, bool persistent);
    [[nodiscard]] Result<void> configure(const DatabaseOptions& options);
    [[nodiscard]] Result<void> enter_wal(int busy_timeout_ms);
    [[nodiscard]] Result<void> check_still() const;
    [[nodiscard]] shared::Error failure(int code);
    static int committed(void* self, sqlite3* handle, const char* name, int wal_pages);
    [[nodiscard]] Result<void> start(Sql begin);
    /// Why nothing may run now; null if it may.
    [[nodiscard]] const shared::Error* stopped() const
    {
        return broken_ ? &*broken_ : rolled_back_by_ ? &*rolled_back_by_ : nullptr;
    }

    sqlite3* handle_;
    std::string path_;
    bool encrypted_;
    bool damaged_ = false;  ///< what cannot be read is no reason to stop
    int wal_pages_ = 0;
    int busy_timeout_ms_ = 0;
    std::optional<FileState> still_;  ///< read without locks: what the file must go on being
    std::optional<shared::Error> broken_;
    bool in_scope_ = false;  ///< between begin() and commit() or rollback()
    std::optional<shared::Error> rolled_back_by_;  ///< in that scope SQLite ended the transaction itself: a statement
                                                   ///< now would commit on its own, so none may run
    std::unordered_map<const char*, std::unique_ptr<Statement::Prepared>> statements_;
};

/// Rolled back at the end of its scope unless committed. Functions that write take one by reference.
class Transaction {
public:
    [[nodiscard]] static Result<Transaction> write(Database& database);
    [[nodiscard]] static Result<Transaction> read(Database& database);
    Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

    /// After this returned without an error, what was written survives a power cut.
    [[nodiscard]] Result<void> commit();
    [[nodiscard]] Database& database() const { return *database_; }

private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

}  // namespace indaba::platform
