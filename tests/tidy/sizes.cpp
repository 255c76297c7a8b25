#include "tests/tidy/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

namespace indaba::tests::tidy {

namespace {

constexpr std::size_t kLine_columns = 120;
constexpr std::size_t kFunction_lines = 70;
constexpr std::size_t kFile_lines = 350;
constexpr std::size_t kTestFile_lines = 500;  // a scenario reads from top to bottom

std::size_t columns(std::string_view line)
{
    return std::size_t(
        std::ranges::count_if(line, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool is_measured(const Source& source)
{
    return source.is_cpp() || source.path.ends_with(".cmake") || source.file_name() == "CMakeLists.txt" ||
           source.path.ends_with("/run") || source.path.ends_with(".sql");
}

/// Functions, and only they, open with a brace on its own line; they end with one at the same depth.
void check_functions(const Source& source, Findings& findings)
{
    const auto lines = lines_of(source.code);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto indent = lines[i].find_first_not_of(' ');
        if (indent == lines[i].npos || lines[i].substr(indent) != "{") continue;
        std::size_t end = i + 1;
        const auto closes = [&](std::string_view line) {
            return line.find_first_not_of(' ') == indent && line[indent] == '}';
        };
        while (end < lines.size() && !closes(lines[end])) ++end;
        const auto size = end - i - 1;
        if (size > kFunction_lines)
            findings.push_back({source.path, "size",
                                fmt::format("{}: a function of {} lines, over {}", i + 1, size, kFunction_lines)});
    }
}

}  // namespace

Findings check_sizes(const Source& source)
{
    Findings findings;
    if (!is_measured(source)) return findings;
    const auto lines = lines_of(source.text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (columns(lines[i]) > kLine_columns)
            findings.push_back({source.path, "size", fmt::format("{}: over {} columns", i + 1, kLine_columns)});
    }
    const auto limit = source.room() == "tests" ? kTestFile_lines : kFile_lines;
    if (lines.size() > limit)
        findings.push_back(
            {source.path, "size", fmt::format("{} lines, over {}: it is two rooms", lines.size(), limit)});
    if (source.is_cpp()) check_functions(source, findings);
    return findings;
}

Findings check_limits(const Source& source)
{
    static const std::regex kOnTheNetwork(
        "(platform/(net_|http|websocket|anonymous_line|device_seats|repeated_events|async|tls)|sync/.*session|"
        "server/(connection|enrolment|outbox|service|sessions|store_thread|wrong_codes)|"
        "client/(core_sync|enrolment|sync_connection|wire)).*");
    static const std::regex kLimit(
        "\\b(Duration|milliseconds|seconds|minutes|hours)( k?\\w+)?[{(] ?[1-9].*|"
        ".*\\w_ms = [1-9].*|\\b(?!k[A-Z])[a-z]\\w*_bytes = [1-9].*");
    Findings findings;
    if (!std::regex_match(source.path, kOnTheNetwork)) return findings;
    std::size_t number = 0;
    for (const auto line : lines_of(source.code)) {
        ++number;
        if (std::regex_search(line.begin(), line.end(), kLimit))
            findings.push_back({source.path, "limit", fmt::format("{}: belongs into shared/limits.hpp", number)});
    }
    return findings;
}

}  // namespace indaba::tests::tidy
