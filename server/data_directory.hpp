// A centre's directory: the organisation's authority, the server's and the feed's keys, the database, and the lock of
// the one process that serves. Private to its owner. Made whole by create(): the database is finished last. A value,
// any thread; several processes may read one directory at once. Deliberately not: what the database holds.
#pragma once

#include "platform/certificates.hpp"
#include "platform/files.hpp"
#include "platform/tls.hpp"
#include "sync/store/store.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace indaba::server {

using shared::Result;

class DataDirectory {
public:
    /// usage if there is a centre already, or anything else. Goes on where an interrupted create() ended: keys that are
    /// there are kept.
    [[nodiscard]] static Result<DataDirectory> create(const std::string& path, const std::vector<std::string>& hosts,
                                                      std::int64_t now_ms);
    /// not_found, with what to do; corrupt if there are keys without a database; forbidden if others may enter, or we
    /// may not.
    [[nodiscard]] static Result<DataDirectory> open(const std::string& path);
    /// Of a backup that is to become a centre: nothing but ours is there, and no database. usage otherwise.
    [[nodiscard]] static Result<DataDirectory> prepare(const std::string& path);
    /// A key that devices may rely on is there.
    [[nodiscard]] static Result<bool> has_keys(const std::string& path);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string file(std::string_view name) const;

    static constexpr std::string_view kDatabase = "centre.db";
    /// What makes a directory a backup: no centre works there.
    static constexpr std::string_view kBackup = "backup.json";
    /// Orders to erase (erasure_file.hpp). It may be there before the database: then that carries them out.
    static constexpr std::string_view kErasures = "erasures.txt";
    /// Devices that were revoked (revocation_file.hpp), likewise.
    static constexpr std::string_view kRevocations = "revocations.txt";
    /// Held by whoever reads one of those files to write it anew.
    static constexpr std::string_view kKeptLock = "erasures.lock";
    /// Keys and certificates: with the database, all that a centre is.
    [[nodiscard]] static std::span<const std::string_view> key_files();

    /// busy if another process serves from here.
    [[nodiscard]] Result<platform::FileLock> lock() const;
    [[nodiscard]] Result<std::unique_ptr<sync::store::CentreStore>> open_store() const;

    [[nodiscard]] Result<std::string> authority_pem() const;
    [[nodiscard]] Result<platform::CertificateAuthority> authority() const;
    /// Signs the heads of every feed.
    [[nodiscard]] Result<platform::KeyPair> feed_key() const;
    /// What the server shows: its certificate, then the authority's. Signed anew if it ends soon.
    [[nodiscard]] Result<platform::Identity> server_identity(const std::vector<std::string>& hosts,
                                                             std::int64_t now_ms) const;

private:
    explicit DataDirectory(std::string path) : path_(std::move(path)) {}
    [[nodiscard]] Result<platform::KeyPair> key(std::string_view name) const;
    [[nodiscard]] Result<void> require_whole() const;
    [[nodiscard]] Result<void> make_missing_keys(const std::vector<std::string>& hosts, std::int64_t now_ms) const;
    [[nodiscard]] Result<void> make_database(const std::vector<std::string>& hosts) const;
    [[nodiscard]] Result<std::string> sign_server(const std::vector<std::string>& hosts, std::int64_t now_ms) const;

    std::string path_;
};

}  // namespace indaba::server
