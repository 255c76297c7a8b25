#include "server/command_line.hpp"

#include "server/commands.hpp"
#include "shared/value.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace indaba::server {

namespace {

using Run = std::function<Result<Answer>()>;

constexpr const char* kExamples =
    "Examples:\n"
    "  indaba-server init --data centre --name forum.example.org,192.0.2.7\n"
    "  indaba-server run --data centre --listen 0.0.0.0:7443\n"
    "  indaba-server space add forum --kind event --title 'Trade forum 2026' --data centre\n"
    "  indaba-server person add 'Ana Silva' --role forum=editor --data centre\n"
    "  indaba-server invite 'Ana Silva' --data centre\n"
    "  indaba-server backup backups/2026-11-23 --data centre\n"
    "\n"
    "Exit codes: 0 done; 1 failed; 2 asked for wrongly, or for what is not there; 3 not now, try again.";

/// What the command line says, and the command it chose.
struct Words {
    std::string data;
    bool json = false;
    InitCommand init;
    RunCommand run;
    SpaceAddCommand space_add;
    SpaceLeaseCommand space_lease;
    PersonAddCommand person_add;
    PersonRevokeCommand person_revoke;
    PersonQuotaCommand person_quota;
    InviteCommand invite;
    DeviceRevokeCommand device_revoke;
    EraseCommand erase;
    LostCommand lost;
    BackupCommand backup;
    Run chosen;
};

CLI::App* add_command(CLI::App& parent, Words& words, const char* name, const char* about, const char* example, Run run)
{
    auto* command = parent.add_subcommand(name, about);
    command->add_option("--data", words.data, "The centre's directory")->required()->type_name("DIR");
    command->add_flag("--json", words.json, "Answer in JSON");
    command->footer(std::string("Example:\n  indaba-server ") + example);
    command->callback([&words, run = std::move(run)] { words.chosen = run; });
    return command;
}

CLI::App& add_group(CLI::App& app, const char* name, const char* about)
{
    auto* group = app.add_subcommand(name, about);
    group->require_subcommand(1);
    return *group;
}

void add_centre_commands(CLI::App& app, Words& words)
{
    auto* init_words = add_command(app, words, "init", "Makes a new centre: its authority, keys and database",
                                   "init --data centre --name forum.example.org,192.0.2.7", [&words] {
                                       words.init.data = words.data;
                                       return init(words.init);
                                   });
    init_words->add_option("--name", words.init.hosts, "DNS names and IP addresses that devices connect to")
        ->required()
        ->type_name("HOST[,HOST...]");

    auto* run_words = add_command(app, words, "run", "Serves devices until SIGTERM or SIGINT",
                                  "run --data centre --listen 0.0.0.0:7443", [&words] {
                                      words.run.data = words.data;
                                      words.run.json = words.json;
                                      words.run.version = INDABA_VERSION;
                                      return run(words.run);
                                  });
    run_words->add_option("--listen", words.run.listen, "IP address and port; port 0 takes any free one")
        ->required()
        ->type_name("ADDR:PORT");
}

void add_space_commands(CLI::App& app, Words& words)
{
    auto& group = add_group(app, "space", "Spaces: what people see and share");
    auto* add = add_command(group, words, "add", "Adds a space",
                            "space add forum --kind event --title 'Trade forum 2026' --data centre", [&words] {
                                words.space_add.data = words.data;
                                return add_space(words.space_add);
                            });
    add->add_option("NAME", words.space_add.name, "Lower-case letters, digits and hyphens")->required();
    add->add_option("--kind", words.space_add.kind, "directory, country, organisation or event")->required();
    add->add_option("--title", words.space_add.title, "As people see it; else the name");
    auto* lease = add_command(group, words, "lease", "Says how long its devices may read it without contact",
                              "space lease ministers --days 7 --data centre", [&words] {
                                  words.space_lease.data = words.data;
                                  return set_space_lease(words.space_lease);
                              });
    lease->add_option("NAME", words.space_lease.name, "A space that was added")->required();
    lease
        ->add_option("--days", words.space_lease.days,
                     "Until then its records are locked on a device; 30 to begin with")
        ->required()
        ->check(CLI::Range(1u, shared::limits::kMostLease_days));
    add_command(group, words, "list", "Lists the spaces", "space list --data centre",
                [&words] { return list_spaces(words.data); });
}

void add_quota_command(CLI::App& people, Words& words)
{
    auto* quota = add_command(people, words, "quota", "Says, or sets, how much of a person's is stored in a day",
                              "person quota 'Ana Silva' --changes 5000 --mb 50 --data centre", [&words] {
                                  words.person_quota.data = words.data;
                                  return set_person_quota(words.person_quota);
                              });
    quota->add_option("NAME", words.person_quota.name, "As person list shows it")->required();
    quota->add_option("--changes", words.person_quota.changes, "Changes a day; 1000000 to begin with")
        ->check(CLI::Range(std::uint64_t(1), shared::limits::kMostChangesPerDay));
    quota->add_option("--mb", words.person_quota.megabytes, "Megabytes a day; 1000 to begin with")
        ->check(CLI::Range(std::uint64_t(1), shared::limits::kMostMegabytesPerDay));
}

void add_people_commands(CLI::App& app, Words& words)
{
    auto& people = add_group(app, "person", "People and their roles");
    auto* add = add_command(people, words, "add", "Adds a person, or changes the roles of one who is there",
                            "person add 'Ana Silva' --role forum=editor --role brazil=viewer --data centre", [&words] {
                                words.person_add.data = words.data;
                                return add_person(words.person_add);
                            });
    add->add_option("NAME", words.person_add.name, "As others will see it")->required();
    add->add_option("--role", words.person_add.roles,
                    "viewer, contributor, editor or organiser; none takes the role away; may be repeated")
        ->type_name("SPACE=ROLE")
        ->allow_extra_args(false);
    add_command(people, words, "list", "Lists people and their roles", "person list --data centre",
                [&words] { return list_people(words.data); });

    auto* revoke =
        add_command(people, words, "revoke", "Shuts a person out for good: every device, role and open invitation",
                    "person revoke 'Ana Silva' --data centre", [&words] {
                        words.person_revoke.data = words.data;
                        return revoke_person(words.person_revoke);
                    });
    revoke->add_option("NAME", words.person_revoke.name, "As person list shows it")->required();
    add_quota_command(people, words);

    auto* invite_words = add_command(app, words, "invite", "Prints a one-time invitation for a person's device",
                                     "invite 'Ana Silva' --data centre", [&words] {
                                         words.invite.data = words.data;
                                         return invite(words.invite);
                                     });
    invite_words->add_option("NAME", words.invite.name, "A person who was added")->required();
    invite_words->add_option("--address", words.invite.address, "Where devices connect; else where the centre ran last")
        ->type_name("HOST:PORT");
    invite_words->add_option("--days", words.invite.days, "How long it can be used; else 7")->check(CLI::Range(1, 365));
}

void add_device_commands(CLI::App& app, Words& words)
{
    auto& devices = add_group(app, "device", "Devices that enrolled");
    add_command(devices, words, "list", "Lists devices, whose they are, and their last contact",
                "device list --data centre", [&words] { return list_devices(words.data); });
    auto* revoke =
        add_command(devices, words, "revoke", "Shuts a device out for good: it may not connect or write any more",
                    "device revoke 9f86d081884c --data centre", [&words] {
                        words.device_revoke.data = words.data;
                        return revoke_device(words.device_revoke);
                    });
    revoke->add_option("DEVICE", words.device_revoke.device, "Its first 8 digits or more, from device list")
        ->required();
}

void add_erasure_commands(CLI::App& app, Words& words)
{
    auto* order = add_command(app, words, "erase",
                              "Erases records for good: here, on every device, and again wherever a backup is restored",
                              "erase 0192f1a0-7c3e-7b1d-8a52-3f0c9d2e4b01 --data centre", [&words] {
                                  words.erase.data = words.data;
                                  return erase(words.erase);
                              });
    order->add_option("ID", words.erase.records, "A record's id, as indaba shows it")->required();
    add_command(app, words, "erasures", "Lists what was erased, and which devices have still to confirm",
                "erasures --data centre", [&words] { return list_erasures(words.data); });
}

void add_lost_command(CLI::App& app, Words& words)
{
    auto* lost = add_command(app, words, "lost",
                             "Lists what is gone from devices' journals; or rules a part of one lost, so that the rest "
                             "can be stored",
                             "lost 0f3c9d2e4b01a7c3 --through 8 --data centre", [&words] {
                                 words.lost.data = words.data;
                                 return words.lost.journal.empty() ? list_lost(words.data) : rule_lost(words.lost);
                             });
    auto* journal = lost->add_option("JOURNAL", words.lost.journal, "As the list names it; without it, the list");
    auto* through =
        lost->add_option("--through", words.lost.through, "Up to this number, as the list says")->type_name("N");
    journal->needs(through);
    through->needs(journal);
}

void add_backup_commands(CLI::App& app, Words& words)
{
    auto* make = add_command(app, words, "backup", "Copies the centre, running or not, into a new directory",
                             "backup backups/2026-11-23 --data centre", [&words] {
                                 words.backup.data = words.data;
                                 return back_up(words.backup);
                             });
    auto* put_back = add_command(app, words, "restore", "Makes a centre of a backup, in a new directory",
                                 "restore backups/2026-11-23 --data centre", [&words] {
                                     words.backup.data = words.data;
                                     return restore(words.backup);
                                 });
    for (auto* command : {make, put_back})
        command->add_option("BACKUP", words.backup.backup, "The backup's directory")->required()->type_name("DIR");
}

/// One line, whatever the library or a name in it says.
int complain(std::string_view text, int code)
{
    std::string line(text.substr(0, text.find('\n')));
    std::fputs(("indaba-server: " + line + "\n").c_str(), stderr);
    return code;
}

int execute(const Words& words)
{
    const auto answer = words.chosen();
    if (answer.has_error()) return complain(answer.error().text, exit_code(answer.error().code));
    std::string out = answer->text;
    if (words.json && !answer->json.is_null()) out = boost::json::serialize(answer->json);
    if (!out.empty()) out += '\n';
    const bool is_written = std::fputs(out.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
    return is_written ? 0 : complain("cannot write the answer: is the disk full?", 1);
}

}  // namespace

std::string time_of(std::int64_t ms) { return ms == 0 ? std::string() : shared::Value::instant({ms, 0}).display(); }

int exit_code(shared::Errc code)
{
    using shared::Errc;
    switch (code) {
        case Errc::usage:
        case Errc::not_found:
        case Errc::malformed:
        case Errc::too_large:
        case Errc::rule_broken: return 2;
        case Errc::busy:
        case Errc::unreachable:
        case Errc::timed_out:
        case Errc::cancelled: return 3;
        case Errc::forbidden:
        case Errc::untrusted:
        case Errc::full:
        case Errc::io:
        case Errc::corrupt:
        case Errc::unsupported: return 1;
    }
    return 1;
}

int run_command_line(int argc, const char* const* argv)
{
    CLI::App app("The centre that devices reconcile their records with");
    app.name("indaba-server");
    app.set_version_flag("--version", INDABA_VERSION);
    app.set_help_all_flag("--help-all", "Help of all commands");
    app.require_subcommand(1);
    app.footer(kExamples);
    Words words;
    add_centre_commands(app, words);
    add_space_commands(app, words);
    add_people_commands(app, words);
    add_device_commands(app, words);
    add_erasure_commands(app, words);
    add_lost_command(app, words);
    add_backup_commands(app, words);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        return complain(std::string(error.what()) + "; see indaba-server --help", 2);
    }
    return execute(words);
}

}  // namespace indaba::server
