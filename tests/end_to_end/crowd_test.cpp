// Strangers at the port, thousands of them: who wait, who begin and do not go on, who send a byte at a time, who come
// again as often as they are cut. A device syncs meanwhile in at most twice its time, and the centre's memory has a
// limit. INDABA_STRANGERS asks for another number of them.
#include "tests/hostile/crowd.hpp"
#include "platform/system.hpp"
#include "shared/limits.hpp"
#include "tests/end_to_end/world.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>

namespace indaba::tests {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

/// What a busy machine may add to a sync that takes some dozens of milliseconds.
constexpr Milliseconds kSlack{50};
/// Of which the best counts, quiet or not.
constexpr int kSyncs = 5;

#ifndef __has_feature  // g++ has none; sanitizers run under clang
#define __has_feature(feature) 0
#endif
/// Then memory is not what it is.
constexpr bool kIsInstrumented = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);

std::size_t most_strangers()
{
    const char* text = std::getenv("INDABA_STRANGERS");
    return text == nullptr ? 5'000 : std::size_t(std::strtoull(text, nullptr, 10));
}

/// The most memory that the process has had so far; none on a system that does not say.
std::size_t peak_bytes(const Process& process)
{
    std::ifstream status(fmt::format("/proc/{}/status", process.pid()));
    std::size_t kibibytes = 0;
    for (std::string word; status >> word;) {
        if (word == "VmHWM:") status >> kibibytes;
    }
    return kibibytes * 1024;
}

class CrowdTest : public testing::Test {
protected:
    CrowdTest() : most(std::min(most_strangers(), platform::raise_descriptor_limit() - 100))
    {
        (void)std::signal(SIGPIPE, SIG_IGN);
        centre.operate({"space", "add", "forum", "--kind", "event"});
        centre.operate({"person", "add", "Amina", "--role", "forum=editor"});
        centre.start();
        amina.enrol(centre, "Amina");
        (void)amina.json({"sync"});
        quiet = best_sync();
    }
    ~CrowdTest() override { centre.stop(); }

    [[nodiscard]] std::uint16_t port() const
    {
        return std::uint16_t(std::stoi(centre.address().substr(centre.address().rfind(':') + 1)));
    }
    /// With something to say each time; fails the test unless it gets through.
    Milliseconds best_sync()
    {
        auto best = Milliseconds::max();
        for (int i = 0; i < kSyncs; ++i) {
            std::string lines;
            for (int line = 0; line < 400; ++line)
                lines += R"({"fields": {"name": "Enterprise"}})"
                         "\n";
            (void)amina.done({"put", "enterprise", "--from", "-"}, lines);
            const auto begun = Clock::now();
            (void)amina.json({"sync"});
            best = std::min<Milliseconds>(best, Clock::now() - begun);
        }
        return best;
    }
    void expect_in_twice_the_time(const CrowdPlan& plan)
    {
        const Crowd crowd(port(), plan);
        EXPECT_GE(crowd.opened(), plan.size());
        const auto crowded = best_sync();
        if (!kIsInstrumented) {  // else a handshake takes many times as long
            EXPECT_LE(crowded, 2 * quiet + kSlack)
                << fmt::format("{} ms, {} ms among {} strangers", quiet.count(), crowded.count(), crowd.opened());
        }
        EXPECT_GT(crowd.cut(), 0u);
    }
    void expect_little_memory()
    {
        if (kIsInstrumented) return;
        EXPECT_LE(peak_bytes(centre.process()), shared::limits::kMemoryAmongStrangers_bytes);
    }
    /// Of every kind, with a lot to remember for the centre.
    [[nodiscard]] CrowdPlan everybody() const
    {
        CrowdPlan plan{.half_open = most / 10, .slow_handshake = most / 20, .slow_request = most / 20};
        plan.idle = most - plan.size();
        return plan;
    }

    TemporaryDirectory directory;
    Centre centre{directory};
    Device amina{directory, "tablet"};
    std::size_t most;
    Milliseconds quiet{};
};

TEST_F(CrowdTest, thousands_of_one_address_are_in_nobodys_way)
{
    expect_in_twice_the_time(everybody());
    expect_little_memory();
}

TEST_F(CrowdTest, thousands_of_as_many_addresses_are_in_nobodys_way)
{
    auto plan = everybody();
    plan.addresses = plan.size();
    expect_in_twice_the_time(plan);
    expect_little_memory();
}

TEST_F(CrowdTest, who_comes_again_as_often_as_they_are_cut_is_in_nobodys_way)
{
    expect_in_twice_the_time({.idle = most / 10, .come_again = true});
    expect_in_twice_the_time({.idle = most / 10, .come_again = true, .addresses = most / 10});
    expect_little_memory();
}

/// Each takes as much of the processor as a device's own handshake.
TEST_F(CrowdTest, handshakes_that_come_again_from_another_address_are_in_nobodys_way)
{
    expect_in_twice_the_time({.half_open = most / 20, .come_again = true, .elsewhere = true});
    expect_little_memory();
}

/// From its own address a device waits for its turn behind them, but gets it.
TEST_F(CrowdTest, a_device_gets_in_among_handshakes_that_come_again)
{
    const CrowdPlan plan{.half_open = most / 20, .come_again = true};
    const Crowd crowd(port(), plan);
    (void)best_sync();
    EXPECT_GT(crowd.cut(), plan.size());
    expect_little_memory();
}

}  // namespace
}  // namespace indaba::tests
