// What happens to devices and the centre: people, programs that start and die, clocks, roles.
#include "tests/model/text.hpp"
#include "tests/simulation/broken.hpp"
#include "tests/simulation/node_events.hpp"

#include <algorithm>
#include <limits>

namespace indaba::tests::simulation {

namespace {

constexpr std::size_t kProcesses = 3;

}  // namespace

/// In a program that runs already or in one of its own. The others of the device hear of it, if somebody tells them.
template <class Act>
void Simulation::use(std::size_t index, const Act& act)
{
    auto& device = *devices_[index];
    const bool own_program = device.processes.empty() || chance_.below(4) == 0;
    auto& process = own_program ? device.start() : *chance_.pick(device.processes);
    if (strikes(Fault::device_crash)) process.fuse.light(Fuse::End::crash, Fault::device_crash, chance_.below(25));
    if (strikes(Fault::device_full)) process.fuse.light(Fuse::End::full, Fault::device_full, chance_.below(25));
    try {
        trace("person " + std::to_string(index) + act(process));
    } catch (const Crash&) {
        trace("person " + std::to_string(index) + ": the program died");
        end_process(device, process);
        look_at(device);
        return;
    }
    look_at(device);
    const bool silent = strikes(Fault::silent_write);
    if (silent) counts_.count(Fault::silent_write);
    for (auto& other : device.processes) {
        if (!other->connection || (silent && other.get() != &process)) continue;
        timeline_.after(chance_.between(0, 50), [this, index, id = *other->connection] {
            auto& there = *devices_[index];
            for (auto& known : there.processes)
                if (known->connection == id && known->session)
                    return at_device(there, *known, [&] { return known->session->on_written(); });
        });
    }
    if (own_program) device.end(process);
}

void Simulation::person_acts(std::size_t index)
{
    timeline_.after(chance_.between(300, 9000), [this, index] { person_acts(index); });
    use(index, [&](Process& process) {
        const auto done = Person(truth_, chance_, heavy_).act(process);
        if (done.attended) ++reached_["attended to a refusal"];
        return " in " + done.space + ": " + done.what;
    });
}

/// Drops or carries a space. What is dropped is gone at once, but for what waits, which no list shows.
void Simulation::choose_space(Fault fault)
{
    const bool carries = fault == Fault::space_carried;
    std::vector<std::pair<std::size_t, std::string>> choices;
    for (std::size_t i = 0; i < devices_.size(); ++i)
        for (const auto& held : must(devices_[i]->keeper->spaces(), "spaces"))
            if (!held.role.empty() && held.carried != carries) choices.emplace_back(i, held.name);
    if (choices.empty()) return;
    const auto [index, space] = later_chance_.pick(choices);
    counts_.count(fault);
    const auto& running = devices_[index]->processes;
    const bool is_connected = std::ranges::any_of(running, [](const auto& known) { return known->session != nullptr; });
    ++reached_[std::string(name_of(fault)) + (is_connected ? " while connected" : " while away")];
    use(index, [&, &space = space](Process& process) {
        const auto done = Person::choose(process, space, carries);
        return (carries ? " carries " : " drops ") + space + ": " + done;
    });
    if (!devices_[index]->is_misled) judge_.lists_what_it_shows(*devices_[index]);
}

void Simulation::dial(std::size_t index)
{
    auto& device = *devices_[index];
    timeline_.after(chance_.between(1000, 25'000), [this, index] { dial(index); });
    std::erase_if(device.processes,
                  [&](const auto& process) { return process != device.processes.front() && !process->session; });
    if (device.processes.empty()) (void)device.start();
    auto& first = *device.processes.front();
    if (!first.session) {
        connect(device, first, chance_.below(3) != 0);
    } else if (device.processes.size() < kProcesses && strikes(Fault::second_session)) {
        counts_.count(Fault::second_session);
        connect(device, device.start(), chance_.below(2) == 0);
    }
}

void Simulation::chaos()
{
    timeline_.after(1000, [this] { chaos(); });
    upset_clocks();
    if (strikes(Fault::role_change)) change_role();
    for (const auto fault : {Fault::device_revoked, Fault::person_revoked})
        if (strikes_later(fault)) revoke(fault);
    if (strikes_later(Fault::record_erased)) erase_record();
    if (const auto often = faults_.in_1000[std::size_t(Fault::deletions_forgotten)];
        often != 0 && horizon_chance_.in_1000(often))
        forget_deletions();
    for (const auto fault : {Fault::space_dropped, Fault::space_carried})
        if (strikes_later(fault)) choose_space(fault);
    if (strikes_later(Fault::device_upgraded)) upgrade_device();
    if (strikes_later(Fault::centre_upgraded)) upgrade_centre();
    if (faults_.in_1000[std::size_t(Fault::centre_put_back)] != 0) back_up_and_put_back();
    if (faults_.in_1000[std::size_t(Fault::device_put_back)] != 0) back_up_and_put_back(*copy_chance_.pick(devices_));
    if (faults_.in_1000[std::size_t(Fault::device_copied)] != 0) copy(*copy_chance_.pick(devices_));
    if (const auto often = faults_.in_1000[std::size_t(Fault::entry_lost)]; often != 0) {
        if (loss_chance_.in_1000(often)) lose_entries(*loss_chance_.pick(devices_));
        (void)rule_lost(false);
        if (centre_->process != nullptr && !on_stick_.empty() && loss_chance_.below(10) == 0)
            ingest(loss_chance_.pick(on_stick_), "from a stick");
    }
    if (centre_->process == nullptr) return;
    if (quotas_.most() && quota_chance_.in_1000(faults_.in_1000[std::size_t(Fault::small_quota)])) begin_day();
    if (centre_->process == nullptr) return;
    if (strikes(Fault::repeat) && !pushes_.empty()) push_again();
    if (centre_->process != nullptr && strikes(Fault::damage) && !pushes_.empty()) push_damaged();
    if (centre_->process != nullptr && strikes(Fault::stranger)) push_strange();
    for (const auto fault : {Fault::truncate, Fault::reorder, Fault::splice, Fault::forge})
        if (centre_->process != nullptr && !pushes_.empty() && strikes_later(fault)) push_made_up(fault);
    if (centre_->process != nullptr && strikes(Fault::centre_shutdown)) {
        counts_.count(Fault::centre_shutdown);
        trace("the centre shuts down");
        for (const auto id : centre_->process->open()) perform(id, centre_->process->sessions.at(id)->shut_down());
        centre_->process.reset();
        timeline_.after(chance_.between(100, 20'000), [this] { start_centre(); });
    }
}

void Simulation::change_role()
{
    counts_.count(Fault::role_change);
    const auto who = chance_.below(devices_.size() + 1);
    const auto& id = who < devices_.size() ? devices_[who]->id : strangers_[0].id();
    const auto space = chance_.pick(kSpaces);
    const auto role = chance_.pick(kRoles);
    roles_.set(id, space, role);
    trace(std::to_string(who) + " is now '" + std::string(role) + "' in " + std::string(space));
    if (reviews_)
        timeline_.after(later_chance_.between(0, shared::limits::kWatch.count()), [this] { review_sessions(); });
}

/// Holds at once for what is stored, and within a second for who is connected. A centre that is put back has it made
/// again before it runs: its operator is told so. One device at least stays.
void Simulation::revoke(Fault fault)
{
    const auto& device = *later_chance_.pick(devices_);
    auto after = roles_;
    if (fault == Fault::device_revoked) after.revoke(device.id);
    else after.revoke_person(device.id);
    const auto is_out = [&](const auto& other) { return after.is_revoked(other->id); };
    if (roles_.is_revoked(device.id) || std::ranges::all_of(devices_, is_out)) return;
    counts_.count(fault);
    roles_ = std::move(after);
    trace("device " + std::to_string(device.index) + (fault == Fault::device_revoked ? " is" : " and its person are") +
          " revoked");
    timeline_.after(later_chance_.between(0, shared::limits::kWatch.count()), [this] { review_sessions(); });
}

/// As the operator's command does it beside the running centre.
void Simulation::erase_record()
{
    truth_.watch(*centre_->keeper);
    const auto ids = truth_.records_at_centre(kSpaces[later_chance_.below(kSpaces.size())]);
    if (ids.empty()) return;
    const auto id = later_chance_.pick(ids);
    counts_.count(Fault::record_erased);
    trace("record " + model::text(id) + " is erased");
    sync::Centre ordering(
        {*centre_->keeper, roles_, centre_->clock, digest_, centre_signer_, *centre_->catalogue, nullptr});
    (void)must(ordering.erase({id}), "erasing");
    truth_.erase(id);
    orders_.clear();
    must(centre_->keeper->each_erasure(0,
                                       [&](sync::Erasure&& order) {
                                           orders_.push_back(order);
                                           return true;
                                       }),
         "the orders");
    timeline_.after(later_chance_.between(0, shared::limits::kWatch.count()), [this] { review_sessions(); });
}

/// The least that a device which follows the space has heard of.
std::uint64_t Simulation::passed_by_all(const std::string& space) const
{
    auto passed = std::numeric_limits<std::uint64_t>::max();
    for (const auto& device : devices_) {
        const auto held = must(device->keeper->find_space(space), "a space");
        if (held && !roles_.role(device->id, space).empty()) passed = std::min(passed, held->cursor.base);
    }
    return passed;
}

/// Months go by in seconds here. In half of the cases as the centre does it every day; else there are devices that it
/// does not know to be behind: put back, or away for so long that their role went and came.
void Simulation::forget_deletions()
{
    truth_.watch(*centre_->keeper);
    const std::string space(horizon_chance_.pick(kSpaces));
    const auto before_ms = centre_->clock.now_ms() - horizon_chance_.between(0, 30'000);
    const auto passed =
        horizon_chance_.below(2) == 0 ? passed_by_all(space) : std::numeric_limits<std::uint64_t>::max();
    sync::Centre daily(
        {*centre_->keeper, roles_, centre_->clock, digest_, centre_signer_, *centre_->catalogue, nullptr});
    const auto horizon = must(daily.forget_deletions(space, before_ms, passed), "forgetting deletions");
    if (horizon == truth_.horizon(space)) return;
    counts_.count(Fault::deletions_forgotten);
    trace("deletions in " + space + " are forgotten up to " + std::to_string(horizon));
    truth_.watch(*centre_->keeper);
    timeline_.after(horizon_chance_.between(0, shared::limits::kWatch.count()), [this] { review_sessions(); });
}

/// What server's sessions do when an operator has changed something: who is not welcome any more is told so and cut,
/// the others hear of their roles.
void Simulation::review_sessions()
{
    if (centre_->process == nullptr) return;
    for (const auto id : centre_->process->open()) {
        if (centre_->process == nullptr || !centre_->process->sessions.contains(id)) continue;
        const auto& who = devices_[connections_.at(id).device]->id;
        at_centre(id, [&](CentreProcess& centre) {
            sync::Actions actions;
            if (const auto welcome = roles_.require_welcome(who); welcome.has_error()) {
                ++reached_["cut when revoked"];
                actions.send.push_back(sync::encode_message(sync::Bye{welcome.error().code, welcome.error().text}));
                actions.error = welcome.error();
                actions.close = true;
                return actions;
            }
            auto& session = *centre.sessions.at(id);
            if (session.program().empty()) return actions;
            auto grants = roles_.grants(who);
            const bool is_news = std::exchange(centre.told[id], grants) != grants;
            actions = session.on_change();
            if (is_news && !actions.close)
                actions.send.insert(actions.send.begin(), sync::encode_message(sync::Grants{std::move(grants)}));
            return actions;
        });
    }
}

/// After every event at a device: what it wrote is known to the truth, and what it shows makes sense.
void Simulation::look_at(Device& device)
{
    const bool wrote = judge_.observe(device);
    for (const auto space : kSpaces)
        for (const auto& id : truth_.records(space))
            if (!device.is_misled && (wrote || chance_.below(8) == 0) && !truth_.was_put_back() && !several_lives_)
                judge_.no_false_conflict(device, space, id);
    // The marks that a comparison brings do not tell which branch of a copied journal the centre has: until all is
    // answered again, what is in the word is folded over it once more.
    const bool may_be_twice = truth_.may_compare() && several_lives_;
    if (chance_.below(10) != 0) return;
    if (device.is_misled) return;
    judge_.lists_what_it_shows(device);
    if (!may_be_twice) judge_.shows_the_fold(device);
}

void Simulation::end_process(Device& device, Process& process)
{
    if (process.connection)
        if (const auto place = connections_.find(*process.connection); place != connections_.end()) cut(place->second);
    device.end(process);
}

void Simulation::crash_centre()
{
    trace("the centre died");
    centre_->process.reset();
    for (auto& [id, connection] : connections_)
        if (!connection.cut) cut(connection);
    timeline_.after(chance_.between(100, 20'000), [this] { start_centre(); });
}

void Simulation::start_centre()
{
    if (centre_->process != nullptr) return;
    centre_->start();
    trace("the centre starts");
}

/// Sessions look whether there is more to take, as after midnight or when an operator allowed more.
void Simulation::begin_day()
{
    trace("a day begins");
    check_quotas();
    quotas_.begin_day();
    std::vector<std::uint64_t> ids;
    for (const auto& [id, session] : centre_->process->sessions) ids.push_back(id);
    for (const auto id : ids)
        if (centre_->process != nullptr && centre_->process->sessions.contains(id))
            at_centre(id, [&](CentreProcess& centre) { return centre.sessions.at(id)->on_change(); });
}

/// By the feeds, which know nothing of quotas. A centre that was put back forgets what it took.
void Simulation::check_quotas()
{
    std::map<shared::PublicKey, std::uint64_t> taken;
    for (const auto space : kSpaces) {
        const auto& feed = truth_.feed(space);
        auto& began = day_began_[space];
        for (auto i = std::min(began, feed.size()); i < feed.size(); ++i) {
            if (feed[i].verdict == sync::Verdict::lost) continue;  // nobody may have brought it
            const auto journal = must(centre_->keeper->find_journal(feed[i].name.journal), "a ruled journal");
            ++taken[journal->head.author];
        }
        began = feed.size();
    }
    for (const auto& [author, changes] : taken)
        if (changes > quotas_.most()->changes)
            throw Broken{"the centre took " + std::to_string(changes) + " changes of one device's in a day"};
}

void Simulation::tell_feeds(const std::set<sync::SpaceName>& spaces, std::optional<std::uint64_t> but)
{
    if (spaces.empty() || centre_->process == nullptr) return;
    for (const auto id : centre_->process->open()) {
        if (id == but) continue;
        for (const auto& space : spaces) {
            timeline_.after(chance_.between(0, 20), [this, id, space] {
                if (centre_->process == nullptr || !centre_->process->sessions.contains(id)) return;
                at_centre(id, [&](CentreProcess& centre) { return centre.sessions.at(id)->on_feed(space); });
            });
        }
    }
}

}  // namespace indaba::tests::simulation
