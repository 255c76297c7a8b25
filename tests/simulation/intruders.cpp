// What comes to the centre by other ways than an honest device's connection.
#include "tests/simulation/broken.hpp"
#include "tests/simulation/node_events.hpp"

namespace indaba::tests::simulation {

void Simulation::push_again()
{
    counts_.count(Fault::repeat);
    const auto set = chance_.pick(pushes_);
    ingest(set, "again");
}

/// Refused, and nothing of it stored: the truth would see a ruling.
void Simulation::push_damaged()
{
    counts_.count(Fault::damage);
    auto set = chance_.pick(pushes_);
    set[chance_.below(set.size())] ^= std::uint8_t(1u << chance_.below(8));
    at_centre(std::nullopt, [&](CentreProcess& centre) {
        if (const auto taken = centre.centre.ingest(set); taken.has_value())
            throw Broken{"the centre took a damaged change set"};
        return sync::Actions{};
    });
}

void Simulation::push_strange()
{
    counts_.count(Fault::stranger);
    const bool newer = faults_.in_1000[std::size_t(Fault::device_upgraded)] != 0;
    const auto set = chance_.pick(strangers_).change_set(truth_, timeline_.now_ms(), newer);
    if (!set.empty()) ingest(set, "strange");
}

/// Straight into the centre, as from a hub or a stick.
void Simulation::ingest(const shared::Bytes& change_set, const char* how)
{
    std::set<sync::SpaceName> grown;
    at_centre(std::nullopt, [&](CentreProcess& centre) {
        const auto taken = centre.centre.ingest(change_set);
        trace(std::string("a change set comes ") + how + ": " +
              (taken
                   ? std::to_string(taken->fresh.size()) + " new, " + std::to_string(taken->repeated.size()) + " known"
                   : taken.error().text));
        if (taken && !taken->fresh.empty()) grown.insert(taken->journal.space);
        return sync::Actions{};
    });
    tell_feeds(grown, std::nullopt);
}

}  // namespace indaba::tests::simulation
