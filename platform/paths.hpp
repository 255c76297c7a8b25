// Where this operating system keeps a program's data. One source per system: paths_linux.cpp now.
// Reads the environment, so: before threads are started.
#pragma once

#include "shared/result.hpp"

#include <string>

namespace indaba::platform {

/// The client's home directory when none is named: INDABA_HOME, else where the system keeps a person's data. Absolute;
/// not made here. usage if the environment names none.
[[nodiscard]] shared::Result<std::string> default_client_home();

/// The file that holds a passphrase, for scripts: INDABA_PASSPHRASE_FILE; empty if the environment names none.
[[nodiscard]] std::string named_passphrase_file();

}  // namespace indaba::platform
