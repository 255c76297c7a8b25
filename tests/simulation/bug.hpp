// Bugs that a test plants in the system under test, each to prove that a checker finds it. One thread.
#pragma once

#include "sync/feed.hpp"

#include <cstdint>

namespace indaba::tests::simulation {

struct Bug {
    enum class Kind : std::uint8_t {
        none,
        anybody_writes,        ///< the centre asks for no role before it accepts
        anybody_reads,         ///< nor before it sends
        revoked_are_let_in,
        signatures_unchecked,  ///< by anybody
        accepts,  ///< the centre accepts what it has refused for this reason
        refuses,  ///< it refuses for this reason what it has accepted
        another_chain,         ///< what it keeps of its chain is not what it told
        unknown_cells_dropped, ///< a device keeps only cells that its catalogue knows
        purge_forgotten,       ///< what a device does not carry any more stays on it
        clock_forgotten,       ///< by a device, from one write to the next
        refusals_forgotten,    ///< what was refused does not stand
        rulings_forgotten,     ///< how its own writing was ruled a device does not keep
        refusals_never_end,    ///< nor does it fall when a person attends to it
        rules_unchecked,       ///< by a device, before it writes
        another_centre_key,    ///< a device believes in another centre
        gaps_unnoted,          ///< a centre forgets what it was told is gone
        losses_forgotten,      ///< or what its operator ruled lost
        own_work_unseen,       ///< a device shows the centre's word alone
    };
    Kind kind = Kind::none;
    sync::Reason::Code code = sync::Reason::Code::none;

    [[nodiscard]] bool is(Kind other) const { return kind == other; }
};

}  // namespace indaba::tests::simulation
