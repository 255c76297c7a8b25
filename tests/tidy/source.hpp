// The project's own files as the rules see them: text, and text without comments and literals. Values; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace indaba::tests::tidy {

struct Source {
    std::string path;  ///< from the root, with '/'
    std::string text;
    std::string code;  ///< C++ only: the same length and lines, comments and contents of literals blanked out

    [[nodiscard]] bool is_cpp() const;
    [[nodiscard]] bool is_header() const { return path.ends_with(".hpp"); }
    /// The folder: "sync/store" for "sync/store/rows.cpp", "" at the top.
    [[nodiscard]] std::string_view folder() const;
    /// The part of the house with its own rules: shared, sync, sync/store, platform, client, server, tests or "".
    [[nodiscard]] std::string_view room() const;
    [[nodiscard]] std::string_view file_name() const;
};

[[nodiscard]] Source make_source(std::string path, std::string text);

/// Every file of the project, sorted by path; leaves out what .gitignore names.
[[nodiscard]] std::vector<Source> read_project(const std::string& root);

/// Names at the top that .gitignore does not mention, sorted.
[[nodiscard]] std::vector<std::string> read_top_level(const std::string& root);

[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

}  // namespace indaba::tests::tidy
