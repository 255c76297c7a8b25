#include "client/commands.hpp"
#include "client/json.hpp"
#include "client/text.hpp"

#include <CLI/CLI.hpp>

namespace indaba::client {

namespace {

Result<int> run(Shell& shell)
{
    INDABA_ASSIGN(const auto core, shell.open());
    INDABA_ASSIGN(const auto conflicts, core->conflicts());
    if (shell.json) shell.answer(json_of(conflicts));
    else if (conflicts.empty()) shell.print("No conflicts.");
    else
        for (const auto& conflict : conflicts) shell.print(text_of(conflict));
    INDABA_TRY(core->require_leases());
    return kDone;
}

}  // namespace

void add_conflicts(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("conflicts", "fields that several people changed without knowing of each other");
    command->footer("Example:\n  indaba conflicts --json");
    command->callback(chosen(shell, run));
}

}  // namespace indaba::client
