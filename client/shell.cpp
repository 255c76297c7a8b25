#include "client/shell.hpp"

#include "client/passphrase_source.hpp"
#include "platform/files.hpp"
#include "platform/paths.hpp"
#include "platform/terminal.hpp"
#include "shared/code_points.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cerrno>

namespace indaba::client {

using shared::Errc;

namespace {

/// Tables and lines of JSON of this size still fit into a tablet's memory several times.
constexpr std::size_t kMaxInput_bytes = 256 * 1024 * 1024;
constexpr std::chrono::milliseconds kShowAfter{1'000};
constexpr std::chrono::milliseconds kShowEvery{100};

}  // namespace

ExitCode exit_code_of(Errc code)
{
    switch (code) {
        case Errc::usage: return kWrongUse;
        case Errc::rule_broken:
        case Errc::forbidden: return kRefused;
        case Errc::not_found:
        case Errc::malformed:
        case Errc::too_large:
        case Errc::untrusted:
        case Errc::unreachable:
        case Errc::timed_out:
        case Errc::cancelled:
        case Errc::busy:
        case Errc::full:
        case Errc::io:
        case Errc::corrupt:
        case Errc::unsupported: return kFailed;
    }
    return kFailed;
}

Result<std::string> Shell::home_directory() const
{
    if (!home.empty()) return home;
    return platform::default_client_home();
}

Result<std::unique_ptr<Core>> Shell::open() const
{
    INDABA_ASSIGN(const auto directory, home_directory());
    return Core::open(directory, ask_passphrase(*this));
}

void Shell::print(std::string_view line)
{
    (void)write(line);
    (void)write("\n");
}

void Shell::answer(const boost::json::value& value) { print(std::string_view(boost::json::serialize(value))); }

Result<void> Shell::write(std::string_view text)
{
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return {};
    return shared::fail(Errc::io, "the output cannot be written");
}

void Shell::complain(std::string_view line)
{
    (void)std::fflush(stdout);
    const auto text = fmt::format("{}\n", line);
    (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

/// Other files of a home that are damaged say themselves what to do.
bool Shell::concerns_database(const shared::Error& error) const
{
    if (error.code != Errc::corrupt) return false;
    const auto directory = home_directory();
    if (directory.has_error()) return false;
    const auto path = *directory + "/indaba.db";
    const auto file = platform::file_state(path);
    return file && file->size_bytes > 0 && (!error.text.starts_with(*directory) || error.text.starts_with(path));
}

int Shell::fail(const shared::Error& error)
{
    auto text = error.text;
    if (concerns_database(error)) {
        if (text.ends_with("restore a backup")) text.resize(std::min(text.rfind(';'), text.size()));  // a centre's way
        text += ". Run `indaba salvage`: it saves what can be read of what is only here";
    }
    complain("indaba: " + one_line(text));
    return exit_code_of(error.code);
}

int Shell::finish(int code)
{
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
    complain("indaba: the output cannot be written");
    return code == kDone ? int(kFailed) : code;
}

Result<std::string> read_input(const std::string& path)
{
    if (path != "-") {
        INDABA_ASSIGN(const auto bytes, of_the_disk(platform::read_to_end(path, kMaxInput_bytes)));
        return std::string(shared::as_text(bytes));
    }
    std::string text;
    std::array<char, 64 * 1024> buffer{};
    while (const auto size = std::fread(buffer.data(), 1, buffer.size(), stdin)) {
        if (text.size() + size > kMaxInput_bytes)
            return shared::fail(Errc::too_large, "the input is larger than 256 MiB");
        text.append(buffer.data(), size);
    }
    if (std::ferror(stdin) != 0 && errno == EISDIR)
        return shared::fail(Errc::usage, "the input is a directory, not a file");
    if (std::ferror(stdin) != 0) return shared::fail(Errc::io, "the input cannot be read");
    return text;
}

std::string one_line(std::string_view text)
{
    constexpr std::string_view kReplacement = "\xef\xbf\xbd";
    std::string line;
    line.reserve(text.size());
    while (!text.empty()) {
        const auto point = shared::first_code_point(text);
        const auto size = std::max<std::size_t>(point.size_bytes, 1);
        if (shared::is_control(point.value) && (point.size_bytes != 0 || point.value == 0)) line += ' ';
        else if (point.size_bytes == 0) line += kReplacement;
        else if (shared::breaks_line(point.value)) line += ' ';
        else line += text.substr(0, size);
        text.remove_prefix(size);
    }
    return line;
}

std::string counted(std::uint64_t count, std::string_view noun)
{
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

ProgressLine::ProgressLine()
    : enabled_(platform::is_terminal(stderr)), began_(std::chrono::steady_clock::now()), last_(began_)
{
}

ProgressLine::~ProgressLine()
{
    if (shown_) (void)std::fputs("\r\x1b[K", stderr);
}

void ProgressLine::show(const std::string& text)
{
    if (!enabled_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - began_ < kShowAfter || now - last_ < kShowEvery) return;
    last_ = now;
    shown_ = true;
    (void)std::fputs(("\r\x1b[K" + text).c_str(), stderr);
}

}  // namespace indaba::client
