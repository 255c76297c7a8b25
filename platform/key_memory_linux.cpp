#include "platform/key_memory.hpp"

#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

// The kernel's keyring of the user: shared by all sessions of one person, never swapped out, read by no other.

namespace indaba::platform {

namespace {

constexpr const char* kKind = "user";
/// The possessor may do anything; the same user from another session may too, but for changing who may.
constexpr unsigned kPermissions = 0x3f1f0000;

long find(const std::string& name)
{
    return ::syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, kKind, name.c_str(), 0);
}

bool drop(long key) { return ::syscall(SYS_keyctl, KEYCTL_UNLINK, key, KEY_SPEC_USER_KEYRING) == 0; }

shared::Error refused()
{
    const int number = errno;
    return shared::fail(shared::Errc::unsupported,
                        std::string("this system remembers no keys (") + std::strerror(number) + ")");
}

}  // namespace

Result<void> remember_key(const std::string& name, const Key32& key, std::chrono::seconds how_long)
{
    (void)forget_key(name);
    const long added = ::syscall(SYS_add_key, kKind, name.c_str(), key.data(), key.size(), KEY_SPEC_USER_KEYRING);
    if (added < 0) return refused();
    // Its end first: should the process be killed here, the key is not found by others and goes with the session.
    if (::syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, added, static_cast<unsigned>(how_long.count())) < 0 ||
        ::syscall(SYS_keyctl, KEYCTL_SETPERM, added, kPermissions) < 0) {
        const auto error = refused();
        (void)drop(added);
        return error;
    }
    return {};
}

std::optional<Key32> remembered_key(const std::string& name)
{
    const long found = find(name);
    if (found < 0) return std::nullopt;
    Key32 key{};
    if (::syscall(SYS_keyctl, KEYCTL_READ, found, key.data(), key.size()) != long(key.size())) return std::nullopt;
    return key;
}

bool forget_key(const std::string& name)
{
    const long found = find(name);
    return found >= 0 && drop(found);
}

}  // namespace indaba::platform
