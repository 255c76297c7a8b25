#include "server/settings.hpp"

#include "platform/sqlite_meta.hpp"

namespace indaba::server {

namespace {

constexpr std::string_view kHostsKey = "hosts";  // separated by commas, which no host contains
constexpr std::string_view kPortKey = "last_port";

}  // namespace

Result<std::vector<std::string>> hosts(platform::Database& database)
{
    INDABA_ASSIGN(const auto stored, platform::meta_blob(database, kHostsKey));
    if (!stored || stored->empty())
        return shared::fail(shared::Errc::corrupt, "the database does not say what this centre is called");
    auto list = shared::as_text(*stored);
    std::vector<std::string> hosts;
    while (true) {
        const auto comma = list.find(',');
        hosts.emplace_back(list.substr(0, comma));
        if (comma == list.npos) return hosts;
        list.remove_prefix(comma + 1);
    }
}

Result<void> save_hosts(platform::Transaction& transaction, const std::vector<std::string>& hosts)
{
    std::string list;
    for (const auto& host : hosts) list += (list.empty() ? "" : ",") + host;
    return platform::set_meta_blob(transaction, kHostsKey, shared::as_bytes(list));
}

Result<std::optional<std::uint16_t>> last_port(platform::Database& database)
{
    INDABA_ASSIGN(const auto port, platform::meta_int64(database, kPortKey));
    if (!port) return std::optional<std::uint16_t>();
    return std::optional<std::uint16_t>(std::uint16_t(*port));
}

Result<void> save_port(platform::Transaction& transaction, std::uint16_t port)
{
    return platform::set_meta_int64(transaction, kPortKey, port);
}

}  // namespace indaba::server
