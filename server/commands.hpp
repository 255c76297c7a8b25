// What an operator can tell a centre, one function a command. Each opens the directory itself, so all but run() and
// init() work beside a running centre. One thread; errors are in words for the operator.
#pragma once

#include "server/registry.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <vector>

namespace indaba::server {

/// What a command says on standard output: lines for people, or JSON for programs.
struct Answer {
    std::string text;  ///< without the last line's end; may be empty
    boost::json::value json;
};

/// A time as answers say it; empty for none.
[[nodiscard]] std::string time_of(std::int64_t ms);

struct InitCommand {
    std::string data;
    std::string hosts;  ///< HOST[,HOST…]
};
[[nodiscard]] Result<Answer> init(const InitCommand& command);

struct RunCommand {
    std::string data;
    std::string listen;  ///< ADDR:PORT
    std::string version;
    bool json = false;
};
/// Prints "listening on …" and returns after SIGTERM or SIGINT.
[[nodiscard]] Result<Answer> run(const RunCommand& command);

struct SpaceAddCommand {
    std::string data;
    std::string name;
    std::string kind;
    std::optional<std::string> title;  ///< the name, if not given
};
[[nodiscard]] Result<Answer> add_space(const SpaceAddCommand& command);
struct SpaceLeaseCommand {
    std::string data;
    std::string name;
    std::uint32_t days = 0;
};
/// How long its devices may read it without contact. Devices hear of it at the next contact; connected ones now.
[[nodiscard]] Result<Answer> set_space_lease(const SpaceLeaseCommand& command);
[[nodiscard]] Result<Answer> list_spaces(const std::string& data);

struct PersonAddCommand {
    std::string data;
    std::string name;
    std::vector<std::string> roles;  ///< SPACE=ROLE
};
/// Of somebody who is there, changes the roles named.
[[nodiscard]] Result<Answer> add_person(const PersonAddCommand& command);
[[nodiscard]] Result<Answer> list_people(const std::string& data);
struct PersonRevokeCommand {
    std::string data;
    std::string name;
};
/// All devices, roles and open invitations. What they wrote stays theirs, and the name stays in lists.
[[nodiscard]] Result<Answer> revoke_person(const PersonRevokeCommand& command);

struct PersonQuotaCommand {
    std::string data;
    std::string name;
    std::optional<std::uint64_t> changes;  ///< at most so many a day; as it was, if not given
    std::optional<std::uint64_t> megabytes;
};
/// How much of a person's the centre stores in a day; with neither given, only says it.
[[nodiscard]] Result<Answer> set_person_quota(const PersonQuotaCommand& command);

struct InviteCommand {
    std::string data;
    std::string name;
    std::optional<std::string> address;  ///< HOST:PORT, if not where the centre listened last
    int days = 0;                        ///< 0: as usual
};
[[nodiscard]] Result<Answer> invite(const InviteCommand& command);

[[nodiscard]] Result<Answer> list_devices(const std::string& data);
struct DeviceRevokeCommand {
    std::string data;
    std::string device;  ///< its id, or as much of its beginning as is unique
};
[[nodiscard]] Result<Answer> revoke_device(const DeviceRevokeCommand& command);

struct EraseCommand {
    std::string data;
    std::vector<std::string> records;  ///< their ids, whole
};
/// For good, with the decisions about them: here now, on connected devices within a second, on others at their next
/// contact. All of them or, if one is not an id or not here, none. Answers which devices have still to confirm.
[[nodiscard]] Result<Answer> erase(const EraseCommand& command);
/// What was erased, and who has confirmed.
[[nodiscard]] Result<Answer> list_erasures(const std::string& data);

/// What is gone from journals of devices, and holds up what follows.
[[nodiscard]] Result<Answer> list_lost(const std::string& data);
struct LostCommand {
    std::string data;
    std::string journal;  ///< as list_lost() names it
    std::uint64_t through = 0;  ///< as list_lost() says it
};
/// Rules those numbers lost, beside a running centre: what follows can be stored.
[[nodiscard]] Result<Answer> rule_lost(const LostCommand& command);

struct BackupCommand {
    std::string data;
    std::string backup;  ///< its directory
};
/// Beside a running centre.
[[nodiscard]] Result<Answer> back_up(const BackupCommand& command);
/// Where no centre is yet.
[[nodiscard]] Result<Answer> restore(const BackupCommand& command);

/// 0 done, 2 asked for wrongly or for what is not there, 3 not now: try again, 1 everything else.
[[nodiscard]] int exit_code(shared::Errc code);

}  // namespace indaba::server
