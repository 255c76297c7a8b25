// What a centre is called and where it listens, kept in its database: other processes read it while one runs.
// One thread at a time, the database's.
#pragma once

#include "platform/sqlite.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace indaba::server {

using shared::Result;

/// The names its certificate holds; the first goes into invitations.
[[nodiscard]] Result<std::vector<std::string>> hosts(platform::Database& database);
[[nodiscard]] Result<void> save_hosts(platform::Transaction& transaction, const std::vector<std::string>& hosts);

/// Where it listened last; absent if it has never run.
[[nodiscard]] Result<std::optional<std::uint16_t>> last_port(platform::Database& database);
[[nodiscard]] Result<void> save_port(platform::Transaction& transaction, std::uint16_t port);

}  // namespace indaba::server
