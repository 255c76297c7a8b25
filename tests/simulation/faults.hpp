// Everything that can go wrong in a simulation, with its chance, and how often it did. One thread.
#pragma once

#include "tests/model/chance.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace indaba::tests::simulation {

enum class Fault : std::uint8_t {
    slow_message,         ///< takes seconds, and everything behind it on the connection
    cut,                  ///< a connection ends; what is on its way may be lost, a suffix in each direction
    half_open,            ///< after a cut one end goes on for a while as if nothing had happened
    device_crash,         ///< the process is gone before one of the next storage calls, mostly inside a transaction
    device_crash_stored,  ///< the process is gone right after a commit, before anything was sent
    device_full,          ///< a storage call answers an error
    centre_crash,
    centre_crash_stored,
    centre_full,
    centre_shutdown,  ///< says good-bye to everybody and starts again
    device_skew,      ///< a clock jumps, by years
    centre_skew,
    role_change,     ///< a person gains, loses or changes a role in a space
    second_session,  ///< another process of the same device connects too
    repeat,  ///< a change set comes again, or late, or by another way than its connection (as hubs and sticks do)
    damage,  ///< a change set comes with a bit flipped
    stranger,  ///< a hostile device pushes what its program should not have written
    narrow,  ///< messages of a few hundred bytes: scans and pushes take many, and wait for the window
    heavy,  ///< values of 60,000 bytes
    silent_write,  ///< another process writes and nobody tells the session
    centre_put_back,  ///< to what it was at its last backup, behind everybody's back; in every other seed
    device_put_back,  ///< to what it was at its last backup; in every fourth seed
    device_copied,  ///< goes on as two; in every fourth seed
    space_dropped,  ///< a person does not want a space on a device any more; from here on each in some seeds only
    space_carried,  ///< and wants it again
    device_revoked,  ///< an operator shuts a device out for good
    person_revoked,  ///< or a person, with every device of theirs; where it may strike, one person has two
    flip,  ///< of a bit on the wire: TLS notices, and ends the connection there
    flip_past_tls,  ///< the same where nobody has noticed: what is promised then, see the README
    device_upgraded,  ///< its programs end; the next ones know a field and a type more
    centre_upgraded,
    truncate,  ///< a malicious device pushes what others wrote, cut short
    reorder,
    splice,
    forge,
    record_erased,  ///< an operator orders a record erased
    small_quota,  ///< the centre takes a few changes of each device's a day; in every fourth seed
    deletions_forgotten,  ///< nobody is told any more of what was deleted up to then; in every fourth seed
    entry_lost,  ///< entries that were not ruled are gone from a device's database; in every fourth seed
    clock_stopped,  ///< until it jumps again; in every fourth seed
    kCount,
};
inline constexpr auto kFaults = std::size_t(Fault::kCount);

/// Chances in 1,000 at each opportunity; 0 is off.
struct Faults {
    std::array<unsigned, kFaults> in_1000{};

    /// As usual; one in four off in this seed, and all of them in one seed of sixteen.
    [[nodiscard]] static Faults draw(model::Chance& chance);
    /// Those that came to be simulated later, from a source of their own: seeds without them are what they were before.
    void draw_later(model::Chance& chance);
    [[nodiscard]] static Faults none() { return {}; }
};

[[nodiscard]] std::string_view name_of(Fault fault);

class FaultCounts {
public:
    void count(Fault fault) { ++counts_[std::size_t(fault)]; }
    void add(const FaultCounts& other)
    {
        for (std::size_t i = 0; i < kFaults; ++i) counts_[i] += other.counts_[i];
    }
    [[nodiscard]] std::uint64_t of(Fault fault) const { return counts_[std::size_t(fault)]; }
    [[nodiscard]] std::string text() const;

private:
    std::array<std::uint64_t, kFaults> counts_{};
};

}  // namespace indaba::tests::simulation
