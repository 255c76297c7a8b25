#include "server/sessions.hpp"

#include "platform/sqlite.hpp"
#include "server/settings.hpp"
#include "shared/limits.hpp"

#include <algorithm>
#include <utility>

namespace indaba::server {

namespace {

using shared::Errc;
using shared::fail;

sync::Actions goodbye(const shared::Error& error)
{
    const auto said = sync::for_device(error);
    sync::Actions actions;
    actions.send.push_back(sync::encode_message(sync::Bye{said.code, said.text}));
    actions.close = true;
    actions.error = error;
    return actions;
}

}  // namespace

std::string log_name(const DeviceId& device) { return shared::to_hex(device.hash.bytes).substr(0, 12); }

Result<SessionId> Sessions::open(const DeviceId& device, Sink sink)
{
    if (going_away_) return fail(Errc::cancelled, "the centre is shutting down: try again later");
    const auto welcome = ports_.registry.require_welcome(device);
    auto grants = welcome.has_value() ? ports_.registry.grants(device) : welcome.error();
    if (grants.has_error()) {
        note_trouble(device, grants.error());
        return sync::for_device(grants.error());
    }
    sync::ServerSession::Peer peer{device, [&registry = ports_.registry, device] { return registry.grants(device); }};
    peer.note_erased = [this, device](std::uint64_t through) {
        return ports_.registry.note_erased(device, through, ports_.clock.now_ms());
    };
    peer.note_bases = [this, device](const std::map<SpaceName, std::uint64_t>& bases) {
        const auto noted = ports_.registry.note_bases(device, bases);
        if (noted.has_error()) ports_.log.warning("bases_not_noted", {{"device", log_name(device)}});
    };
    sessions_.try_emplace(++last_, Open{device, sync::ServerSession(ports_.centre, std::move(peer)), std::move(sink),
                                        std::move(*grants)});
    return last_;
}

void Sessions::on_message(SessionId id, const shared::Bytes& message)
{
    const auto open = sessions_.find(id);
    if (open == sessions_.end()) return;
    const bool was_over_quota = open->second.session.is_over_quota();
    auto actions = open->second.session.on_message(message);
    if (!was_over_quota && open->second.session.is_over_quota())
        ports_.log.warning("over_quota", {{"device", log_name(open->second.device)}});
    const auto grown = open->second.session.take_grown();
    if (!grown.empty()) trouble_ms_ = 0;
    note_grown(id, grown);
    const bool is_first = open->second.noted_ms == 0 && !actions.close;
    // Before the answer goes: what the device asks for next then finds its contact written down.
    if (is_first) ports_.later([this, id] { note_contact(id); });
    deliver(open, std::move(actions));
}

void Sessions::close(SessionId id)
{
    const auto open = sessions_.find(id);
    if (open == sessions_.end()) return;
    const bool was_long =
        open->second.noted_ms != 0 && open->second.noted_ms + shared::limits::kContactAgain_ms < ports_.clock.now_ms();
    if (was_long) write_contact(open->second.device, open->second.session.program());
    sessions_.erase(open);
}

void Sessions::deliver(Table::iterator open, sync::Actions actions)
{
    if (actions.send.empty() && !actions.close) return;
    const auto sink = open->second.sink;
    const bool is_over = actions.close;
    if (actions.error) {
        note_trouble(open->second.device, *actions.error);
        actions.error = sync::for_device(*actions.error);
    }
    sink({std::move(actions.send), actions.close, std::move(actions.error)});
    if (is_over) close(open->first);
}

void Sessions::note_trouble(const DeviceId& device, const shared::Error& error)
{
    if (!sync::is_own_trouble(error.code)) return;
    trouble_ms_ = std::max<std::int64_t>(ports_.clock.now_ms(), 1);
    ports_.log.error("cannot_store", {{"device", log_name(device)}, {"reason", error.text}});
}

Result<void> Sessions::require_storing()
{
    if (trouble_ms_ == 0) return {};
    if (ports_.clock.now_ms() < trouble_ms_ + shared::limits::kTrouble_ms)
        return fail(Errc::full, "what a device sent could not be stored");
    INDABA_ASSIGN(auto transaction, Transaction::write(ports_.database));
    INDABA_ASSIGN(const auto names, hosts(ports_.database));
    INDABA_TRY(save_hosts(transaction, names));  // as they are: it costs a write
    INDABA_TRY(transaction.commit());
    trouble_ms_ = 0;
    return {};
}

void Sessions::note_grown(SessionId by, const std::set<SpaceName>& spaces)
{
    if (spaces.empty()) return;
    const bool is_scheduled = !grown_.empty();
    for (const auto& space : spaces) {
        const auto [at, is_new] = grown_.try_emplace(space, by);
        if (!is_new && at->second != by) at->second = 0;
    }
    // Later, so that a burst of pushes is sent on once and not after each of them.
    if (!is_scheduled) ports_.later([this] { announce(); });
}

void Sessions::announce()
{
    const auto grown = std::exchange(grown_, {});
    for (auto at = sessions_.begin(); at != sessions_.end();) {
        const auto open = at++;
        sync::Actions all;
        for (const auto& [space, by] : grown) {
            if (by == open->first || all.close) continue;
            auto actions = open->second.session.on_feed(space);
            std::ranges::move(actions.send, std::back_inserter(all.send));
            all.close = actions.close;
            all.error = std::move(actions.error);
        }
        deliver(open, std::move(all));
    }
}

void Sessions::note_contact(SessionId id)
{
    const auto open = sessions_.find(id);
    if (open == sessions_.end() || open->second.noted_ms != 0) return;
    open->second.noted_ms = std::max<std::int64_t>(ports_.clock.now_ms(), 1);
    write_contact(open->second.device, open->second.session.program());
}

void Sessions::write_contact(const DeviceId& device, const std::string& program)
{
    const auto write = [&]() -> Result<void> {
        INDABA_ASSIGN(auto transaction, Transaction::write(ports_.database));
        INDABA_TRY(ports_.registry.note_contact(transaction, device, program, ports_.clock.now_ms()));
        return transaction.commit();
    };
    const auto written = write();
    if (written.has_value()) return;
    note_trouble(device, written.error());
    ports_.log.warning("contact_not_noted", {{"device", log_name(device)}});
}

sync::Actions Sessions::review(Open& open)
{
    if (const auto welcome = ports_.registry.require_welcome(open.device); welcome.has_error())
        return goodbye(welcome.error());
    auto grants = ports_.registry.grants(open.device);
    if (grants.has_error()) return goodbye(grants.error());
    const auto before = std::exchange(open.grants, *grants);
    if (open.session.program().empty()) return {};
    // What was taken away is not sent any more: the session asks for every batch.
    auto actions = open.session.on_change();
    if (before != *grants && !actions.close)
        actions.send.insert(actions.send.begin(), sync::encode_message(sync::Grants{std::move(*grants)}));
    return actions;
}

void Sessions::refresh()
{
    const auto changed = ports_.registry.changed_outside();
    if (changed.has_error()) return;
    const auto today = sync::Day::of(ports_.clock.now_ms());
    const bool is_new_day = std::exchange(day_, today) != today;
    if (!*changed && !is_new_day) return;
    for (auto at = sessions_.begin(); at != sessions_.end();) {
        const auto open = at++;
        deliver(open, review(open->second));
    }
}

void Sessions::shut_down()
{
    going_away_ = true;
    for (auto at = sessions_.begin(); at != sessions_.end();) {
        const auto open = at++;
        deliver(open, open->second.session.shut_down());
    }
}

}  // namespace indaba::server
