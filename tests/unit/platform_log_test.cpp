#include "platform/log.hpp"
#include "tests/unit/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <thread>
#include <vector>

namespace indaba::platform {
namespace {

using testing::EndsWith;
using testing::MatchesRegex;

class LogTest : public testing::Test {
protected:
    ~LogTest() override { std::fclose(stream_); }

    std::vector<std::string> lines() const
    {
        std::ifstream in(directory_.file("log"));
        std::vector<std::string> lines;
        for (std::string line; std::getline(in, line);) lines.push_back(line);
        return lines;
    }

    tests::TemporaryDirectory directory_;
    std::FILE* stream_ = std::fopen(directory_.file("log").c_str(), "w");
};

TEST_F(LogTest, OneEventIsOneLine)
{
    Log log(LogLevel::info, stream_);
    log.info("session_opened",
             {{"device", "9f86d0"}, {"spaces", 3}, {"resumed", true}, {"bytes", std::uint64_t{1} << 40}});
    ASSERT_EQ(lines().size(), 1u) << "written at once";
    EXPECT_THAT(lines()[0], MatchesRegex("time=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z "
                                         "level=info event=session_opened device=9f86d0 spaces=3 resumed=true "
                                         "bytes=1099511627776"));
}

TEST_F(LogTest, TheTimeIsUtc)
{
    ::setenv("TZ", "Asia/Shanghai", 1);
    ::tzset();
    const std::time_t before = std::time(nullptr);
    Log(LogLevel::info, stream_).info("x");
    ::unsetenv("TZ");
    ::tzset();
    std::tm time{};
    ASSERT_NE(::strptime(lines().at(0).c_str(), "time=%Y-%m-%dT%H:%M:%S", &time), nullptr);
    EXPECT_LE(std::abs(::timegm(&time) - before), 60);
}

TEST_F(LogTest, NoValueBeginsANewLineOrField)
{
    Log log(LogLevel::info, stream_);
    log.warning("refused", {{"reason", "a b=c"},
                            {"path", "x\nlevel=info event=forged\x1b[2J\x7f"},
                            {"quote", "\"\\"},
                            {"empty", ""},
                            {"utf8", "\xc2\x85"}});
    ASSERT_EQ(lines().size(), 1u);
    EXPECT_THAT(lines()[0], EndsWith(R"(level=warning event=refused reason="a b=c" )"
                                     R"(path="x\x0alevel=info event=forged\x1b[2J\x7f" quote="\"\\" empty="" )"
                                     R"(utf8="\xc2\x85")"));
}

TEST_F(LogTest, PercentAndBracesAreNothingSpecial)
{
    Log(LogLevel::info, stream_).error("x", {{"text", "%v{}{0}%s"}});
    EXPECT_THAT(lines().at(0), EndsWith("level=error event=x text=%v{}{0}%s"));
}

TEST_F(LogTest, WhatIsBelowTheThresholdIsLeftOut)
{
    Log log(LogLevel::warning, stream_);
    log.debug("a");
    log.info("b");
    log.warning("c");
    log.error("d");
    EXPECT_EQ(lines().size(), 2u);
    EXPECT_FALSE(log.enabled(LogLevel::info));
    Log(LogLevel::debug, stream_).debug("e");
    EXPECT_THAT(lines().at(2), EndsWith("level=debug event=e"));
}

TEST_F(LogTest, LinesOfThreadsDoNotMix)
{
    Log log(LogLevel::info, stream_);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&log, thread] {
            for (int i = 0; i < 200; ++i) log.info("tick", {{"thread", thread}, {"text", std::string(200, 'x')}});
        });
    }
    for (std::thread& thread : threads) thread.join();
    const auto written = lines();
    ASSERT_EQ(written.size(), 800u);
    for (const std::string& line : written) {
        ASSERT_THAT(line, MatchesRegex("time=[^ ]+ level=info event=tick thread=[0-3] text=x{200}"));
    }
}

TEST(LogDeathTest, NamesAreLiteralsOfOurs)
{
    EXPECT_DEATH(Log().info("two words"), "check failed");
    EXPECT_DEATH(Log().info("x", {{"a=b", 1}}), "check failed");
}

}  // namespace
}  // namespace indaba::platform
