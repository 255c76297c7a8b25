#include "client/commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace indaba::client {

namespace {

constexpr const char* kAbout =
    "Records kept on this device, with or without a network, and reconciled with a centre whenever there is one.";

constexpr const char* kFooter =
    "Ends with 0: done; 1: not possible now; 2: wrong use; 3: against a rule, or not your role.\n"
    "`indaba COMMAND --help` shows examples.";

/// How many letters to add, take away, change or swap with their neighbour to make one word of the other.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::vector<std::size_t>> steps(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                steps[i][j] = i + j;
                continue;
            }
            const std::size_t differ = a[i - 1] == b[j - 1] ? 0 : 1;
            auto best = std::min({steps[i - 1][j] + 1, steps[i][j - 1] + 1, steps[i - 1][j - 1] + differ});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = std::min(best, steps[i - 2][j - 2] + 1);
            steps[i][j] = best;
        }
    }
    return steps[a.size()][b.size()];
}

/// The word that stands where a command should; empty if there is none.
std::string_view given_command(int argc, const char* const* argv)
{
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--home" || word == "--passphrase-file") ++i;
        else if (!word.starts_with('-')) return word;
    }
    return {};
}

/// `words`: how a person gets to what has these commands.
std::string no_command_text(const CLI::App& app, const std::string& words, std::string_view given)
{
    constexpr std::size_t kLongestCommand = 32;
    std::string names;
    std::string nearest;
    std::size_t least = 3;  // further away than this it is another word
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        names += (names.empty() ? "" : ", ") + command->get_name();
        const auto steps = given.size() > kLongestCommand ? least : distance(given, command->get_name());
        if (steps >= least || steps >= given.size()) continue;
        least = steps;
        nearest = command->get_name();
    }
    if (given.empty()) return fmt::format("say what to do: {}; `{} --help` explains them", names, words);
    const auto suggestion = nearest.empty() ? std::string() : fmt::format(" Did you mean `{}`?", nearest);
    return fmt::format("there is no command '{}'.{} There are {}", one_line(given), suggestion, names);
}

/// What is wrong with the command line, and what to do; none: nothing is.
std::optional<std::string> wrong_use_text(const CLI::App& app, const CLI::ParseError& error, std::string_view given)
{
    const auto* command = &app;
    std::string words = "indaba";
    while (!command->get_subcommands().empty()) {
        command = command->get_subcommands().front();
        words += " " + command->get_name();
    }
    const bool is_group = !command->get_subcommands([](const CLI::App*) { return true; }).empty();
    const auto left = app.remaining(true);
    const auto word = std::ranges::find_if(left, [](const std::string& one) { return !one.starts_with('-'); });
    if (command != &app) given = word == left.end() ? std::string_view() : std::string_view(*word);
    const bool asks_help = error.get_exit_code() == 0;
    if (is_group && (asks_help ? !given.empty() : error.get_name() == "RequiredError"))
        return no_command_text(*command, words, given);
    if (asks_help) return std::nullopt;
    return fmt::format("{}: see `{} --help`", one_line(error.what()), words);
}

}  // namespace

Result<RecordId> id_argument(const std::string& text)
{
    auto id = RecordId::parse(text);
    if (id.has_value()) return *id;
    return shared::fail(shared::Errc::usage, "'" + text + "' is " + id.error().text);
}

int run_command_line(int argc, const char* const* argv)
{
    Shell shell;
    CLI::App app(kAbout, "indaba");
    app.footer(kFooter);
    app.add_option("--home", shell.home, "this device's home directory (or INDABA_HOME)")->type_name("DIR");
    app.add_option("--passphrase-file", shell.passphrase_file,
                   "where this home's passphrase is, - for a line of standard input (or INDABA_PASSPHRASE_FILE)")
        ->type_name("FILE");
    app.add_flag("--json", shell.json, "answer in JSON");
    app.set_version_flag("--version", "indaba " INDABA_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    for (const auto add :
         {add_enrol,   add_put,    add_get,        add_list,   add_search,    add_delete,  add_history,
          add_import,  add_export, add_sync,       add_status, add_conflicts, add_refused, add_forgotten,
          add_resolve, add_space,  add_passphrase, add_unlock, add_lock,      add_salvage})
        add(app, shell);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const auto text = wrong_use_text(app, error, given_command(argc, argv));
        if (!text) return app.exit(error);  // help was asked for, or the version
        shell.complain("indaba: " + *text);
        return kWrongUse;
    }
    return shell.finish(shell.command(shell));
}

}  // namespace indaba::client
