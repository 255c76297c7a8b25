#include "client/commands.hpp"
#include "client/json.hpp"
#include "client/text.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace indaba::client {

namespace {

struct Request {
    std::string type;
    std::vector<std::string> where;
    std::size_t limit = 0;
};

Result<ListQuery> query_of(const Request& request)
{
    ListQuery query{request.type, {}, request.limit};
    for (const auto& where : request.where) {
        const auto at = where.find('=');
        if (at == where.npos || at == 0)
            return shared::fail(shared::Errc::usage, fmt::format("--where {}: expected FIELD=VALUE", where));
        query.where.emplace_back(where.substr(0, at), where.substr(at + 1));
    }
    return query;
}

Result<int> run(Shell& shell, const Request& request)
{
    INDABA_ASSIGN(const auto core, shell.open());
    const Titles titles = [&](const RecordId& id) { return core->title(id); };
    INDABA_ASSIGN(const auto query, query_of(request));
    std::size_t count = 0;
    std::optional<shared::Error> broken;
    INDABA_TRY(core->list(query, [&](RecordView&& record) {
        // One array, written as it comes: a list may be longer than memory is large.
        const auto text = shell.json ? (count == 0 ? "[" : ",\n") + boost::json::serialize(json_of(record))
                                     : line_of(record, core->catalogue(), titles) + "\n";
        ++count;
        if (auto written = shell.write(text); written.has_error()) broken = std::move(written).error();
        return !broken;
    }));
    if (broken) return *broken;
    if (shell.json) shell.print(count == 0 ? "[]" : "]");
    INDABA_TRY(core->require_leases());
    return kDone;
}

}  // namespace

void add_list(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("list", "list records of a type");
    auto request = std::make_shared<Request>();
    command->add_option("TYPE", request->type, "enterprise, talent, meeting, …")->required();
    command->add_option("--where", request->where, "only those that show this value; may be repeated, all must hold")
        ->type_name("FIELD=VALUE")
        ->expected(1)
        ->take_all();
    command->add_option("--limit", request->limit, "at most so many")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000'000));
    command->footer("Example:\n  indaba list enterprise --where country=CN --where sectors=water --limit 20");
    command->callback(chosen(shell, [request](Shell& its) { return run(its, *request); }));
}

}  // namespace indaba::client
