#include "server/kept_lines.hpp"

#include <fmt/format.h>

#include <chrono>
#include <sstream>

namespace indaba::server {

namespace {

using shared::Errc;
using shared::fail;

constexpr std::chrono::seconds kPatience{30};  // a million lines are written in a few
constexpr std::size_t kFile_bytes = 256 * 1024 * 1024;  // a million of the longest

}  // namespace

Result<void> each_kept_line(const std::string& path, std::string_view what,
                            const std::function<bool(const std::string&)>& take)
{
    const auto bytes = platform::read_private_file(path, kFile_bytes);
    if (bytes.has_error() && bytes.error().code == Errc::not_found) return {};
    INDABA_TRY(bytes);
    std::istringstream lines{std::string(shared::as_text(*bytes))};
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (!take(line))
            return fail(Errc::corrupt, fmt::format("{}, line {}, is not {}: take the file from a copy of this "
                                                   "directory, or move it away",
                                                   path, number, what));
    }
    return {};
}

Result<platform::FileLock> lock_kept_lines(const DataDirectory& directory)
{
    auto lock = platform::FileLock::take(directory.file(DataDirectory::kKeptLock), kPatience);
    if (lock.has_error() && lock.error().code == Errc::busy)
        return fail(Errc::busy,
                    fmt::format("another indaba-server is writing in {}: repeat this in a minute", directory.path()));
    return lock;
}

}  // namespace indaba::server
