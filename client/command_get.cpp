#include "client/commands.hpp"
#include "client/json.hpp"
#include "client/text.hpp"

#include <CLI/CLI.hpp>

namespace indaba::client {

namespace {

Result<int> run(Shell& shell, const std::string& id_text)
{
    INDABA_ASSIGN(const auto core, shell.open());
    const Titles titles = [&](const RecordId& its_id) { return core->title(its_id); };
    INDABA_ASSIGN(const auto id, id_argument(id_text));
    INDABA_ASSIGN(const auto record, core->get(id));
    if (shell.json) shell.answer(json_of(record));
    else shell.print(text_of(record, core->catalogue(), titles));
    return kDone;
}

}  // namespace

void add_get(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("get", "show a record");
    auto id = std::make_shared<std::string>();
    command->add_option("ID", *id, "of the record")->required();
    command->footer("Example:\n  indaba get 01931a2b-… --json");
    command->callback(chosen(shell, [id](Shell& its) { return run(its, *id); }));
}

}  // namespace indaba::client
