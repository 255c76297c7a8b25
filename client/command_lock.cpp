#include "client/commands.hpp"
#include "client/passphrase_source.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace indaba::client {

namespace {

constexpr int kUsual_minutes = 8 * 60;
constexpr int kMost_minutes = 7 * 24 * 60;

int done(Shell& shell, bool locked, const std::string& line)
{
    if (shell.json)
        shell.answer(boost::json::object{{"protection", protection_name(Protection::passphrase)}, {"locked", locked}});
    else shell.print(line);
    return kDone;
}

Result<int> unlock_home(Shell& shell, int minutes)
{
    INDABA_ASSIGN(const auto directory, shell.home_directory());
    INDABA_TRY(Home::enrolment_of(directory));
    INDABA_TRY(unlock(directory, ask_passphrase(shell), std::chrono::minutes(minutes)));
    return done(shell, false, fmt::format("Unlocked for {}, or until `indaba lock`.", counted(minutes, "minute")));
}

Result<int> lock_home(Shell& shell)
{
    INDABA_ASSIGN(const auto directory, shell.home_directory());
    INDABA_TRY(Home::enrolment_of(directory));
    INDABA_ASSIGN(const bool was_unlocked, lock(directory));
    return done(shell, true, was_unlocked ? "Locked." : "It was locked already.");
}

}  // namespace

void add_unlock(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("unlock", "open this home for all commands, for some hours");
    auto minutes = std::make_shared<int>(kUsual_minutes);
    command->add_option("--for", *minutes, "how long; 480 if not given")
        ->type_name("MINUTES")
        ->check(CLI::Range(1, kMost_minutes));
    command->footer("Examples:\n  indaba unlock\n  indaba unlock --for 60 --passphrase-file secret.txt");
    command->callback(chosen(shell, [minutes](Shell& its) { return unlock_home(its, *minutes); }));
}

void add_lock(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("lock", "from now on ask for this home's passphrase again");
    command->footer("Example:\n  indaba lock");
    command->callback(chosen(shell, lock_home));
}

}  // namespace indaba::client
