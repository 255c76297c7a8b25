#include "client/commands.hpp"
#include "client/passphrase_source.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace indaba::client {

namespace {

/// The home must be there before anybody is asked for a secret.
Result<std::string> enrolled_home(const Shell& shell)
{
    INDABA_ASSIGN(auto directory, shell.home_directory());
    INDABA_TRY(Home::enrolment_of(directory));
    return directory;
}

int done(Shell& shell, Protection now, std::string_view line)
{
    if (shell.json) shell.answer(boost::json::object{{"protection", protection_name(now)}});
    else shell.print(line);
    return kDone;
}

Result<int> set(Shell& shell)
{
    INDABA_ASSIGN(const auto directory, enrolled_home(shell));
    INDABA_ASSIGN(const auto kept, how_kept(directory));
    if (kept.protection == Protection::passphrase)
        return shared::fail(shared::Errc::usage,
                            directory + " has a passphrase already: `indaba passphrase change` gives it another");
    INDABA_ASSIGN(const auto ask, ask_new_passphrase(passphrase_file(shell)));
    INDABA_ASSIGN(const auto passphrase, ask());
    INDABA_TRY(set_passphrase(directory, passphrase));
    return done(shell, Protection::passphrase,
                "Set, and everything is encrypted anew. Nobody can open this home without it, nor restore it: keep it "
                "safe. Next: indaba unlock");
}

Result<int> change(Shell& shell, const std::string& new_file)
{
    INDABA_ASSIGN(const auto directory, enrolled_home(shell));
    INDABA_ASSIGN(const auto ask_new, ask_new_passphrase(new_file));
    INDABA_TRY(change_passphrase(directory, ask_passphrase(shell), ask_new));
    return done(shell, Protection::passphrase, "Changed, and everything is encrypted anew.");
}

Result<int> keyring(Shell& shell)
{
    INDABA_ASSIGN(const auto directory, enrolled_home(shell));
    INDABA_TRY(move_to_keyring(directory, ask_passphrase(shell)));
    return done(
        shell, Protection::keyring,
        "Moved, and everything is encrypted anew. Only the desktop's keyring has the key: without it nobody can "
        "open this home.");
}

Result<int> remove(Shell& shell)
{
    INDABA_ASSIGN(const auto directory, enrolled_home(shell));
    INDABA_TRY(remove_passphrase(directory, ask_passphrase(shell)));
    return done(shell, Protection::permission, "Removed: from now on file permission alone keeps this home.");
}

}  // namespace

void add_passphrase(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("passphrase",
                                       "keep this home's keys under a passphrase, or in the desktop's "
                                       "keyring, so that a lost device tells nothing");
    command->require_subcommand(1);
    auto* first = command->add_subcommand("set", "ask for one, twice, or read it from --passphrase-file");
    first->footer("Examples:\n  indaba passphrase set\n  indaba passphrase set --passphrase-file secret.txt");
    first->callback(chosen(shell, set));
    auto* other = command->add_subcommand("change", "ask for the old one, then for the new one");
    auto new_file = std::make_shared<std::string>();
    other->add_option("--new-passphrase-file", *new_file, "where the new one is, - for the next line of standard input")
        ->type_name("FILE");
    other->footer(
        "Examples:\n  indaba passphrase change\n  indaba passphrase change --passphrase-file old.txt "
        "--new-passphrase-file new.txt");
    other->callback(chosen(shell, [new_file](Shell& its) { return change(its, *new_file); }));
    auto* kept = command->add_subcommand(
        "keyring", "let the desktop's keyring keep them: nothing to type while you are logged in there");
    kept->footer("Examples:\n  indaba passphrase keyring");
    kept->callback(chosen(shell, keyring));
    auto* last = command->add_subcommand("remove", "ask for it a last time, or take the keys out of the keyring");
    last->footer("Examples:\n  indaba passphrase remove\n  indaba passphrase remove --passphrase-file secret.txt");
    last->callback(chosen(shell, remove));
    command->footer(
        "Examples:\n  indaba passphrase set\n  indaba passphrase keyring\n  indaba passphrase change --passphrase-file "
        "old.txt "
        "--new-passphrase-file new.txt");
}

}  // namespace indaba::client
