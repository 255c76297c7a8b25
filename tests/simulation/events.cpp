// What happens to devices and the centre: people, programs that start and die, clocks, roles, strangers.
#include "tests/model/item.hpp"
#include "tests/model/memory_file.hpp"
#include "tests/simulation/broken.hpp"
#include "tests/simulation/node_events.hpp"

namespace indaba::tests::simulation {

namespace {

constexpr std::size_t kProcesses = 3;
constexpr std::size_t kDevices = 7;  // copies included
constexpr std::int64_t kYear_ms = 365LL * 24 * 3600 * 1000;

struct Copy {
    platform::DatabaseOptions file;
    std::unique_ptr<platform::Database> keeper;  ///< what is in memory stays while it is open
};

Copy copy_database(platform::Database& database)
{
    Copy copy{model::memory_file(), nullptr};
    copy.keeper = must(platform::Database::open(copy.file), "opening a copy");
    must(database.execute("VACUUM INTO '" + copy.file.path + "'"), "copying a database");
    return copy;
}

}  // namespace

void Simulation::person_acts(std::size_t index)
{
    auto& device = *devices_[index];
    timeline_.after(chance_.between(300, 9000), [this, index] { person_acts(index); });
    const bool own_program = device.processes.empty() || chance_.below(4) == 0;
    auto& process = own_program ? device.start() : *chance_.pick(device.processes);
    if (strikes(Fault::device_crash)) process.fuse.light(Fuse::End::crash, Fault::device_crash, chance_.below(25));
    if (strikes(Fault::device_full)) process.fuse.light(Fuse::End::full, Fault::device_full, chance_.below(25));
    Person person(truth_, chance_, heavy_);
    try {
        const auto done = person.act(process);
        if (done.attended) ++reached_["attended to a refusal"];
        trace("person " + std::to_string(index) + " in " + done.space + ": " + done.what);
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
    if (strikes(Fault::device_skew)) {
        counts_.count(Fault::device_skew);
        chance_.pick(devices_)->clock.skew_ms = chance_.between(-5 * kYear_ms, 5 * kYear_ms);
        trace("a device's clock jumps");
    }
    if (strikes(Fault::centre_skew)) {
        counts_.count(Fault::centre_skew);
        centre_->clock.skew_ms = chance_.between(-kYear_ms, kYear_ms);
        trace("the centre's clock jumps");
    }
    if (strikes(Fault::role_change)) change_role();
    if (faults_.in_1000[std::size_t(Fault::centre_put_back)] != 0) back_up_and_put_back();
    if (faults_.in_1000[std::size_t(Fault::device_put_back)] != 0) back_up_and_put_back(*copy_chance_.pick(devices_));
    if (faults_.in_1000[std::size_t(Fault::device_copied)] != 0) copy(*copy_chance_.pick(devices_));
    if (centre_->process == nullptr) return;
    if (strikes(Fault::repeat) && !pushes_.empty()) push_again();
    if (centre_->process != nullptr && strikes(Fault::damage) && !pushes_.empty()) push_damaged();
    if (centre_->process != nullptr && strikes(Fault::stranger)) push_strange();
    if (centre_->process != nullptr && strikes(Fault::centre_shutdown)) {
        counts_.count(Fault::centre_shutdown);
        trace("the centre shuts down");
        const auto open = [&] {
            std::vector<std::uint64_t> ids;
            for (const auto& [id, session] : centre_->process->sessions) ids.push_back(id);
            return ids;
        }();
        for (const auto id : open) perform(id, centre_->process->sessions.at(id)->shut_down());
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
}

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
    const auto set = chance_.pick(strangers_).change_set(truth_, timeline_.now_ms());
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

/// After every event at a device: what it wrote is known to the truth, and what it shows makes sense.
void Simulation::look_at(Device& device)
{
    const bool wrote = judge_.observe(device);
    for (const auto space : kSpaces)
        for (const auto& id : truth_.records(space))
            if ((wrote || chance_.below(8) == 0) && !truth_.was_put_back() && !several_lives_)
                judge_.no_false_conflict(device, space, id);
    // The marks of a centre that was put back do not tell which branch of a copied journal it has: until all is
    // answered again, what is in the word is folded over it once more.
    const bool may_be_twice = truth_.was_put_back() && several_lives_;
    if (chance_.below(10) == 0 && !may_be_twice) judge_.shows_the_fold(device);
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

/// Now and then a backup; now and then, behind everybody's back, the centre is what it was at the last one.
void Simulation::back_up_and_put_back()
{
    if (night_chance_.below(10) == 0) {
        truth_.watch(*centre_->keeper);
        auto copy = copy_database(centre_->keeper->database());
        night_ = Night{std::move(copy.keeper), truth_.remember()};
        trace("the centre is backed up");
    }
    if (!night_ || !night_chance_.in_1000(faults_.in_1000[std::size_t(Fault::centre_put_back)])) return;
    counts_.count(Fault::centre_put_back);
    trace("the centre is put back");
    crash_centre();
    auto copy = copy_database(*night_->copy);
    centre_->file = copy.file;
    centre_->keeper = must(sync::store::CentreStore::open(copy.file, model::catalogue()), "opening what was put back");
    truth_.put_back(night_->past);
}

/// Now and then a backup of a device; now and then it is what it was at the last one.
void Simulation::back_up_and_put_back(Device& device)
{
    if (copy_chance_.below(5) == 0) {
        judge_.observe(device);
        auto copy = copy_database(device.keeper->database());
        device_nights_[device.index] = {std::move(copy.keeper), device.seen, device.last_stamp};
        trace("device " + std::to_string(device.index) + " is backed up");
    }
    const auto night = device_nights_.find(device.index);
    if (night == device_nights_.end()) return;
    if (!copy_chance_.in_1000(faults_.in_1000[std::size_t(Fault::device_put_back)])) return;
    counts_.count(Fault::device_put_back);
    trace("device " + std::to_string(device.index) + " is put back");
    several_lives_ = true;
    judge_.observe(device);
    while (!device.processes.empty()) end_process(device, *device.processes.back());
    for (const auto& [journal, through] : device.seen)
        if (through != night->second.seen[journal]) cut_short_.insert(journal);
    auto copy = copy_database(*night->second.copy);
    device.file = copy.file;
    device.keeper = open_replica(copy.file);
    device.seen = night->second.seen;
    device.last_stamp = night->second.last_stamp;
}

/// Two go on under one key.
void Simulation::copy(Device& device)
{
    if (devices_.size() >= kDevices || !copy_chance_.in_1000(faults_.in_1000[std::size_t(Fault::device_copied)]))
        return;
    counts_.count(Fault::device_copied);
    several_lives_ = true;
    judge_.observe(device);
    const auto index = devices_.size();
    auto copy = copy_database(device.keeper->database());
    trace("device " + std::to_string(device.index) + " is copied: " + std::to_string(index));
    devices_.push_back(std::make_unique<Device>(index, device, timeline_, copy.file));
    timeline_.after(copy_chance_.between(0, 20'000), [this, index] { dial(index); });
    timeline_.after(copy_chance_.between(1000, 8000), [this, index] { person_acts(index); });
}

void Simulation::start_centre()
{
    if (centre_->process != nullptr) return;
    centre_->process = std::make_unique<CentreProcess>(centre_->file, centre_->clock, centre_->parts);
    trace("the centre starts");
}

void Simulation::tell_feeds(const std::set<sync::SpaceName>& spaces, std::optional<std::uint64_t> but)
{
    if (spaces.empty() || centre_->process == nullptr) return;
    std::vector<std::uint64_t> ids;
    for (const auto& [id, session] : centre_->process->sessions)
        if (id != but) ids.push_back(id);
    for (const auto id : ids) {
        for (const auto& space : spaces) {
            timeline_.after(chance_.between(0, 20), [this, id, space] {
                if (centre_->process == nullptr || !centre_->process->sessions.contains(id)) return;
                at_centre(id, [&](CentreProcess& centre) { return centre.sessions.at(id)->on_feed(space); });
            });
        }
    }
}

}  // namespace indaba::tests::simulation
