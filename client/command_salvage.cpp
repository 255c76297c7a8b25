#include "client/commands.hpp"
#include "client/passphrase_source.hpp"
#include "client/salvage.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace indaba::client {

namespace {

namespace json = boost::json;

json::object answer_of(const SalvageReport& report)
{
    json::array spaces;
    for (const auto& space : report.spaces)
        spaces.emplace_back(json::object{{"space", space.space},
                                         {"waiting", space.waiting},
                                         {"again", space.again},
                                         {"refused", space.refused},
                                         {"unreadable", space.unreadable}});
    json::object object{{"healthy", report.healthy},       {"kept_as", nullptr},
                        {"pages", report.pages},           {"unreadable_pages", report.unreadable_pages},
                        {"spaces", std::move(spaces)},     {"nameless", report.nameless},
                        {"forgotten", report.forgotten},   {"forgotten_unreadable", report.forgotten_unreadable},
                        {"complete", report.is_complete()}};
    if (!report.healthy) object["kept_as"] = report.kept_as;
    return object;
}

std::string line_of(const SpaceSalvage& space)
{
    auto line = fmt::format("{}: {} saved, which the next sync sends", one_line(space.space),
                            counted(space.waiting + space.again, "edit"));
    if (space.again > 0)
        line += fmt::format(" ({} of them behind something unreadable: written again, unless the centre has them)",
                            space.again);
    if (space.refused > 0) line += fmt::format("; {} refused, as before", space.refused);
    if (space.unreadable > 0) line += fmt::format("; {} cannot be read", counted(space.unreadable, "edit"));
    return line + ".";
}

/// The only copy of something is never told to be removed.
std::string what_is_left(const SalvageReport& report)
{
    if (!report.is_complete())
        return "Keep that file: what could not be saved of it is nowhere else, unless the centre accepted it. `indaba "
               "sync` brings everything else.";
    if (report.forgotten_unreadable)
        return "What `indaba forgotten` listed cannot be read: if it listed anything, keep that file. `indaba sync` "
               "brings everything else.";
    return "Everything else comes again from the centre: run `indaba sync`, then remove that file.";
}

void tell(Shell& shell, const SalvageReport& report)
{
    for (const auto& space : report.spaces) shell.print(line_of(space));
    if (report.spaces.empty()) shell.print("Nothing was only here, as far as can be read.");
    if (report.nameless > 0)
        shell.print(fmt::format("{} can be read, but not in which space: they stay in the damaged file.",
                                counted(report.nameless, "edit")));
    if (report.forgotten > 0)
        shell.print(fmt::format("{} that the centre has no more: saved, see `indaba forgotten`.",
                                counted(report.forgotten, "record")));
    shell.print(fmt::format("The damaged database ({} of {} unreadable) is kept as {}.", report.unreadable_pages,
                            counted(report.pages, "page"), one_line(report.kept_as)));
    shell.print(what_is_left(report));
}

Result<int> run(Shell& shell)
{
    INDABA_ASSIGN(const auto directory, shell.home_directory());
    const auto salvaged = salvage(directory, ask_passphrase(shell));
    if (salvaged.has_error() && salvaged.error().code == shared::Errc::corrupt) {
        shell.complain("indaba: " + one_line(salvaged.error().text));  // says itself what is left to do
        return kFailed;
    }
    INDABA_TRY(salvaged);
    const auto& report = *salvaged;
    if (shell.json) shell.answer(answer_of(report));
    else if (report.healthy) shell.print("The database is not damaged: nothing was done.");
    else tell(shell, report);
    return report.is_complete() ? kDone : kRefused;
}

}  // namespace

void add_salvage(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("salvage", "save from a damaged database what is only on this device");
    command->footer(
        "Needs no network. The damaged file is kept beside the new one; the next sync sends what was saved and\n"
        "fetches everything else again. Ends with 3 if something cannot be read that may be only here.\n"
        "Examples:\n  indaba salvage\n  indaba salvage --json");
    command->callback(chosen(shell, run));
}

}  // namespace indaba::client
