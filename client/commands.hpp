// The commands of `indaba`: each add_…() tells the parser about one, and what to do if it is asked for. One source
// each.
#pragma once

#include "client/shell.hpp"

namespace CLI {
class App;
}

namespace indaba::client {

void add_enrol(CLI::App& app, Shell& shell);
void add_put(CLI::App& app, Shell& shell);
void add_get(CLI::App& app, Shell& shell);
void add_list(CLI::App& app, Shell& shell);
void add_search(CLI::App& app, Shell& shell);
void add_delete(CLI::App& app, Shell& shell);
void add_history(CLI::App& app, Shell& shell);
void add_import(CLI::App& app, Shell& shell);
void add_export(CLI::App& app, Shell& shell);
void add_sync(CLI::App& app, Shell& shell);
void add_status(CLI::App& app, Shell& shell);
void add_conflicts(CLI::App& app, Shell& shell);
void add_refused(CLI::App& app, Shell& shell);
void add_forgotten(CLI::App& app, Shell& shell);
void add_space(CLI::App& app, Shell& shell);
void add_resolve(CLI::App& app, Shell& shell);
void add_passphrase(CLI::App& app, Shell& shell);
void add_unlock(CLI::App& app, Shell& shell);
void add_lock(CLI::App& app, Shell& shell);
void add_salvage(CLI::App& app, Shell& shell);

/// Parses the command line and does what it says; the process's exit code.
[[nodiscard]] int run_command_line(int argc, const char* const* argv);

/// A record's id as an argument: usage if it is none.
[[nodiscard]] Result<RecordId> id_argument(const std::string& text);

/// For a command's callback: `run` gets the shell and answers an error or the exit code.
template <class Run>
auto chosen(Shell& shell, Run run)
{
    return [&shell, run = std::move(run)] {
        shell.command = [run](Shell& its_shell) -> int {
            Result<int> ended = run(its_shell);
            return ended.has_value() ? *ended : its_shell.fail(ended.error());
        };
    };
}

}  // namespace indaba::client
