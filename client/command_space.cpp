#include "client/commands.hpp"
#include "client/json.hpp"
#include "client/text.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace indaba::client {

namespace {

Result<int> list(Shell& shell)
{
    INDABA_ASSIGN(const auto core, shell.open());
    INDABA_ASSIGN(const auto spaces, core->spaces());
    if (shell.json) shell.answer(json_of(spaces));
    else if (spaces.empty()) shell.print("You have no role in any space as far as this device knows.");
    else
        for (const auto& space : spaces) shell.print(text_of(space));
    return kDone;
}

Result<int> carry(Shell& shell, const std::string& name)
{
    INDABA_ASSIGN(const auto core, shell.open());
    INDABA_ASSIGN(auto space, core->space(name));
    if (!space.carried && !shell.json) shell.print(fmt::format("{}: {}", one_line(name), centre_size_text(space)));
    INDABA_TRY(core->carry_space(name));
    if (!shell.json)
        shell.print(space.carried ? "It is carried on this device already."
                                  : "Carried from now on: the next `indaba sync` brings it.");
    space.carried = true;  // the rest as it was before: how much there is at the centre is known no more now
    if (shell.json) shell.answer(json_of(space));
    return kDone;
}

std::string what_leaves(const SpaceView& space)
{
    auto text = fmt::format("Leaves this device: {} of {} ({}), with their conflicts and what search knows of them.",
                            counted(space.records, "record"), one_line(space.name), size_text(space.bytes));
    text += "\nThe centre has them; what you wrote is kept here";
    if (space.waiting > 0)
        text += fmt::format(", and {} not ruled on yet still sent", counted(space.waiting, "change"));
    return text + ".";
}

Result<int> drop(Shell& shell, const std::string& name, bool yes)
{
    INDABA_ASSIGN(const auto core, shell.open());
    INDABA_ASSIGN(const auto space, core->space(name));
    if (space.carried && !shell.json) shell.print(what_leaves(space));
    if (space.carried && !yes)
        return shared::fail(shared::Errc::usage,
                            fmt::format("nothing was changed: `indaba space drop {} --yes` drops it", one_line(name)));
    INDABA_TRY(core->drop_space(name));
    if (!shell.json)
        shell.print(space.carried ? "Dropped. `indaba space carry` brings it back." : "It is not carried here.");
    if (!shell.json) return kDone;
    INDABA_ASSIGN(const auto left, core->space(name));
    shell.answer(json_of(left));
    return kDone;
}

}  // namespace

void add_space(CLI::App& app, Shell& shell)
{
    auto name = std::make_shared<std::string>();
    auto* command = app.add_subcommand("space", "your spaces, and which of them this device carries");
    command->require_subcommand(1);
    command->footer("Examples:\n  indaba space list\n  indaba space carry za\n  indaba space drop za");

    auto* lists = command->add_subcommand("list", "every space you have a role in, and how large it is");
    lists->footer("Example:\n  indaba space list --json");
    lists->callback(chosen(shell, list));

    auto* carries = command->add_subcommand("carry", "have its records on this device; says how much that is");
    carries->add_option("NAME", *name, "the space")->required();
    carries->footer("Works without a network: the records come with the next sync.\nExample:\n  indaba space carry za");
    carries->callback(chosen(shell, [name](Shell& its) { return carry(its, *name); }));

    auto* drops = command->add_subcommand("drop", "take its records off this device; says what leaves and what stays");
    auto yes = std::make_shared<bool>(false);
    drops->add_option("NAME", *name, "the space")->required();
    drops->add_flag("--yes", *yes, "do it; without this it only says what would leave");
    drops->footer(
        "What you wrote there and the centre has not ruled on yet is still sent.\n"
        "Examples:\n  indaba space drop za\n  indaba space drop za --yes");
    drops->callback(chosen(shell, [name, yes](Shell& its) { return drop(its, *name, *yes); }));
}

}  // namespace indaba::client
