#include "client/commands.hpp"
#include "client/interruption.hpp"
#include "client/table_import.hpp"
#include "client/text.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <algorithm>

namespace indaba::client {

namespace {

constexpr std::size_t kShownBadRows = 20;

struct Request {
    std::string type;
    std::string file;
    std::string space;
    bool dry_run = false;
};

boost::json::object json_of(const ImportReport& report, bool dry_run)
{
    boost::json::array bad;
    for (const auto& row : report.bad) bad.emplace_back(boost::json::object{{"line", row.line}, {"error", row.text}});
    boost::json::array ids;
    for (const auto& id : report.ids) ids.emplace_back(id.text());
    return {{"rows", report.rows},
            {"written", report.written},
            {"dry_run", dry_run},
            {"bad", std::move(bad)},
            {"ids", std::move(ids)}};
}

void tell(Shell& shell, const ImportReport& report, const Request& request)
{
    for (std::size_t i = 0; i < std::min(report.bad.size(), kShownBadRows); ++i)
        shell.complain(fmt::format("{}:{}: {}", request.file, report.bad[i].line, one_line(report.bad[i].text)));
    if (report.bad.size() > kShownBadRows)
        shell.complain(fmt::format("… and {} more", report.bad.size() - kShownBadRows));
    if (!report.bad.empty())
        shell.complain(
            fmt::format("indaba: {} of {} bad; nothing was written", report.bad.size(), counted(report.rows, "row")));
    else if (shell.json) return;
    else if (request.dry_run)
        shell.print(fmt::format("{} fine; nothing was written (--dry-run)", counted(report.rows, "row")));
    else shell.print(fmt::format("{} imported", counted(report.written, "record")));
}

/// As `put` ends for the same mistakes.
ExitCode end_of(const ImportReport& report)
{
    if (report.bad.empty()) return kDone;
    const bool unreadable =
        std::ranges::all_of(report.bad, [](const BadRow& row) { return row.code == shared::Errc::usage; });
    return unreadable ? kWrongUse : kRefused;
}

Result<int> run(Shell& shell, const Request& request)
{
    INDABA_ASSIGN(const auto core, shell.open());
    if (!request.dry_run) INDABA_TRY(core->require_writable());
    INDABA_ASSIGN(const auto text, read_input(request.file));
    const Interruption interruption;
    ProgressLine line;
    ImportOptions options{request.type, request.space, request.dry_run, {}};
    options.progress = [&](std::size_t done, std::size_t total) {
        line.show(fmt::format("{} of {} records", done, total));
    };
    auto report = import_table(*core, text, options, interruption.token());
    if (report.has_error())
        return shared::fail(report.error().code, fmt::format("{}: {}", request.file, report.error().text));
    if (shell.json) shell.answer(json_of(*report, request.dry_run));
    tell(shell, *report, request);
    for (const auto& note : lines_of(report->notes)) shell.complain(note);
    return end_of(*report);
}

}  // namespace

void add_import(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("import", "create records from a table (CSV in UTF-8): all rows or none");
    auto request = std::make_shared<Request>();
    command->add_option("TYPE", request->type, "enterprise, talent, meeting, …")->required();
    command
        ->add_option("FILE", request->file,
                     "the first row names the fields; a column id says which record to change; - for standard input")
        ->required();
    command->add_option("--space", request->space, "where new records live; else the only space you write in")
        ->type_name("SPACE");
    command->add_flag("--dry-run", request->dry_run, "check every row, write nothing");
    command->footer("Example:\n  indaba import enterprise companies.csv --space forum-2026 --dry-run");
    command->callback(chosen(shell, [request](Shell& its) { return run(its, *request); }));
}

}  // namespace indaba::client
