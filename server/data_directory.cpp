#include "server/data_directory.hpp"

#include "server/registry.hpp"
#include "server/settings.hpp"
#include "shared/catalogue.hpp"
#include "shared/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace indaba::server {

namespace {

using platform::KeyPair;
using shared::Errc;
using shared::fail;
using sync::store::CentreStore;

constexpr std::string_view kLock = "lock";
constexpr std::string_view kAuthorityCertificate = "authority.crt";
constexpr std::string_view kAuthorityKey = "authority.key";
constexpr std::string_view kServerCertificate = "server.crt";
constexpr std::string_view kServerKey = "server.key";
constexpr std::string_view kFeedKey = "feed.key";

constexpr std::array kKeyFiles{kAuthorityCertificate, kAuthorityKey, kServerCertificate, kServerKey, kFeedKey};

bool is_ours(std::string_view name)
{
    return name == kLock || name == DataDirectory::kErasures || name == DataDirectory::kRevocations ||
           name == DataDirectory::kKeptLock || std::ranges::find(kKeyFiles, name) != kKeyFiles.end() ||
           name.starts_with(DataDirectory::kDatabase);
}

/// A file on its way to its name, as an interrupted write leaves it: NAME.XXXXXX.
bool was_becoming_ours(std::string_view name)
{
    constexpr std::size_t kSuffix = 7;
    return name.size() > kSuffix && name[name.size() - kSuffix] == '.' &&
           is_ours(name.substr(0, name.size() - kSuffix));
}

/// Nothing that is not ours is in the directory.
Result<void> require_ours(const std::string& path)
{
    std::error_code error;
    std::filesystem::directory_iterator files(path, error);
    for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
        const auto name = files->path().filename().string();
        if (!is_ours(name) && !was_becoming_ours(name))
            return fail(Errc::usage, fmt::format("{} is not empty: give a new directory to --data", path));
    }
    if (error) return fail(Errc::io, fmt::format("cannot read the directory {}: {}", path, error.message()));
    return {};
}

/// True for a database that create() finished.
Result<bool> is_finished(CentreStore& store)
{
    const auto openable = Registry(store).require_openable();
    if (openable.has_error() && openable.error().code != Errc::not_found) return openable.error();
    return openable.has_value();
}

platform::DatabaseOptions database_at(std::string path, bool create)
{
    platform::DatabaseOptions options;
    options.path = std::move(path);
    options.create = create;
    return options;
}

}  // namespace

std::string DataDirectory::file(std::string_view name) const { return fmt::format("{}/{}", path_, name); }

Result<DataDirectory> DataDirectory::create(const std::string& path, const std::vector<std::string>& hosts,
                                            std::int64_t now_ms)
{
    INDABA_TRY(platform::make_private_directory(path));
    INDABA_TRY(require_ours(path));
    const DataDirectory directory(path);
    INDABA_ASSIGN(const auto lock, directory.lock());
    INDABA_ASSIGN(const bool has_database, platform::is_there(directory.file(kDatabase)));
    if (has_database) {
        INDABA_ASSIGN(const auto store, directory.open_store());
        INDABA_ASSIGN(const bool finished, is_finished(*store));
        if (finished)
            return fail(Errc::usage, fmt::format("{} holds a centre already: use it, or give a new directory", path));
    }
    INDABA_TRY(directory.require_whole());
    INDABA_TRY(directory.make_missing_keys(hosts, now_ms));
    INDABA_TRY(directory.make_database(hosts));
    return directory;
}

std::span<const std::string_view> DataDirectory::key_files() { return kKeyFiles; }

Result<DataDirectory> DataDirectory::prepare(const std::string& path)
{
    INDABA_TRY(platform::make_private_directory(path));
    INDABA_TRY(require_ours(path));
    const DataDirectory directory(path);
    INDABA_ASSIGN(const bool has_database, platform::is_there(directory.file(kDatabase)));
    if (has_database)
        return fail(Errc::usage,
                    fmt::format("{} holds a centre already: move it away, or give a new directory to --data", path));
    return directory;
}

Result<bool> DataDirectory::has_keys(const std::string& path)
{
    const DataDirectory directory(path);
    INDABA_ASSIGN(const bool has_authority, platform::is_there(directory.file(kAuthorityKey)));
    if (has_authority) return true;
    return platform::is_there(directory.file(kFeedKey));
}

/// All keys are made before the certificate: where it is and one of them is not, somebody has lost it.
Result<void> DataDirectory::require_whole() const
{
    INDABA_ASSIGN(const bool is_signed, platform::is_there(file(kAuthorityCertificate)));
    for (const auto name : {kAuthorityKey, kFeedKey}) {
        INDABA_ASSIGN(const bool has_key, platform::is_there(file(name)));
        if (is_signed && !has_key)
            return fail(Errc::corrupt, fmt::format("{} is missing: restore it from a backup", file(name)));
    }
    return {};
}

Result<void> DataDirectory::make_missing_keys(const std::vector<std::string>& hosts, std::int64_t now_ms) const
{
    for (const auto name : {kAuthorityKey, kServerKey, kFeedKey}) {
        INDABA_ASSIGN(const bool has_key, platform::is_there(file(name)));
        if (has_key) INDABA_TRY(key(name));
        else INDABA_TRY(platform::write_private_file(file(name), shared::as_bytes(KeyPair::generate().to_pem())));
    }
    INDABA_ASSIGN(const bool is_signed, platform::is_there(file(kAuthorityCertificate)));
    if (!is_signed) {
        INDABA_ASSIGN(auto authority_key, key(kAuthorityKey));
        INDABA_ASSIGN(const auto authority,
                      platform::CertificateAuthority::make(hosts.front(), std::move(authority_key), now_ms));
        INDABA_TRY(
            platform::write_file_atomic(file(kAuthorityCertificate), shared::as_bytes(authority.certificate_pem())));
    }
    INDABA_TRY(sign_server(hosts, now_ms));
    return {};
}

Result<void> DataDirectory::make_database(const std::vector<std::string>& hosts) const
{
    INDABA_ASSIGN(const auto store,
                  CentreStore::open(database_at(file(kDatabase), true), shared::Catalogue::builtin()));
    INDABA_ASSIGN(auto transaction, platform::Transaction::write(store->database()));
    INDABA_TRY(Registry::create(transaction));
    INDABA_TRY(save_hosts(transaction, hosts));
    return transaction.commit();
}

Result<DataDirectory> DataDirectory::open(const std::string& path)
{
    const DataDirectory directory(path);
    INDABA_ASSIGN(const bool is_backup, platform::is_there(directory.file(kBackup)));
    if (is_backup)
        return fail(
            Errc::usage,
            fmt::format("{0} is a backup: make a centre of it with indaba-server restore {0} --data DIR", path));
    INDABA_ASSIGN(const bool has_database, platform::is_there(directory.file(kDatabase)));
    INDABA_ASSIGN(const bool keys, has_keys(path));
    if (!has_database && keys)
        return fail(Errc::corrupt, fmt::format("{} is missing: restore it from a backup; only if `init` was "
                                               "interrupted here, repeat it",
                                               directory.file(kDatabase)));
    if (!has_database)
        return fail(
            Errc::not_found,
            fmt::format("{} holds no centre: make one with indaba-server init --data {} --name HOST", path, path));
    INDABA_TRY(platform::make_private_directory(path));
    return directory;
}

Result<platform::FileLock> DataDirectory::lock() const
{
    auto lock = platform::FileLock::try_take(file(kLock));
    if (lock.has_error() && lock.error().code == Errc::busy)
        return fail(Errc::busy, fmt::format("another indaba-server works with {}: stop it first", path_));
    return lock;
}

Result<std::unique_ptr<CentreStore>> DataDirectory::open_store() const
{
    INDABA_ASSIGN(auto store, CentreStore::open(database_at(file(kDatabase), false), shared::Catalogue::builtin()));
    return store;
}

Result<KeyPair> DataDirectory::key(std::string_view name) const
{
    INDABA_ASSIGN(const auto pem, platform::read_private_file(file(name), platform::kMaxPemBytes));
    auto key = KeyPair::from_pem(shared::as_text(pem));
    if (key.has_error())
        return fail(Errc::corrupt, fmt::format("{} is not a key: restore it from a backup", file(name)));
    return key;
}

Result<std::string> DataDirectory::authority_pem() const
{
    INDABA_ASSIGN(const auto pem, platform::read_file(file(kAuthorityCertificate), platform::kMaxPemBytes));
    return std::string(shared::as_text(pem));
}

Result<platform::CertificateAuthority> DataDirectory::authority() const
{
    INDABA_ASSIGN(const auto pem, authority_pem());
    INDABA_ASSIGN(auto authority_key, key(kAuthorityKey));
    return platform::CertificateAuthority::load(pem, std::move(authority_key));
}

Result<KeyPair> DataDirectory::feed_key() const { return key(kFeedKey); }

Result<std::string> DataDirectory::sign_server(const std::vector<std::string>& hosts, std::int64_t now_ms) const
{
    INDABA_ASSIGN(const auto authority_now, authority());
    INDABA_ASSIGN(const auto server_key, key(kServerKey));
    INDABA_ASSIGN(auto pem, authority_now.sign_server(hosts, server_key.public_key(), now_ms));
    INDABA_TRY(platform::write_file_atomic(file(kServerCertificate), shared::as_bytes(pem)));
    return pem;
}

Result<platform::Identity> DataDirectory::server_identity(const std::vector<std::string>& hosts,
                                                          std::int64_t now_ms) const
{
    INDABA_ASSIGN(const auto stored, platform::read_file(file(kServerCertificate), platform::kMaxPemBytes));
    std::string pem(shared::as_text(stored));
    INDABA_ASSIGN(const auto expires_ms, platform::certificate_expires_ms(pem));
    if (expires_ms < now_ms + shared::limits::kRenewBefore_ms) {
        INDABA_ASSIGN(auto renewed, sign_server(hosts, now_ms));
        pem = std::move(renewed);
    }
    INDABA_ASSIGN(const auto authority, authority_pem());
    INDABA_ASSIGN(const auto server_key, key(kServerKey));
    return platform::Identity{pem + authority, server_key.to_pem()};
}

}  // namespace indaba::server
