#include "client/commands.hpp"
#include "client/json.hpp"
#include "client/text.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace indaba::client {

namespace {

/// Of a locked home programs learn as much as needs no key.
void answer_locked(Shell& shell)
{
    const auto directory = shell.home_directory();
    if (!shell.json || directory.has_error()) return;
    const auto kept = how_kept(*directory);
    const auto enrolment = Home::enrolment_of(*directory);
    if (kept.has_error() || enrolment.has_error()) return;
    if (!kept->locked && kept->protection != Protection::keyring) return;
    shell.answer(boost::json::object{{"device", enrolment->device_name},
                                     {"person", enrolment->person},
                                     {"server", enrolment->server.text()},
                                     {"protection", protection_name(kept->protection)},
                                     {"locked", true}});
}

Result<int> run(Shell& shell)
{
    const auto core_opened = shell.open();
    if (core_opened.has_error()) {
        if (core_opened.error().code == shared::Errc::untrusted) answer_locked(shell);
        return core_opened.error();
    }
    const auto& core = *core_opened;
    INDABA_ASSIGN(const auto status, core->status());
    if (shell.json) shell.answer(json_of(status));
    else shell.print(text_of(status));
    return kDone;
}

}  // namespace

void add_status(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("status", "what this device holds, what waits, when it last met the centre");
    command->footer("Example:\n  indaba status --json");
    command->callback(chosen(shell, run));
}

}  // namespace indaba::client
