// How a home's keys are kept from who gets hold of its disk: by the permission of their files alone, by a passphrase,
// or by the desktop's keyring; and the way from one to the other. Whoever works in a home shares its lock, who changes
// how it is kept holds it alone. Every change is all or nothing: killed anywhere, the home opens as before or as asked.
// Any thread. Deliberately not: asking a person (passphrase_source.hpp).
#pragma once

#include "client/home_keys.hpp"
#include "platform/files.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace indaba::client {

enum class Protection : unsigned char {
    permission,  ///< who may read the files may read the records
    passphrase,
    keyring,  ///< of the desktop: who is logged in there may open it
};
[[nodiscard]] const char* protection_name(Protection protection);

struct Kept {
    Protection protection = Protection::permission;
    bool locked = false;  ///< whoever opens it next is asked for the passphrase; of a keyring only opening it shows
};
/// corrupt or unsupported as Home::open.
[[nodiscard]] Result<Kept> how_kept(const std::string& directory);

/// Where a passphrase comes from; its error is the caller's answer.
using AskPassphrase = std::function<Result<platform::Secret>()>;

/// The keys of an enrolled home, and the lock that keeps others from changing them.
struct OpenKeys {
    platform::Key32 data{};
    std::string device_pem;
    platform::FileLock lock;
};
/// Asks only if the home is locked; untrusted, with what to do, if there is nobody to ask, the passphrase is wrong, or
/// the keyring does not give the key. Finishes what a killed change left. busy: the home is being changed.
[[nodiscard]] Result<OpenKeys> open_keys(const std::string& directory, const AskPassphrase& ask);

/// The same with nobody else in the home for as long as the lock is held; busy if somebody is.
[[nodiscard]] Result<OpenKeys> open_keys_alone(const std::string& directory, const AskPassphrase& ask);

// All of these: busy if another process is using the home, untrusted if the passphrase is wrong, usage if there is
// none where one is needed, or one where there should be none. `ask` is asked even if the home is unlocked.
/// The database is encrypted anew, under a key that never lay on the disk as it is.
[[nodiscard]] Result<void> set_passphrase(const std::string& directory, const platform::Secret& passphrase,
                                          const platform::PassphraseCost& cost = {});
/// The same: who knew the old one, and has a copy of the files, reads nothing that is written from now on.
[[nodiscard]] Result<void> change_passphrase(const std::string& directory, const AskPassphrase& ask,
                                             const AskPassphrase& ask_new, const platform::PassphraseCost& cost = {});
/// The same, and nobody needs to know anything; `ask` if it has a passphrase. untrusted or io, and nothing is changed,
/// without a keyring that keeps keys.
[[nodiscard]] Result<void> move_to_keyring(const std::string& directory, const AskPassphrase& ask);
/// Out of the keyring as well.
[[nodiscard]] Result<void> remove_passphrase(const std::string& directory, const AskPassphrase& ask);

/// Until then, or until lock(), the home opens without a passphrase. unsupported if the system remembers no keys.
[[nodiscard]] Result<void> unlock(const std::string& directory, const AskPassphrase& ask,
                                  std::chrono::seconds how_long);
/// False if it was locked already.
[[nodiscard]] Result<bool> lock(const std::string& directory);

/// too_large or usage, with what to do, if people should not use this as a passphrase.
[[nodiscard]] Result<void> check_new_passphrase(const platform::Secret& passphrase);

}  // namespace indaba::client
