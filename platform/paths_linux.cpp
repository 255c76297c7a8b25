#include "platform/paths.hpp"

#include <pwd.h>
#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace indaba::platform {
namespace {

std::string from_environment(const char* name)
{
    const char* value = std::getenv(name);
    return value ? value : "";
}

std::string person_home()
{
    if (std::string home = from_environment("HOME"); home.starts_with('/')) return home;
    const passwd* entry = ::getpwuid(::geteuid());
    return entry && entry->pw_dir ? entry->pw_dir : "";
}

}  // namespace

shared::Result<std::string> default_client_home()
{
    if (const std::string home = from_environment("INDABA_HOME"); !home.empty()) {
        std::error_code failed;
        const std::filesystem::path absolute = std::filesystem::absolute(home, failed);
        return failed ? home : absolute.string();
    }
    // The XDG specification: a relative path there is to be ignored.
    if (const std::string data = from_environment("XDG_DATA_HOME"); data.starts_with('/')) return data + "/indaba";
    const std::string home = person_home();
    if (home.starts_with('/')) return home + "/.local/share/indaba";
    return shared::fail(shared::Errc::usage, "there is no home directory here; name one with --home or INDABA_HOME");
}

std::string named_passphrase_file() { return from_environment("INDABA_PASSPHRASE_FILE"); }

}  // namespace indaba::platform
