// What comes to the centre by other ways than an honest device's connection.
#include "tests/simulation/broken.hpp"
#include "tests/simulation/forger.hpp"
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

std::optional<shared::Bytes> Simulation::make_up(Fault fault)
{
    const auto& set = later_chance_.pick(pushes_);
    Forger forger(later_chance_, digest_, strangers_[0].signer());
    switch (fault) {
        case Fault::truncate: return forger.truncated(set);
        case Fault::reorder: return forger.reordered(set);
        case Fault::splice: return forger.spliced(set, later_chance_.pick(pushes_));
        case Fault::forge: return forger.forged(set);
        default: return std::nullopt;
    }
}

/// In a session of its own, which ends: it is told so once, and nothing is stored.
void Simulation::push_made_up(Fault fault)
{
    const auto set = make_up(fault);
    if (!set) return;
    counts_.count(fault);
    trace("a change set comes, " + std::string(name_of(fault)));
    const auto ruled = truth_.ruled();
    at_centre(std::nullopt, [&](CentreProcess& centre) {
        const auto who = strangers_[0].id();
        sync::ServerSession session(
            centre.centre,
            {who, [&] { return sync::Result<std::vector<sync::Replica::Grant>>(roles_.grants(who)); }, flow_});
        if (session.on_message(sync::encode_message(sync::Hello{})).close) return sync::Actions{};  // its disk is full
        const auto push = sync::encode_message(sync::Push{*set});
        const auto answer = session.on_message(push);
        if (!answer.error) throw Broken{"the centre took a change set made up: " + std::string(name_of(fault))};
        if (!answer.close || answer.send.size() != 1 || !session.on_message(push).send.empty())
            throw Broken{"who made up a change set is not told so once"};
        return sync::Actions{};
    });
    if (truth_.ruled() != ruled) throw Broken{"something of a change set made up was stored"};
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
