// What a device pushes: stored, ruled and answered, as far as its person's quota goes.
#include "sync/server_session.hpp"

#include <algorithm>

namespace indaba::sync {

Result<void> ServerSession::take_push(const Push& push, Actions& actions)
{
    INDABA_ASSIGN(auto ingested, centre_.ingest(push.change_set, peer_.device));
    const auto& space = ingested.journal.space;
    Stored stored;
    stored.journal = ingested.journal.id;
    stored.through = ingested.through;
    stored.expected = ingested.expected;
    stored.rulings = std::move(ingested.repeated);
    stored.window_bytes = push.change_set.size();
    if (ingested.no_space) {
        stored.unstored = Unstored::no_space;
        actions.send.push_back(encode_message(std::move(stored)));
        return {};
    }
    const auto author = shared::device_of(ingested.journal.author, centre_.ports().digest);
    if (const auto& quota = ingested.over_quota) {
        over_quota_ = {author, peer_.device};
        stored.unstored = Unstored::over_quota;
        stored.quota = {quota->most.changes, quota->most.bytes, Day::of(centre_.ports().clock.now_ms()).end_ms()};
    }
    const auto lane = lanes_.find(space);
    INDABA_ASSIGN(const bool granted, centre_.ports().authority.may_read(peer_.device, space));
    if (lane == lanes_.end() || !granted) {  // no feed will bring them
        for (auto& ruling : ingested.fresh) stored.rulings.push_back(std::move(ruling));
    } else if (ingested.expected == 0 && author == peer_.device) {
        hold(ingested, lane->second.held);
    }
    if (!ingested.fresh.empty()) grown_.insert(space);
    actions.send.push_back(encode_message(std::move(stored)));
    return {};
}

Result<void> ServerSession::take_missing(const Missing& missing, Actions& actions)
{
    INDABA_ASSIGN(auto noted, centre_.note_missing(missing.gap, missing.after_hash, peer_.device));
    Stored stored;
    stored.journal = missing.gap.journal.id;
    stored.expected = noted.expected;
    if (noted.no_space) stored.unstored = Unstored::no_space;
    if (noted.known) stored.rulings.push_back(std::move(*noted.known));
    actions.send.push_back(encode_message(std::move(stored)));
    return {};
}

void ServerSession::hold(const Centre::Ingested& ingested, std::vector<Held>& held)
{
    constexpr std::size_t kHeld = 16;  // a device writes one journal in a space, seldom two: more are not remembered
    if (ingested.through < ingested.first) return;
    const Held next{ingested.journal.id, ingested.line, ingested.first, ingested.through};
    if (!held.empty()) {
        auto& last = held.back();
        if (last.journal == next.journal && last.line == next.line && next.from <= last.to + 1) {
            last.to = std::max(last.to, next.to);
            return;
        }
    }
    if (held.size() < kHeld) held.push_back(next);
}

/// Repeated grants tell the device that it may try again.
Result<void> ServerSession::review_quota(Actions& actions)
{
    if (!over_quota_) return {};
    INDABA_ASSIGN(const bool is_used_up, centre_.is_used_up(*over_quota_));
    if (is_used_up) return {};
    over_quota_.reset();
    return tell_grants(actions);
}

}  // namespace indaba::sync
