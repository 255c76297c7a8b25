// What is gone from a journal of this device: the centre is told, its operator rules, and everything else goes on.
#include "sync/client_session.hpp"

#include <algorithm>

namespace indaba::sync {

/// Once what stood before is on its way. What is written from now on goes into a new journal, and waits for nobody.
Result<void> ClientSession::tell_missing(const StoredJournal& journal, const Outgoing& next, std::uint64_t rewinds,
                                         Actions& actions)
{
    const auto& gap = *next.gap;
    INDABA_TRY(replica_.leave_gap(journal));
    if (in_flight_.empty()) waiting_ = true;
    in_flight_.push_back({gap.journal.id, gap.after, gap.through, 0, rewinds, gap});
    actions.send.push_back(encode_message(Missing{gap, next.after_hash}));
    return {};
}

/// The centre has entry `through`: what follows it can be sent. It lacks what stood before: all of that is sent. Or it
/// has noted the gap, and an operator has to rule.
void ClientSession::take_answer(const Gap& gap, const Stored& stored)
{
    const auto id = gap.journal.id;
    if (stored.expected == 0) {
        auto& sent = sent_[id];
        sent = std::max(sent, gap.through);
    } else if (stored.expected <= gap.after) {
        begin_again(id, stored.expected - 1);
    } else {
        progress_.gaps[id] = gap;
    }
}

/// True while nothing more of the journal can be sent: a gap is asked about, or waits for an operator.
bool ClientSession::is_held_up(const StoredJournal& journal, std::uint64_t& sent)
{
    const auto id = journal.head.id;
    const auto waiting = progress_.gaps.find(id);
    if (waiting != progress_.gaps.end()) {
        if (journal.ruled < waiting->second.through) return sent >= waiting->second.after;
        sent = std::max(sent, journal.ruled);
        progress_.gaps.erase(waiting);
    }
    return std::ranges::any_of(in_flight_, [&](const InFlight& flight) { return flight.gap && flight.journal == id; });
}

/// What stood at its end is gone, and nothing is there to wait for that.
Result<void> ClientSession::end_at(const StoredJournal& journal, std::uint64_t last)
{
    const auto [ended, is_new] = ended_.try_emplace(journal.head.id, last);
    if (!is_new && ended->second == last) return {};
    ended->second = last;
    return replica_.leave_gap(journal);
}

}  // namespace indaba::sync
