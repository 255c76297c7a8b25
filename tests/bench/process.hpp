// Programs as people run them, with what they cost.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace indaba::bench {

struct Ran {
    int exit_code = -1;
    std::string output;       ///< standard output
    double seconds = 0;       ///< wall time from its start to its end
    double peak_bytes = 0;    ///< largest resident set
};

/// Runs to the end. What programs log is dropped unless INDABA_BENCH_LOG is set.
[[nodiscard]] Ran run(const std::vector<std::string>& command);

/// A program that runs until this object goes; it is asked to end with SIGTERM.
class Running {
public:
    explicit Running(const std::vector<std::string>& command);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    /// The next line of its standard output, without the line end; empty at the end.
    [[nodiscard]] std::string read_line();

private:
    pid_t pid_ = -1;
    int output_ = -1;
};

}  // namespace indaba::bench
