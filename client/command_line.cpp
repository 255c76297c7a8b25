#include "client/commands.hpp"

#include <CLI/CLI.hpp>

namespace indaba::client {

namespace {

constexpr const char* kAbout =
    "Records kept on this device, with or without a network, and reconciled with a centre whenever there is one.";

constexpr const char* kFooter =
    "Ends with 0: done; 1: not possible now; 2: wrong use; 3: against a rule, or not your role.\n"
    "`indaba COMMAND --help` shows examples.";

}  // namespace

Result<RecordId> id_argument(const std::string& text)
{
    auto id = RecordId::parse(text);
    if (id.has_value()) return *id;
    return shared::fail(shared::Errc::usage, "'" + text + "' is not a record's id: " + id.error().text);
}

int run_command_line(int argc, const char* const* argv)
{
    Shell shell;
    CLI::App app(kAbout, "indaba");
    app.footer(kFooter);
    app.add_option("--home", shell.home, "this device's home directory (or INDABA_HOME)")->type_name("DIR");
    app.add_flag("--json", shell.json, "answer in JSON");
    app.set_version_flag("--version", "indaba " INDABA_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    for (const auto add : {add_enrol, add_put, add_get, add_list, add_search, add_delete, add_history, add_import,
                           add_export, add_sync, add_status, add_conflicts, add_refused, add_resolve})
        add(app, shell);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? int(kDone) : int(kWrongUse);
    }
    return shell.finish(shell.command(shell));
}

}  // namespace indaba::client
