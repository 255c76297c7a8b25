// A sync whose device or centre is killed at any moment, and repeated, ends as if nothing had happened. The moments
// come from a seed; INDABA_SEED repeats one, INDABA_ROUNDS asks for more of them.
#include "client/enrolment.hpp"
#include "tests/end_to_end/world.hpp"
#include "tests/unit/cut_off.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <random>

namespace indaba::tests {
namespace {

using std::chrono::microseconds;

const std::string kSpace = "forum";
constexpr int kRounds = 10;
constexpr int kTransactions = 20;
constexpr int kRecords = 20;  // each

std::uint64_t number_from(const char* name, std::uint64_t otherwise)
{
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Kill : public testing::Test {
protected:
    Kill()
    {
        centre.operate({"space", "add", kSpace, "--kind", "event"});
        for (const char* person : {"Amina", "Boris"})
            centre.operate({"person", "add", person, "--role", kSpace + "=editor"});
        centre.start();
        writer.enrol(centre, "Amina");
        reader.enrol(centre, "Boris");
        for (const auto* device : {&writer, &reader}) (void)device->json({"sync"});
    }

    /// Several transactions of new records, and one that edits some of those before.
    void write(int round)
    {
        for (int i = 0; i < kTransactions; ++i) {
            std::ofstream lines(directory.file("new.jsonl"));
            for (int j = 0; j < kRecords; ++j)
                lines << fmt::format(R"({{"type":"enterprise","fields":{{"name":"Company {} {} {}","about":"{}"}}}})",
                                     round, i, j, std::string(200, char('a' + chance() % 26)))
                      << "\n";
            lines.close();
            const auto made = writer.json({"put", "--from", directory.file("new.jsonl")});
            for (const auto& id : at(made, "ids").as_array()) ids.emplace_back(id.as_string());
        }
        writer.done({"put", "enterprise", "--id", ids[chance() % ids.size()], fmt::format("city=Round {}", round)});
    }

    /// Begins a sync and kills one side after a random part of what it usually takes.
    void cut(const Device& device, microseconds usual)
    {
        const auto process = device.begin({"sync", "--json"});
        const auto moment = microseconds(std::int64_t(chance() % std::uint64_t(usual.count() * 5 / 4)));
        const bool ended = process->wait_for_end(moment);
        const bool device_dies = chance() % 2 == 0;
        if (device_dies) process->signal(SIGKILL);
        else centre.kill();
        (void)process->finish();
        if (!device_dies) centre.start();
        cut_short += ended ? 0 : 1;
    }

    microseconds sync_fully(const Device& device) const
    {
        const auto before = std::chrono::steady_clock::now();
        const auto report = device.json({"sync"});
        EXPECT_TRUE(at(report, "up_to_date").as_bool()) << boost::json::serialize(report);
        return std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - before);
    }

    const std::uint64_t seed = number_from("INDABA_SEED", 20261123);
    std::mt19937_64 chance{seed};
    TemporaryDirectory directory;
    Centre centre{directory};
    Device writer{directory, "writer"};
    Device reader{directory, "reader"};
    std::vector<std::string> ids;
    int cut_short = 0;
};

TEST_F(Kill, at_any_moment_of_a_sync_loses_and_doubles_nothing)
{
    SCOPED_TRACE(fmt::format("INDABA_SEED={}", seed));
    write(0);
    const auto push = sync_fully(writer);
    const auto pull = sync_fully(reader);
    const int rounds = int(number_from("INDABA_ROUNDS", kRounds));
    for (int round = 1; round <= rounds && !HasFailure(); ++round) {
        write(round);
        for (int cuts = 1 + int(chance() % 2); cuts > 0; --cuts) cut(writer, push);
        (void)sync_fully(writer);
        for (int cuts = 1 + int(chance() % 2); cuts > 0; --cuts) cut(reader, pull);
        (void)sync_fully(reader);
    }
    EXPECT_GT(cut_short, rounds / 2) << "too few syncs were cut to show anything";

    expect_same_leaves(centre, {&writer, &reader}, kSpace);
    EXPECT_EQ(everything_shown(writer), everything_shown(reader));
    for (const auto* device : {&writer, &reader}) {
        const auto status = device->json({"status"});
        EXPECT_EQ(number_at(status, "records"), std::int64_t(ids.size()));
        EXPECT_EQ(number_at(status, "accepted"), std::int64_t(ids.size()));
        EXPECT_EQ(number_at(status, "only_here"), 0);
        EXPECT_EQ(number_at(status, "refused"), 0);
        EXPECT_EQ(number_at(status, "conflicts"), 0);
    }
    EXPECT_EQ(feed_length(centre, kSpace), std::uint64_t((rounds + 1) * (kTransactions + 1)));
}

TEST_F(Kill, at_any_change_of_a_home_that_is_enrolled_again_leaves_it_enrolled)
{
    writer.done({"put", "enterprise", "name=Unsent"});
    const auto file = writer.home() + "/enrolment.json";
    const auto before = content_of(file);
    const auto invitation = client::Invitation::parse(centre.operate({"invite", "Amina"}));
    ASSERT_TRUE(invitation.has_value());
    auto end = CutOff::End::killed;
    int n = 0;
    for (; end == CutOff::End::killed && !HasFailure(); ++n) {
        SCOPED_TRACE(fmt::format("before change {}", n));
        std::ofstream(file, std::ios::binary) << before;
        end = CutOff::before_change(n, [&] { return client::enrol(writer.home(), *invitation, {}).has_value(); });
        if (end == CutOff::End::impossible) GTEST_SKIP() << "this system lets nobody trace a process";
        ASSERT_NE(end, CutOff::End::failed) << "the same invitation, again and again";
        EXPECT_EQ(number_at(writer.json({"status"}), "only_here"), 1);
    }
    EXPECT_GT(n, 4) << "nothing was cut off";
    EXPECT_NE(content_of(file), before);
    EXPECT_EQ(number_at(writer.json({"sync"}), "accepted"), 1);
}

}  // namespace
}  // namespace indaba::tests
