// What encryption costs: the real programs beside the same programs without it, by turns, because a machine's disk has
// better and worse minutes.
#include "shared/check.hpp"
#include "tests/bench/centre.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <fstream>

namespace indaba::bench {
namespace {

/// Whether anybody can read the file: neither program may be the other.
bool is_readable(const std::string& home)
{
    constexpr std::string_view kHead = "SQLite format 3";
    std::string head(kHead.size(), '\0');
    std::ifstream(home + "/indaba.db", std::ios::binary).read(head.data(), std::streamsize(head.size()));
    return head == kHead;
}

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

struct Pair {
    std::vector<double> with_s;
    std::vector<double> without_s;
    void report(benchmark::State& state) const
    {
        state.SetIterationTime(median(with_s));
        state.counters["cipher_ratio"] = median(with_s) / median(without_s);
        state.counters["encrypted_s"] = median(with_s);
        state.counters["unencrypted_s"] = median(without_s);
    }
};

double written_s(const char* program, const std::string& home, std::size_t round, const benchmark::State& state)
{
    const auto ran = run(
        {program, home, std::to_string(10 + round), std::to_string(state.range(1)), std::to_string(state.range(0))});
    INDABA_CHECK(ran.exit_code == 0);
    return std::stod(ran.output);
}

void cipher_local_write(benchmark::State& state)
{
    constexpr std::size_t kRounds = 7;
    for (auto _ : state) {
        Centre centre;
        const auto with = centre.enrol("with");
        const auto without = centre.enrol("without", INDABA_UNENCRYPTED_PROGRAM);
        INDABA_CHECK(!is_readable(with) && is_readable(without));
        Pair pair;
        for (std::size_t round = 0; round < kRounds; ++round) {
            pair.with_s.push_back(written_s(INDABA_WRITER, with, round, state));
            pair.without_s.push_back(written_s(INDABA_UNENCRYPTED_WRITER, without, round, state));
        }
        INDABA_CHECK(!is_readable(with) && is_readable(without));
        pair.report(state);
    }
}
BENCHMARK(cipher_local_write)
    ->ArgNames({"records_per_transaction", "records"})
    ->Args({1, 2'000})
    ->Args({1'000, 20'000})
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

void cipher_first_sync(benchmark::State& state)
{
    constexpr std::size_t kRounds = 5;
    const auto rows = make_rows(std::size_t(state.range(0)), 5);
    for (auto _ : state) {
        Centre centre;
        const auto writer = centre.enrol("writer");
        std::vector<std::string> with;
        std::vector<std::string> without;
        for (std::size_t round = 0; round < kRounds; ++round) {
            with.push_back(centre.enrol("with" + std::to_string(round)));
            without.push_back(centre.enrol("without" + std::to_string(round), INDABA_UNENCRYPTED_PROGRAM));
        }
        (void)write_rows(writer, rows, 1'000);
        (void)sync(writer);
        Pair pair;
        for (std::size_t round = 0; round < kRounds; ++round) {
            pair.with_s.push_back(sync(with[round]).seconds);
            pair.without_s.push_back(sync(without[round], INDABA_UNENCRYPTED_PROGRAM).seconds);
            INDABA_CHECK(!is_readable(with[round]) && is_readable(without[round]));
        }
        pair.report(state);
    }
}
BENCHMARK(cipher_first_sync)
    ->ArgName("records")
    ->Arg(100'000)
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace indaba::bench
