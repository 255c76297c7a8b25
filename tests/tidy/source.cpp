#include "tests/tidy/source.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace indaba::tests::tidy {

namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path)
{
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return std::move(text).str();
}

/// The plain names in .gitignore, and git's own folder.
std::set<std::string> ignored_names(const fs::path& root)
{
    std::set<std::string> names{".git"};
    const auto text = read_file(root / ".gitignore");
    for (auto line : lines_of(text)) {
        while (line.starts_with('/')) line.remove_prefix(1);
        while (line.ends_with('/')) line.remove_suffix(1);
        names.emplace(line);
    }
    return names;
}

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/// Where the comment or literal that begins at `i` ends; `i` if none begins there.
std::size_t end_of_blank(std::string_view text, std::size_t i)
{
    const auto after = [&](std::string_view end, std::size_t from) {
        const auto found = text.find(end, from);
        return found == text.npos ? text.size() : found + end.size();
    };
    if (text.substr(i, 2) == "//") return std::min(text.find('\n', i), text.size());
    if (text.substr(i, 2) == "/*") return after("*/", i + 2);
    if (text.substr(i, 2) == "R\"" && (i == 0 || !is_word(text[i - 1]))) {
        const auto open = std::min(text.find('(', i), text.size());
        return after(")" + std::string(text.substr(i + 2, open - i - 2)) + "\"", open);
    }
    const char quote = text[i];
    const bool is_digit_separator = quote == '\'' && i > 0 && is_word(text[i - 1]);
    if ((quote != '"' && quote != '\'') || is_digit_separator) return i;
    for (++i; i < text.size() && text[i] != quote && text[i] != '\n'; ++i) {
        if (text[i] == '\\') ++i;
    }
    return std::min(i + 1, text.size());
}

bool is_include(std::string_view text, std::size_t i)
{
    const auto begin = text.rfind('\n', i) + 1;
    return text.substr(begin).starts_with("#include");
}

std::string without_comments_and_literals(std::string_view text)
{
    std::string code(text);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto end = end_of_blank(text, i);
        if (end == i || (text[i] == '"' && is_include(text, i))) continue;
        for (; i < end; ++i) {
            if (code[i] != '\n') code[i] = ' ';
        }
        --i;
    }
    return code;
}

}  // namespace

bool Source::is_cpp() const { return path.ends_with(".cpp") || path.ends_with(".hpp"); }

std::string_view Source::folder() const
{
    const auto slash = path.rfind('/');
    return slash == path.npos ? std::string_view{} : std::string_view(path).substr(0, slash);
}

std::string_view Source::room() const
{
    constexpr std::array<std::string_view, 7> kRooms{"shared", "sync/store", "sync", "platform",
                                                     "client", "server",     "tests"};
    for (const auto room : kRooms) {
        if (path.starts_with(room) && path.substr(room.size()).starts_with('/')) return room;
    }
    return {};
}

std::string_view Source::file_name() const { return std::string_view(path).substr(path.rfind('/') + 1); }

Source make_source(std::string path, std::string text)
{
    Source source{std::move(path), std::move(text), {}};
    if (source.is_cpp()) source.code = without_comments_and_literals(source.text);
    return source;
}

std::vector<Source> read_project(const std::string& root)
{
    const auto ignored = ignored_names(root);
    std::vector<Source> sources;
    for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator(); ++it) {
        if (ignored.contains(it->path().filename().string())) {
            it.disable_recursion_pending();
        } else if (it->is_regular_file()) {
            sources.push_back(make_source(it->path().lexically_relative(root).generic_string(), read_file(it->path())));
        }
    }
    std::ranges::sort(sources, {}, &Source::path);
    return sources;
}

std::vector<std::string> read_top_level(const std::string& root)
{
    const auto ignored = ignored_names(root);
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(root)) {
        auto name = entry.path().filename().string();
        if (!ignored.contains(name)) names.push_back(std::move(name));
    }
    std::ranges::sort(names);
    return names;
}

std::vector<std::string_view> lines_of(std::string_view text)
{
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

}  // namespace indaba::tests::tidy
