#include "client/commands.hpp"
#include "client/drafts.hpp"
#include "client/text.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace indaba::client {

namespace {

struct Request {
    std::string type;
    std::string id;
    std::string space;
    std::string from;
    std::vector<std::string> assignments;
};

shared::Error type_missing(const shared::Catalogue& catalogue)
{
    std::string names;
    for (const auto& type : catalogue.types()) names += (names.empty() ? "" : ", ") + type.name;
    return shared::fail(shared::Errc::usage,
                        "say first of which type the record is, indaba put TYPE FIELD=VALUE…, with one of " + names);
}

Result<std::vector<Draft>> drafts_of(const shared::Catalogue& catalogue, const Request& request)
{
    Draft draft{{}, request.type, request.space, {}};
    if (!request.from.empty()) {
        if (!request.id.empty() || !request.assignments.empty())
            return shared::fail(shared::Errc::usage, "with --from, ids and fields stand in the lines that are read");
        INDABA_ASSIGN(const auto text, read_input(request.from));
        return drafts_of_json_lines(catalogue, text, draft);
    }
    if (request.type.empty() || request.type.find('=') != std::string::npos) return type_missing(catalogue);
    if (!request.id.empty()) {
        auto id = RecordId::parse(request.id);
        if (id.has_error()) return shared::fail(shared::Errc::usage, "--id: " + id.error().text);
        draft.id = *id;
    }
    INDABA_ASSIGN(draft.cells, cells_of_arguments(catalogue, request.type, request.assignments));
    return std::vector{draft};
}

Result<int> run(Shell& shell, const Request& request)
{
    INDABA_ASSIGN(const auto core, shell.open());
    INDABA_ASSIGN(auto drafts, drafts_of(core->catalogue(), request));
    auto pieces = pieces_of(std::move(drafts));
    auto piece = pieces.begin();
    PutNotes notes;
    const auto next = [&]() -> Result<std::vector<Draft>> {
        return piece == pieces.end() ? std::vector<Draft>() : std::move(*piece++);
    };
    INDABA_ASSIGN(const auto ids, core->put_all(next, &notes));
    if (!shell.json) {
        for (const auto& id : ids) shell.print(id.text());
    } else if (request.from.empty()) {
        shell.answer(boost::json::object{{"id", ids.front().text()}});
    } else {
        boost::json::array texts;
        for (const auto& id : ids) texts.emplace_back(id.text());
        shell.answer(boost::json::object{{"ids", std::move(texts)}});
    }
    for (const auto& line : lines_of(notes)) shell.complain(line);
    return kDone;
}

constexpr const char* kExamples =
    "Language versions are fields of their own: 'name@pt=…'. Sets take several elements, which are added:\n"
    "sectors=green-energy,water; 'sectors/water=no' removes one. An empty value clears a field,\n"
    "of a set nothing: its elements are removed one by one.\n"
    "Examples:\n"
    "  indaba put enterprise name='Ural Pumps' country=RU sectors=manufacturing,water\n"
    "  indaba put enterprise --id 01931a… city=Perm\n"
    "  indaba put --from records.jsonl      lines like {\"type\": \"talent\", \"fields\": {\"name\": \"…\"}}";

}  // namespace

void add_put(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("put", "create or change a record; prints its id");
    auto request = std::make_shared<Request>();
    command->add_option("TYPE", request->type, "enterprise, talent, meeting, …");
    command->add_option("FIELD=VALUE", request->assignments, "what to set; the other fields stay");
    command->add_option("--id", request->id, "the record to change, or the id of a new one; else an id is made")
        ->type_name("ID");
    command->add_option("--space", request->space, "where a new record lives; else the only space you write in")
        ->type_name("SPACE");
    command
        ->add_option("--from", request->from,
                     "several records at once, all or none, as lines of JSON; - for standard input")
        ->type_name("FILE");
    command->footer(kExamples);
    command->callback(chosen(shell, [request](Shell& its) { return run(its, *request); }));
}

}  // namespace indaba::client
