#include "tests/simulation/simulation.hpp"

#include "tests/model/compare.hpp"
#include "tests/model/item.hpp"
#include "tests/model/text.hpp"
#include "tests/simulation/broken.hpp"

#include <algorithm>
#include <cstdio>

namespace indaba::tests::simulation {

namespace {

constexpr int kHealingRounds = 3;
/// An edit that the centre meets before its record is offered again once that is there, chains of them one by one. So
/// it goes where the centre was put back, and where roles have come back to both authors.
constexpr int kHealingRoundsWithOffers = 6;
/// Events of one session while healing: beyond it, two sides talk for ever.
constexpr int kSessionEvents = 20'000;

}  // namespace

Simulation::Simulation(std::uint64_t seed, Options options)
    : seed_(seed), options_(options), chance_(seed), faults_(options.calm ? Faults::none() : Faults::draw(chance_)),
      centre_signer_(chance_), centre_key_(centre_signer_.public_key()), quota_chance_(seed ^ 0x9007A5ull),
      truth_(roles_, digest_), judge_(truth_, roles_), night_chance_(~seed), copy_chance_(seed ^ 0xC0917DE71CEull),
      loss_chance_(seed ^ 0x1057E27121ull), later_chance_(seed ^ 0x1A7E4FA0175ull),
      horizon_chance_(seed ^ 0x40A120Full), clock_chance_(seed ^ 0xC10C57095ull)
{
    if (!options.calm && night_chance_.below(2) == 0)
        faults_.in_1000[std::size_t(Fault::centre_put_back)] = unsigned(1 + night_chance_.below(60));
    for (const auto fault : {Fault::device_put_back, Fault::device_copied})
        if (!options.calm && copy_chance_.below(4) == 0)
            faults_.in_1000[std::size_t(fault)] = unsigned(1 + copy_chance_.below(40));
    if (!options.calm && !options.first_faults) {
        faults_.draw_later(later_chance_);
        reviews_ = later_chance_.below(2) == 0;
    }
    if (!options.calm && !options.first_faults && quota_chance_.below(4) == 0) {
        faults_.in_1000[std::size_t(Fault::small_quota)] = unsigned(1 + quota_chance_.below(200));
        quotas_.bound({1 + quota_chance_.below(6), 1 + quota_chance_.below(4'000)});
    }
    if (!options.calm && !options.first_faults && horizon_chance_.below(4) == 0)
        faults_.in_1000[std::size_t(Fault::deletions_forgotten)] = unsigned(1 + horizon_chance_.below(100));
    if (!options.calm && !options.first_faults && loss_chance_.below(4) == 0)
        faults_.in_1000[std::size_t(Fault::entry_lost)] = unsigned(1 + loss_chance_.below(60));
    if (!options.calm && !options.first_faults && clock_chance_.below(4) == 0)
        faults_.in_1000[std::size_t(Fault::clock_stopped)] = unsigned(1 + clock_chance_.below(40));
    centre_ = std::make_unique<CentreNode>(
        CentreParts{timeline_, roles_, digest_, centre_signer_, counts_, options.bug, &quotas_});
    roles_.bug = options.bug;
    digest_.believes_all = options.bug.is(Bug::Kind::signatures_unchecked);
    heavy_ = faults_.in_1000[std::size_t(Fault::heavy)] != 0;
    if (heavy_) counts_.count(Fault::heavy);
    if (faults_.in_1000[std::size_t(Fault::narrow)] != 0) {
        counts_.count(Fault::narrow);
        flow_ = {1 + chance_.below(600), 1 + chance_.below(3000)};
    }
    const auto devices = 2 + chance_.below(4);
    for (std::size_t i = 0; i < devices; ++i) {
        devices_.push_back(
            std::make_unique<Device>(i, timeline_, chance_.fork(), digest_, centre_key_, counts_, options.bug));
        if (i == 1 && faults_.in_1000[std::size_t(Fault::person_revoked)] != 0)
            roles_.enrol(devices_[1]->id, devices_[0]->id);
        for (const auto space : kSpaces)
            if (chance_.below(5) != 0) roles_.set(devices_[i]->id, space, kRoles[1 + chance_.below(kRoles.size() - 1)]);
    }
    strangers_.emplace_back(chance_.fork(), digest_);
    strangers_.emplace_back(chance_.fork(), digest_);
    for (const auto space : kSpaces) roles_.set(strangers_[0].id(), space, "contributor");
}

bool Simulation::strikes(Fault fault) { return chance_.in_1000(faults_.in_1000[std::size_t(fault)]); }

/// A fault that is off draws nothing: a seed without it is what it was before it was simulated.
bool Simulation::strikes_later(Fault fault)
{
    const auto chances = faults_.in_1000[std::size_t(fault)];
    return chances != 0 && later_chance_.in_1000(chances);
}

/// FNV-1a over what happened, in order.
void Simulation::trace(const std::string& event)
{
    ++events_;
    for (const auto c : event) trace_ = (trace_ ^ std::uint8_t(c)) * 1099511628211u;
    trace_ = (trace_ ^ std::uint64_t(timeline_.now_ms())) * 1099511628211u;
    if (options_.print)
        std::printf("%10lld %s\n", static_cast<long long>(timeline_.now_ms() - 1'760'000'000'000), event.c_str());
}

Outcome Simulation::run()
{
    Outcome outcome;
    outcome.seed = seed_;
    try {
        trouble();
        heal();
        final_checks();
        count_reached();
    } catch (const Broken& broken) {
        outcome.broken = broken.what;
        trace("BROKEN " + broken.what);
        if (options_.print) print_history();
    }
    outcome.trace = trace_;
    outcome.events = events_;
    outcome.reached = reached_;
    outcome.faults = counts_;
    return outcome;
}

void Simulation::print_history() const
{
    for (const auto& [name, written] : truth_.history().all()) {
        const auto* ruling = truth_.ruling(name);
        const auto where = truth_.spaces().at(name);
        std::printf("%s in %s, %s:%s\n", model::text(name).c_str(), where.c_str(),
                    ruling == nullptr ? "not ruled"
                                      : (std::to_string(ruling->number) +
                                         (ruling->reason.text.empty() ? " accepted" : " " + ruling->reason.text))
                                            .c_str(),
                    model::text(written.transaction).c_str());
    }
}

void Simulation::trouble()
{
    const auto end_ms = timeline_.now_ms() + 1000 * chance_.between(20, heavy_ ? 60 : 150);
    for (std::size_t i = 0; i < devices_.size(); ++i) {
        timeline_.after(chance_.between(0, 500), [this, i] { dial(i); });
        timeline_.after(chance_.between(1000, 8000), [this, i] { person_acts(i); });
    }
    timeline_.after(1000, [this] { chaos(); });
    while (timeline_.now_ms() < end_ms && timeline_.step()) {
    }
}

void Simulation::heal()
{
    faults_ = Faults::none();
    quotas_.lift();
    timeline_.clear();
    connections_.clear();
    for (auto& device : devices_) device->processes.clear();
    centre_->process.reset();
    trace("HEAL");
    for (auto& device : devices_) judge_.observe(*device);
    heal_versions();
    start_centre();
    heal_roles();
    heal_choices();
    const bool lost =
        counts_.of(Fault::entry_lost) != 0;  // an edit may go before its record, which is in another journal
    int rounds = truth_.was_put_back() || lost ? kHealingRoundsWithOffers : kHealingRounds;
    for (int round = 1; round <= rounds; ++round) {
        const auto before = refused_without_record();
        for (auto& device : devices_)
            if (round == 1 || !device->is_misled) {
                sync_once(*device, round == rounds);
                heal_losses(*device);
            }
        if (refused_without_record() != before) rounds = kHealingRoundsWithOffers;
    }
}

/// How many edits the centre has met before their record.
std::size_t Simulation::refused_without_record() const
{
    std::size_t edits = 0;
    for (const auto space : kSpaces)
        edits += std::size_t(std::ranges::count_if(truth_.feed(space), [](const sync::Ruling& ruling) {
            return ruling.reason.code == sync::Reason::Code::no_record;
        }));
    return edits;
}

/// Whose role is gone is not told that the centre was put back, and does not send again what was settled before.
void Simulation::forgive_what_nobody_can_bring()
{
    if (!truth_.was_put_back()) return;
    for (const auto journal : cut_short_) truth_.forgive(journal);
    for (auto& device : devices_)
        for (const auto space : kSpaces)
            if (roles_.role(device->id, space).empty() || device->is_misled)
                for (const auto& journal : must(device->keeper->own_journals(std::string(space)), "own journals"))
                    truth_.forgive(journal.head.id);
}

/// In half of the runs everybody may write everywhere in the end; else roles stay as they fell.
void Simulation::heal_roles()
{
    if (chance_.below(2) == 0) return;
    for (auto& device : devices_)
        for (const auto space : kSpaces) roles_.set(device->id, space, "editor");
}

/// In half of the runs that upgraded something the rest is upgraded too; else old and new go on beside each other.
void Simulation::heal_versions()
{
    if (counts_.of(Fault::device_upgraded) + counts_.of(Fault::centre_upgraded) == 0) return;
    if (later_chance_.below(2) == 0) return;
    for (auto& device : devices_)
        if (device->catalogue == &model::catalogue()) upgrade(*device);
    centre_->open(centre_->file, model::newer_catalogue());
    truth_.upgrade(model::newer_catalogue());
}

/// In half of the runs that dropped any, everybody wants every space again; else what is dropped stays away.
void Simulation::heal_choices()
{
    if (counts_.of(Fault::space_dropped) == 0 || later_chance_.below(2) == 0) return;
    for (auto& device : devices_) {
        auto& process = device->start();
        for (const auto& space : must(device->keeper->spaces(), "spaces"))
            if (!space.role.empty() && !space.carried) must(process.replica.carry(space.name), "carrying again");
        device->end(process);
    }
}

/// One whole session. The first round brings everything in, the second everything out; the last finds nothing to do.
void Simulation::sync_once(Device& device, bool is_last)
{
    const auto who = "device " + std::to_string(device.index) + (is_last ? " in the last" : " in a") + " healing round";
    auto& process = device.start();
    last_progress_[device.index] = {};
    connect(device, process, false);
    for (int i = 0; process.session != nullptr; ++i) {
        const bool goes_on = i <= kSessionEvents && timeline_.step();
        if (!goes_on && device.is_misled) break;
        if (!goes_on) throw Broken{who + ": its session does not come to an end"};
    }
    while (timeline_.step()) {
    }
    device.end(process);
    if (device.is_misled) return;
    const auto& progress = last_progress_[device.index];
    if (roles_.is_revoked(device.id)) {
        if (progress.welcomed) throw Broken{who + ": it was revoked and let in"};
        return;
    }
    if (!progress.up_to_date) throw Broken{who + ": its session ended without being up to date"};
    if (!is_last) return;
    if (progress.pushed + progress.pulled + progress.accepted + progress.refused != 0)
        throw Broken{who + ": there was still something to do"};
    if (progress.round_trips != 1)
        throw Broken{who + ": it took " + std::to_string(progress.round_trips) + " round trips to find nothing"};
}

void Simulation::final_checks()
{
    auto& centre = *centre_->keeper;
    truth_.watch(centre);
    judge_.centre_equals_the_model(centre);
    forgive_what_nobody_can_bring();
    judge_.nothing_stored_is_lost(centre);
    for (auto& device : devices_) {
        judge_.observe(*device);
        if (device->is_misled) {
            judge_.keeps_its_journals(*device);
            continue;
        }
        if (roles_.is_revoked(device->id)) {
            judge_.keeps_its_work(*device);
            judge_.shows_the_fold(*device);
            judge_.lists_what_it_shows(*device);
            continue;
        }
        judge_.every_own_transaction_is_ruled(*device);
        judge_.refused_are_shown(*device);
        judge_.refused_stand(*device);
        judge_.orphans_are_lost(*device);
        judge_.erased_is_gone(*device, centre);
        judge_.shows_the_fold(*device);
        judge_.lists_what_it_shows(*device);
        judge_.device_equals_the_centre(*device, centre);
    }
}

/// By devices whose program does not know them.
void Simulation::count_unknown(Device& device)
{
    if (device.catalogue != &model::catalogue()) return;
    for (const auto space : kSpaces) {
        for (const auto& id : truth_.records(space)) {
            const auto record = must(device.keeper->find_record(id), "a record");
            if (!record || record->shown.empty()) continue;
            if (record->type == model::kVisit) ++reached_["unknown type held"];
            const auto* grade = record->shown.find(model::kGrade);
            if (grade != nullptr && !grade->leaves.empty()) ++reached_["unknown field held"];
        }
    }
}

void Simulation::count_reached()
{
    for (auto& device : devices_) count_unknown(*device);
    for (auto& device : devices_)
        for (const auto& space : must(device->keeper->spaces(), "spaces")) {
            if (!space.role.empty() && !space.carried) ++reached_["dropped in the end"];
            if (!roles_.is_revoked(device->id)) continue;
            for (const auto& journal : must(device->keeper->own_journals(space.name), "own journals"))
                if (journal.last > journal.ruled) ++reached_["unsent on a revoked device"];
        }
    for (const auto space : kSpaces) {
        const auto merged = truth_.accepted(space, truth_.feed(space).size());
        for (const auto& ruling : truth_.feed(space)) {
            if (ruling.verdict == sync::Verdict::accepted) ++reached_["accepted"];
            else ++reached_["refused for reason " + std::to_string(int(ruling.reason.code))];
            if (ruling.line != ruling.name.journal.value) ++reached_["ruled on a branch"];
        }
        for (const auto& id : truth_.records(space)) {
            const auto state = model::state_of(truth_.history(), merged, id);
            if (model::existence(state) == model::Existence::deleted) ++reached_["deleted"];
            if (model::existence(state) == model::Existence::disputed) ++reached_["disputed"];
            for (const auto& [key, cell] : state)
                if (model::in_conflict(cell, truth_.catalogue().policy(model::kItem, key))) ++reached_["conflict"];
        }
    }
}

}  // namespace indaba::tests::simulation
