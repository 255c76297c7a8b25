#include "client/rewrapping.hpp"

#include "client/home.hpp"
#include "client/salvage.hpp"
#include "platform/files.hpp"
#include "platform/sqlite_copy.hpp"
#include "platform/system.hpp"
#include "shared/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace indaba::client {

using platform::Key32;
using shared::Errc;
using shared::fail;

namespace {

constexpr std::array<const char*, 4> kParts{"", "-journal", "-wal", "-shm"};

std::string database_path(const std::string& directory) { return directory + "/indaba.db"; }
/// The database under its next key, until it takes the other's place.
std::string copy_path(const std::string& directory) { return directory + "/indaba.db.new"; }

Result<void> remove_copy(const std::string& directory)
{
    for (const char* part : kParts) INDABA_TRY(of_the_disk(platform::remove_file(copy_path(directory) + part)));
    return {};
}

/// Nobody else has the file open.
Result<bool> opens(const std::string& path, const Key32& key, bool read_only)
{
    platform::DatabaseOptions options;
    options.path = path;
    options.key = key;
    options.read_only = read_only;
    const auto opened = of_the_disk(platform::Database::open(options));
    if (opened.has_value()) return true;
    if (opened.error().code == Errc::corrupt || opened.error().code == Errc::not_found) return false;
    return opened.error();
}

bool has_log(const std::string& path)
{
    const auto state = platform::file_state(path + "-wal");
    return state && state->size_bytes > 0;
}

/// The copy takes the database's place, unless something was written since it was made.
Result<void> take_copy(const std::string& directory, const HomeKeys& keys)
{
    const auto path = database_path(directory);
    const auto copy = copy_path(directory);
    if (!platform::exists(copy) || has_log(path)) return {};
    INDABA_ASSIGN(const bool is_good, opens(copy, keys.data[0], false));
    INDABA_ASSIGN(const bool is_old, opens(path, keys.data[1], false));
    if (!is_good || !is_old) return {};
    INDABA_TRY(of_the_disk(platform::remove_file(path + "-wal")));
    INDABA_TRY(of_the_disk(platform::remove_file(path + "-shm")));
    return of_the_disk(platform::replace_file(copy, path));
}

}  // namespace

bool has_rests(const std::string& directory, const Loaded& loaded)
{
    const bool plain_too = loaded.wrapping && !KeyFiles(directory).plain().empty();
    const bool copied =
        std::ranges::any_of(kParts, [&](const char* part) { return platform::exists(copy_path(directory) + part); });
    return plain_too || copied || loaded.keys.data.size() > 1 || is_salvaged(directory);
}

Result<Key32> right_key(const std::string& directory, const HomeKeys& keys, bool read_only)
{
    const auto path = database_path(directory);
    if (keys.data.size() == 1 || !platform::exists(path)) return keys.data.front();
    for (const auto& key : keys.data) {
        INDABA_ASSIGN(const bool right, opens(path, key, read_only));
        if (right) return key;
    }
    return fail(Errc::corrupt, path + ": cannot be opened with the keys of this home; restore both from one copy");
}

Result<void> settle(const std::string& directory, Loaded& loaded)
{
    const KeyFiles files(directory);
    if (is_salvaged(directory)) INDABA_TRY(finish_salvage(directory));
    if (loaded.keys.data.size() > 1) {
        INDABA_TRY(take_copy(directory, loaded.keys));
        INDABA_ASSIGN(const auto key, right_key(directory, loaded.keys, false));
        loaded.keys.data.assign(1, key);
        INDABA_CHECK(loaded.wrapping.has_value());
        INDABA_TRY(files.write_wrapped(loaded.keys, *loaded.wrapping));
    }
    if (loaded.wrapping) INDABA_TRY(files.remove_plain());
    return remove_copy(directory);
}

Result<void> wrap_anew(const std::string& directory, Loaded& loaded, Wrapping wrapping)
{
    platform::DatabaseOptions database;
    database.path = database_path(directory);
    database.key = loaded.keys.data.front();
    Key32 key{};
    platform::SystemRandom().fill(key);
    INDABA_TRY(remove_copy(directory));
    if (platform::exists(database.path)) {
        if (auto copied = of_the_disk(platform::copy_under_key(database, copy_path(directory), key));
            copied.has_error()) {
            (void)remove_copy(directory);  // on a full disk its room is what the person needs
            return copied;
        }
        if (has_log(database.path)) return fail(Errc::busy, database.path + ": another process uses it; try again");
    }
    loaded.keys.data.insert(loaded.keys.data.begin(), key);
    loaded.wrapping = std::move(wrapping);
    INDABA_TRY(KeyFiles(directory).write_wrapped(loaded.keys, *loaded.wrapping));
    return settle(directory, loaded);
}

}  // namespace indaba::client
