#include "client/commands.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace indaba::client {

namespace {

Result<int> run(Shell& shell, const std::string& id_text)
{
    INDABA_ASSIGN(const auto core, shell.open());
    INDABA_ASSIGN(const auto id, id_argument(id_text));
    INDABA_TRY(core->remove(id));
    if (shell.json) shell.answer(boost::json::object{{"id", id.text()}, {"deleted", true}});
    else shell.print("Deleted " + id.text());
    return kDone;
}

}  // namespace

void add_delete(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("delete", "delete a record; `resolve ID --restore` brings it back");
    auto id = std::make_shared<std::string>();
    command->add_option("ID", *id, "of the record")->required();
    command->footer("Example:\n  indaba delete 01931a2b-…");
    command->callback(chosen(shell, [id](Shell& its) { return run(its, *id); }));
}

}  // namespace indaba::client
