#include "client/commands.hpp"
#include "client/interruption.hpp"
#include "client/table_export.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace indaba::client {

namespace {

struct Request {
    std::string type;
    ExportFormat format = ExportFormat::csv;
};

Result<int> run(Shell& shell, const Request& request)
{
    INDABA_ASSIGN(const auto core, shell.open());
    const Interruption interruption;
    ProgressLine line;
    ExportOptions options{request.type, request.format, [&](std::size_t done) { line.show(counted(done, "record")); }};
    INDABA_TRY(
        export_records(*core, options, [&](std::string_view text) { return shell.write(text); }, interruption.token()));
    return kDone;
}

}  // namespace

void add_export(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("export", "write all records of a type to standard output");
    auto request = std::make_shared<Request>();
    const std::map<std::string, ExportFormat> formats{{"csv", ExportFormat::csv}, {"jsonl", ExportFormat::jsonl}};
    command->add_option("TYPE", request->type, "enterprise, talent, meeting, …")->required();
    command
        ->add_option("--format", request->format,
                     "csv (a table that `import` reads) or jsonl (lines that `put --from` reads)")
        ->transform(CLI::CheckedTransformer(formats))
        ->type_name("csv|jsonl");
    command->footer(
        "Cells that a spreadsheet would take for a formula get an apostrophe before them, which `import` takes away.\n"
        "Example:\n  indaba export enterprise > companies.csv");
    command->callback(chosen(shell, [request](Shell& its) { return run(its, *request); }));
}

}  // namespace indaba::client
