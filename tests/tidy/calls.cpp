#include "tests/tidy/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace indaba::tests::tidy {

namespace {

enum class Where { everywhere, outside_platform, programs, pure };

struct Banned {
    std::string_view what;  ///< ends in '(' for a call; otherwise found wherever it stands as a word
    Where where;
    std::string_view instead;
};

constexpr auto kBanned = std::to_array<Banned>({
    {"this_thread", Where::outside_platform, "wait for an event, or use virtual time"},
    {"usleep(", Where::outside_platform, "wait for an event, or use virtual time"},
    {"sleep(", Where::outside_platform, "wait for an event, or use virtual time"},
    {"rand(", Where::everywhere, "shared::Random"},
    {"srand(", Where::everywhere, "shared::Random"},
    {"assert(", Where::everywhere, "INDABA_CHECK, which stays in release builds"},
    {"strcpy(", Where::everywhere, "std::string"},
    {"strcat(", Where::everywhere, "std::string"},
    {"sprintf(", Where::everywhere, "std::format or fmt::format"},
    {"atoi(", Where::programs, "std::from_chars"},
    {"stoi(", Where::programs, "std::from_chars, which does not throw"},
    {"stoll(", Where::programs, "std::from_chars, which does not throw"},
    {"stoull(", Where::programs, "std::from_chars, which does not throw"},
    {"random_device", Where::programs, "shared::Random"},
    {"system_clock", Where::programs, "shared::Clock"},
    {"high_resolution_clock", Where::programs, "shared::Clock"},
    {"getenv(", Where::programs, "platform's environment"},
    {"system(", Where::programs, "nothing: no shell is ever started"},
    {"popen(", Where::programs, "nothing: no shell is ever started"},
    {"localtime(", Where::programs, "platform's clock"},
    {"gmtime(", Where::programs, "std::chrono's calendar types"},
    {"time(", Where::pure, "shared::Clock"},
    {"clock(", Where::pure, "shared::Clock"},
    {"steady_clock", Where::pure, "the time that the event brings"},
    {"mt19937", Where::pure, "shared::Random"},
    {"<thread>", Where::pure, "sans-IO: whoever owns the object brings the thread"},
    {"<mutex>", Where::pure, "sans-IO: whoever owns the object brings the thread"},
    {"<shared_mutex>", Where::pure, "sans-IO: whoever owns the object brings the thread"},
    {"<condition_variable>", Where::pure, "sans-IO: whoever owns the object brings the thread"},
    {"<future>", Where::pure, "sans-IO: whoever owns the object brings the thread"},
    {"<atomic>", Where::pure, "sans-IO: whoever owns the object brings the thread"},
    {"<coroutine>", Where::pure, "sans-IO: events in, actions out"},
    {"<random>", Where::pure, "shared::Random: <random> differs between standard libraries"},
    {"<fstream>", Where::pure, "platform's files"},
    {"<filesystem>", Where::pure, "platform's files"},
    {"<iostream>", Where::pure, "return it: only client and server print"},
    {"printf(", Where::pure, "return it: only client and server print"},
});

bool applies(const Banned& banned, const Source& source)
{
    const auto room = source.room();
    switch (banned.where) {
        case Where::everywhere: return true;
        case Where::outside_platform: return room != "platform";
        case Where::programs: return room != "platform" && room != "tests";
        case Where::pure: return room == "shared" || room == "sync" || room == "sync/store";
    }
    return true;
}

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/// A member, a qualified name of ours or a declaration by the same name is not the C function.
bool is_other_name(std::string_view code, std::size_t at, bool is_call)
{
    if (at == 0) return false;
    const char before = code[at - 1];
    if (is_word(before)) return true;
    if (!is_call) return false;
    if (before == '.' || before == '>' || before == '~') return true;
    const auto head = code.substr(0, at);
    if (head.ends_with("::"))
        return !head.ends_with("std::") && is_word(head[head.size() - std::min<std::size_t>(3, at)]);
    // "int time(", "Result<Stamp> time(" and "Clock& time(" declare; "return time(" and "a > time(" call.
    if (before != ' ' || at < 3) return false;
    if (is_word(code[at - 2])) return !head.ends_with("return ") && !head.ends_with("co_await ");
    return std::string_view(">&*").find(code[at - 2]) != std::string_view::npos && code[at - 3] != ' ';
}

}  // namespace

Findings check_calls(const Source& source)
{
    Findings findings;
    if (!source.is_cpp()) return findings;
    for (const auto& banned : kBanned) {
        if (!applies(banned, source)) continue;
        const bool is_call = banned.what.ends_with('(');
        for (auto at = source.code.find(banned.what); at != source.code.npos;
             at = source.code.find(banned.what, at + 1)) {
            const auto end = at + banned.what.size();
            const bool goes_on = is_word(banned.what.back()) && end < source.code.size() && is_word(source.code[end]);
            if (goes_on || is_other_name(source.code, at, is_call)) continue;
            const auto line = 1 + std::count(source.code.begin(), source.code.begin() + std::ptrdiff_t(at), '\n');
            findings.push_back(
                {source.path, "call",
                 fmt::format("{}: '{}' is not used here; instead: {}", line, banned.what, banned.instead)});
        }
    }
    return findings;
}

}  // namespace indaba::tests::tidy
