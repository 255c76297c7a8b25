// Whole files: bounded reads, writes that are all or nothing, files and directories that only their owner may read, and
// a lock between processes. Any thread. Deliberately not: pieces of a stream, or anything SQLite keeps.
#pragma once

#include "shared/bytes.hpp"
#include "shared/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace indaba::platform {

using shared::Bytes;
using shared::ByteView;
using shared::Result;

/// False also for what may not be looked at: where that would be told wrongly, ask is_there().
[[nodiscard]] bool exists(const std::string& path);

/// forbidden or io if nobody can say.
[[nodiscard]] Result<bool> is_there(const std::string& path);

/// False too if it is not there.
[[nodiscard]] bool is_writable(const std::string& path);

/// What tells two states of a file apart: all of it changes no later than its bytes do.
struct FileState {
    std::uint64_t file = 0;
    std::uint64_t size_bytes = 0;
    std::int64_t changed_ns = 0;
    friend bool operator==(const FileState&, const FileState&) = default;
};
/// Nothing if it is not there.
[[nodiscard]] std::optional<FileState> file_state(const std::string& path);

/// not_found, or too_large if there are more than `max_bytes` of it.
[[nodiscard]] Result<Bytes> read_file(const std::string& path, std::size_t max_bytes);

/// The same, and all that a pipe, a terminal or another device gives until it ends; usage for a directory.
[[nodiscard]] Result<Bytes> read_to_end(const std::string& path, std::size_t max_bytes);

/// After it returned without an error the new bytes survive a power cut; until then, and after an error, the old ones
/// are what is there. A symlink is replaced, not followed.
[[nodiscard]] Result<void> write_file_atomic(const std::string& path, ByteView bytes, unsigned mode = 0644);

/// The same with mode 0600, for secrets; forbidden if the name is a symlink.
[[nodiscard]] Result<void> write_private_file(const std::string& path, ByteView bytes);

/// forbidden if anybody but the owner may read or write it, if it is somebody else's, or a symlink.
[[nodiscard]] Result<Bytes> read_private_file(const std::string& path, std::size_t max_bytes);

/// Empty, mode 0600 whatever the umask; there already is fine.
[[nodiscard]] Result<void> create_private_file(const std::string& path);

/// Mode 0700, with its parents. forbidden if it exists and others may enter it.
[[nodiscard]] Result<void> make_private_directory(const std::string& path);

/// What was written to the file survives a power cut.
[[nodiscard]] Result<void> sync_file(const std::string& path);

/// `to` becomes what `from` is, with all that was written to `from`, or stays as it was; a power cut changes nothing
/// about that.
[[nodiscard]] Result<void> replace_file(const std::string& from, const std::string& to);

/// Not an error if it is not there. Survives a power cut.
[[nodiscard]] Result<void> remove_file(const std::string& path);

/// What this program may still write on the file system of `path`, which must be there.
[[nodiscard]] Result<std::uint64_t> free_bytes(const std::string& path);

/// Held by one process at a time, or shared by several; let go when they end, however they end. The file stays.
class FileLock {
public:
    /// busy if somebody holds it.
    [[nodiscard]] static Result<FileLock> try_take(const std::string& path);
    /// busy if somebody holds or shares it for so long.
    [[nodiscard]] static Result<FileLock> take(const std::string& path, std::chrono::milliseconds patience);
    /// busy if somebody holds it alone for so long. Where the file is not there and cannot be made, nothing is shared.
    [[nodiscard]] static Result<FileLock> share(const std::string& path, std::chrono::milliseconds patience);
    FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace indaba::platform
