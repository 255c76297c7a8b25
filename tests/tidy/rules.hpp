// The rules of the house. Each is a pure function from files to findings, so that it can be shown a planted violation.
#pragma once

#include "tests/tidy/source.hpp"

#include <span>

namespace indaba::tests::tidy {

struct Finding {
    std::string path;
    std::string rule;  ///< a short name, which exceptions.hpp refers to
    std::string text;  ///< "12: what is wrong"
};
using Findings = std::vector<Finding>;

/// "arrow": includes and linked targets follow the arrows between rooms and what each room may use from outside.
[[nodiscard]] Findings check_arrows(const Source& source);

/// "call": clocks, chance, threads, sleep and the like where they may not be.
[[nodiscard]] Findings check_calls(const Source& source);

/// "size": lines, functions and files that are too long.
[[nodiscard]] Findings check_sizes(const Source& source);

/// "limit": sizes and waits of the network anywhere but in shared/limits.hpp.
[[nodiscard]] Findings check_limits(const Source& source);

/// "word": unfinished work, machine paths, addresses of registries.
[[nodiscard]] Findings check_words(const Source& source);

/// "name": types and files that are called Manager and the like, namespaces that are not the folder.
[[nodiscard]] Findings check_names(const Source& source);

/// "header": `#pragma once`, an opening comment, no `using namespace`.
[[nodiscard]] Findings check_header(const Source& source);

/// "readme": a folder with files of any kind says what it is. "build": every .cpp is listed in a build file above it.
[[nodiscard]] Findings check_house(std::span<const Source> sources);

/// "top": nothing at the top but what the README's map shows.
[[nodiscard]] Findings check_top_level(std::span<const std::string> names);

/// All of the above, without what exceptions.hpp allows; an exception that excuses nothing is itself a finding.
[[nodiscard]] Findings check_project(std::span<const Source> sources, std::span<const std::string> top_level);

}  // namespace indaba::tests::tidy
