#include "client/sync_connection.hpp"

#include "shared/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace indaba::client {

using std::chrono::milliseconds;
using Kind = WireEvent::Kind;

namespace {

using Clock = std::chrono::steady_clock;

platform::CloseReason close_reason(shared::Errc code)
{
    switch (code) {
        case shared::Errc::malformed:
        case shared::Errc::untrusted:
        case shared::Errc::unsupported: return platform::CloseReason::broke_protocol;
        case shared::Errc::too_large: return platform::CloseReason::too_large;
        case shared::Errc::busy:
        case shared::Errc::full:
        case shared::Errc::io:
        case shared::Errc::corrupt: return platform::CloseReason::failed;
        case shared::Errc::usage:
        case shared::Errc::not_found:
        case shared::Errc::rule_broken:
        case shared::Errc::forbidden:
        case shared::Errc::unreachable:
        case shared::Errc::timed_out:
        case shared::Errc::cancelled: break;
    }
    return platform::CloseReason::finished;
}

}  // namespace

SyncConnection::SyncConnection(sync::Replica& replica, ConnectionOptions options)
    : options_(std::move(options)), session_(replica, {options_.program, options_.stay})
{
}

void SyncConnection::act(sync::Actions actions)
{
    for (auto& message : actions.send) wire_->send(std::move(message));
    if (!actions.close) return;
    if (actions.error && !error_) error_ = std::move(actions.error);
    end(error_ ? close_reason(error_->code) : platform::CloseReason::finished);
}

void SyncConnection::end(platform::CloseReason reason)
{
    if (std::exchange(ending_, true)) return;
    wire_->close(reason);
    deadline_ = Clock::now() + shared::limits::kDeviceGoodbye + options_.wire.limits.close;
}

void SyncConnection::handle(WireEvent event)
{
    switch (event.kind) {
        case Kind::opened:
            open_ = true;
            heard_ = Clock::now();
            act(session_.start());
            if (asked_) act(session_.ask_history(*asked_));
            return;
        case Kind::message:
            heard_ = Clock::now();
            if (ending_) return;
            act(session_.on_message(event.message));
            return;
        case Kind::closed:
            over_ = true;
            if (event.error && !ending_ && !error_) error_ = std::move(event.error);
            return;
        case Kind::notified:
        case Kind::nothing: return;
    }
}

void SyncConnection::look_around(Clock::time_point now, const SyncProgress& progress)
{
    if (progress && now - told_ >= shared::limits::kTellProgress) {
        told_ = now;
        progress(report());
    }
    if (!open_ || ending_) return;
    if (now - looked_ >= shared::limits::kPoll) {
        looked_ = now;
        if (options_.written && options_.written()) act(session_.on_written());
    }
    const bool up_to_date = session_.progress().up_to_date;
    if (options_.on_caught_up && up_to_date && !ending_) tell_if_new();
    if (up_to_date && now - heard_ >= milliseconds(shared::limits::kLeaseStep_ms)) {
        heard_ = now;  // from here on an answer is waited for
        act(session_.on_quiet());
    }
    if (!up_to_date && now - heard_ >= shared::limits::kSilence) {
        error_ = shared::fail(shared::Errc::timed_out, "the centre has gone silent: try again");
        end(platform::CloseReason::going_away);
    }
}

void SyncConnection::tell_if_new()
{
    const auto now = report();
    const Done done{now.pushed + now.accepted + now.refused + now.pulled + now.conflicts + now.erased,
                    now.over_quota.has_value(), now.missing.size(), now.given_up};
    if (told_done_ == done) return;
    told_done_ = done;
    options_.on_caught_up(now);
}

SyncReport SyncConnection::run(std::stop_token stop, const SyncProgress& progress)
{
    began_ = told_ = looked_ = Clock::now();
    deadline_ = Clock::time_point::max();
    wire_ = std::make_unique<Wire>(options_.wire);
    const std::stop_callback wake(stop, [this] { wire_->notify(); });
    while (!over_) {
        const auto now = Clock::now();
        if (now >= deadline_) break;
        if (stop.stop_requested() && !ending_) {
            error_ = shared::fail(shared::Errc::cancelled, "stopped");
            if (!open_) break;
            end(platform::CloseReason::finished);
        }
        look_around(now, progress);
        handle(wire_->wait_until(std::min(deadline_, now + shared::limits::kPoll)));
    }
    ended_ = Clock::now();
    return report();
}

SyncReport SyncConnection::run_for_history(const shared::RecordId& record, int patience_ms,
                                           std::optional<sync::HistoryAnswer>& answer)
{
    asked_ = record;
    began_ = told_ = looked_ = Clock::now();
    deadline_ = began_ + milliseconds(patience_ms);
    wire_ = std::make_unique<Wire>(options_.wire);
    while (!over_ && Clock::now() < deadline_ && (!session_.history() || session_.history()->more))
        handle(wire_->wait_until(deadline_));
    answer = session_.history();
    return report();
}

SyncReport SyncConnection::report() const
{
    const auto& done = session_.progress();
    SyncReport report;
    report.pushed = done.pushed;
    report.accepted = done.accepted;
    report.refused = done.refused;
    report.refused_erased = done.refused_erased;
    report.pulled = done.pulled;
    report.conflicts = done.conflicts;
    report.erased = done.erased;
    report.round_trips = done.round_trips;
    report.clock_offset_ms = done.clock_offset_ms;
    report.given_up = done.given_up;
    report.up_to_date = done.up_to_date && !error_ && !done.over_quota && done.gaps.empty() && done.given_up == 0;
    for (const auto& [journal, gap] : done.gaps)
        report.missing.push_back(
            {fmt::format("{:016x}", journal.value), gap.journal.space, gap.after + 1, gap.through});
    if (const auto& quota = done.over_quota) report.over_quota = {quota->changes, quota->bytes, quota->until_ms};
    const auto bytes = wire_ ? wire_->bytes() : WireBytes();
    report.bytes_sent = bytes.sent;
    report.bytes_received = bytes.received;
    report.handshake_round_trips = open_ ? platform::kHandshakeRoundTrips : 0;
    const auto until = ended_ == Clock::time_point{} ? Clock::now() : ended_;
    report.duration_ms = std::chrono::duration_cast<milliseconds>(until - began_).count();
    report.error = error_;
    return report;
}

}  // namespace indaba::client
