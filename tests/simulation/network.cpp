// What happens between nodes. A connection is a stream: its messages are late or lost from some point on, never
// reordered.
#include "tests/simulation/broken.hpp"
#include "tests/simulation/node_events.hpp"

#include "sync/messages.hpp"
#include "tests/model/whole.hpp"

#include <algorithm>

namespace indaba::tests::simulation {

namespace {

using shared::Errc;

constexpr std::size_t kRememberedPushes = 200;

/// How a session between honest ends may end: a disk was full, or the centre is going away.
/// A full disk is told as busy to the device when it is the centre's.
/// Who was revoked is told so.
bool is_expected(const shared::Error& error, bool is_revoked)
{
    return (is_revoked && error.code == Errc::forbidden) || error.code == Errc::full || error.code == Errc::busy ||
           error.code == Errc::unreachable;
}

}  // namespace

std::int64_t Simulation::delay()
{
    if (!strikes(Fault::slow_message)) return chance_.between(2, 80);
    counts_.count(Fault::slow_message);
    return chance_.between(1000, 30'000);
}

Process* Simulation::process_of(const Connection& connection)
{
    for (auto& process : devices_[connection.device]->processes)
        if (process->connection == connection.id) return process.get();
    return nullptr;
}

void Simulation::connect(Device& device, Process& process, bool stay)
{
    if (centre_->process == nullptr) return;
    const auto id = ++connection_count_;
    connections_[id] = {id, device.index, false, false, false, false, 0, 0};
    let_in(id, device);
    process.connection = id;
    process.session = std::make_unique<sync::ClientSession>(process.replica,
                                                            sync::ClientSession::Options{"simulated 1", stay, flow_});
    trace("device " + std::to_string(device.index) + " connects as " + std::to_string(id) + (stay ? " to stay" : ""));
    at_device(device, process, [&] { return process.session->start(); });
}

/// As server's sessions open one. Who is not welcome gets no session: the connection ends without a word of it.
void Simulation::let_in(std::uint64_t id, const Device& device)
{
    if (roles_.require_welcome(device.id).has_error()) {
        ++reached_["turned away"];
        timeline_.after(chance_.between(2, 80), [this, id] { device_notices_end(id); });
        return;
    }
    auto& centre = *centre_->process;
    const auto grants = [this, who = device.id] {
        return sync::Result<std::vector<sync::Replica::Grant>>(roles_.grants(who));
    };
    centre.sessions[id] =
        std::make_unique<sync::ServerSession>(centre.centre, sync::ServerSession::Peer{device.id, grants, flow_});
    centre.told[id] = roles_.grants(device.id);
}

void Simulation::perform(Device& device, Process& process, const sync::Actions& actions)
{
    const auto place = process.connection ? connections_.find(*process.connection) : connections_.end();
    if (place == connections_.end()) return;
    auto& connection = place->second;
    for (const auto& bytes : actions.send) send_to_centre(connection, bytes);
    const auto progress = process.session->progress();
    judge_.counters(device, progress);
    const bool any = connection.altered || device.is_misled;
    if (actions.error && !any && !is_expected(*actions.error, roles_.is_revoked(device.id)))
        throw Broken{"device " + std::to_string(device.index) + " gave up: " + actions.error->text};
    if (!actions.close) return;
    trace("device " + std::to_string(device.index) + " ends " + std::to_string(connection.id) +
          (actions.error ? ": " + actions.error->text : ""));
    last_progress_[device.index] = progress;
    process.session.reset();
    process.connection.reset();
    timeline_.after(std::max(connection.to_centre_ms - timeline_.now_ms(), std::int64_t(0)) + 1,
                    [this, id = connection.id] { centre_notices_end(id); });
}

void Simulation::perform(std::uint64_t id, const sync::Actions& actions)
{
    const auto place = connections_.find(id);
    if (place == connections_.end()) return;
    for (const auto& bytes : actions.send) {
        check_sent(id, bytes);
        send_to_device(place->second, bytes);
    }
    const auto& device = *devices_[place->second.device];
    const bool any = place->second.altered || device.is_misled;
    if (actions.error && !any && !is_expected(*actions.error, roles_.is_revoked(device.id)))
        throw Broken{"the centre gave up on a device: " + actions.error->text};
    if (!actions.close) return;
    centre_->process->sessions.erase(id);
    timeline_.after(std::max(place->second.to_device_ms - timeline_.now_ms(), std::int64_t(0)) + 1,
                    [this, id] { device_notices_end(id); });
}

/// What leaves the centre: an acknowledgement is noted, and no batch goes to whoever may not read it.
void Simulation::check_sent(std::uint64_t id, const shared::Bytes& bytes)
{
    const auto message = must(sync::decode_message(bytes), "the centre's own message");
    const auto& device = *devices_[connections_.at(id).device];
    if (const auto* stored = std::get_if<sync::Stored>(&message); stored != nullptr && stored->expected == 0) {
        truth_.stored(stored->journal, stored->through);
        if (stored->unstored == sync::Unstored::over_quota) counts_.count(Fault::small_quota);
    }
    if (const auto* batch = std::get_if<sync::Batch>(&message)) {
        const auto sent = must(model::decode_batch(batch->encoded), "the centre's own batch");
        if (roles_.role(device.id, sent.space).empty())
            throw Broken{"the centre sent " + sent.space + " to a device without a role there"};
        for (const auto& record : sent.records)
            if (truth_.home(record.id) != sent.space) throw Broken{"the centre sent a record of another space"};
        ++reached_[sent.is_last() ? "last batch" : "batch of a longer scan"];
        for (const auto& record : sent.records)
            ++reached_[record.echo ? "echo" : record.tombstone ? "tombstone" : "record"];
    }
    if (const auto* welcome = std::get_if<sync::Welcome>(&message))
        for (const auto standing : welcome->standings) ++reached_["standing " + std::to_string(int(standing))];
}

void Simulation::send_to_centre(Connection& connection, shared::Bytes bytes)
{
    if (connection.cut) return;
    if (const auto message = sync::decode_message(bytes); message && std::holds_alternative<sync::Push>(*message)) {
        pushes_.push_back(std::get<sync::Push>(*message).change_set);
        if (pushes_.size() > kRememberedPushes) pushes_.pop_front();
    }
    connection.to_centre_ms = std::max(connection.to_centre_ms, timeline_.now_ms() + delay());
    timeline_.after(connection.to_centre_ms - timeline_.now_ms(),
                    [this, id = connection.id, bytes = std::move(bytes)] { arrive_at_centre(id, bytes); });
}

void Simulation::send_to_device(Connection& connection, shared::Bytes bytes)
{
    if (connection.cut) return;
    connection.to_device_ms = std::max(connection.to_device_ms, timeline_.now_ms() + delay());
    timeline_.after(connection.to_device_ms - timeline_.now_ms(),
                    [this, id = connection.id, bytes = std::move(bytes)] { arrive_at_device(id, bytes); });
}

void Simulation::arrive_at_centre(std::uint64_t id, const shared::Bytes& bytes)
{
    const auto place = connections_.find(id);
    if (place == connections_.end() || (place->second.cut && place->second.lost_to_centre)) return;
    if (centre_->process == nullptr || !centre_->process->sessions.contains(id)) return;
    trace("centre gets " + std::to_string(bytes.size()) + " bytes on " + std::to_string(id));
    if (!place->second.cut && strikes(Fault::cut)) {
        cut(place->second);
        if (place->second.lost_to_centre) return;
    }
    if (ends_at_flip(place->second, true)) return;
    if (!strikes_later(Fault::flip_past_tls)) {
        at_centre(id, [&](CentreProcess& centre) { return centre.sessions.at(id)->on_message(bytes); });
        return;
    }
    const auto heard = altered(bytes, place->second);
    bool is_noticed = true;
    at_centre(id, [&](CentreProcess& centre) {
        auto actions = centre.sessions.at(id)->on_message(heard);
        is_noticed = actions.error.has_value();
        return actions;
    });
    if (is_noticed) return;
    if (const auto sent = sync::decode_message(bytes); sent && std::holds_alternative<sync::Push>(*sent))
        throw Broken{"the centre took an altered push"};
    mislead(place->second);
}

void Simulation::arrive_at_device(std::uint64_t id, const shared::Bytes& bytes)
{
    const auto place = connections_.find(id);
    if (place == connections_.end() || (place->second.cut && place->second.lost_to_device)) return;
    auto* process = process_of(place->second);
    if (process == nullptr || !process->session) return;
    trace("device " + std::to_string(place->second.device) + " gets " + std::to_string(bytes.size()) + " bytes on " +
          std::to_string(id));
    if (!place->second.cut && strikes(Fault::cut)) {
        cut(place->second);
        if (place->second.lost_to_device) return;
    }
    if (ends_at_flip(place->second, false)) return;
    auto& device = *devices_[place->second.device];
    if (!strikes_later(Fault::flip_past_tls)) {
        at_device(device, *process, [&] { return process->session->on_message(bytes); });
        return;
    }
    const auto heard = altered(bytes, place->second);
    const bool was_misled = std::exchange(device.is_misled, true);  // a program that dies of it may have stored some
    at_device(device, *process, [&] {
        auto actions = process->session->on_message(heard);
        // A full disk may be told with whatever message is taken when all else is done.
        if (actions.error && actions.error->code != shared::Errc::full) device.is_misled = was_misled;
        return actions;
    });
    if (device.is_misled) mislead(place->second);
}

/// TLS ends a connection at the first altered byte: the message is not heard, nor is anything behind it, and who should
/// have heard it knows.
bool Simulation::ends_at_flip(Connection& connection, bool to_centre)
{
    if (!strikes_later(Fault::flip)) return false;
    counts_.count(Fault::flip);
    trace("a flip on " + std::to_string(connection.id));
    if (!connection.cut) cut(connection);
    (to_centre ? connection.lost_to_centre : connection.lost_to_device) = true;
    const auto notices = [this, to_centre, id = connection.id] {
        return to_centre ? centre_notices_end(id) : device_notices_end(id);
    };
    timeline_.after(0, notices);
    return true;
}

shared::Bytes Simulation::altered(const shared::Bytes& bytes, Connection& connection)
{
    counts_.count(Fault::flip_past_tls);
    connection.altered = true;
    auto out = bytes;
    out[later_chance_.below(out.size())] ^= std::uint8_t(1u << later_chance_.below(8));
    trace("a flip past TLS on " + std::to_string(connection.id));
    return out;
}

/// Nobody noticed: the device may show and believe anything from now on. Its program gives up in the end.
void Simulation::mislead(Connection& connection)
{
    ++reached_["misled"];
    auto& device = *devices_[connection.device];
    device.is_misled = true;  // and its journals nobody's who answers for what they replace
    for (const auto& [journal, seen] : device.seen) truth_.distrust(journal);
    timeline_.after(later_chance_.between(1000, 30'000), [this, id = connection.id] {
        if (const auto place = connections_.find(id); place != connections_.end() && !place->second.cut)
            cut(place->second);
    });
}

/// Each end notices in its own time; until then it may go on for a while as if nothing had happened.
void Simulation::cut(Connection& connection)
{
    counts_.count(Fault::cut);
    connection.cut = true;
    connection.lost_to_centre = chance_.below(2) == 0;
    connection.lost_to_device = chance_.below(2) == 0;
    trace("connection " + std::to_string(connection.id) + " is cut");
    const auto notice = [&] {
        if (!strikes(Fault::half_open)) return chance_.between(0, 200);
        counts_.count(Fault::half_open);
        return chance_.between(1000, 60'000);
    };
    timeline_.after(notice(), [this, id = connection.id] { device_notices_end(id); });
    timeline_.after(notice(), [this, id = connection.id] { centre_notices_end(id); });
}

void Simulation::device_notices_end(std::uint64_t id)
{
    const auto place = connections_.find(id);
    if (place == connections_.end()) return;
    place->second.cut = true;
    if (auto* process = process_of(place->second)) {
        if (process->session) last_progress_[place->second.device] = process->session->progress();
        process->session.reset();
        process->connection.reset();
    }
}

void Simulation::centre_notices_end(std::uint64_t id)
{
    const auto place = connections_.find(id);
    if (place == connections_.end()) return;
    place->second.cut = true;
    if (centre_->process != nullptr) centre_->process->sessions.erase(id);
}

}  // namespace indaba::tests::simulation
