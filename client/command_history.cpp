#include "client/commands.hpp"
#include "client/json.hpp"
#include "client/text.hpp"
#include "shared/limits.hpp"

#include <CLI/CLI.hpp>

namespace indaba::client {

namespace {

struct Request {
    std::string id;
    bool local = false;
};

Result<int> run(Shell& shell, const Request& request)
{
    INDABA_ASSIGN(const auto core, shell.open());
    INDABA_ASSIGN(const auto id, id_argument(request.id));
    INDABA_ASSIGN(const auto history, core->history(id, request.local ? 0 : int(shared::limits::kHistory.count())));
    if (shell.json) shell.answer(json_of(history));
    else shell.print(text_of(history));
    return kDone;
}

}  // namespace

void add_history(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("history", "who changed a record, what, when and from which device");
    auto request = std::make_shared<Request>();
    command->add_option("ID", request->id, "of the record")->required();
    command->add_flag("--local", request->local, "do not ask the centre for the rest");
    command->footer("Example:\n  indaba history 01931a2b-…");
    command->callback(chosen(shell, [request](Shell& its) { return run(its, *request); }));
}

}  // namespace indaba::client
