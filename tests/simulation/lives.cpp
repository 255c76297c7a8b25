// Backups, what is put back from them, copies, upgrades and clocks: nodes that are not what they were.
#include "tests/model/item.hpp"
#include "tests/model/memory_file.hpp"
#include "tests/simulation/broken.hpp"
#include "tests/simulation/simulation.hpp"

namespace indaba::tests::simulation {

namespace {

constexpr std::size_t kDevices = 7;  // copies included
constexpr std::int64_t kTenYears_ms = 10 * 365LL * 24 * 3600 * 1000;

struct Copy {
    platform::DatabaseOptions file;
    std::unique_ptr<platform::Database> keeper;  ///< what is in memory stays while it is open
};

Copy copy_database(const platform::Database& database)
{
    Copy copy{model::memory_file(), nullptr};
    copy.keeper = must(platform::Database::open(copy.file), "opening a copy");
    model::copy_memory_file(database.path(), copy.file.path);
    return copy;
}

}  // namespace

void Simulation::upset_clocks()
{
    if (strikes(Fault::device_skew)) {
        counts_.count(Fault::device_skew);
        chance_.pick(devices_)->clock.jump(chance_.between(-kTenYears_ms, kTenYears_ms));
        trace("a device's clock jumps");
    }
    if (strikes(Fault::centre_skew)) {
        counts_.count(Fault::centre_skew);
        centre_->clock.jump(chance_.between(-kTenYears_ms, kTenYears_ms));
        trace("the centre's clock jumps");
    }
    if (clock_chance_.in_1000(faults_.in_1000[std::size_t(Fault::clock_stopped)])) {
        counts_.count(Fault::clock_stopped);
        (clock_chance_.below(8) == 0 ? centre_->clock : clock_chance_.pick(devices_)->clock).stop();
        trace("a clock stops");
    }
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
    centre_->open(copy.file, *centre_->catalogue);
    truth_.put_back(night_->past);
    sync::Centre ordering(
        {*centre_->keeper, roles_, centre_->clock, digest_, centre_signer_, *centre_->catalogue, nullptr});
    (void)must(ordering.take_erasures(orders_), "erasing again");
}

/// Now and then a backup of a device; now and then it is what it was at the last one.
void Simulation::back_up_and_put_back(Device& device)
{
    if (copy_chance_.below(5) == 0) {
        judge_.observe(device);
        auto copy = copy_database(device.keeper->database());
        device_nights_[device.index] = {std::move(copy.keeper), device.seen, device.last_stamp, device.lost};
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
    device.keeper = open_replica(copy.file, *device.catalogue);
    device.seen = night->second.seen;
    device.last_stamp = night->second.last_stamp;
    device.lost = night->second.lost;
}

/// The next version of the program is installed on one of them.
void Simulation::upgrade_device()
{
    auto& device = *later_chance_.pick(devices_);
    if (device.catalogue != &model::catalogue()) return;
    counts_.count(Fault::device_upgraded);
    trace("device " + std::to_string(device.index) + " is upgraded");
    upgrade(device);
    look_at(device);
}

void Simulation::upgrade(Device& device)
{
    while (!device.processes.empty()) end_process(device, *device.processes.back());
    device.upgrade();
}

void Simulation::upgrade_centre()
{
    if (centre_->catalogue != &model::catalogue()) return;
    counts_.count(Fault::centre_upgraded);
    trace("the centre is upgraded");
    crash_centre();
    truth_.watch(*centre_->keeper);
    centre_->open(centre_->file, model::newer_catalogue());
    truth_.upgrade(model::newer_catalogue());
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

}  // namespace indaba::tests::simulation
