// A centre and devices as real processes in a temporary directory, on loopback with real TLS. One thread.
#pragma once

#include "tests/end_to_end/process.hpp"
#include "tests/unit/temporary_directory.hpp"

#include <boost/json.hpp>

#include <memory>
#include <string>
#include <vector>

namespace indaba::tests {

using Arguments = std::vector<std::string>;

class Centre {
public:
    /// Made, not yet running.
    explicit Centre(const TemporaryDirectory& directory);

    /// Starts it, on the port of the first time if it has run before; waits until it listens.
    void start();
    void start_at(const std::string& address);
    /// As an operator stops it.
    void stop();
    void kill();
    [[nodiscard]] bool running() const { return process_ != nullptr; }
    [[nodiscard]] Process& process() { return *process_; }

    /// An operator's command, without --data; its output without the line end. Fails the test unless it ends with 0.
    std::string operate(const Arguments& arguments) const;
    [[nodiscard]] Ended try_operate(const Arguments& arguments) const;
    /// The same, not waited for.
    [[nodiscard]] std::unique_ptr<Process> begin(const Arguments& arguments) const;
    /// HOST:PORT
    [[nodiscard]] const std::string& address() const { return address_; }
    [[nodiscard]] std::string data() const { return directory_.file("centre"); }

private:
    const TemporaryDirectory& directory_;
    std::string address_ = "127.0.0.1:0";
    std::unique_ptr<Process> process_;
};

class Device {
public:
    Device(const TemporaryDirectory& directory, const std::string& name) : directory_(directory), name_(name) {}

    /// With an invitation of `centre` for this person.
    void enrol(const Centre& centre, const std::string& person);

    /// `indaba` with these arguments at this home.
    [[nodiscard]] Ended run(const Arguments& arguments, const std::string& input = {}) const;
    /// The same; its output without the line end. Fails the test unless it ends with 0.
    std::string done(const Arguments& arguments, const std::string& input = {}) const;
    [[nodiscard]] boost::json::value json(Arguments arguments, const std::string& input = {}) const;
    [[nodiscard]] std::unique_ptr<Process> begin(const Arguments& arguments) const;

    [[nodiscard]] std::string home() const { return directory_.file(name_); }
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    [[nodiscard]] Arguments command(const Arguments& arguments) const;

    const TemporaryDirectory& directory_;
    std::string name_;
};

/// A member of an object, or of one inside it by a path of names; fails the test if there is none.
[[nodiscard]] const boost::json::value& at(const boost::json::value& value, std::string_view name);
[[nodiscard]] std::string text_at(const boost::json::value& value, std::string_view name);
[[nodiscard]] std::int64_t number_at(const boost::json::value& value, std::string_view name);

/// Every record and conflict that a device shows, ids with what it says of them.
[[nodiscard]] std::string everything_shown(const Device& device);

/// Compares the devices' stores with the centre's, cell by cell and leaf by leaf, and fails the test where they differ.
/// The centre may be running; all devices have a role in `space`.
void expect_same_leaves(const Centre& centre, const std::vector<const Device*>& devices, const std::string& space);

/// How many transactions the centre has ruled on in a space.
[[nodiscard]] std::uint64_t feed_length(const Centre& centre, const std::string& space);

}  // namespace indaba::tests
