#include "client/commands.hpp"
#include "client/json.hpp"
#include "client/text.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace indaba::client {

namespace {

Result<int> list(Shell& shell)
{
    INDABA_ASSIGN(const auto core, shell.open());
    INDABA_ASSIGN(const auto forgotten, core->forgotten());
    if (shell.json) shell.answer(json_of(forgotten));
    else if (forgotten.empty()) shell.print("The centre has everything that this device has seen there.");
    else
        for (const auto& one : forgotten) shell.print(text_of(one));
    INDABA_TRY(core->require_leases());
    return kDone;
}

Result<int> end(Shell& shell, const std::string& text, bool restore)
{
    INDABA_ASSIGN(const auto id, id_argument(text));
    INDABA_ASSIGN(const auto core, shell.open());
    INDABA_TRY(restore ? core->restore_forgotten(id) : core->drop_forgotten(id));
    if (shell.json) shell.answer(boost::json::object{{"id", id.text()}});
    else shell.print(restore ? "Written again. The next sync sends it." : "Let go.");
    return kDone;
}

}  // namespace

void add_forgotten(CLI::App& app, Shell& shell)
{
    auto id = std::make_shared<std::string>();
    auto* command =
        app.add_subcommand("forgotten", "what others wrote and the centre, put back from a backup, has no more");
    command->footer("Example:\n  indaba forgotten\n  indaba forgotten restore 01931a…");

    auto* restore = command->add_subcommand("restore", "write it again, in your name");
    restore->add_option("ID", *id, "the record")->required();
    restore->footer(
        "Should its author's device bring it after all, it is not there twice.\n"
        "Example:\n  indaba forgotten restore 01931a…");
    restore->callback(chosen(shell, [id](Shell& its) { return end(its, *id, true); }));

    auto* drop = command->add_subcommand("drop", "nobody needs it");
    drop->add_option("ID", *id, "the record")->required();
    drop->footer("Example:\n  indaba forgotten drop 01931a…");
    drop->callback(chosen(shell, [id](Shell& its) { return end(its, *id, false); }));

    command->require_subcommand(0, 1);
    const auto run = chosen(shell, [](Shell& its) { return list(its); });
    command->callback([command, run] {
        if (command->get_subcommands().empty()) run();
    });
}

}  // namespace indaba::client
