// Whether a person is reading along. Any thread.
#pragma once

#include <cstdio>

namespace indaba::platform {

/// True if the stream goes to a terminal, and not to a file or another program.
[[nodiscard]] bool is_terminal(std::FILE* stream);

}  // namespace indaba::platform
