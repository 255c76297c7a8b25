#include "platform/file_identity.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace indaba::platform {

/// Not the number of its device, which changes between two starts of a machine: a file made at the same nanosecond
/// under the same number is the same file, or was copied with its whole file system.
std::string file_identity(const std::string& path)
{
    struct statx status{};
    if (::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &status) != 0) return {};
    auto identity = std::to_string(status.stx_ino);
    if ((status.stx_mask & STATX_BTIME) != 0)
        identity += "-" + std::to_string(status.stx_btime.tv_sec) + "." + std::to_string(status.stx_btime.tv_nsec);
    return identity;
}

}  // namespace indaba::platform
