// A centre and devices for one measurement: real programs on loopback, in a directory of their own that goes with them.
#pragma once

#include "tests/bench/process.hpp"
#include "tests/bench/rows.hpp"

#include <memory>
#include <span>
#include <string>

namespace indaba::bench {

/// A directory that is deleted with this object.
class Directory {
public:
    Directory();
    ~Directory();
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

/// A centre that is running, with the space "forum" and, as a delegate has them, a directory and a country.
class Centre {
public:
    Centre();
    /// The home of a newly enrolled device whose person may write in the forum; it has synchronised once.
    [[nodiscard]] std::string enrol(const std::string& person, const std::string& program = INDABA_PROGRAM);
    [[nodiscard]] std::string path(const std::string& name) const { return directory_.path(name); }

    /// Copies its directory, as a snapshot of its disk would.
    void back_up();
    /// Goes on from that copy.
    void put_back();

private:
    void start();

    Directory directory_;
    std::string address_ = "127.0.0.1:0";  // the same ever after
    std::unique_ptr<Running> server_;
};

/// Runs `indaba sync --json` in a home. Aborts if it does not end up to date.
struct Synced {
    double seconds = 0;
    double peak_bytes = 0;
    double bytes = 0;  ///< both directions
    double bytes_received = 0;
    double round_trips = 0;
};
[[nodiscard]] Synced sync(const std::string& home, const std::string& program = INDABA_PROGRAM);

/// Writes the rows as new records; seconds to the last commit.
[[nodiscard]] double write_rows(const std::string& home, std::span<const Row> rows, std::size_t rows_per_transaction);

}  // namespace indaba::bench
