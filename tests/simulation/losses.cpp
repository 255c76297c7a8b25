// Entries that are gone from a device's database, and the operator who rules them lost.
#include "tests/model/text.hpp"
#include "tests/simulation/broken.hpp"
#include "tests/simulation/judge_parts.hpp"
#include "tests/simulation/simulation.hpp"

namespace indaba::tests::simulation {

namespace {

constexpr std::size_t kMostLost = 4;

}  // namespace

/// A stretch of what it wrote and knows no ruling of, as pages that cannot be read any more take it.
void Simulation::lose_entries(Device& device)
{
    if (device.is_misled) return;
    judge_.observe(device);
    std::vector<Name> unruled;
    for (const auto space : kSpaces)
        each_own_entry(device, space, [&](const auto&, const sync::StoredEntry& entry) {
            if (!entry.ruling) unruled.push_back(entry.name);
        });
    if (unruled.empty()) return;
    const auto first = loss_chance_.below(unruled.size());
    const auto most = 1 + loss_chance_.below(kMostLost);
    if (loss_chance_.below(2) == 0) keep_on_stick(device, unruled[first]);
    for (auto i = first; i < unruled.size() && i < first + most; ++i) {
        const auto& name = unruled[i];
        if (name.journal != unruled[first].journal || name.number != unruled[first].number + (i - first)) break;
        auto row = device.keeper->database().statement(
            "DELETE FROM entry WHERE journal = (SELECT jid FROM journal_name WHERE id = ?1) AND number = ?2");
        must(row.bind_all(name.journal.value, name.number).run(), "losing an entry");
        device.lost.insert(name);
        trace("device " + std::to_string(device.index) + " loses " + model::text(name));
    }
    counts_.count(Fault::entry_lost);
    several_lives_ = true;
    cut_short_.insert(unruled[first].journal);
}

/// What the journal holds from this entry on, to come some time later by another way.
void Simulation::keep_on_stick(Device& device, const Name& from)
{
    constexpr std::size_t kSet_bytes = 100'000;
    auto& process = device.start();
    const auto journal = must(device.keeper->find_journal(from.journal), "a journal");
    const auto set = must(process.replica.outgoing(*journal, from.number - 1, kSet_bytes), "a change set");
    if (set && !set->gap) on_stick_.push_back(set->change_set);
    device.end(process);
}

/// As the operator's command does it beside the running centre. True if something waited.
bool Simulation::rule_lost(bool all)
{
    bool any = false;
    for (const auto& waiting : must(centre_->keeper->gaps(), "what waits")) {
        const auto& gap = waiting.gap;
        if (!all && loss_chance_.below(4) != 0) continue;
        any = true;
        truth_.watch(*centre_->keeper);
        sync::Centre ruling(
            {*centre_->keeper, roles_, centre_->clock, digest_, centre_signer_, *centre_->catalogue, nullptr});
        const auto first = must(sync::Centre::first_lost(waiting, *centre_->keeper), "what would be lost");
        truth_.rule_lost(gap.journal.id, {first, gap.through, 0});
        (void)must(ruling.rule_lost(gap.journal.id, gap.through), "ruling lost");
        trace("journal " + std::to_string(gap.journal.id.value) + " is ruled lost through " +
              std::to_string(gap.through));
        truth_.watch(*centre_->keeper);
        ++reached_["ruled lost"];
    }
    if (any && !all)
        timeline_.after(loss_chance_.between(0, shared::limits::kWatch.count()), [this] { review_sessions(); });
    return any;
}

/// What a device says is gone is ruled lost, until it says no more.
void Simulation::heal_losses(Device& device)
{
    constexpr int kGaps = 50;
    for (int i = 0; rule_lost(true); ++i) {
        if (i == kGaps) throw Broken{"device " + std::to_string(device.index) + " always misses something more"};
        sync_once(device, false);
    }
}

}  // namespace indaba::tests::simulation
