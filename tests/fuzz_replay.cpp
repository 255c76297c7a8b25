// Stands in for libFuzzer outside the fuzz preset: every file of the given folders as it is, cut short at every length
// (at most kCuts of them), damaged in so many ways and, where a target knows how, changed as often, one upon the
// other. All of it depends on nothing but the file. `-rounds=N` makes it N of each, for targets that take long. Fails
// if there is no file.
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);
extern "C" [[gnu::weak]] std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size, std::size_t most,
                                                             unsigned seed);
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* bytes, std::size_t size, std::size_t most);

namespace {

constexpr std::size_t kCuts = 256;
std::size_t rounds = 2'000;  ///< damages, and changes
/// A changed input begins again at the file after so many changes.
constexpr std::size_t kChangesInARow = 20;
constexpr std::size_t kMost_bytes = 64 * 1024;

using Bytes = std::vector<std::uint8_t>;

/// SplitMix64: the same on every machine.
struct Chance {
    std::uint64_t state;

    std::uint64_t draw()
    {
        state += 0x9e3779b97f4a7c15u;
        auto z = state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    std::size_t below(std::size_t end) { return std::size_t(draw() % end); }
};

/// For the report of a failed check.
const Bytes* running = nullptr;

void show_running(int)
{
    if (running == nullptr) return;
    std::fprintf(stderr, "the input: ");
    for (const auto byte : *running) std::fprintf(stderr, "%02x", byte);
    std::fprintf(stderr, "\n");
}

/// One input in its own allocation, so that a sanitizer sees the first byte read past its end.
void run(const Bytes& input)
{
    const Bytes exact(input.begin(), input.end());
    running = &exact;
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
    running = nullptr;
}

void damage(Bytes& input, Chance& chance)
{
    const auto at = chance.below(input.size());
    switch (chance.below(5)) {
        case 0: input[at] = std::uint8_t(input[at] ^ (1u << chance.below(8))); break;
        case 1: input[at] = std::uint8_t(chance.draw()); break;
        case 2: input[at] = 0xff; break;
        case 3: input.insert(input.begin() + std::ptrdiff_t(at), std::uint8_t(chance.draw())); break;
        case 4: input.erase(input.begin() + std::ptrdiff_t(at)); break;
    }
}

void replay_changed(const Bytes& whole)
{
    if (LLVMFuzzerCustomMutator == nullptr) return;
    Bytes input;
    std::size_t size = 0;
    for (std::size_t i = 0; i < rounds; ++i) {
        if (i % kChangesInARow == 0) {
            input = whole;
            size = whole.size();
            input.resize(std::max(kMost_bytes, size));
        }
        size = LLVMFuzzerCustomMutator(input.data(), size, input.size(), unsigned(i));
        run(Bytes(input.begin(), input.begin() + std::ptrdiff_t(size)));
    }
}

std::size_t replay(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    const Bytes whole{std::istreambuf_iterator<char>(stream), {}};
    run(whole);
    const auto step = std::max<std::size_t>(1, whole.size() / kCuts);
    for (std::size_t size = 0; size < whole.size(); size += step)
        run(Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(size)));
    replay_changed(whole);
    if (whole.empty()) return 1;
    Chance chance{whole.size()};
    for (std::size_t i = 0; i < rounds; ++i) {
        auto input = whole;
        for (auto times = 1 + chance.below(4); times > 0 && !input.empty(); --times) damage(input, chance);
        run(input);
    }
    return 1;
}

}  // namespace

/// What libFuzzer does to bytes that it knows nothing about.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* bytes, std::size_t size, std::size_t most)
{
    static Chance chance{most};
    Bytes input(bytes, bytes + size);
    if (!input.empty()) damage(input, chance);
    input.resize(std::min(input.size(), most));
    std::ranges::copy(input, bytes);
    return input.size();
}

int main(int argc, char** argv)
{
    (void)std::signal(SIGABRT, show_running);
    std::size_t files = 0;
    for (int i = 1; i < argc; ++i) {
        if (std::sscanf(argv[i], "-rounds=%zu", &rounds) == 1) continue;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
            if (entry.is_regular_file()) files += replay(entry.path());
        }
    }
    std::printf("%zu files replayed\n", files);
    return files == 0 ? 1 : 0;
}
