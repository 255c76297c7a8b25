// Bugs that are in the system from the beginning, each found by the checker that is there for it.
#include "tests/simulation/simulation.hpp"

#include <gtest/gtest.h>

namespace indaba::tests::simulation {

namespace {

using Code = sync::Reason::Code;
using Kind = Bug::Kind;

constexpr std::uint64_t kSeeds = 400;

/// One of the first seeds breaks with these words, and every one that breaks does so in time.
void expect_found(Bug bug, const std::string& words)
{
    std::map<std::string, int> others;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        const auto broken = Simulation(seed, {.bug = bug}).run().broken;
        if (broken.find(words) != std::string::npos) return;
        if (!broken.empty()) ++others[broken];
    }
    std::string heard;
    for (const auto& [what, times] : others) heard += "\n" + what;
    FAIL() << "nobody complains: " << words << "; but:" << heard;
}

TEST(Bug, what_is_written_without_a_role) { expect_found({Kind::anybody_writes}, "accepted without a role"); }

TEST(Bug, what_is_sent_without_a_role) { expect_found({Kind::anybody_reads}, "to a device without a role there"); }

TEST(Bug, a_revoked_device_that_comes_in) { expect_found({Kind::revoked_are_let_in}, "it was revoked and let in"); }

TEST(Bug, signatures_that_nobody_checks) { expect_found({Kind::signatures_unchecked}, "took a"); }

TEST(Bug, an_acceptance_without_the_record) { expect_found({Kind::accepts, Code::no_record}, "accepted, but"); }

TEST(Bug, an_acceptance_of_another_type) { expect_found({Kind::accepts, Code::other_type}, "is of another type"); }

TEST(Bug, an_acceptance_against_a_rule) { expect_found({Kind::accepts, Code::rule}, "accepted"); }

TEST(Bug, a_refusal_for_a_role_that_is_there) { expect_found({Kind::refuses, Code::no_role}, "a role that is there"); }

TEST(Bug, a_refusal_for_a_record_that_is_there)
{
    expect_found({Kind::refuses, Code::no_record}, "a record that is there");
}

TEST(Bug, a_refusal_for_a_type_that_is_right) { expect_found({Kind::refuses, Code::other_type}, "which is right"); }

TEST(Bug, a_refusal_by_a_rule_that_holds) { expect_found({Kind::refuses, Code::rule}, "by a rule that holds"); }

TEST(Bug, a_refusal_that_cannot_be) { expect_found({Kind::refuses, Code::lost}, "a reason that cannot be"); }

TEST(Bug, a_chain_that_is_not_what_was_told) { expect_found({Kind::another_chain}, "not the end of its chain"); }

TEST(Bug, unknown_cells_that_are_dropped) { expect_found({Kind::unknown_cells_dropped}, "grade"); }

TEST(Bug, what_stays_on_a_device_that_does_not_carry_it) { expect_found({Kind::purge_forgotten}, "does not follow"); }

TEST(Bug, a_clock_that_starts_anew) { expect_found({Kind::clock_forgotten}, "its clock ran backwards"); }

TEST(Bug, what_was_refused_and_does_not_stand) { expect_found({Kind::refusals_forgotten}, "does not stand any more"); }

TEST(Bug, what_was_attended_to_and_still_stands) { expect_found({Kind::refusals_never_end}, "still stands"); }

TEST(Bug, a_mistake_that_a_device_takes) { expect_found({Kind::rules_unchecked}, "breaks a rule was stored"); }

TEST(Bug, a_session_that_ends_for_nothing) { expect_found({Kind::another_centre_key}, "gave up"); }

TEST(Bug, a_ruling_that_a_device_never_keeps) { expect_found({Kind::rulings_forgotten}, "never heard"); }

TEST(Bug, what_was_ruled_lost_and_taken) { expect_found({Kind::losses_forgotten}, "ruled lost by the operator"); }

TEST(Bug, what_is_missing_and_forgotten) { expect_found({Kind::gaps_unnoted}, "never reached the centre"); }

TEST(Bug, own_work_that_does_not_show) { expect_found({Kind::own_work_unseen}, "record"); }

}  // namespace

}  // namespace indaba::tests::simulation
