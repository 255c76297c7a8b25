// A program under test: started, read, waited for and killed, all with deadlines and without ever sleeping (it polls
// pipes and the process itself). One thread. Its standard error goes to a file, so that a log can never fill a pipe.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace indaba::tests {

struct Ended {
    int code = -1;  ///< 128 + the signal's number if one ended it
    std::string out;
    std::string err;
};

class Process {
public:
    using Duration = std::chrono::microseconds;

    /// Throws if the program cannot be started.
    Process(const std::vector<std::string>& command, const std::string& error_path, const std::string& input = {});
    /// Kills what still runs.
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    /// True once its output holds this; false if it ends before, or at the deadline.
    [[nodiscard]] bool wait_for_output(const std::string& text, Duration patience = std::chrono::seconds(30));
    /// True if it ended within that time.
    [[nodiscard]] bool wait_for_end(Duration patience);
    void signal(int number) const;
    /// Waits for the end; a process that does not end in time is killed, which shows in the code.
    Ended finish(Duration patience = std::chrono::seconds(120));

    [[nodiscard]] const std::string& output() const { return output_; }
    [[nodiscard]] int pid() const { return pid_; }

private:
    bool look(Duration patience);

    int pid_ = -1;
    int handle_ = -1;
    int pipe_ = -1;
    bool ended_ = false;
    int code_ = -1;
    std::string output_;
    std::string error_path_;
};

}  // namespace indaba::tests
