#include "server/backup.hpp"

#include "platform/crypto.hpp"
#include "platform/sqlite_copy.hpp"
#include "server/erasure_file.hpp"
#include "server/revocation_file.hpp"
#include "sync/storage_transaction.hpp"

#include <fmt/format.h>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <filesystem>

namespace indaba::server {

namespace {

namespace json = boost::json;

using shared::Errc;
using shared::fail;

constexpr int kFormat = 1;
constexpr std::size_t kManifest_bytes = 1024 * 1024;
constexpr std::string_view kUnfinished = ".unfinished";
constexpr std::string_view kLock = ".lock";

std::vector<std::string> files_of_backup()
{
    const auto keys = DataDirectory::key_files();
    std::vector<std::string> names(keys.begin(), keys.end());
    names.emplace_back(DataDirectory::kDatabase);
    return names;
}

std::string inside(const std::string& directory, std::string_view name)
{
    return fmt::format("{}/{}", directory, name);
}

std::string without_last_slashes(std::string path)
{
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path;
}

/// Both canonical.
bool is_within(const std::filesystem::path& inner, const std::filesystem::path& outer)
{
    return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

/// Where a backup is to be, once it is finished; usage or not_found unless that can be, before anything is written.
Result<std::string> place_for(const std::string& to, const std::string& data)
{
    namespace fs = std::filesystem;
    const fs::path path = without_last_slashes(to);
    std::error_code error;
    const auto found = fs::symlink_status(path, error).type();
    if (found == fs::file_type::none)
        return fail(Errc::io, fmt::format("{} cannot be looked at: {}", to, error.message()));
    const bool is_there = found != fs::file_type::not_found;
    if (is_there && !fs::is_directory(path, error))
        return fail(Errc::usage, fmt::format("{} is there and is not a directory: give the backup a new one", to));
    const auto parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (!fs::is_directory(parent, error))
        return fail(Errc::not_found, fmt::format("there is no directory {}: make it first", parent.string()));
    const auto place = is_there ? fs::canonical(path, error) : fs::canonical(parent, error) / path.filename();
    if (error) return fail(Errc::io, fmt::format("{} cannot be looked at: {}", to, error.message()));
    const auto centre = fs::canonical(data, error);
    if (error || is_within(place, centre))
        return fail(Errc::usage, fmt::format("{} is inside the centre's own directory: give the backup another", to));
    if (is_there && !fs::is_empty(path, error))
        return fail(Errc::usage, fmt::format("{} is not empty: give the backup a new directory", to));
    if (!platform::is_writable(place.parent_path().string()))
        return fail(Errc::forbidden, fmt::format("nothing can be written in {}: give the backup another place",
                                                 place.parent_path().string()));
    return place.string();
}

Result<platform::FileLock> lock_place(const std::string& to, const std::string& unfinished)
{
    auto lock = platform::FileLock::try_take(unfinished + std::string(kLock));
    if (lock.has_value()) return lock;
    if (lock.error().code == Errc::busy)
        return fail(Errc::busy, fmt::format("another backup to {} is being made: try again when it is done", to));
    if (lock.error().code == Errc::full) return lock;
    return fail(Errc::io, fmt::format("nothing can be made beside {}: give the backup another place", to));
}

/// What an interrupted backup left in it goes, half-written files as well.
Result<void> empty(const std::string& path)
{
    auto ours = files_of_backup();
    ours.emplace_back(DataDirectory::kBackup);
    std::vector<std::string> left;
    std::error_code error;
    std::filesystem::directory_iterator files(path, error);
    for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
        left.push_back(files->path().filename().string());
        if (std::ranges::none_of(ours, [&](const auto& name) { return left.back().starts_with(name); }))
            return fail(Errc::usage, fmt::format("{} holds something else: move it away", path));
    }
    if (error) return fail(Errc::io, fmt::format("cannot read the directory {}: {}", path, error.message()));
    for (const auto& name : left) INDABA_TRY(platform::remove_file(inside(path, name)));
    return {};
}

/// An empty directory of that name.
Result<void> prepare(const std::string& path)
{
    INDABA_TRY(platform::make_private_directory(path));
    return empty(path);
}

/// As far as it is ours.
void clear_away(const std::string& path)
{
    std::error_code error;
    if (empty(path).has_value()) std::filesystem::remove(path, error);
}

Result<void> copy_keys(const std::string& from, const std::string& to)
{
    for (const auto name : DataDirectory::key_files()) {
        INDABA_ASSIGN(const auto bytes, platform::read_file(inside(from, name), platform::kMaxPemBytes));
        if (name.ends_with(".key")) INDABA_TRY(platform::write_private_file(inside(to, name), bytes));
        else INDABA_TRY(platform::write_file_atomic(inside(to, name), bytes));
    }
    return {};
}

/// How far the feeds of a copied database are; all of that is in a backup, and the copy knows it. It holds no open
/// invitation, for whenever it is put back, by whatever way, the code may have been used since, or taken back.
Result<std::map<SpaceName, std::uint64_t>> finish_copy(const std::string& database)
{
    platform::DatabaseOptions options;
    options.path = database;
    INDABA_ASSIGN(const auto store, sync::store::CentreStore::open(options, shared::Catalogue::builtin()));
    Registry registry(*store);
    INDABA_TRY(registry.require_openable());
    INDABA_ASSIGN(auto ending, Transaction::write(store->database()));
    INDABA_TRY(registry.end_invitations(ending));
    INDABA_TRY(ending.commit());
    INDABA_ASSIGN(const auto spaces, store->spaces());
    std::map<SpaceName, std::uint64_t> heads;
    sync::StorageTransaction transaction(*store);
    INDABA_TRY(transaction.begin());
    for (const auto& space : spaces) {
        INDABA_ASSIGN(const auto head, store->head(space.name));
        heads[space.name] = head.number;
        INDABA_TRY(store->note_backed_up(space.name, head.number));
    }
    INDABA_TRY(transaction.commit());
    INDABA_TRY(store->database().checkpoint(platform::Database::Checkpoint::truncate));
    return heads;
}

Result<void> write_manifest(const std::string& path, Backup& backup)
{
    json::object files;
    for (const auto& name : files_of_backup()) {
        const auto state = platform::file_state(inside(path, name));
        INDABA_ASSIGN(const auto hash, platform::sha256_of_file(inside(path, name)));
        files[name] = {{"bytes", state ? state->size_bytes : 0}, {"sha256", shared::to_hex(hash.bytes)}};
        backup.bytes += state ? state->size_bytes : 0;
    }
    json::object spaces;
    for (const auto& [space, number] : backup.heads) spaces[space] = number;
    const auto text = json::serialize(json::object{
        {"format", kFormat}, {"made_ms", backup.made_ms}, {"files", std::move(files)}, {"spaces", std::move(spaces)}});
    return platform::write_private_file(inside(path, DataDirectory::kBackup), shared::as_bytes(text));
}

Result<Backup> make_there(Ledger& ledger, const std::string& unfinished, const std::string& place, std::int64_t now_ms)
{
    std::error_code error;
    std::filesystem::remove(place, error);  // an empty directory; where something is mounted it could not be replaced
    if (error)
        return fail(Errc::usage, fmt::format("{} cannot be replaced ({}): give the backup a new directory in it", place,
                                             error.message()));
    INDABA_TRY(prepare(unfinished));
    Backup backup{now_ms, 0, {}};
    INDABA_TRY(copy_keys(ledger.directory().path(), unfinished));
    const auto database = inside(unfinished, DataDirectory::kDatabase);
    INDABA_TRY(platform::copy_database(ledger.database(), database));
    INDABA_ASSIGN(backup.heads, finish_copy(database));
    INDABA_TRY(write_manifest(unfinished, backup));
    INDABA_TRY(platform::replace_file(unfinished, place));
    return backup;
}

struct Manifest {
    Backup backup;
    json::object files;
};

Manifest manifest_from(const json::value& value)
{
    Manifest manifest;
    manifest.backup.made_ms = value.at("made_ms").to_number<std::int64_t>();
    manifest.files = value.at("files").as_object();
    for (const auto& space : value.at("spaces").as_object())
        manifest.backup.heads[space.key()] = space.value().to_number<std::uint64_t>();
    return manifest;
}

Result<Manifest> read_manifest(const std::string& path)
{
    const auto bytes = platform::read_file(inside(path, DataDirectory::kBackup), kManifest_bytes);
    if (bytes.has_error() && bytes.error().code == Errc::not_found)
        return fail(Errc::not_found,
                    fmt::format("{} is not a finished backup: there is no {} in it", path, DataDirectory::kBackup));
    INDABA_TRY(bytes);
    const auto damaged =
        fail(Errc::corrupt, fmt::format("{} is damaged: take another backup", inside(path, DataDirectory::kBackup)));
    boost::system::error_code error;
    const auto value = json::parse(shared::as_text(*bytes), error);
    if (error) return damaged;
    const auto* object = value.if_object();
    const auto* format = object != nullptr ? object->if_contains("format") : nullptr;
    if (format != nullptr && format->is_int64() && format->as_int64() > kFormat)
        return fail(Errc::unsupported, fmt::format("{} was made by a newer indaba-server: update this one", path));
    try {
        return manifest_from(value);
    } catch (const std::exception&) {  // as a foreign library tells it
        return damaged;
    }
}

Result<void> verify(const std::string& path, const std::string& name, const json::object& files)
{
    const auto* entry = files.if_contains(name);
    const auto* said = entry != nullptr && entry->is_object() ? entry->as_object().if_contains("sha256") : nullptr;
    INDABA_ASSIGN(const auto hash, platform::sha256_of_file(path));
    if (said == nullptr || !said->is_string() || said->as_string() != shared::to_hex(hash.bytes))
        return fail(Errc::corrupt, fmt::format("{} is not what the backup says: take another backup", path));
    return {};
}

Result<void> copy_verified(const std::string& from, const std::string& to, const std::string& name,
                           const json::object& files)
{
    const auto database = inside(to, DataDirectory::kDatabase);
    const auto coming = database + ".restoring";
    INDABA_TRY(platform::create_private_file(coming));
    std::error_code error;
    std::filesystem::copy_file(inside(from, name), coming, std::filesystem::copy_options::overwrite_existing, error);
    if (error) return fail(Errc::io, fmt::format("{} cannot be copied: {}", inside(from, name), error.message()));
    std::filesystem::permissions(coming, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    INDABA_TRY(verify(coming, name, files));
    // What another database left beside its own is no part of this one.
    for (const auto* suffix : {"-wal", "-shm", "-journal"}) INDABA_TRY(platform::remove_file(database + suffix));
    return platform::replace_file(coming, database);
}

}  // namespace

Result<Backup> make_backup(Ledger& ledger, const std::string& to, std::int64_t now_ms)
{
    INDABA_ASSIGN(const auto place, place_for(to, ledger.directory().path()));
    const auto unfinished = place + std::string(kUnfinished);
    INDABA_ASSIGN(const auto lock, lock_place(to, unfinished));
    auto backup = make_there(ledger, unfinished, place, now_ms);
    if (backup.has_error()) clear_away(unfinished);  // no keys are left lying about
    const auto let_go = platform::remove_file(unfinished + std::string(kLock));
    INDABA_TRY(backup);
    INDABA_TRY(let_go);
    sync::StorageTransaction transaction(ledger.store());
    INDABA_TRY(transaction.begin());
    for (const auto& [space, number] : backup->heads) INDABA_TRY(ledger.store().note_backed_up(space, number));
    INDABA_TRY(transaction.commit());
    return backup;
}

namespace {

/// What was ordered since the backup, as far as the directory tells: of what was erased, devices tell the rest. A
/// centre that starts does the same, so nothing hangs on getting here.
Result<void> order_again(const std::string& data)
{
    INDABA_ASSIGN(auto ledger, Ledger::open(data));
    INDABA_TRY(settle_revocations(ledger.directory(), ledger.database(), ledger.registry()));
    return ledger.with_centre([&](sync::Centre& centre) { return settle_erasures(ledger.directory(), centre); });
}

}  // namespace

Result<Backup> restore_backup(const std::string& from, const std::string& data)
{
    INDABA_ASSIGN(auto manifest, read_manifest(from));
    auto& backup = manifest.backup;
    for (const auto& name : files_of_backup()) {
        INDABA_TRY(verify(inside(from, name), name, manifest.files));
        if (const auto state = platform::file_state(inside(from, name))) backup.bytes += state->size_bytes;
    }
    INDABA_ASSIGN(const auto directory, DataDirectory::prepare(data));
    INDABA_ASSIGN(const auto lock, directory.lock());
    INDABA_TRY(require_orders(directory));
    INDABA_TRY(require_revocations(directory));
    INDABA_TRY(copy_keys(from, data));
    INDABA_TRY(copy_verified(from, data, std::string(DataDirectory::kDatabase), manifest.files));  // last: it is whole
    INDABA_TRY(order_again(data));
    return backup;
}

}  // namespace indaba::server
