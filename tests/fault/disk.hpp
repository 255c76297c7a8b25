// A disk in memory under a test's control: files as programs see them, the history of everything that was done to them,
// and faults on demand. What a power cut leaves of a history is Platter's (platter.hpp); SQLite comes to it through
// disk_vfs.hpp. One thread.
#pragma once

#include "shared/bytes.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace indaba::tests::fault {

using shared::Bytes;
using shared::ByteView;

/// What was done to a file and may or may not have reached the disk.
struct DiskStep {
    enum class Kind : std::uint8_t { create, write, truncate, sync, remove, sync_names };
    Kind kind = Kind::write;
    std::string file;  ///< empty for sync_names: what was made and removed so far
    std::uint64_t offset = 0;  ///< of a write; of a truncate, the size it leaves
    Bytes bytes;
};

using Files = std::map<std::string, Bytes>;

/// One fault, at one call of its kind.
struct DiskFault {
    enum class Kind : std::uint8_t {
        full,  ///< this write and all after it find no room, not even those over what is there
        short_full,  ///< the same, and of the first write a half gets through
        write_fails,
        read_fails,
        sync_fails,  ///< what was written since the last sync may be lost though every program still sees it
        truncate_fails,
        remove_fails,
        write_lost,  ///< says that it was done
    };
    Kind kind = Kind::full;
    std::size_t calls = 0;  ///< that go well before it
};

enum class DiskAnswer : std::uint8_t { done, full, failed, ended };

class Disk {
public:
    explicit Disk(Files files = {}) : files_(std::move(files)) {}
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    // What the VFS calls.
    [[nodiscard]] bool has(const std::string& file) const { return files_.contains(file); }
    void create(const std::string& file);
    [[nodiscard]] DiskAnswer write(const std::string& file, std::uint64_t offset, ByteView bytes);
    /// `ended`: the file is shorter; the rest of `out` is zeros.
    [[nodiscard]] DiskAnswer read(const std::string& file, std::uint64_t offset, std::span<std::uint8_t> out);
    [[nodiscard]] DiskAnswer truncate(const std::string& file, std::uint64_t size);
    [[nodiscard]] DiskAnswer sync(const std::string& file);
    [[nodiscard]] DiskAnswer remove(const std::string& file);
    void sync_names();
    [[nodiscard]] std::uint64_t size(const std::string& file) const;

    /// Replaces a fault that was set before.
    void set_fault(DiskFault fault);
    /// The disk works again; `fired()` is kept until the next set_fault().
    void heal() { fault_.reset(); }
    [[nodiscard]] bool fired() const { return fired_; }

    [[nodiscard]] const Files& files() const { return files_; }
    [[nodiscard]] Files& files() { return files_; }
    [[nodiscard]] const std::vector<DiskStep>& history() const { return history_; }

private:
    [[nodiscard]] bool strikes(DiskFault::Kind kind);
    void note(DiskStep::Kind kind, const std::string& file, std::uint64_t offset = 0, ByteView bytes = {});

    Files files_;
    std::vector<DiskStep> history_;
    std::optional<DiskFault> fault_;
    bool fired_ = false;
};

/// Puts bytes into a file that grows for them, filled up with zeros.
void put(Bytes& content, std::uint64_t offset, ByteView bytes);

}  // namespace indaba::tests::fault
