// All chance of a test from one seed, the same on every machine: xoshiro256** seeded by splitmix64. Also the Random
// port of simulated nodes. Not for keys.
#pragma once

#include "shared/check.hpp"
#include "shared/ports.hpp"

#include <bit>
#include <cstdint>
#include <vector>

namespace indaba::tests::model {

class Chance final : public shared::Random {
public:
    explicit Chance(std::uint64_t seed)
    {
        for (auto& word : state_) word = mixed(seed += 0x9e3779b97f4a7c15u);
    }

    [[nodiscard]] std::uint64_t draw()
    {
        const auto out = std::rotl(state_[1] * 5, 7) * 9;
        const auto shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return out;
    }
    /// 0 to count - 1.
    [[nodiscard]] std::size_t below(std::size_t count)
    {
        INDABA_CHECK(count > 0);
        return std::size_t(draw() % count);
    }
    /// `from` to `to`, both included.
    [[nodiscard]] std::int64_t between(std::int64_t from, std::int64_t to)
    {
        return from + std::int64_t(below(std::size_t(to - from + 1)));
    }
    [[nodiscard]] bool in_1000(unsigned chances) { return below(1000) < chances; }
    template <class Items>
    [[nodiscard]] auto& pick(Items& items)
    {
        return items[below(items.size())];
    }
    template <class T>
    void shuffle(std::vector<T>& items)
    {
        for (auto i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
    }
    /// A stream of its own that later draws here do not move.
    [[nodiscard]] Chance fork() { return Chance(draw()); }

    void fill(std::span<std::uint8_t> out) override
    {
        for (auto& byte : out) byte = std::uint8_t(draw() >> 56);
    }

private:
    static std::uint64_t mixed(std::uint64_t z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

    std::uint64_t state_[4];
};

}  // namespace indaba::tests::model
