#include "platform/files.hpp"

#include "platform/descriptor.hpp"
#include "shared/check.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <thread>

namespace indaba::platform {
namespace {

using shared::Errc;

constexpr unsigned kPrivateFileMode = 0600;
constexpr unsigned kPrivateDirectoryMode = 0700;
constexpr unsigned kOthers = S_IRWXG | S_IRWXO;
constexpr std::uint64_t kPipe_bytes = 64 * 1024;

shared::Error system_error(const std::string& path, const std::string& what)
{
    const int number = errno;
    const std::string text = path + ": " + what + " (" + std::strerror(number) + ")";
    switch (number) {
        case ENOENT: return {Errc::not_found, path + ": there is no such file"};
        case EACCES:
        case EPERM:
        case EROFS: return {Errc::forbidden, text + "; check its permissions"};
        case ELOOP: return {Errc::forbidden, path + ": is a symbolic link, which is not followed here"};
        case ENOSPC:
        case EDQUOT: return {Errc::full, path + ": the disk is full; make room and try again"};
        default: return {Errc::io, text};
    }
}

std::string directory_of(const std::string& path)
{
    const std::size_t slash = path.find_last_of('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Result<void> sync_directory(const std::string& path)
{
    const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0) return system_error(path, "cannot be written to disk");
    return {};
}

/// `expected_bytes` may be wrong: the end is where nothing more comes.
Result<Bytes> read_all(int file, const std::string& path, std::uint64_t expected_bytes, std::size_t max_bytes)
{
    Bytes bytes;
    const auto too_large = [&] {
        return shared::fail(Errc::too_large, path + ": is over " + std::to_string(max_bytes) + " bytes");
    };
    if (expected_bytes > max_bytes) return too_large();
    bytes.resize(static_cast<std::size_t>(expected_bytes) + 1);  // the one more shows a file that grows
    std::size_t filled = 0;
    while (true) {
        const ssize_t count = ::read(file, bytes.data() + filled, bytes.size() - filled);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_error(path, "cannot be read");
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
        if (filled > max_bytes) return too_large();
        if (filled == bytes.size()) bytes.resize(bytes.size() * 2);
    }
    bytes.resize(filled);
    return bytes;
}

Result<Bytes> read_regular(int file, const std::string& path, std::size_t max_bytes)
{
    struct stat status{};
    if (::fstat(file, &status) != 0) return system_error(path, "cannot be read");
    if (!S_ISREG(status.st_mode)) return shared::fail(Errc::usage, path + ": is not a file");
    return read_all(file, path, static_cast<std::uint64_t>(status.st_size), max_bytes);
}

Result<void> write_all(int file, const std::string& path, ByteView bytes)
{
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_error(path, "cannot be written");
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

/// A file beside the one it will replace; removed again unless it was renamed.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& target)
        : target_(target), path_(target + ".XXXXXX"), file_(::mkostemp(path_.data(), O_CLOEXEC))
    {
    }
    ~TemporaryFile()
    {
        if (file_ && !renamed_) ::unlink(path_.c_str());
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    [[nodiscard]] Result<void> fill(ByteView bytes, unsigned mode)
    {
        if (!file_) return system_error(target_, "cannot be made");
        if (::fchmod(file_.get(), mode) != 0) return system_error(target_, "cannot be made");
        INDABA_TRY(write_all(file_.get(), target_, bytes));
        if (::fsync(file_.get()) != 0) return system_error(target_, "cannot be written to disk");
        return {};
    }

    [[nodiscard]] Result<void> take_its_place()
    {
        if (::rename(path_.c_str(), target_.c_str()) != 0) return system_error(target_, "cannot be replaced");
        renamed_ = true;
        return {};
    }

private:
    std::string target_;  ///< what a person knows it as
    std::string path_;
    Descriptor file_;
    bool renamed_ = false;
};

Result<void> make_directory(const std::string& path)
{
    if (::mkdir(path.c_str(), kPrivateDirectoryMode) == 0) return sync_directory(directory_of(path));
    if (errno == EEXIST) return {};
    if (errno != ENOENT || directory_of(path) == path) return system_error(path, "cannot be made");
    INDABA_TRY(make_directory(directory_of(path)));
    if (::mkdir(path.c_str(), kPrivateDirectoryMode) != 0 && errno != EEXIST) {
        return system_error(path, "cannot be made");
    }
    return sync_directory(directory_of(path));
}

/// flock() has no deadline of its own.
Result<void> lock_file(int file, int how, const std::string& path, std::chrono::milliseconds patience)
{
    constexpr std::chrono::milliseconds kPause{10};
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (::flock(file, how | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return system_error(path, "cannot be locked");
        if (std::chrono::steady_clock::now() >= deadline)
            return shared::fail(Errc::busy, path + ": another process holds it; try again");
        std::this_thread::sleep_for(kPause);
    }
    return {};
}

}  // namespace

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Result<bool> is_there(const std::string& path)
{
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return system_error(path, "cannot be looked at");
}

bool is_writable(const std::string& path) { return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0; }

std::optional<FileState> file_state(const std::string& path)
{
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    constexpr std::int64_t kSecond_ns = 1'000'000'000;
    return FileState{status.st_ino, static_cast<std::uint64_t>(status.st_size),
                     status.st_ctim.tv_sec * kSecond_ns + status.st_ctim.tv_nsec};
}

Result<Bytes> read_file(const std::string& path, std::size_t max_bytes)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return system_error(path, "cannot be opened");
    return read_regular(file.get(), path, max_bytes);
}

Result<Bytes> read_to_end(const std::string& path, std::size_t max_bytes)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return system_error(path, "cannot be opened");
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return system_error(path, "cannot be read");
    if (S_ISDIR(status.st_mode)) return shared::fail(Errc::usage, path + ": is a directory, not a file");
    if (S_ISREG(status.st_mode))
        return read_all(file.get(), path, static_cast<std::uint64_t>(status.st_size), max_bytes);
    return read_all(file.get(), path, std::min<std::uint64_t>(kPipe_bytes, max_bytes), max_bytes);
}

Result<void> write_file_atomic(const std::string& path, ByteView bytes, unsigned mode)
{
    TemporaryFile temporary(path);
    INDABA_TRY(temporary.fill(bytes, mode));
    INDABA_TRY(temporary.take_its_place());
    return sync_directory(directory_of(path));
}

Result<void> write_private_file(const std::string& path, ByteView bytes)
{
    struct stat status{};
    if (::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode)) {
        errno = ELOOP;
        return system_error(path, "");
    }
    return write_file_atomic(path, bytes, kPrivateFileMode);
}

Result<Bytes> read_private_file(const std::string& path, std::size_t max_bytes)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file) return system_error(path, "cannot be opened");
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return system_error(path, "cannot be read");
    if (status.st_uid != ::geteuid()) {
        return shared::fail(Errc::forbidden, path + ": holds a secret but belongs to another user; make a new one");
    }
    if ((status.st_mode & kOthers) != 0) {
        return shared::fail(Errc::forbidden, path + ": holds a secret but others may read it; run: chmod 600 " + path);
    }
    return read_regular(file.get(), path, max_bytes);
}

Result<void> create_private_file(const std::string& path)
{
    const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kPrivateFileMode));
    if (!file) {
        if (errno == EEXIST) return {};
        return system_error(path, "cannot be made");
    }
    if (::fchmod(file.get(), kPrivateFileMode) != 0) return system_error(path, "cannot be made");
    return sync_directory(directory_of(path));
}

Result<void> make_private_directory(const std::string& path)
{
    INDABA_TRY(make_directory(path));
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return system_error(path, "cannot be read");
    if (!S_ISDIR(status.st_mode)) return shared::fail(Errc::usage, path + ": is there but is not a directory");
    if (status.st_uid != ::geteuid() || (status.st_mode & kOthers) != 0) {
        return shared::fail(Errc::forbidden, path + ": others may enter it; run: chmod 700 " + path);
    }
    return {};
}

Result<void> sync_file(const std::string& path)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file || ::fsync(file.get()) != 0) return system_error(path, "cannot be written to disk");
    return {};
}

Result<void> replace_file(const std::string& from, const std::string& to)
{
    INDABA_TRY(sync_file(from));
    if (::rename(from.c_str(), to.c_str()) != 0) return system_error(to, "cannot be replaced");
    return sync_directory(directory_of(to));
}

Result<void> remove_file(const std::string& path)
{
    if (::unlink(path.c_str()) == 0) return sync_directory(directory_of(path));
    if (errno != ENOENT) return system_error(path, "cannot be removed");
    return {};
}

Result<std::uint64_t> free_bytes(const std::string& path)
{
    struct statvfs status{};
    if (::statvfs(path.c_str(), &status) != 0) return system_error(path, "the room on its disk is not known");
    return std::uint64_t(status.f_bavail) * status.f_frsize;
}

Result<FileLock> FileLock::try_take(const std::string& path) { return take(path, {}); }

Result<FileLock> FileLock::take(const std::string& path, std::chrono::milliseconds patience)
{
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kPrivateFileMode));
    if (!file) return system_error(path, "cannot be opened");
    INDABA_TRY(lock_file(file.get(), LOCK_EX, path, patience));
    return FileLock(file.release());
}

Result<FileLock> FileLock::share(const std::string& path, std::chrono::milliseconds patience)
{
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kPrivateFileMode));
    if (!file && (errno == EACCES || errno == EROFS)) {
        file = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (!file && (errno == ENOENT || errno == EACCES)) return FileLock(-1);
    }
    if (!file) return system_error(path, "cannot be opened");
    INDABA_TRY(lock_file(file.get(), LOCK_SH, path, patience));
    return FileLock(file.release());
}

FileLock::~FileLock()
{
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace indaba::platform
