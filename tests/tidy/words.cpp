#include "tests/tidy/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <regex>

namespace indaba::tests::tidy {

namespace {

struct Word {
    std::string begin;
    std::string end;  ///< apart, so that this file does not find itself
    std::string_view why;
};

const std::vector<Word>& words()
{
    static const std::vector<Word> kWords{
        {"TO", "DO", "finish it or leave it out"},
        {"FIX", "ME", "finish it or leave it out"},
        {"X", "XX", "finish it or leave it out"},
        {"HA", "CK", "finish it or leave it out"},
        {"/wo", "rk/", "a path of one machine"},
        {"/ro", "ot/", "a path of one machine"},
        {"design", ".md", "what matters stands in a README here"},
        {"npm", "js.", "tools know their own registries"},
        {"://reg", "istry", "tools know their own registries"},
        {"deb.", "debian", "tools know their own registries"},
    };
    return kWords;
}

bool is_binary(std::string_view text) { return text.substr(0, 4096).find('\0') != text.npos; }

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

constexpr std::array<std::string_view, 6> kEmptyNames{"Manager", "Helper", "Helpers", "Util", "Utils", "Impl"};

/// The namespace that a room's code lives in; empty where it is free.
std::string_view expected_namespace(const Source& source)
{
    if (source.room() == "sync/store") return "indaba::sync::store";
    if (source.room() == "shared") return "indaba::shared";
    if (source.room() == "sync") return "indaba::sync";
    if (source.room() == "platform") return "indaba::platform";
    if (source.room() == "client") return "indaba::client";
    if (source.room() == "server") return "indaba::server";
    return {};
}

void check_namespace(const Source& source, Findings& findings)
{
    const auto expected = expected_namespace(source);
    if (expected.empty() || source.file_name() == "main.cpp") return;
    if (source.code.find(fmt::format("namespace {}", expected)) == source.code.npos)
        findings.push_back({source.path, "name", fmt::format("1: has no namespace {}", expected)});
}

}  // namespace

Findings check_words(const Source& source)
{
    Findings findings;
    if (is_binary(source.text)) return findings;
    std::size_t number = 0;
    for (const auto line : lines_of(source.text)) {
        ++number;
        for (const auto& [begin, rest, why] : words()) {
            const auto word = begin + rest;
            const auto at = line.find(word);
            if (at == line.npos) continue;
            const auto end = at + word.size();
            const bool inside = (at > 0 && is_word(line[at - 1])) || (end < line.size() && is_word(line[end]));
            if (!inside || !is_word(begin[0]))
                findings.push_back({source.path, "word", fmt::format("{}: '{}': {}", number, word, why)});
        }
    }
    return findings;
}

Findings check_names(const Source& source)
{
    static const std::regex kType(R"(\b(?:class|struct|union|enum|concept|using)\s+(?:class\s+)?(\w+))");
    static const std::regex kFileName(R"([a-z0-9_]+\.[ch]pp)");
    Findings findings;
    if (!source.is_cpp()) return findings;
    std::size_t number = 0;
    for (const auto line : lines_of(source.code)) {
        ++number;
        const bool is_candidate =
            std::ranges::any_of(kEmptyNames, [&](auto name) { return line.find(name) != line.npos; }) ||
            line.find("Data") != line.npos;
        const std::string text(is_candidate ? line : std::string_view{});
        for (auto it = std::sregex_iterator(text.begin(), text.end(), kType); it != std::sregex_iterator(); ++it) {
            const std::string type = (*it)[1];
            const auto ends = [&](std::string_view name) { return type.ends_with(name); };
            if (std::ranges::any_of(kEmptyNames, ends) || ends("Data"))
                findings.push_back(
                    {source.path, "name", fmt::format("{}: '{}' does not say what it is", number, type)});
        }
    }
    const std::string name(source.file_name());
    const auto stem = name.substr(0, name.rfind('.'));
    for (const std::string_view empty :
         {"manager", "helper", "helpers", "util", "utils", "impl", "data", "common", "misc"}) {
        if (stem == empty || stem.ends_with(fmt::format("_{}", empty)))
            findings.push_back(
                {source.path, "name", fmt::format("1: a file called '{}' does not say what it is", name)});
    }
    if (!std::regex_match(name, kFileName)) findings.push_back({source.path, "name", "1: file names are snake_case"});
    check_namespace(source, findings);
    return findings;
}

Findings check_header(const Source& source)
{
    Findings findings;
    if (!source.is_header()) return findings;
    if (source.code.find("#pragma once") == source.code.npos)
        findings.push_back({source.path, "header", "1: has no #pragma once"});
    if (!source.text.starts_with("// "))
        findings.push_back({source.path, "header", "1: does not open with what it is and is not"});
    static const std::regex kUsing(R"(\nusing namespace (?!std::[a-z_:]*literals;))");
    if (std::regex_search(source.code, kUsing))
        findings.push_back({source.path, "header", "1: 'using namespace' in a header"});
    return findings;
}

}  // namespace indaba::tests::tidy
