#include "platform/sqlite_meta.hpp"

namespace indaba::platform {
namespace {

using shared::Errc;

constexpr std::string_view kVersion = "version";
constexpr std::string_view kCompatibleVersion = "compatible_version";

Result<bool> has_meta_table(Database& database)
{
    Statement find = database.statement("SELECT 1 FROM sqlite_schema WHERE type='table' AND name='meta'");
    return find.step();
}

template <class Value>
Result<void> set_meta(Database& database, std::string_view key, const Value& value)
{
    Statement put = database.statement(
        "INSERT INTO meta(key, value) VALUES (?1, ?2) "
        "ON CONFLICT(key) DO UPDATE SET value = excluded.value");
    return put.bind_all(key, value).run();
}

}  // namespace

Result<std::optional<FormatVersion>> format_version(Database& database)
{
    INDABA_ASSIGN(const bool has_table, has_meta_table(database));
    if (!has_table) return std::optional<FormatVersion>();
    INDABA_ASSIGN(const auto version, meta_int64(database, kVersion));
    INDABA_ASSIGN(const auto compatible, meta_int64(database, kCompatibleVersion));
    if (!version || !compatible) {
        return shared::fail(Errc::corrupt, database.path() + ": does not say which version it is; restore a backup");
    }
    return std::optional(FormatVersion{*version, *compatible});
}

Result<void> set_format_version(Transaction& transaction, FormatVersion version)
{
    Database& database = transaction.database();
    INDABA_TRY(database.execute("CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY NOT NULL, value) WITHOUT ROWID"));
    INDABA_TRY(set_meta(database, kVersion, version.version));
    return set_meta(database, kCompatibleVersion, version.compatible_version);
}

Result<void> require_openable_by(Database& database, std::int64_t program_version)
{
    INDABA_ASSIGN(const auto version, format_version(database));
    if (version && version->compatible_version > program_version) {
        return shared::fail(Errc::unsupported, database.path() + ": was written by a newer program; update this one");
    }
    return {};
}

Result<std::optional<Bytes>> meta_blob(Database& database, std::string_view key)
{
    Statement get = database.statement("SELECT value FROM meta WHERE key = ?1");
    INDABA_ASSIGN(const bool found, get.bind_all(key).step());
    if (!found) return std::optional<Bytes>();
    const ByteView value = get.blob(0);
    return std::optional(Bytes(value.begin(), value.end()));
}

Result<void> set_meta_blob(Transaction& transaction, std::string_view key, ByteView value)
{
    return set_meta(transaction.database(), key, value);
}

Result<std::optional<std::int64_t>> meta_int64(Database& database, std::string_view key)
{
    Statement get = database.statement("SELECT value FROM meta WHERE key = ?1");
    INDABA_ASSIGN(const bool found, get.bind_all(key).step());
    return found ? std::optional(get.int64(0)) : std::nullopt;
}

Result<void> set_meta_int64(Transaction& transaction, std::string_view key, std::int64_t value)
{
    return set_meta(transaction.database(), key, value);
}

}  // namespace indaba::platform
