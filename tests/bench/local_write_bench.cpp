// What a delegate's own write costs, search index and encryption included, beside plain SQLite writing the same
// columns.
#include "tests/bench/centre.hpp"
#include "tests/bench/plain_sqlite.hpp"

#include <benchmark/benchmark.h>

namespace indaba::bench {
namespace {

void local_write(benchmark::State& state)
{
    const auto per_transaction = std::size_t(state.range(0));
    const auto rows = make_rows(std::size_t(state.range(1)), 1);
    for (auto _ : state) {
        Centre centre;
        const auto home = centre.enrol("writer");
        const auto plain = insert_plainly({centre.path("plain.db"), false, per_transaction}, rows);
        const auto ours = write_rows(home, rows, per_transaction);
        state.SetIterationTime(ours);
        state.counters["ratio"] = ours / plain;
        state.counters["plain_s"] = plain;
        state.counters["us_per_record"] = ours * 1e6 / double(rows.size());
    }
}
BENCHMARK(local_write)
    ->ArgNames({"records_per_transaction", "records"})
    ->Args({1, 5'000})
    ->Args({1'000, 100'000})
    ->UseManualTime()
    ->Iterations(1)
    ->Repetitions(3)
    ->ReportAggregatesOnly()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace indaba::bench
