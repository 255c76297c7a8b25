#include "tests/fault/disk_vfs.hpp"

#include "shared/check.hpp"
#include "tests/model/chance.hpp"

#include <sqlite3.h>

#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <set>
#include <utility>

namespace indaba::tests::fault {

namespace {

constexpr const char* kVfs = "indaba-fault";
constexpr int kPath_bytes = 256;
// As SQLite's own VFS for unix answers, so that it writes in the same order.
constexpr int kSector_bytes = 4096;
constexpr int kCharacteristics = SQLITE_IOCAP_POWERSAFE_OVERWRITE;

struct Known {
    std::map<std::string, Disk*> disks;  ///< by the first part of their paths
    std::size_t mounted = 0;
    std::size_t nameless = 0;
    std::set<std::string> databases;  ///< open now
};

Known& known()
{
    static Known known;
    return known;
}

struct Place {
    Disk* disk = nullptr;
    std::string file;
};

/// "/disk-7/device.db"
Place place_of(std::string_view path)
{
    const auto slash = path.find('/', 1);
    if (slash == path.npos) return {};
    const auto found = known().disks.find(std::string(path.substr(0, slash + 1)));
    if (found == known().disks.end()) return {};
    return {found->second, std::string(path.substr(slash + 1))};
}

struct OpenFile {
    Disk* disk;
    std::string file;
    std::string database;  ///< its path, if it is one
    bool delete_on_close = false;
    bool sync_names = false;  ///< with its first sync, as unix does for a journal that it made
    std::vector<std::unique_ptr<std::array<std::uint8_t, 32 * 1024>>> shared_memory;
};

struct Handle {
    sqlite3_file base;
    OpenFile* open;
};

OpenFile& open_file(sqlite3_file* handle) { return *reinterpret_cast<Handle*>(handle)->open; }

int code_of(DiskAnswer answer, int failed)
{
    switch (answer) {
        case DiskAnswer::done: return SQLITE_OK;
        case DiskAnswer::full: return SQLITE_FULL;
        case DiskAnswer::failed: return failed;
        case DiskAnswer::ended: return SQLITE_IOERR_SHORT_READ;
    }
    return SQLITE_INTERNAL;
}

int close_file(sqlite3_file* handle)
{
    auto* open = reinterpret_cast<Handle*>(handle)->open;
    if (!open->database.empty()) known().databases.erase(open->database);
    const auto removed = open->delete_on_close ? open->disk->remove(open->file) : DiskAnswer::done;
    delete open;
    return code_of(removed, SQLITE_IOERR_CLOSE);
}

int read_file(sqlite3_file* handle, void* out, int size, sqlite3_int64 offset)
{
    auto& open = open_file(handle);
    const std::span bytes(static_cast<std::uint8_t*>(out), std::size_t(size));
    return code_of(open.disk->read(open.file, std::uint64_t(offset), bytes), SQLITE_IOERR_READ);
}

int write_file(sqlite3_file* handle, const void* in, int size, sqlite3_int64 offset)
{
    auto& open = open_file(handle);
    const ByteView bytes(static_cast<const std::uint8_t*>(in), std::size_t(size));
    return code_of(open.disk->write(open.file, std::uint64_t(offset), bytes), SQLITE_IOERR_WRITE);
}

int truncate_file(sqlite3_file* handle, sqlite3_int64 size)
{
    auto& open = open_file(handle);
    return code_of(open.disk->truncate(open.file, std::uint64_t(size)), SQLITE_IOERR_TRUNCATE);
}

int sync_file(sqlite3_file* handle, int)
{
    auto& open = open_file(handle);
    const auto answer = open.disk->sync(open.file);
    if (answer == DiskAnswer::done && std::exchange(open.sync_names, false)) open.disk->sync_names();
    return code_of(answer, SQLITE_IOERR_FSYNC);
}

int file_size(sqlite3_file* handle, sqlite3_int64* size)
{
    auto& open = open_file(handle);
    *size = sqlite3_int64(open.disk->size(open.file));
    return SQLITE_OK;
}

int lock_file(sqlite3_file*, int) { return SQLITE_OK; }

int check_lock(sqlite3_file*, int* reserved)
{
    *reserved = 0;
    return SQLITE_OK;
}

int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }

int sector_size(sqlite3_file*) { return kSector_bytes; }

int characteristics(sqlite3_file*) { return kCharacteristics; }

int map_memory(sqlite3_file* handle, int region, int size, int, void volatile** out)
{
    auto& regions = open_file(handle).shared_memory;
    INDABA_CHECK(size == 32 * 1024 && region >= 0);
    while (regions.size() <= std::size_t(region))
        regions.push_back(std::make_unique<std::array<std::uint8_t, 32 * 1024>>());
    *out = regions[std::size_t(region)]->data();
    return SQLITE_OK;
}

int lock_memory(sqlite3_file*, int, int, int) { return SQLITE_OK; }

void memory_barrier(sqlite3_file*) {}

int unmap_memory(sqlite3_file* handle, int)
{
    open_file(handle).shared_memory.clear();
    return SQLITE_OK;
}

constexpr sqlite3_io_methods kMethods{
    2,           close_file,     read_file,    write_file, truncate_file, sync_file,       file_size,
    lock_file,   lock_file,      check_lock,   control,    sector_size,   characteristics, map_memory,
    lock_memory, memory_barrier, unmap_memory, nullptr,    nullptr};

int open_path(sqlite3_vfs*, const char* path, sqlite3_file* handle, int flags, int* out_flags)
{
    handle->pMethods = nullptr;
    Place place;
    if (path == nullptr) {
        if (known().disks.empty()) return SQLITE_CANTOPEN;
        place = {known().disks.rbegin()->second, "nameless-" + std::to_string(++known().nameless)};
    } else {
        place = place_of(path);
    }
    if (place.disk == nullptr) return SQLITE_CANTOPEN;
    const bool made = !place.disk->has(place.file);
    if (made) {
        if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
        place.disk->create(place.file);
    }
    auto open = std::make_unique<OpenFile>();
    open->disk = place.disk;
    open->file = place.file;
    open->delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    open->sync_names = made && (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL)) != 0;
    if ((flags & SQLITE_OPEN_MAIN_DB) != 0) {
        open->database = path;
        INDABA_CHECK(known().databases.insert(path).second);
    }
    if (out_flags != nullptr) *out_flags = flags;
    reinterpret_cast<Handle*>(handle)->open = open.release();
    handle->pMethods = &kMethods;
    return SQLITE_OK;
}

int delete_path(sqlite3_vfs*, const char* path, int sync_directory)
{
    const auto place = place_of(path);
    if (place.disk == nullptr || !place.disk->has(place.file)) return SQLITE_IOERR_DELETE_NOENT;
    const auto answer = place.disk->remove(place.file);
    if (answer == DiskAnswer::done && sync_directory != 0) place.disk->sync_names();
    return code_of(answer, SQLITE_IOERR_DELETE);
}

int access_path(sqlite3_vfs*, const char* path, int, int* there)
{
    const auto place = place_of(path);
    *there = place.disk != nullptr && place.disk->has(place.file);
    return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* path, int size, char* out)
{
    const auto length = std::strlen(path);
    if (int(length) >= size) return SQLITE_CANTOPEN;
    std::memcpy(out, path, length + 1);
    return SQLITE_OK;
}

/// The same in every run.
int randomness(sqlite3_vfs*, int size, char* out)
{
    static model::Chance chance(1);
    chance.fill({reinterpret_cast<std::uint8_t*>(out), std::size_t(size)});
    return size;
}

int wait(sqlite3_vfs*, int microseconds) { return microseconds; }

int current_time(sqlite3_vfs*, double* day)
{
    *day = 2'461'000.5;
    return SQLITE_OK;
}

int current_time_ms(sqlite3_vfs*, sqlite3_int64* ms)
{
    *ms = sqlite3_int64(2'461'000.5 * 86'400'000.0);
    return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) { return 0; }

void provide_vfs()
{
    static sqlite3_vfs vfs{2,       sizeof(Handle), kPath_bytes, nullptr,         kVfs,
                           nullptr, open_path,      delete_path, access_path,     full_path,
                           nullptr, nullptr,        nullptr,     nullptr,         randomness,
                           wait,    current_time,   last_error,  current_time_ms, nullptr,
                           nullptr, nullptr};
    static const int registered = sqlite3_vfs_register(&vfs, 0);
    INDABA_CHECK(registered == SQLITE_OK);
}

}  // namespace

Mounted::Mounted(Disk& disk) : prefix_("/disk-" + std::to_string(++known().mounted) + "/")
{
    provide_vfs();
    known().disks[prefix_] = &disk;
}

Mounted::~Mounted() { known().disks.erase(prefix_); }

platform::DatabaseOptions Mounted::file(const std::string& name) const
{
    platform::DatabaseOptions options;
    options.path = prefix_ + name;
    options.create = true;
    options.vfs = kVfs;
    options.key.emplace();
    options.key->fill(7);
    options.busy_timeout_ms = 0;
    options.cache_kib = 64;
    options.wal_pages = 64;
    return options;
}

std::size_t nameless_files() { return known().nameless; }

}  // namespace indaba::tests::fault
