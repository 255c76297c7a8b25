#include "client/commands.hpp"
#include "client/text.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace indaba::client {

namespace {

struct Request {
    std::string id;
    std::string field;
    std::optional<int> keep;
    std::optional<std::string> value;
    bool restore = false;
    bool remove = false;
    std::string reason;
};

Result<void> resolve(Core& core, const RecordId& id, const Request& request)
{
    const int choices =
        int(request.keep.has_value()) + int(request.value.has_value()) + int(request.restore) + int(request.remove);
    if (choices != 1) return shared::fail(shared::Errc::usage, "choose one of --keep, --value, --restore and --delete");
    const bool existence = request.restore || request.remove;
    if (existence != request.field.empty())
        return shared::fail(shared::Errc::usage,
                            existence ? "--restore and --delete are about the whole record: leave out the field"
                                      : "say which FIELD: indaba resolve ID FIELD --keep NUMBER --reason TEXT");
    if (existence) return core.resolve_existence(id, request.restore, request.reason);
    return core.resolve(id, request.field, {request.keep, request.value}, request.reason);
}

Result<int> run(Shell& shell, const Request& request)
{
    INDABA_ASSIGN(const auto core, shell.open());
    INDABA_ASSIGN(const auto id, id_argument(request.id));
    INDABA_TRY(resolve(*core, id, request));
    if (shell.json) shell.answer(boost::json::object{{"id", id.text()}, {"resolved", true}});
    else shell.print("Settled. Others see the choice and the reason after the next sync.");
    if (!request.restore) return kDone;
    INDABA_ASSIGN(const auto record, core->get(id));
    if (record.cells.empty())
        for (const auto& line : lines_of(PutNotes{{}, {id}})) shell.complain(line);
    return kDone;
}

}  // namespace

void add_resolve(CLI::App& app, Shell& shell)
{
    auto* command =
        app.add_subcommand("resolve", "settle a conflict; the choice and the reason are kept and shown to all");
    auto request = std::make_shared<Request>();
    command->add_option("ID", request->id, "of the record")->required();
    command->add_option("FIELD", request->field, "the field in conflict");
    command->add_option("--keep", request->keep, "the value of this number stays (see `indaba conflicts`)")
        ->type_name("NUMBER");
    command->add_option("--value", request->value, "this value stays instead of all of them")->type_name("VALUE");
    command->add_flag("--restore", request->restore, "a deleted record lives on");
    command->add_flag("--delete", request->remove, "a record that was edited while it was deleted stays deleted");
    command->add_option("--reason", request->reason, "why")->required()->type_name("TEXT");
    command->footer(
        "Examples:\n  indaba resolve 01931a2b-… city --keep 2 --reason 'asked the company'\n"
        "  indaba resolve 01931a2b-… --restore --reason 'still active'");
    command->callback(chosen(shell, [request](Shell& its) { return run(its, *request); }));
}

}  // namespace indaba::client
