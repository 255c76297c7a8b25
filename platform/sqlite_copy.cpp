#include "platform/sqlite_copy.hpp"

#include "platform/sqlite_native.hpp"

namespace indaba::platform {

namespace {

/// As SQLite decodes it; quotes would end the SQL text that it stands in.
std::string uri_of(const std::string& path)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string uri = path.starts_with('/') ? "file://" : "file:";
    for (const char c : path) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                           c == '.' || c == '-' || c == '_';
        if (plain) {
            uri += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        uri += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
    return uri;
}

std::string spelled(const Key32& key)
{
    constexpr std::string_view kRaw = "raw:";  // as in sqlite_open.cpp
    return shared::to_hex(shared::as_bytes(kRaw)) + shared::to_hex(key);
}

Result<void> check_whole(const std::string& path, const std::optional<Key32>& key, std::string_view pragma)
{
    DatabaseOptions options;
    options.path = path;
    options.key = key;
    INDABA_ASSIGN(const auto database, Database::open(options));
    Statement check = database->prepare(pragma);
    INDABA_ASSIGN(const bool found, check.step());
    if (found && check.text(0) == "ok") return {};
    return shared::fail(shared::Errc::io, path + ": the copy of the database does not hold together; check the disk");
}

}  // namespace

Result<void> copy_database(Database& from, const std::string& to)
{
    INDABA_CHECK(!from.encrypted());
    INDABA_TRY(create_private_file(to));
    {
        Statement copy = from.prepare("VACUUM INTO ?1");
        copy.bind(1, std::string_view(to));
        const auto copied = copy.run();
        if (copied.has_error() && copied.error().code == shared::Errc::full)
            return shared::fail(shared::Errc::full, to + ": the disk is full: make room and try again");
        INDABA_TRY(copied);
    }
    INDABA_TRY(check_whole(to, std::nullopt, "PRAGMA integrity_check(1)"));
    return sync_file(to);
}

Result<void> copy_under_key(const DatabaseOptions& from, const std::string& to, const Key32& key)
{
    INDABA_CHECK(from.key.has_value());
    auto options = from;
    options.path = uri_of(from.path);  // SQLite takes a key for the copy only in a URI, and URIs only beside one
    INDABA_TRY(create_private_file(to));
    {
        INDABA_ASSIGN(const auto database, Database::open(options));
        INDABA_TRY(database->checkpoint(Database::Checkpoint::truncate));
        auto script = "VACUUM INTO '" + uri_of(to) + "?hexkey=" + spelled(key) + "'";
        auto copied = database->execute(script);
        wipe(reinterpret_cast<std::uint8_t*>(script.data()), script.size());
        // SQLite's own text may quote the URI.
        if (copied.has_error())
            return shared::fail(copied.error().code,
                                from.path + ": cannot be encrypted anew: is there room on the disk?");
    }
    INDABA_TRY(check_whole(to, key, "PRAGMA quick_check(1)"));
    return sync_file(to);
}

}  // namespace indaba::platform
