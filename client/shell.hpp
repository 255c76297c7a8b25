// What every command of `indaba` has in common: the home it works on, how it prints, how it ends. One thread.
// Deliberately not: anything that decides about records (core.hpp).
#pragma once

#include "client/core.hpp"

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace boost::json {
class value;
}

namespace indaba::client {

/// How a command ends; README.md tells scripts about them.
enum ExitCode : int {
    kDone = 0,
    kFailed = 1,    ///< it could not be done: not found, not enrolled, no connection, the disk
    kWrongUse = 2,  ///< the command line asks for something impossible
    kRefused = 3,   ///< against a rule of the catalogue or without the role: a person must change what is asked
};
[[nodiscard]] ExitCode exit_code_of(shared::Errc code);

class Shell {
public:
    std::string home;   ///< empty: the usual one
    bool json = false;  ///< answers for programs
    std::string passphrase_file;  ///< empty: the one that the environment names, else a person is asked
    std::function<int(Shell&)> command;  ///< what was asked for

    [[nodiscard]] Result<std::string> home_directory() const;
    [[nodiscard]] Result<std::unique_ptr<Core>> open() const;

    /// A line on standard output.
    void print(std::string_view line);
    void answer(const boost::json::value& value);
    /// As it is.
    [[nodiscard]] Result<void> write(std::string_view text);
    /// A line on standard error.
    void complain(std::string_view line);
    /// The same, and how to end.
    [[nodiscard]] int fail(const shared::Error& error);
    /// Everything printed has arrived, or kFailed.
    [[nodiscard]] int finish(int code);

private:
    [[nodiscard]] bool concerns_database(const shared::Error& error) const;
};

/// All of a file or a pipe, or of standard input for "-".
[[nodiscard]] Result<std::string> read_input(const std::string& path);

/// Text for one line of a terminal, whoever wrote it: control characters, line ends and what turns the writing
/// direction become spaces, bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string one_line(std::string_view text);

/// "1 record", "2 records"; the plural is the noun and an s.
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);

/// One line on a terminal's standard error that changes as work goes on; shown when it has taken a second, gone at the
/// end.
class ProgressLine {
public:
    ProgressLine();
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    void show(const std::string& text);

private:
    bool enabled_;
    bool shown_ = false;
    std::chrono::steady_clock::time_point began_;
    std::chrono::steady_clock::time_point last_;
};

}  // namespace indaba::client
