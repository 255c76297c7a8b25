#include "platform/log.hpp"

#include "shared/check.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <algorithm>
#include <mutex>

namespace indaba::platform {
namespace {

constexpr const char* kPattern = "time=%Y-%m-%dT%H:%M:%S.%eZ level=%l event=%v";

bool is_name(std::string_view text)
{
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

bool is_plain(char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '='; }

/// Anything but printable ASCII is spelled in hexadecimal: no terminal or log reader is led astray by a value.
void append_value(std::string& line, std::string_view value)
{
    if (!value.empty() && std::all_of(value.begin(), value.end(), is_plain)) {
        line += value;
        return;
    }
    line += '"';
    for (const char c : value) {
        if (is_plain(c) || c == ' ' || c == '=') {
            line += c;
        } else if (c == '"' || c == '\\') {
            line += {'\\', c};
        } else {
            constexpr std::string_view kDigits = "0123456789abcdef";
            const auto byte = static_cast<unsigned char>(c);
            line += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
        }
    }
    line += '"';
}

spdlog::level::level_enum spdlog_level(LogLevel level)
{
    switch (level) {
        case LogLevel::debug: return spdlog::level::debug;
        case LogLevel::info: return spdlog::level::info;
        case LogLevel::warning: return spdlog::level::warn;
        case LogLevel::error: return spdlog::level::err;
    }
    shared::check_failed("a level");
}

class StreamSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit StreamSink(std::FILE* stream) : stream_(stream) {}

private:
    void sink_it_(const spdlog::details::log_msg& message) override
    {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        std::fwrite(line.data(), 1, line.size(), stream_);
        std::fflush(stream_);
    }
    void flush_() override { std::fflush(stream_); }

    std::FILE* stream_;
};

}  // namespace

struct Log::Sink {
    explicit Sink(std::FILE* stream) : logger("indaba", std::make_shared<StreamSink>(stream))
    {
        logger.set_formatter(std::make_unique<spdlog::pattern_formatter>(kPattern, spdlog::pattern_time_type::utc));
        logger.set_level(spdlog::level::trace);
    }
    spdlog::logger logger;
};

Log::Log(LogLevel threshold, std::FILE* stream) : threshold_(threshold), sink_(std::make_unique<Sink>(stream)) {}

Log::~Log() = default;

void Log::write(LogLevel level, const char* event, Fields fields)
{
    if (!enabled(level)) return;
    INDABA_CHECK(is_name(event));
    std::string line = event;
    for (const LogField& field : fields) {
        INDABA_CHECK(is_name(field.key));
        line += ' ';
        line += field.key;
        line += '=';
        append_value(line, field.value);
    }
    sink_->logger.log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace indaba::platform
