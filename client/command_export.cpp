#include "client/commands.hpp"
#include "client/interruption.hpp"
#include "client/table_export.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace indaba::client {

namespace {

struct Request {
    std::string type;
    std::string format = "csv";
};

Result<ExportFormat> format_of(const std::string& name)
{
    if (name == "csv") return ExportFormat::csv;
    if (name == "jsonl") return ExportFormat::jsonl;
    return shared::fail(shared::Errc::usage,
                        fmt::format("--format {}: there is no such format: use csv or jsonl", name));
}

Result<int> run(Shell& shell, const Request& request)
{
    INDABA_ASSIGN(const auto format, format_of(request.format));
    INDABA_ASSIGN(const auto core, shell.open());
    const Interruption interruption;
    ProgressLine line;
    ExportOptions options{request.type, format, [&](std::size_t done) { line.show(counted(done, "record")); }};
    INDABA_TRY(
        export_records(*core, options, [&](std::string_view text) { return shell.write(text); }, interruption.token()));
    INDABA_TRY(core->require_leases());
    return kDone;
}

}  // namespace

void add_export(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("export", "write all records of a type to standard output");
    auto request = std::make_shared<Request>();
    command->add_option("TYPE", request->type, "enterprise, talent, meeting, …")->required();
    command
        ->add_option("--format", request->format,
                     "csv (a table that `import` reads) or jsonl (lines that `put --from` reads)")
        ->type_name("csv|jsonl");
    command->footer(
        "Cells that a spreadsheet would take for a formula get an apostrophe before them, which `import` takes away.\n"
        "Example:\n  indaba export enterprise > companies.csv");
    command->callback(chosen(shell, [request](Shell& its) { return run(its, *request); }));
}

}  // namespace indaba::client
