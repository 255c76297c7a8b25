// indaba_simulate: seeds, or minutes of seeds, or one seed with everything that happened. See tests/README.md.
#include "tests/simulation/simulation.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace {

using indaba::tests::simulation::FaultCounts;
using indaba::tests::simulation::Outcome;
using indaba::tests::simulation::Simulation;

struct Arguments {
    std::uint64_t first = 1;
    std::uint64_t last = 100;
    std::optional<std::uint64_t> minutes;
    bool trace = false;
};

std::optional<std::uint64_t> number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<Arguments> parse(int count, char** texts)
{
    Arguments arguments;
    for (int i = 1; i < count; ++i) {
        const std::string_view option = texts[i];
        if (option == "--trace") {
            arguments.trace = true;
            continue;
        }
        if (++i == count) return std::nullopt;
        const std::string_view value = texts[i];
        const auto dots = value.find("..");
        const auto from = number(value.substr(0, dots));
        const auto to = dots == value.npos ? from : number(value.substr(dots + 2));
        if (!from || !to || *from > *to || (dots != value.npos && option != "--seeds")) return std::nullopt;
        if (option == "--minutes") arguments.minutes = from;
        else if (option != "--seeds" && option != "--seed") return std::nullopt;
        if (option != "--minutes") std::tie(arguments.first, arguments.last) = std::pair(*from, *to);
    }
    return arguments;
}

}  // namespace

int main(int count, char** texts)
{
    const auto arguments = parse(count, texts);
    if (!arguments) {
        std::fputs("usage: indaba_simulate [--seeds A..B | --seed N | --minutes N [--seed FIRST]] [--trace]\n", stderr);
        return 2;
    }
    const auto began = std::chrono::steady_clock::now();
    const auto elapsed = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    };
    FaultCounts faults;
    std::map<std::string, std::uint64_t> reached;
    std::uint64_t events = 0;
    std::uint64_t runs = 0;
    std::uint64_t failures = 0;
    for (auto seed = arguments->first;
         arguments->minutes ? elapsed() < 60.0 * double(*arguments->minutes) : seed <= arguments->last; ++seed) {
        const auto outcome = Simulation(seed, {arguments->trace, false}).run();
        ++runs;
        events += outcome.events;
        faults.add(outcome.faults);
        for (const auto& [what, times] : outcome.reached) reached[what] += times;
        if ((arguments->first == arguments->last && !arguments->minutes) || !outcome.broken.empty())
            std::printf("seed %llu: %s; trace %016llx\n", static_cast<unsigned long long>(seed),
                        outcome.broken.empty() ? "holds" : outcome.broken.c_str(),
                        static_cast<unsigned long long>(outcome.trace));
        if (outcome.broken.empty()) continue;
        std::printf("  replay: tests/simulate --seed %llu --trace\n", static_cast<unsigned long long>(seed));
        std::fflush(stdout);  // whoever stops a soak sees what broke
        if (++failures == 10) break;
    }
    std::printf("%llu seeds, %llu broken, %llu events, %.1f s\nfaults: %s\nreached:",
                static_cast<unsigned long long>(runs), static_cast<unsigned long long>(failures),
                static_cast<unsigned long long>(events), elapsed(), faults.text().c_str());
    for (const auto& [what, times] : reached)
        std::printf(" %s %llu;", what.c_str(), static_cast<unsigned long long>(times));
    std::printf("\n");
    return failures == 0 ? 0 : 1;
}
