#include "tests/simulation/faults.hpp"

namespace indaba::tests::simulation {

namespace {

struct Kind {
    std::string_view name;
    unsigned in_1000;
    unsigned one_seed_in = 0;  ///< of those that are drawn later
};

/// In the order of Fault.
constexpr std::array<Kind, kFaults> kKinds{{
    {"slow_message", 30},
    {"cut", 20},
    {"half_open", 300},
    {"device_crash", 25},
    {"device_crash_stored", 15},
    {"device_full", 12},
    {"centre_crash", 12},
    {"centre_crash_stored", 8},
    {"centre_full", 8},
    {"centre_shutdown", 4},
    {"device_skew", 15},
    {"centre_skew", 5},
    {"role_change", 25},
    {"second_session", 150},
    {"repeat", 60},
    {"damage", 30},
    {"stranger", 80},
    {"narrow", 1},
    {"heavy", 40},
    {"silent_write", 100},
    {"centre_put_back", 0},  // these have their chance from other sources: seeds without them are as before them
    {"device_put_back", 0},
    {"device_copied", 0},
    {"space_dropped", 60, 4},
    {"space_carried", 90, 1},  // where something was dropped
    {"device_revoked", 12, 5},
    {"person_revoked", 8, 8},
    {"flip", 10, 4},
    {"flip_past_tls", 20, 6},
    {"device_upgraded", 20, 5},
    {"centre_upgraded", 12, 6},
    {"truncate", 15, 4},
    {"reorder", 30, 4},
    {"splice", 15, 4},
    {"forge", 15, 4},
    {"record_erased", 15, 4},
    {"small_quota", 0},
    {"deletions_forgotten", 0},
    {"entry_lost", 0},
    {"clock_stopped", 0},
}};

bool is_drawn_first(const Kind& kind) { return kind.in_1000 != 0 && kind.one_seed_in == 0; }

}  // namespace

Faults Faults::draw(model::Chance& chance)
{
    Faults faults;
    if (chance.below(16) == 0) return faults;
    for (std::size_t i = 0; i < kFaults; ++i)
        if (is_drawn_first(kKinds[i]) && chance.below(4) != 0)
            faults.in_1000[i] = unsigned(1 + chance.below(2 * kKinds[i].in_1000));
    if (chance.below(2) != 0) faults.in_1000[std::size_t(Fault::narrow)] = 0;
    if (chance.below(8) != 0) faults.in_1000[std::size_t(Fault::heavy)] = 0;  // they cost time
    return faults;
}

void Faults::draw_later(model::Chance& chance)
{
    for (std::size_t i = 0; i < kFaults; ++i) {
        const auto& kind = kKinds[i];
        if (kind.one_seed_in == 0) continue;
        const bool is_on = chance.below(kind.one_seed_in) == 0;
        const auto often = unsigned(1 + chance.below(2 * kind.in_1000));
        if (is_on) in_1000[i] = often;
    }
}

std::string_view name_of(Fault fault) { return kKinds[std::size_t(fault)].name; }

std::string FaultCounts::text() const
{
    std::string out;
    for (std::size_t i = 0; i < kFaults; ++i)
        out += (i == 0 ? "" : ", ") + std::string(kKinds[i].name) + " " + std::to_string(counts_[i]);
    return out;
}

}  // namespace indaba::tests::simulation
