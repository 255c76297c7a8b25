#include "tests/tidy/exceptions.hpp"
#include "tests/tidy/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace indaba::tests::tidy {

namespace {

bool is_code(const Source& source)
{
    return source.is_cpp() || source.file_name() == "CMakeLists.txt" || source.path.ends_with(".cmake");
}

/// Inputs of fuzz targets, thousands perhaps, are explained once, above their folders.
bool is_fuzz_input(const Source& source) { return source.path.starts_with("tests/fuzz/corpus/"); }

/// What the build files of a folder say, all of it.
using BuildLists = std::map<std::string_view, std::string>;

std::string_view parent(std::string_view folder)
{
    const auto slash = folder.rfind('/');
    return slash == folder.npos ? std::string_view{} : folder.substr(0, slash);
}

/// The .cpp is named by a build file in its folder or above, by its path from there.
bool is_listed(const Source& source, const BuildLists& lists)
{
    for (auto folder = source.folder(); !folder.empty(); folder = parent(folder)) {
        const auto list = lists.find(folder);
        if (list != lists.end() && list->second.find(source.path.substr(folder.size() + 1)) != std::string::npos)
            return true;
    }
    return false;
}

bool is_excused(const Finding& finding, std::set<const Exception*>& used)
{
    const auto found = std::ranges::find_if(
        kExceptions, [&](const Exception& e) { return e.path == finding.path && e.rule == finding.rule; });
    if (found == kExceptions.end()) return false;
    used.insert(&*found);
    return true;
}

}  // namespace

Findings check_house(std::span<const Source> sources)
{
    BuildLists lists;
    std::set<std::string_view> folders;
    std::set<std::string_view> readme_folders;
    for (const auto& source : sources) {
        if (!source.is_cpp() && is_code(source)) lists[source.folder()] += source.text;
        if (source.file_name() == "README.md" && lines_of(source.text).size() >= 3)
            readme_folders.insert(source.folder());
        if (!source.folder().empty() && !source.folder().starts_with('.') && !is_fuzz_input(source))
            folders.insert(source.folder());
    }
    Findings findings;
    for (const auto folder : folders) {
        if (!readme_folders.contains(folder))
            findings.push_back({std::string(folder), "readme", "1: no README.md says what this folder is"});
    }
    for (const auto& source : sources) {
        if (source.path.ends_with(".cpp") && !is_listed(source, lists))
            findings.push_back({source.path, "build", "1: in no build file, so nobody compiles it"});
    }
    return findings;
}

Findings check_top_level(std::span<const std::string> names)
{
    static const std::set<std::string_view> kAllowed{"CMakeLists.txt", "CMakePresets.json", "README.md",  ".ci",
                                                     ".clang-format",  ".clang-tidy",       ".gitignore", "shared",
                                                     "sync",           "platform",          "client",     "server",
                                                     "tests"};
    Findings findings;
    for (const auto& name : names) {
        if (!kAllowed.contains(name)) findings.push_back({name, "top", "1: does not belong at the top"});
    }
    return findings;
}

Findings check_project(std::span<const Source> sources, std::span<const std::string> top_level)
{
    Findings all = check_house(sources);
    const auto add = [&](Findings found) { std::ranges::move(found, std::back_inserter(all)); };
    add(check_top_level(top_level));
    for (const auto& source : sources) {
        for (const auto rule :
             {check_arrows, check_calls, check_sizes, check_limits, check_words, check_names, check_header})
            add(rule(source));
    }
    std::set<const Exception*> used;
    std::erase_if(all, [&](const Finding& finding) { return is_excused(finding, used); });
    for (const auto& exception : kExceptions) {
        if (!used.contains(&exception))
            all.push_back(
                {std::string(exception.path), std::string(exception.rule), "1: an exception that excuses nothing"});
    }
    return all;
}

}  // namespace indaba::tests::tidy
