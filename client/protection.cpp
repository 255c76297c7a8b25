#include "client/protection.hpp"

#include "client/home.hpp"
#include "client/rewrapping.hpp"
#include "client/salvage.hpp"
#include "platform/key_memory.hpp"
#include "platform/key_store.hpp"
#include "shared/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace indaba::client {

namespace limits = shared::limits;
using platform::FileLock;
using shared::Errc;
using shared::fail;

namespace {

/// As long as a locked database is waited for: a change takes about as long.
constexpr std::chrono::seconds kPatience{5};
/// Whoever works in a home may do so for hours.
constexpr std::chrono::seconds kShortPatience{1};

std::string lock_path(const std::string& directory) { return directory + "/use.lock"; }

shared::Error being_changed(const std::string& directory)
{
    return fail(Errc::busy, directory + ": its passphrase is being changed; try again");
}

Result<FileLock> share(const std::string& directory)
{
    auto lock = of_the_disk(FileLock::share(lock_path(directory), kPatience));
    if (lock.has_error() && lock.error().code == Errc::busy) return being_changed(directory);
    return lock;
}

Result<FileLock> hold(const std::string& directory)
{
    auto lock = of_the_disk(FileLock::take(lock_path(directory), kShortPatience));
    if (lock.has_value() || lock.error().code != Errc::busy) return lock;
    return fail(Errc::busy,
                fmt::format("{}: another process works in this home, perhaps `indaba sync --watch`: end it, then try "
                            "again",
                            directory));
}

shared::Error locked(const std::string& directory)
{
    return fail(Errc::untrusted,
                fmt::format("{} is locked: run `indaba unlock` at a terminal, or name a file with --passphrase-file or "
                            "INDABA_PASSPHRASE_FILE",
                            directory));
}

shared::Error without_keyring(const std::string& directory, const shared::Error& error)
{
    if (error.code == Errc::not_found)
        return fail(Errc::untrusted,
                    fmt::format("{}: the desktop's keyring had its key and has it no more: log in as whom it belongs "
                                "to, or restore the keyring; without it enrol anew in another home",
                                directory));
    return fail(Errc::untrusted,
                fmt::format("{}: {}: log in to the desktop and unlock its keyring, which has the key of this home, "
                            "then try again",
                            directory, error.text));
}

Result<Wrapping> wrapping_in_keyring(const std::string& directory, const WrappedKeys& wrapped)
{
    auto key = platform::stored_key(wrapped.name());
    if (key.has_error()) return without_keyring(directory, key.error());
    auto wrapping = wrapped.wrapping(*key);
    platform::wipe(key->data(), key->size());
    return wrapping;
}

/// `remembered`: a key that the system remembers will do.
Result<Wrapping> wrapping_for(const std::string& directory, const WrappedKeys& wrapped, const AskPassphrase& ask,
                              bool remembered)
{
    if (wrapped.by() == WrappedBy::keyring) return wrapping_in_keyring(directory, wrapped);
    if (remembered) {
        if (const auto key = platform::remembered_key(wrapped.name())) return wrapped.wrapping(*key);
    }
    if (!ask) return locked(directory);
    INDABA_ASSIGN(const auto passphrase, ask());
    return wrapped.wrapping(passphrase);
}

Result<Loaded> load(const std::string& directory, const AskPassphrase& ask, bool remembered)
{
    const KeyFiles files(directory);
    INDABA_ASSIGN(const bool are_wrapped, files.are_wrapped());
    Loaded loaded;
    if (!are_wrapped) {
        INDABA_ASSIGN(loaded.keys, files.read_plain());
        return loaded;
    }
    INDABA_ASSIGN(const auto wrapped, files.read_wrapped());
    INDABA_ASSIGN(loaded.wrapping, wrapping_for(directory, wrapped, ask, remembered));
    INDABA_ASSIGN(loaded.keys, wrapped.open(*loaded.wrapping));
    return loaded;
}

/// The same again under another lock, without asking again.
Result<Loaded> load_again(const std::string& directory, const Loaded& before)
{
    const KeyFiles files(directory);
    INDABA_ASSIGN(const bool are_wrapped, files.are_wrapped());
    Loaded loaded;
    const auto changed = fail(Errc::busy, directory + ": its passphrase was changed just now; try again");
    if (are_wrapped != before.wrapping.has_value()) return changed;
    if (!are_wrapped) {
        INDABA_ASSIGN(loaded.keys, files.read_plain());
        return loaded;
    }
    INDABA_ASSIGN(const auto wrapped, files.read_wrapped());
    loaded.wrapping = before.wrapping;
    auto keys = wrapped.open(*loaded.wrapping);
    if (keys.has_error()) return changed;
    loaded.keys = std::move(*keys);
    return loaded;
}

/// Everything a change begins with. The home's lock is held alone.
Result<Loaded> load_to_change(const std::string& directory, const AskPassphrase& ask, bool remembered = false)
{
    INDABA_ASSIGN(auto loaded, load(directory, ask, remembered));
    if (has_rests(directory, loaded)) INDABA_TRY(settle(directory, loaded));
    return loaded;
}

void forget(const std::string& directory)
{
    const KeyFiles files(directory);
    if (const auto wrapped = files.read_wrapped(); wrapped.has_value()) (void)platform::forget_key(wrapped->name());
}

Result<void> require_passphrase(const std::string& directory)
{
    INDABA_ASSIGN(const auto kept, how_kept(directory));
    if (kept.protection == Protection::passphrase) return {};
    if (kept.protection == Protection::permission)
        INDABA_TRY(KeyFiles(directory).read_plain());  // with no keys at all it is the passphrase's that are lost
    return fail(Errc::usage, directory + " has no passphrase: `indaba passphrase set` gives it one");
}

/// What a change left in the keyring, unless it is what opens this home. If it cannot be dropped now, the next change
/// tries again.
void drop_rest_of_keyring(const std::string& directory)
{
    const KeyFiles files(directory);
    const auto name = files.read_keyring_name();
    const auto kept = how_kept(directory);
    if (name.empty() || kept.has_error() || kept->protection == Protection::keyring) return;
    if (platform::drop_key(name).has_value()) (void)platform::remove_file(files.keyring_name());
}

shared::Error nothing_moved(const shared::Error& error)
{
    return fail(error.code == Errc::io ? Errc::io : Errc::untrusted,
                error.text + ", so nothing was changed: log in to the desktop and unlock its keyring, then try again");
}

/// The key is there, and its name in the home, before anything depends on them.
Result<Wrapping> put_in_keyring(const std::string& directory)
{
    const KeyFiles files(directory);
    auto wrapping = new_keyring_wrapping();
    const auto name = name_of(wrapping.salt);
    if (const auto answer = platform::stored_key(name); answer.error().code != Errc::not_found)
        return nothing_moved(answer.error());
    INDABA_TRY(files.write_keyring_name(wrapping.salt));
    std::error_code failed;
    const auto path = std::filesystem::absolute(directory, failed).lexically_normal().string();
    const auto stored = platform::store_key(name, "Indaba: opens the records in " + path, wrapping.key);
    if (stored.has_value()) return wrapping;
    if (stored.error().code != Errc::timed_out) drop_rest_of_keyring(directory);
    return nothing_moved(stored.error());
}

}  // namespace

const char* protection_name(Protection protection)
{
    switch (protection) {
        case Protection::permission: return "permission";
        case Protection::passphrase: return "passphrase";
        case Protection::keyring: return "keyring";
    }
    return "";
}

Result<Kept> how_kept(const std::string& directory)
{
    const KeyFiles files(directory);
    INDABA_ASSIGN(const bool are_wrapped, files.are_wrapped());
    if (!are_wrapped) return Kept{};
    INDABA_ASSIGN(const auto wrapped, files.read_wrapped());
    if (wrapped.by() == WrappedBy::keyring) return Kept{Protection::keyring, false};
    return Kept{Protection::passphrase, !platform::remembered_key(wrapped.name())};
}

Result<OpenKeys> open_keys(const std::string& directory, const AskPassphrase& ask)
{
    constexpr int kAttempts = 20;
    constexpr std::chrono::milliseconds kPause{100};
    const bool writable = platform::is_writable(directory);
    std::optional<Loaded> loaded;
    for (int attempt = 0;; ++attempt) {
        {
            INDABA_ASSIGN(auto lock, share(directory));
            INDABA_ASSIGN(loaded, loaded ? load_again(directory, *loaded) : load(directory, ask, true));
            const bool must_settle = writable && has_rests(directory, *loaded);
            const bool may_stay = loaded->keys.data.size() == 1 && !is_salvaged(directory);
            if (!must_settle || (attempt == kAttempts && may_stay)) {
                INDABA_ASSIGN(const auto key, right_key(directory, loaded->keys, true));
                return OpenKeys{key, std::move(loaded->keys.device_pem), std::move(lock)};
            }
        }
        // What is left over may stay while others work, but a database between two keys may not be written.
        if (attempt == kAttempts) return being_changed(directory);
        const auto alone = of_the_disk(FileLock::take(lock_path(directory), kPause));
        if (alone.has_error() && alone.error().code == Errc::busy) continue;
        if (alone.has_error()) return alone.error();
        INDABA_ASSIGN(loaded, load_again(directory, *loaded));
        INDABA_TRY(settle(directory, *loaded));
    }
}

Result<OpenKeys> open_keys_alone(const std::string& directory, const AskPassphrase& ask)
{
    INDABA_ASSIGN(auto alone, hold(directory));
    INDABA_ASSIGN(auto loaded, load_to_change(directory, ask, true));
    return OpenKeys{loaded.keys.data.front(), std::move(loaded.keys.device_pem), std::move(alone)};
}

Result<void> set_passphrase(const std::string& directory, const platform::Secret& passphrase,
                            const platform::PassphraseCost& cost)
{
    INDABA_TRY(check_new_passphrase(passphrase));
    INDABA_ASSIGN(const auto alone, hold(directory));
    INDABA_ASSIGN(const auto kept, how_kept(directory));
    if (kept.protection == Protection::passphrase)
        return fail(Errc::usage, directory + " has a passphrase already: `indaba passphrase change` gives it another");
    INDABA_ASSIGN(auto loaded, load_to_change(directory, {}));
    INDABA_ASSIGN(auto wrapping, new_wrapping(passphrase, cost));
    INDABA_TRY(wrap_anew(directory, loaded, std::move(wrapping)));
    drop_rest_of_keyring(directory);
    return {};
}

Result<void> change_passphrase(const std::string& directory, const AskPassphrase& ask, const AskPassphrase& ask_new,
                               const platform::PassphraseCost& cost)
{
    INDABA_ASSIGN(const auto alone, hold(directory));
    INDABA_TRY(require_passphrase(directory));
    INDABA_ASSIGN(auto loaded, load_to_change(directory, ask));
    INDABA_ASSIGN(const auto passphrase, ask_new());
    INDABA_TRY(check_new_passphrase(passphrase));
    INDABA_ASSIGN(auto wrapping, new_wrapping(passphrase, cost));
    forget(directory);
    return wrap_anew(directory, loaded, std::move(wrapping));
}

Result<void> move_to_keyring(const std::string& directory, const AskPassphrase& ask)
{
    INDABA_ASSIGN(const auto alone, hold(directory));
    INDABA_ASSIGN(const auto kept, how_kept(directory));
    if (kept.protection == Protection::keyring)
        return fail(Errc::usage, directory + " has its key in the desktop's keyring already");
    INDABA_ASSIGN(auto loaded, load_to_change(directory, ask));
    drop_rest_of_keyring(directory);
    INDABA_ASSIGN(auto wrapping, put_in_keyring(directory));
    forget(directory);
    auto wrapped = wrap_anew(directory, loaded, std::move(wrapping));
    if (wrapped.has_error()) drop_rest_of_keyring(directory);
    return wrapped;
}

Result<void> remove_passphrase(const std::string& directory, const AskPassphrase& ask)
{
    INDABA_ASSIGN(const auto alone, hold(directory));
    INDABA_ASSIGN(const auto kept, how_kept(directory));
    if (kept.protection == Protection::permission) return require_passphrase(directory);
    INDABA_ASSIGN(const auto loaded, load_to_change(directory, ask));
    const KeyFiles files(directory);
    INDABA_TRY(files.write_plain(loaded.keys));
    forget(directory);
    INDABA_TRY(of_the_disk(platform::remove_file(files.wrapped())));
    drop_rest_of_keyring(directory);
    return {};
}

Result<void> unlock(const std::string& directory, const AskPassphrase& ask, std::chrono::seconds how_long)
{
    INDABA_ASSIGN(const auto lock, share(directory));
    INDABA_TRY(require_passphrase(directory));
    INDABA_ASSIGN(const auto loaded, load(directory, ask, false));
    INDABA_ASSIGN(const auto wrapped, KeyFiles(directory).read_wrapped());
    auto kept = platform::remember_key(wrapped.name(), loaded.wrapping->key, how_long);
    if (kept.has_value()) return {};
    return fail(kept.error().code, kept.error().text + ": each command will ask for the passphrase");
}

Result<bool> lock(const std::string& directory)
{
    INDABA_TRY(require_passphrase(directory));
    INDABA_ASSIGN(const auto wrapped, KeyFiles(directory).read_wrapped());
    return platform::forget_key(wrapped.name());
}

Result<void> check_new_passphrase(const platform::Secret& passphrase)
{
    const auto text = shared::as_text(passphrase.bytes());
    if (text.size() > limits::kPassphrase_bytes)
        return fail(Errc::too_large, fmt::format("a passphrase has at most {} bytes", limits::kPassphrase_bytes));
    const bool readable = shared::is_utf8(text) && std::ranges::none_of(text, [](char c) {
                              return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
                          });
    if (!readable) return fail(Errc::usage, "a passphrase is one line of text in UTF-8");
    const auto characters = std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; });
    if (std::size_t(characters) >= limits::kPassphraseLeast_characters) return {};
    return fail(Errc::usage, fmt::format("a passphrase has at least {} characters: several words are easy to remember",
                                         limits::kPassphraseLeast_characters));
}

}  // namespace indaba::client
