#include "server/revocation_file.hpp"

#include "server/kept_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace indaba::server {

namespace {

using Revocations = std::map<DeviceId, std::int64_t>;  ///< when

bool take_line(const std::string& line, Revocations& revoked)
{
    std::istringstream words(line);
    std::string device;
    std::int64_t at_ms = 0;
    if (!(words >> device >> at_ms) || at_ms <= 0) return false;
    const auto bytes = shared::from_hex(device);
    DeviceId id;
    if (bytes.has_error() || bytes->size() != id.hash.bytes.size()) return false;
    std::ranges::copy(*bytes, id.hash.bytes.begin());
    revoked.emplace(id, at_ms);
    return true;
}

Result<Revocations> read_revocations(const DataDirectory& directory)
{
    Revocations revoked;
    INDABA_TRY(each_kept_line(directory.file(DataDirectory::kRevocations), "a revoked device",
                              [&](const std::string& line) { return take_line(line, revoked); }));
    return revoked;
}

}  // namespace

Result<void> require_revocations(const DataDirectory& directory)
{
    INDABA_TRY(read_revocations(directory));
    return {};
}

Result<void> settle_revocations(const DataDirectory& directory, platform::Database& database, Registry& registry)
{
    INDABA_ASSIGN(const auto lock, lock_kept_lines(directory));
    INDABA_ASSIGN(auto revoked, read_revocations(directory));
    const auto in_file = revoked.size();
    INDABA_ASSIGN(auto transaction, Transaction::write(database));
    INDABA_ASSIGN(auto known, registry.revocations());
    for (const auto& [device, at_ms] : revoked)
        if (!known.contains(device)) INDABA_TRY(registry.revoke(transaction, device, at_ms));
    INDABA_TRY(transaction.commit());
    revoked.merge(known);
    if (revoked.size() == in_file) return {};
    std::string text;
    for (const auto& [device, at_ms] : revoked)
        text += fmt::format("{} {}\n", shared::to_hex(device.hash.bytes), at_ms);
    return platform::write_private_file(directory.file(DataDirectory::kRevocations), shared::as_bytes(text));
}

Result<void> note_revocations(Ledger& ledger)
{
    const auto noted = settle_revocations(ledger.directory(), ledger.database(), ledger.registry());
    if (noted.has_value()) return {};
    return shared::fail(noted.error().code,
                        fmt::format("what was revoked is shut out, but not noted beside the database: {}; then repeat "
                                    "the command",
                                    noted.error().text));
}

}  // namespace indaba::server
