#include "platform/system.hpp"
#include "server/backup.hpp"
#include "server/commands.hpp"

#include <fmt/format.h>
#include <boost/json/object.hpp>

namespace indaba::server {

namespace {

boost::json::object json_of(const Backup& backup)
{
    boost::json::object spaces;
    for (const auto& [space, number] : backup.heads) spaces[space] = number;
    return {{"made_at", time_of(backup.made_ms)}, {"bytes", backup.bytes}, {"spaces", std::move(spaces)}};
}

}  // namespace

Result<Answer> back_up(const BackupCommand& command)
{
    platform::SystemClock clock;
    INDABA_ASSIGN(auto ledger, Ledger::open(command.data));
    INDABA_ASSIGN(const auto backup, make_backup(ledger, command.backup, clock.now_ms()));
    auto json = json_of(backup);
    json["backup"] = command.backup;
    return Answer{fmt::format("backed up {} space{}, {} bytes, verified; whoever has {} is this centre: keep it safe",
                              backup.heads.size(), backup.heads.size() == 1 ? "" : "s", backup.bytes, command.backup),
                  std::move(json)};
}

Result<Answer> restore(const BackupCommand& command)
{
    INDABA_ASSIGN(const auto backup, restore_backup(command.backup, command.data));
    auto json = json_of(backup);
    json["data"] = command.data;
    return Answer{
        fmt::format(
            "{0} is the centre as it was at {1}\ndevices send again what they wrote since; people and roles are "
            "as they were, no invitation is open, and of later revocations only those are kept that stand in "
            "{0}/{2}: set right what has changed before you run it",
            command.data, time_of(backup.made_ms), DataDirectory::kRevocations),
        std::move(json)};
}

}  // namespace indaba::server
