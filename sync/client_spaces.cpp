// Spaces that are granted, taken away, chosen or dropped while a session goes on, and what there is in those that the
// device does not carry.
#include "sync/client_session.hpp"

#include <algorithm>

namespace indaba::sync {

using shared::Errc;

Result<void> ClientSession::take_grants(const std::vector<Replica::Grant>& grants, Actions& actions)
{
    INDABA_ASSIGN(const auto before, replica_.storage().spaces());
    progress_.over_quota.reset();  // told again, they say that it may try again
    INDABA_TRY(replica_.take_grants(grants));
    for (const auto& space : before)
        if (space.role.empty()) INDABA_TRY(push_again(space.name));  // regained, it has all sent again
    return review_spaces(actions);
}

/// Follows what is carried and nothing else, whoever decided it: the centre, this process or another one.
Result<void> ClientSession::review_spaces(Actions& actions)
{
    INDABA_ASSIGN(const auto spaces, replica_.storage().spaces());
    Follow fresh;
    Unfollow dropped;
    std::vector<Following> others;
    for (const auto& space : spaces) {
        const bool followed = std::ranges::find(hello_, space.name) != hello_.end();
        const auto place = Place::of(space.cursor, space.backed_up);
        if (space.is_followed()) {
            // Dropped and carried again since the last look: nothing of it is here, and the centre does not know.
            const bool begins = followed && place.position == 0 && place.head > 0 && !behind_.contains(space.name);
            if (followed && !begins) continue;
            fresh.following.push_back({space.name, place});
            behind_.insert(space.name);
            if (!followed) hello_.push_back(space.name);
            INDABA_TRY(push_again(space.name));
            continue;
        }
        if (followed) INDABA_TRY(leave(space));
        if (followed && !space.role.empty()) dropped.spaces.push_back(space.name);
        if (!space.role.empty()) others.push_back({space.name, place});
    }
    if (!dropped.spaces.empty()) actions.send.push_back(encode_message(std::move(dropped)));
    ask_sizes(std::move(others), actions);
    if (fresh.following.empty()) return {};
    actions.send.push_back(encode_message(std::move(fresh)));
    waiting_ = true;
    return {};
}

Result<void> ClientSession::leave(const StoredSpace& space)
{
    behind_.erase(space.name);
    comparing_.erase(space.name);
    followed_again_.erase(space.name);
    std::erase(hello_, space.name);
    asked_.insert(space.name);  // all that was ruled so far lies up to the head that this session has seen
    return push_again(space.name);
}

/// What has no ruling yet is sent once more: the answer to the first time may be on its way in a feed that is not taken
/// any more, and to what it knows the centre answers with the ruling.
Result<void> ClientSession::push_again(const SpaceName& space)
{
    INDABA_ASSIGN(const auto journals, replica_.storage().own_journals(space));
    for (const auto& journal : journals) sent_.erase(journal.head.id);
    return {};
}

/// Of each space once.
void ClientSession::ask_sizes(std::vector<Following> spaces, Actions& actions)
{
    std::erase_if(spaces, [&](const Following& asked) { return !sized_.insert(asked.space).second; });
    if (spaces.empty()) return;
    actions.send.push_back(encode_message(SizesQuestion{std::move(spaces)}));
    ++sizes_owed_;
    waiting_ = true;
}

Result<void> ClientSession::take_sizes(const SizesAnswer& answer)
{
    if (sizes_owed_ == 0) return fail(Errc::malformed, "the centre answers what was not asked");
    --sizes_owed_;
    for (const auto& size : answer.sizes) {
        const bool heard = !asked_.insert(size.head.space).second;
        INDABA_ASSIGN(const bool again, replica_.take_size({size.head, size.size, size.on_chain, heard}));
        if (again) INDABA_TRY(push_again(size.head.space));
    }
    return {};
}

/// Once all that was sent is answered: what was ruled in spaces that are not carried lies on the chain of the head as
/// of now. Without it, a centre that is put back to between the two would not be found out.
Result<void> ClientSession::ask_heads(Actions& actions)
{
    if (actions.close || ruled_aside_.empty() || !in_flight_.empty() || sizes_owed_ > 0) return {};
    INDABA_ASSIGN(const auto spaces, replica_.storage().spaces());
    std::vector<Following> others;
    for (const auto& space : spaces) {
        if (!ruled_aside_.contains(space.name) || space.is_followed() || space.role.empty()) continue;
        sized_.erase(space.name);
        others.push_back({space.name, Place::of(space.cursor, space.backed_up)});
    }
    ruled_aside_.clear();
    ask_sizes(std::move(others), actions);
    return {};
}

}  // namespace indaba::sync
