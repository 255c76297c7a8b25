#include "client/commands.hpp"
#include "client/json.hpp"
#include "client/text.hpp"

#include <CLI/CLI.hpp>

namespace indaba::client {

namespace {

struct Request {
    std::vector<std::string> words;
    std::size_t limit = 50;
};

Result<int> run(Shell& shell, const Request& request)
{
    INDABA_ASSIGN(const auto core, shell.open());
    const Titles titles = [&](const RecordId& id) { return core->title(id); };
    std::string text;
    for (const auto& word : request.words) text += (text.empty() ? "" : " ") + word;
    INDABA_ASSIGN(const auto found, core->search(text, request.limit));
    if (shell.json) shell.answer(json_of(found));
    else
        for (const auto& record : found) shell.print(line_of(record, core->catalogue(), titles));
    INDABA_TRY(core->require_leases());
    return kDone;
}

}  // namespace

void add_search(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("search", "find records of any type by the words in them");
    auto request = std::make_shared<Request>();
    command->add_option("TEXT", request->words, "every word must occur, the last may be unfinished")->required();
    command->add_option("--limit", request->limit, "at most so many (50)")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000'000));
    command->footer("Examples:\n  indaba search solar pump\n  indaba search 创新");
    command->callback(chosen(shell, [request](Shell& its) { return run(its, *request); }));
}

}  // namespace indaba::client
