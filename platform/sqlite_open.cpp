#include "platform/cpu.hpp"
#include "platform/files.hpp"
#include "platform/sqlite_native.hpp"

#include <chrono>
#include <cstring>
#include <thread>

namespace indaba::platform {
namespace {

using shared::Errc;
using shared::Error;

constexpr const char* kAegis = "aegis";
constexpr const char* kChacha20 = "chacha20";
constexpr std::string_view kRawKeyPrefix = "raw:";  // what follows is the key itself: nothing is derived

bool is_uri(const std::string& path) { return path.starts_with("file:"); }

struct CloseSqlite {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
};
using Handle = std::unique_ptr<sqlite3, CloseSqlite>;

std::string directory_of(const std::string& path)
{
    const auto slash = path.find_last_of('/');
    return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

/// What a -shm file that is in use has at least; one that could not be made larger has less.
constexpr std::uint64_t kShm_bytes = 32 * 1024;

bool has_bytes(const std::string& path, std::uint64_t at_least = 1)
{
    const auto state = file_state(path);
    return state && state->size_bytes >= at_least;
}

/// True for a file that must be read without locks, because the files that SQLite shares them in cannot be made beside
/// it. That is right as long as nobody writes, and complete as long as there is no -wal file. A process that had the
/// file open before, with a -wal and a -shm file, is read beside as usual. What is left, a -wal file alone, is what a
/// killed process or an incomplete copy leaves: leaving it out would show an old state as the newest. A disk without
/// room for them is the same.
Result<bool> needs_stillness(const DatabaseOptions& options)
{
    if (!options.read_only || is_uri(options.path) || !options.vfs.empty()) return false;
    if (!options.disk_is_full && is_writable(options.path) && is_writable(directory_of(options.path))) return false;
    const auto wal = options.path + "-wal";
    if (exists(wal) && has_bytes(options.path + "-shm", kShm_bytes)) return false;
    if (!has_bytes(wal)) return true;
    if (options.disk_is_full)
        return shared::fail(Errc::full, wal +
                                            ": the disk is full, and holds changes that take a little room to read; "
                                            "make 1 MiB free and try again");
    return shared::fail(Errc::io, wal + ": holds changes that can only be read where the directory may be written");
}

/// SQLite takes this option only in a URI.
std::string immutable_uri(const std::string& path)
{
    std::string uri = path.starts_with('/') ? "file://" : "file:";
    for (const char c : path) {
        if (c == '%') uri += "%25";
        else if (c == '?') uri += "%3f";
        else if (c == '#') uri += "%23";
        else uri += c;
    }
    return uri + "?immutable=1";
}

std::string vfs_name(const DatabaseOptions& options)
{
    constexpr std::string_view kCiphersPrefix = "multipleciphers-";
    if (options.vfs.empty() || !options.key || options.vfs.starts_with(kCiphersPrefix)) return options.vfs;
    return std::string(kCiphersPrefix) + options.vfs;
}

/// `still`: see needs_stillness().
Result<Handle> open_handle(const DatabaseOptions& options, bool still)
{
    const auto path = still ? immutable_uri(options.path) : options.path;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    flags |= options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (options.create && !options.read_only) flags |= SQLITE_OPEN_CREATE;
    if (is_uri(path)) flags |= SQLITE_OPEN_URI;
    const std::string vfs = vfs_name(options);
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags, vfs.empty() ? nullptr : vfs.c_str());
    Handle handle(raw);
    if (code != SQLITE_OK) return sqlite_error(code, raw, options.path);
    sqlite3_busy_timeout(raw, options.busy_timeout_ms);
    // Whoever only reads leaves the -wal file as it is, whatever its locks would let it do.
    sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, options.read_only ? 1 : 0, nullptr);
    return handle;
}

Result<void> set_key(sqlite3* handle, const DatabaseOptions& options, const char* cipher)
{
    const int index = sqlite3mc_cipher_index(cipher);
    INDABA_CHECK(index > 0 && sqlite3mc_config(handle, "cipher", index) == index);
    std::array<char, kRawKeyPrefix.size() + sizeof(Key32)> spelled{};
    std::memcpy(spelled.data(), kRawKeyPrefix.data(), kRawKeyPrefix.size());
    std::memcpy(spelled.data() + kRawKeyPrefix.size(), options.key->data(), options.key->size());
    const int code = sqlite3_key_v2(handle, "main", spelled.data(), static_cast<int>(spelled.size()));
    explicit_bzero(spelled.data(), spelled.size());
    if (code != SQLITE_OK) {
        return shared::fail(Errc::usage, options.path + ": this kind of storage cannot be encrypted");
    }
    return {};
}

/// Reads the first page, which is where a wrong key or cipher shows; of a damaged file nothing else.
int probe(sqlite3* handle, bool damaged)
{
    const char* sql = damaged ? "PRAGMA writable_schema=ON; SELECT data FROM sqlite_dbpage WHERE pgno = 1"
                              : "SELECT count(*) FROM sqlite_schema";
    const int code = sqlite3_exec(handle, sql, nullptr, nullptr, nullptr);
    return code == SQLITE_ERROR ? SQLITE_CORRUPT : code;  // the SQL is right: it is the head of the file that is not
}

/// The file does not say which cipher it is in, and may come from a machine with the other kind of processor.
Result<Handle> open_encrypted(const DatabaseOptions& options, bool still)
{
    // Encrypted storage keeps a -wal file, for which this one has no shared memory: SQLite would crash on it.
    if (options.vfs.ends_with("memdb"))
        return shared::fail(Errc::usage, options.path + ": storage in memory cannot be encrypted");
    const bool aegis_first = has_aes_instructions();
    int code = SQLITE_OK;
    for (const char* cipher : {aegis_first ? kAegis : kChacha20, aegis_first ? kChacha20 : kAegis}) {
        INDABA_ASSIGN(Handle handle, open_handle(options, still));
        INDABA_TRY(set_key(handle.get(), options, cipher));
        code = probe(handle.get(), options.damaged);
        if (code == SQLITE_OK) return handle;
        if (primary_code(code) != SQLITE_NOTADB) return sqlite_error(code, handle.get(), options.path);
    }
    return sqlite_error(code, nullptr, options.path);
}

Result<Handle> open_plain(const DatabaseOptions& options, bool still)
{
    INDABA_ASSIGN(Handle handle, open_handle(options, still));
    const int code = probe(handle.get(), options.damaged);
    if (code != SQLITE_OK) return sqlite_error(code, handle.get(), options.path);
    return handle;
}

/// SQLite would make it readable for all; -wal and -shm take their permissions from it.
Result<void> provide_file(const DatabaseOptions& options)
{
    if (is_uri(options.path) || !options.vfs.empty() || exists(options.path)) return {};
    if (!options.create || options.read_only) {
        return shared::fail(Errc::not_found, options.path + ": there is no such file");
    }
    return create_private_file(options.path);
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const DatabaseOptions& options)
{
    INDABA_TRY(provide_file(options));
    INDABA_ASSIGN(const bool still, needs_stillness(options));
    const auto state = file_state(options.path);
    INDABA_ASSIGN(Handle handle, options.key ? open_encrypted(options, still) : open_plain(options, still));
    std::unique_ptr<Database> database(new Database(handle.release(), options.path, options.key.has_value()));
    if (still) database->still_ = state;
    database->damaged_ = options.damaged;
    INDABA_TRY(database->check_still());
    INDABA_TRY(database->configure(options));
    return database;
}

/// Whoever may write after all, through another mount or as root, is noticed here: at the end of every read.
Result<void> Database::check_still() const
{
    if (!still_ || (file_state(path_) == still_ && !has_bytes(path_ + "-wal"))) return {};
    return shared::fail(Errc::busy, path_ + ": was changed while it was read; try again");
}

Result<void> Database::configure(const DatabaseOptions& options)
{
    // A crafted file cannot make us run functions from its schema, nor can a slip of ours write to a shadow table.
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    // Of a damaged file the schema may be wrong, which is only borne without it.
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, options.damaged ? 0 : 1, nullptr);
    INDABA_TRY(
        execute("PRAGMA foreign_keys=OFF; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0;"
                "PRAGMA cache_size=-" +
                std::to_string(options.cache_kib)));
    busy_timeout_ms_ = options.busy_timeout_ms;
    if (options.read_only) return {};
    INDABA_TRY(enter_wal(options.busy_timeout_ms));
    INDABA_TRY(execute(options.synchronous_off ? "PRAGMA synchronous=OFF" : "PRAGMA synchronous=FULL"));
    // After a checkpoint the -wal file is cut back to where it is checkpointed anyway: one huge transaction does not
    // keep its room for ever.
    const std::int64_t page_bytes = 4096;
    wal_pages_ = options.wal_pages;
    sqlite3_wal_hook(handle_, &Database::committed, this);
    return execute("PRAGMA journal_size_limit=" + std::to_string(wal_pages_ * page_bytes));
}

/// SQLite's own automatic checkpoint forgets its errors. The commit before it holds; the next call says that the disk
/// failed.
int Database::committed(void* self, sqlite3* handle, const char*, int wal_pages)
{
    auto& database = *static_cast<Database*>(self);
    if (wal_pages < database.wal_pages_ || database.broken_) return SQLITE_OK;
    const int code = sqlite3_wal_checkpoint_v2(handle, "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (is_disk_failure(code)) database.broken_ = sqlite_error(code, handle, database.path_);
    return SQLITE_OK;
}

/// Two processes that open a new file at once: SQLite does not wait for the lock that this needs, so we do.
Result<void> Database::enter_wal(int busy_timeout_ms)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(busy_timeout_ms);
    while (true) {
        Statement pragma = prepare("PRAGMA journal_mode=WAL");
        const Result<bool> row = pragma.step();
        // An in-memory database answers "memory": there is nothing to log ahead of.
        if (row.has_value()) return {};
        if (row.error().code != Errc::busy || std::chrono::steady_clock::now() >= deadline) return row.error();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

}  // namespace indaba::platform
