#include "client/commands.hpp"
#include "client/drafts.hpp"
#include "client/json.hpp"
#include "client/text.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <algorithm>

namespace indaba::client {

namespace {

struct Request {
    bool all = false;
    std::string id;
    std::vector<std::string> corrections;
};

Result<int> list(Shell& shell, bool all)
{
    INDABA_ASSIGN(const auto core, shell.open());
    INDABA_ASSIGN(const auto refused, core->refused(all ? Core::Refused::all : Core::Refused::standing));
    if (shell.json) shell.answer(json_of(refused));
    else if (refused.empty()) shell.print(all ? "Nothing was refused." : "Nothing refused waits for you.");
    else
        for (const auto& refusal : refused) shell.print(text_of(refusal));
    INDABA_TRY(core->require_leases());
    return kDone;
}

Result<int> retry(Shell& shell, const Request& request)
{
    INDABA_ASSIGN(const auto id, id_argument(request.id));
    INDABA_ASSIGN(const auto core, shell.open());
    std::vector<Cell> corrections;
    if (!request.corrections.empty()) {
        INDABA_ASSIGN(const auto refused, core->refused());
        const auto place = std::ranges::find(refused, id, &Refusal::record);
        if (place != refused.end()) {  // otherwise retry_refused says so
            INDABA_ASSIGN(corrections, cells_of_arguments(core->catalogue(), place->type, request.corrections));
        }
    }
    INDABA_ASSIGN(const auto records, core->retry_refused(id, corrections));
    if (shell.json) shell.answer(boost::json::object{{"id", id.text()}, {"records", records}});
    else shell.print(fmt::format("Written again: {}. The next sync sends it.", counted(records, "record")));
    return kDone;
}

Result<int> drop(Shell& shell, const Request& request)
{
    INDABA_ASSIGN(const auto id, id_argument(request.id));
    INDABA_ASSIGN(const auto core, shell.open());
    INDABA_TRY(core->drop_refused(id));
    if (shell.json) shell.answer(boost::json::object{{"id", id.text()}});
    else shell.print("Dropped. `indaba refused --all` still shows what it was.");
    return kDone;
}

}  // namespace

void add_refused(CLI::App& app, Shell& shell)
{
    auto request = std::make_shared<Request>();
    auto* command = app.add_subcommand("refused", "what the centre refused of what was written here, and why");
    command->add_flag("--all", request->all, "also what was written again or dropped since");
    command->footer("Example:\n  indaba refused --json\n  indaba refused retry 01931a… country=BR");

    auto* again = command->add_subcommand("retry", "write it again, corrected, with all that was written together");
    again->add_option("ID", request->id, "the record")->required();
    again->add_option("FIELD=VALUE", request->corrections, "what to write instead; the rest as it was");
    again->footer(
        "What others wrote meanwhile is not replaced: it shows as a conflict.\n"
        "Example:\n  indaba refused retry 01931a… employees=50");
    again->callback(chosen(shell, [request](Shell& its) { return retry(its, *request); }));

    auto* no_more = command->add_subcommand("drop", "it is not wanted any more");
    no_more->add_option("ID", request->id, "the record; what was written together with it still waits")->required();
    no_more->footer("Example:\n  indaba refused drop 01931a…");
    no_more->callback(chosen(shell, [request](Shell& its) { return drop(its, *request); }));

    command->require_subcommand(0, 1);
    const auto run = chosen(shell, [request](Shell& its) { return list(its, request->all); });
    command->callback([command, run] {
        if (command->get_subcommands().empty()) run();
    });
}

}  // namespace indaba::client
