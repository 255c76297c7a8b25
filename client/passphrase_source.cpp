#include "client/passphrase_source.hpp"

#include "client/home.hpp"
#include "client/shell.hpp"
#include "platform/paths.hpp"
#include "platform/terminal.hpp"
#include "shared/limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace indaba::client {

namespace limits = shared::limits;
using platform::Secret;
using shared::Errc;
using shared::fail;

namespace {

/// The end of its line is not part of a passphrase.
constexpr std::size_t kLineEnd_bytes = 2;

Result<Secret> only_line(shared::ByteView bytes, const std::string& where)
{
    if (!bytes.empty() && bytes.back() == '\n') bytes = bytes.first(bytes.size() - 1);
    if (!bytes.empty() && bytes.back() == '\r') bytes = bytes.first(bytes.size() - 1);
    if (bytes.empty()) return fail(Errc::usage, where + " holds no passphrase");
    if (std::ranges::find(bytes, std::uint8_t('\n')) == bytes.end()) return Secret(bytes);
    return fail(Errc::usage, where + " holds more than one line: a passphrase is one");
}

/// Only a line: what follows it is for the command, or is the next passphrase.
Result<Secret> line_of_input()
{
    shared::Bytes line;
    line.reserve(limits::kPassphrase_bytes + kLineEnd_bytes);
    for (int c = std::fgetc(stdin); c != EOF && c != '\n'; c = std::fgetc(stdin)) {
        if (line.size() > limits::kPassphrase_bytes)
            return fail(Errc::too_large, "the first line of the input is no passphrase: it is too long");
        line.push_back(std::uint8_t(c));
    }
    const Secret all(std::move(line));
    return only_line(all.bytes(), "the input");
}

Result<Secret> from_file(const std::string& file)
{
    if (file == "-") return line_of_input();
    INDABA_ASSIGN(auto bytes, of_the_disk(platform::read_to_end(file, limits::kPassphrase_bytes + kLineEnd_bytes)));
    const Secret all(std::move(bytes));
    return only_line(all.bytes(), file);
}

Result<Secret> typed_twice()
{
    INDABA_ASSIGN(auto first, platform::ask_unseen("New passphrase: ", limits::kPassphrase_bytes));
    INDABA_TRY(check_new_passphrase(first));
    INDABA_ASSIGN(const auto second, platform::ask_unseen("The same again: ", limits::kPassphrase_bytes));
    if (!platform::equal_secrets(first.bytes(), second.bytes()))
        return fail(Errc::untrusted, "the two passphrases differ, so nothing was changed: try again");
    return first;
}

}  // namespace

std::string passphrase_file(const Shell& shell)
{
    return shell.passphrase_file.empty() ? platform::named_passphrase_file() : shell.passphrase_file;
}

AskPassphrase ask_passphrase(const Shell& shell)
{
    const auto file = passphrase_file(shell);
    if (!file.empty()) return [file] { return from_file(file); };
    if (!platform::has_terminal()) return {};
    return [] { return platform::ask_unseen("Passphrase: ", limits::kPassphrase_bytes); };
}

Result<AskPassphrase> ask_new_passphrase(const std::string& file)
{
    if (!file.empty()) return AskPassphrase([file] { return from_file(file); });
    if (platform::has_terminal()) return AskPassphrase(typed_twice);
    return fail(Errc::usage, "there is no terminal to type the new passphrase at: name a file that holds it");
}

AskPassphrase once(Secret passphrase)
{
    const auto shared = std::make_shared<const Secret>(std::move(passphrase));
    return [shared] { return Result<Secret>(Secret(shared->bytes())); };
}

}  // namespace indaba::client
