#include "client/commands.hpp"
#include "client/json.hpp"
#include "client/text.hpp"

#include <CLI/CLI.hpp>

namespace indaba::client {

namespace {

Result<int> run(Shell& shell, bool all)
{
    INDABA_ASSIGN(const auto core, shell.open());
    INDABA_ASSIGN(const auto refused, core->refused(all ? Core::Refused::all : Core::Refused::standing));
    if (shell.json) shell.answer(json_of(refused));
    else if (refused.empty()) shell.print(all ? "Nothing was refused." : "Nothing refused waits for you.");
    else
        for (const auto& refusal : refused) shell.print(text_of(refusal));
    return kDone;
}

}  // namespace

void add_refused(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("refused", "what the centre refused of what was written here, and why");
    auto all = std::make_shared<bool>(false);
    command->add_flag("--all", *all, "also what was written again since");
    command->footer("Example:\n  indaba refused --json");
    command->callback(chosen(shell, [all](Shell& its) { return run(its, *all); }));
}

}  // namespace indaba::client
