// The program's log for operators: one event a line, key=value, time in UTC (RFC 3339). Any thread.
// Never personal data: an event's name and keys are literals, values are ids, counts, codes and addresses of machines.
// Deliberately not for what the person at the command line reads, and not for files: whoever starts us keeps stderr.
//
//     log.info("session_opened", {{"device", hex}, {"spaces", 3}});
//     time=2026-11-23T01:33:27.123Z level=info event=session_opened device=9f86d0 spaces=3
#pragma once

#include <concepts>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace indaba::platform {

enum class LogLevel : unsigned char { debug, info, warning, error };

/// Keys and events are lower-case letters, digits and underscores. Values are escaped: none can begin a new line.
struct LogField {
    LogField(const char* name, std::string_view text) : key(name), value(text) {}
    LogField(const char* name, const char* text) : key(name), value(text) {}
    LogField(const char* name, const std::string& text) : key(name), value(text) {}
    LogField(const char* name, bool truth) : key(name), value(truth ? "true" : "false") {}
    template <std::integral T>
    LogField(const char* name, T number) : key(name), value(std::to_string(number))
    {
    }

    std::string_view key;
    std::string value;
};

class Log {
public:
    using Fields = std::initializer_list<LogField>;

    /// What is below `threshold` is left out. `stream` must outlive it.
    explicit Log(LogLevel threshold = LogLevel::info, std::FILE* stream = stderr);
    ~Log();

    void debug(const char* event, Fields fields = {}) { write(LogLevel::debug, event, fields); }
    void info(const char* event, Fields fields = {}) { write(LogLevel::info, event, fields); }
    void warning(const char* event, Fields fields = {}) { write(LogLevel::warning, event, fields); }
    void error(const char* event, Fields fields = {}) { write(LogLevel::error, event, fields); }

    [[nodiscard]] bool enabled(LogLevel level) const { return level >= threshold_; }

private:
    void write(LogLevel level, const char* event, Fields fields);

    struct Sink;
    LogLevel threshold_;
    std::unique_ptr<Sink> sink_;
};

}  // namespace indaba::platform
