// How every event reaches a node: fuses are lit, a crash is caught, what the node answers is done, what it stored is
// judged. For the simulator's own sources.
#pragma once

#include "tests/simulation/simulation.hpp"

namespace indaba::tests::simulation {

template <class Handler>
void Simulation::at_device(Device& device, Process& process, const Handler& handler)
{
    if (strikes(Fault::device_crash)) process.fuse.light(Fuse::End::crash, Fault::device_crash, chance_.below(30));
    if (strikes(Fault::device_crash_stored)) process.fuse.light(Fuse::End::crash_stored, Fault::device_crash_stored, 0);
    if (strikes(Fault::device_full)) process.fuse.light(Fuse::End::full, Fault::device_full, chance_.below(30));
    sync::Actions actions;
    try {
        actions = handler();
    } catch (const Crash&) {
        trace("device " + std::to_string(device.index) + " died");
        end_process(device, process);
        look_at(device);
        return;
    }
    look_at(device);
    perform(device, process, actions);
}

template <class Handler>
void Simulation::at_centre(std::optional<std::uint64_t> connection, const Handler& handler)
{
    auto& process = *centre_->process;
    if (strikes(Fault::centre_crash)) process.fuse.light(Fuse::End::crash, Fault::centre_crash, chance_.below(60));
    if (strikes(Fault::centre_crash_stored)) process.fuse.light(Fuse::End::crash_stored, Fault::centre_crash_stored, 0);
    if (strikes(Fault::centre_full)) process.fuse.light(Fuse::End::full, Fault::centre_full, chance_.below(60));
    sync::Actions actions;
    std::set<sync::SpaceName> grown;
    try {
        actions = handler(process);
        if (connection) grown = process.sessions.at(*connection)->take_grown();
    } catch (const Crash&) {
        crash_centre();
        truth_.watch(*centre_->keeper);
        return;
    }
    truth_.watch(*centre_->keeper);
    if (connection) perform(*connection, actions);
    tell_feeds(grown, connection);
}

}  // namespace indaba::tests::simulation
