// Whether a person is reading along, and what they type unseen. One thread asks at a time.
#pragma once

#include "platform/secret.hpp"
#include "shared/result.hpp"

#include <cstdio>
#include <string>

namespace indaba::platform {

/// True if the stream goes to a terminal, and not to a file or another program.
[[nodiscard]] bool is_terminal(std::FILE* stream);

/// True if this process has a terminal to ask at, wherever its standard input comes from.
[[nodiscard]] bool has_terminal();

/// A line that is typed without being shown. cancelled on Ctrl-C or at the end of input, after which the signal, if it
/// was one, has its usual effect; too_large if it is longer than `max_bytes`; io if there is no terminal.
[[nodiscard]] shared::Result<Secret> ask_unseen(const std::string& prompt, std::size_t max_bytes);

}  // namespace indaba::platform
