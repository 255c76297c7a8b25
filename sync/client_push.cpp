// What a device pushes, and what the centre answers to that.
#include "sync/client_session.hpp"

#include <algorithm>

namespace indaba::sync {

namespace {

using shared::Errc;

/// How often a session begins a journal anew because the centre asks for it, without anything new being taken. What the
/// centre cannot join then it never will: the two do not hold the same entries, and would go on for ever.
constexpr int kBeginnings = 16;

}  // namespace

/// Never forward: more of it may wait to be sent again by now, or all, if nothing is noted.
void ClientSession::send_again_after(JournalId journal, std::uint64_t number)
{
    if (const auto sent = sent_.find(journal); sent != sent_.end()) sent->second = std::min(sent->second, number);
}

/// The centre asks for it. One that asks for the same again and again is not obeyed for ever.
void ClientSession::begin_again(JournalId journal, std::uint64_t number)
{
    send_again_after(journal, number);
    ++begun_again_[journal];
}

bool ClientSession::is_given_up(JournalId journal) const
{
    const auto begun = begun_again_.find(journal);
    return begun != begun_again_.end() && begun->second > kBeginnings;
}

Result<void> ClientSession::take_stored(const Stored& stored)
{
    if (in_flight_.empty() || in_flight_.front().journal != stored.journal)
        return fail(Errc::malformed, "the centre answers a push that was not sent");
    const auto flight = in_flight_.front();
    in_flight_.pop_front();
    in_flight_bytes_ -= flight.bytes;
    auto through = flight.last;
    switch (stored.unstored) {
        case Unstored::nothing: break;
        case Unstored::no_space: unwanted_.insert(stored.journal); return {};
        case Unstored::over_quota:
            progress_.over_quota = stored.quota;
            through = std::clamp(stored.through, flight.after, flight.last);
            send_again_after(stored.journal, through);
            break;
    }
    if (flight.gap) {
        take_answer(*flight.gap, stored);
    } else if (stored.expected != 0) {
        begin_again(stored.journal, stored.expected - 1);
        return {};
    } else {
        auto& counted = counted_[flight.journal];
        progress_.pushed += through - std::min(through, std::max(flight.after, counted));
        if (through > counted) begun_again_.erase(flight.journal);
        counted = std::max(counted, through);
    }
    if (stored.rulings.empty()) return {};
    INDABA_ASSIGN(const auto journal, replica_.storage().find_journal(stored.journal));
    // While a space is compared a ruling has no place in a feed: asked for again when it has.
    if (!journal || comparing_.contains(journal->head.space)) return {};
    // Another process may have met a centre that was put back since: these may be rulings of what it was before.
    INDABA_ASSIGN(const auto space, replica_.storage().find_space(journal->head.space));
    if (!space || space->rewinds != flight.rewinds) {
        sent_.erase(stored.journal);
        return {};
    }
    INDABA_ASSIGN(const auto applied, replica_.learn(journal->head.space, stored.rulings));
    ruled_aside_.insert(journal->head.space);
    add(applied);
    return {};
}

Result<void> ClientSession::push(Actions& actions)
{
    if (progress_.over_quota) return {};
    INDABA_ASSIGN(const auto spaces, replica_.storage().spaces());
    for (const auto& space : spaces) {
        if (comparing_.contains(space.name)) continue;  // what the centre answers has no place in a feed yet
        INDABA_ASSIGN(const auto journals, replica_.storage().own_journals(space.name));
        for (const auto& journal : journals) INDABA_TRY(push_journal(journal, space.rewinds, actions));
    }
    return {};
}

Result<void> ClientSession::push_journal(const StoredJournal& journal, std::uint64_t rewinds, Actions& actions)
{
    if (unwanted_.contains(journal.head.id) || is_given_up(journal.head.id)) return {};
    auto& sent = sent_.try_emplace(journal.head.id, journal.ruled).first->second;
    if (is_held_up(journal, sent)) return {};
    while (sent < journal.last && in_flight_bytes_ < options_.flow.window_bytes) {
        INDABA_ASSIGN(auto next, replica_.outgoing(journal, sent, options_.flow.message_bytes));
        if (!next) return end_at(journal, sent);
        if (next->gap) return tell_missing(journal, *next, rewinds, actions);
        if (in_flight_.empty()) waiting_ = true;
        in_flight_.push_back({journal.head.id, sent, next->last, next->change_set.size(), rewinds});
        in_flight_bytes_ += next->change_set.size();
        sent = next->last;
        actions.send.push_back(encode_message(Push{std::move(next->change_set)}));
    }
    return {};
}

/// Through which number the centre wants a journal now.
std::uint64_t ClientSession::wanted_of(const StoredJournal& journal) const
{
    const auto id = journal.head.id;
    if (unwanted_.contains(id) || is_given_up(id)) return 0;
    auto wanted = journal.last;
    if (const auto end = ended_.find(id); end != ended_.end()) wanted = end->second;
    if (const auto gap = progress_.gaps.find(id); gap != progress_.gaps.end()) wanted = gap->second.after;
    if (!progress_.over_quota) return wanted;
    const auto sent = sent_.find(id);  // which the centre has stored
    return sent == sent_.end() ? 0 : std::min(wanted, sent->second);
}

Result<bool> ClientSession::all_ruled()
{
    INDABA_ASSIGN(const auto spaces, replica_.storage().spaces());
    for (const auto& space : spaces) {
        INDABA_ASSIGN(const auto journals, replica_.storage().own_journals(space.name));
        for (const auto& journal : journals)
            if (journal.ruled < wanted_of(journal)) return false;
    }
    progress_.given_up =
        std::size_t(std::ranges::count_if(begun_again_, [&](const auto& begun) { return is_given_up(begun.first); }));
    return true;
}

}  // namespace indaba::sync
