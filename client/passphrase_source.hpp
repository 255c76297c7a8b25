// Where the command line gets a passphrase: from a file, from a line of standard input, or from the person at the
// terminal, who types it unseen. Never from an argument, which every process of the machine can read. One thread.
// Deliberately not: what it is for (protection.hpp).
#pragma once

#include "client/protection.hpp"

#include <string>

namespace indaba::client {

class Shell;

/// What --passphrase-file or the environment names; empty if neither does.
[[nodiscard]] std::string passphrase_file(const Shell& shell);

/// For whatever opens a home; nothing if there is no file and nobody to ask.
[[nodiscard]] AskPassphrase ask_passphrase(const Shell& shell);

/// From the file, unless its name is empty; a person types it twice. usage, with what to do, if there is neither.
[[nodiscard]] Result<AskPassphrase> ask_new_passphrase(const std::string& file);

/// Gives what is known already, any number of times.
[[nodiscard]] AskPassphrase once(platform::Secret passphrase);

}  // namespace indaba::client
