#include "client/commands.hpp"
#include "client/interruption.hpp"
#include "client/json.hpp"
#include "client/text.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace indaba::client {

namespace {

using shared::Errc;

bool is_offline(const shared::Error& error) { return error.code == Errc::unreachable || error.code == Errc::timed_out; }

/// Without a network nothing is wrong: what was written waits.
std::string calm_line(Core& core)
{
    const auto& server = core.home().enrolment().server;
    const auto status = core.status();
    const auto waiting = status.has_value() ? status->written.only_here : 0;
    const auto wait = waiting == 1 ? std::string("1 change waits") : fmt::format("{} changes wait", waiting);
    return fmt::format("No connection to {}. Everything is saved here; {}.", server.text(), wait);
}

int tell(Shell& shell, Core& core, const SyncReport& report)
{
    if (shell.json) shell.answer(json_of(report));
    else if (!report.error) shell.print(text_of(report));
    else if (report.clock_warning) shell.print(*report.clock_warning);
    if (!report.error) return kDone;
    if (!is_offline(*report.error)) return shell.fail(*report.error);
    shell.complain(calm_line(core));
    return kFailed;
}

Result<int> run(Shell& shell, bool watch)
{
    INDABA_ASSIGN(const auto core, shell.open());
    const Interruption interruption;
    SyncOptions options{watch, [&](const SyncReport& report) {
                            (void)tell(shell, *core, report);
                            (void)std::fflush(stdout);
                        }};
    ProgressLine line;
    const auto report = core->sync(options, interruption.token(), [&](const SyncReport& so_far) {
        if (!watch)
            line.show(fmt::format("{} received, {} sent", counted(so_far.pulled, "record"),
                                  counted(so_far.pushed, "change")));
    });
    if (watch && interruption.token().stop_requested()) return kDone;
    return tell(shell, *core, report);
}

}  // namespace

void add_sync(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("sync", "send what was written here and fetch what others wrote");
    auto watch = std::make_shared<bool>(false);
    command->add_flag("--watch", *watch, "stay connected, and come back by itself after interruptions, until Ctrl-C");
    command->footer("Examples:\n  indaba sync --json\n  indaba sync --watch");
    command->callback(chosen(shell, [watch](Shell& its) { return run(its, *watch); }));
}

}  // namespace indaba::client
