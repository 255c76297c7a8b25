#include "platform/terminal.hpp"

#include <stdio.h>
#include <unistd.h>

namespace indaba::platform {

bool is_terminal(std::FILE* stream) { return ::isatty(::fileno(stream)) == 1; }

}  // namespace indaba::platform
