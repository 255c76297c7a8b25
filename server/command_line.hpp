// The words of `indaba-server`: reads the command line, calls the command, prints what it answers, gives the exit code.
#pragma once

namespace indaba::server {

[[nodiscard]] int run_command_line(int argc, const char* const* argv);

}  // namespace indaba::server
