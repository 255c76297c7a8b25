#include "client/commands.hpp"
#include "client/json.hpp"
#include "client/text.hpp"

#include <CLI/CLI.hpp>

namespace indaba::client {

namespace {

Result<int> run(Shell& shell)
{
    INDABA_ASSIGN(const auto core, shell.open());
    INDABA_ASSIGN(const auto status, core->status());
    if (shell.json) shell.answer(json_of(status));
    else shell.print(text_of(status));
    return kDone;
}

}  // namespace

void add_status(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("status", "what this device holds, what waits, when it last met the centre");
    command->footer("Example:\n  indaba status --json");
    command->callback(chosen(shell, run));
}

}  // namespace indaba::client
