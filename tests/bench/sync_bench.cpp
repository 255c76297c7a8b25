// What a sync costs over loopback TLS, real programs and files, beside plain SQLite and zstd of the same rows.
#include "platform/zstd.hpp"
#include "tests/bench/centre.hpp"
#include "tests/bench/plain_sqlite.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>

namespace indaba::bench {
namespace {

constexpr std::size_t kMany = 100'000;
constexpr std::size_t kFew = 1'000;
constexpr std::size_t kChanged = 100;
constexpr std::size_t kRounds = 40;
/// Local writes before a push: what an import does.
constexpr std::size_t kImported = 1'000;

double zstd_bytes(std::span<const Row> rows)
{
    std::string lines;
    for (const auto& row : rows) lines += json_line(row);
    platform::Compressor compressor;
    return double(compressor.compress(shared::as_bytes(lines), 3).size());
}

/// Changes one field of these records, in one transaction each, to values that no other round writes.
void change_some(const std::string& home, std::span<const Row> rows, std::size_t round = 1)
{
    std::vector<Row> changed;
    for (const auto& row : rows)
        changed.push_back({row.id, {{"employees", std::to_string(10'000 * (round + 1) + changed.size())}}});
    (void)write_rows(home, changed, 1);
}

/// Push into an empty centre, first sync into an empty device, and what they leave on disk.
void first_sync(benchmark::State& state)
{
    const auto rows = make_rows(kMany, 2);
    const auto per_transaction = std::size_t(state.range(0));
    for (auto _ : state) {
        Centre centre;
        const auto writer = centre.enrol("writer");
        const auto reader = centre.enrol("reader");
        const auto plain = insert_plainly({centre.path("plain.db"), true, kImported}, rows);
        (void)write_rows(writer, rows, per_transaction);
        const auto push = sync(writer);
        const auto pull = sync(reader);
        state.SetIterationTime(pull.seconds);
        state.counters["pull_ratio"] = pull.seconds / plain;
        state.counters["pull_s"] = pull.seconds;
        state.counters["push_ratio"] = push.seconds / plain;
        state.counters["push_s"] = push.seconds;
        state.counters["plain_s"] = plain;
        state.counters["pull_peak_MiB"] = pull.peak_bytes / 1048576;
        state.counters["wire_ratio"] = pull.bytes / zstd_bytes(rows);
        state.counters["wire_bytes_per_record"] = pull.bytes / double(rows.size());
        state.counters["disk_ratio"] = file_bytes(reader + "/indaba.db") / file_bytes(centre.path("plain.db"));
    }
}
BENCHMARK(first_sync)
    ->ArgName("records_per_transaction")
    ->Arg(1'000)
    ->Arg(1)
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

/// Two devices that hold the same records, of which some then change again and again.
struct Pair {
    explicit Pair(std::size_t count) : rows(make_rows(count, 3))
    {
        (void)write_rows(writer, rows, kImported);
        (void)sync(writer);
        (void)sync(reader);
    }
    /// One field in each of 100 records changes; what the reader's sync takes.
    Synced change(std::size_t round)
    {
        change_some(writer, std::span(rows).subspan(round * kChanged % kFew, kChanged), round);
        (void)sync(writer);
        return sync(reader);
    }

    std::vector<Row> rows;
    Centre centre;
    std::string writer = centre.enrol("writer");
    std::string reader = centre.enrol("reader");
};

/// One field changed in each of 100 records, with few and with many in the store, by turns; then nothing changed. Times
/// are means: now and then a sync writes the search index or a checkpoint for those before it, and that counts.
void small_sync(benchmark::State& state)
{
    for (auto _ : state) {
        Pair few(kFew);
        Pair many(kMany);
        double few_s = 0;
        double many_s = 0;
        Synced changed;
        for (std::size_t round = 0; round < kRounds; ++round) {
            few_s += few.change(round).seconds;
            changed = many.change(round);
            many_s += changed.seconds;
        }
        const auto nothing = sync(many.reader);
        state.SetIterationTime(many_s / double(kRounds));
        state.counters["changed_bytes"] = changed.bytes;
        state.counters["changed_round_trips"] = changed.round_trips;
        state.counters["many_to_few_ratio"] = many_s / few_s;
        state.counters["nothing_bytes"] = nothing.bytes;
        state.counters["nothing_round_trips"] = nothing.round_trips;
    }
}
BENCHMARK(small_sync)->UseManualTime()->Iterations(1)->Unit(benchmark::kMillisecond);

/// The centre is put back to before so many of 100,000 records were changed: what a device then needs to hold what the
/// centre holds, beside fetching everything; and when their author was there first, so that nothing differs.
void restored_centre(benchmark::State& state)
{
    const auto rows = make_rows(kMany, 4);
    for (auto _ : state) {
        Centre centre;
        const auto writer = centre.enrol("writer");
        const auto reader = centre.enrol("reader");
        (void)write_rows(writer, rows, kImported);
        (void)sync(writer);
        const auto whole = sync(reader);
        centre.back_up();
        change_some(writer, std::span(rows).first(std::size_t(state.range(0))));
        (void)sync(writer);
        (void)sync(reader);
        centre.put_back();
        const auto differing = sync(reader);
        (void)sync(writer);
        (void)sync(reader);
        centre.put_back();
        (void)sync(writer);
        const auto equal = sync(reader);
        state.SetIterationTime(differing.seconds);
        state.counters["bytes"] = differing.bytes;
        state.counters["bytes_of_whole"] = whole.bytes;
        state.counters["round_trips"] = differing.round_trips;
        state.counters["whole_s"] = whole.seconds;
        state.counters["equal_bytes"] = equal.bytes;
        state.counters["equal_round_trips"] = equal.round_trips;
    }
}
BENCHMARK(restored_centre)
    ->ArgName("differing")
    ->Arg(1)
    ->Arg(100)
    ->Arg(10'000)
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace indaba::bench
