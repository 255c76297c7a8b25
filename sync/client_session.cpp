#include "sync/client_session.hpp"

#include "sync/batch.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace indaba::sync {

namespace {

using shared::Errc;

/// How often a session begins a journal anew because the centre asks for it. What it cannot join then, though all was
/// sent, it never will: the two do not hold the same entries, and would go on for ever.
constexpr int kBeginnings = 16;

}  // namespace

Actions ClientSession::start()
{
    Actions actions;
    auto outcome = greet(actions);
    if (outcome.has_value()) outcome = push(actions);
    return finish(std::move(outcome), std::move(actions));
}

Result<void> ClientSession::greet(Actions& actions)
{
    Hello hello;
    hello.program = options_.program;
    hello.now_ms = replica_.ports().clock.now_ms();
    INDABA_ASSIGN(const auto spaces, replica_.storage().spaces());
    std::vector<Replica::Grant> grants;
    std::vector<Following> others;
    for (const auto& space : spaces) {
        if (space.role.empty()) continue;
        grants.push_back({space.name, space.kind, space.title, space.role, space.lease_days});
        if (!space.carried) {
            others.push_back({space.name, Place::of(space.cursor, space.backed_up)});
            continue;
        }
        hello.following.push_back({space.name, Place::of(space.cursor, space.backed_up)});
        hello_.push_back(space.name);
    }
    hello.grants = grants_digest(grants, replica_.ports().digest);
    INDABA_ASSIGN(hello.erased, replica_.storage().erasure_state());
    actions.send.push_back(encode_message(std::move(hello)));
    waiting_ = true;
    ask_sizes(std::move(others), actions);
    return {};
}

Actions ClientSession::on_message(shared::ByteView bytes)
{
    Actions actions;
    if (closed_) return actions;
    if (waiting_) ++progress_.round_trips;
    waiting_ = false;
    const auto message = decode_message(bytes);
    auto outcome = message.has_error() ? Result<void>(message.error()) : handle(*message, bytes.size(), actions);
    if (outcome.has_value() && !actions.close) outcome = push(actions);
    if (outcome.has_value()) outcome = note_contact();
    return finish(std::move(outcome), std::move(actions));
}

/// A session that stays is contact for as long as the centre speaks.
Result<void> ClientSession::note_contact()
{
    const auto now_ms = replica_.ports().clock.now_ms();
    if (!progress_.welcomed || std::abs(now_ms - contact_ms_) < shared::limits::kLeaseStep_ms) return {};
    const bool is_first = std::exchange(contact_ms_, now_ms) == 0;  // the welcome itself has just renewed the leases
    return is_first ? Result<void>() : replica_.renew_leases();
}

Actions ClientSession::on_written()
{
    Actions actions;
    if (closed_) return actions;
    progress_.up_to_date = false;
    auto outcome = progress_.welcomed ? review_spaces(actions) : Result<void>();
    if (outcome.has_value()) outcome = push(actions);
    return finish(std::move(outcome), std::move(actions));
}

Actions ClientSession::ask_history(const RecordId& id)
{
    Actions actions;
    actions.send.push_back(encode_message(HistoryQuestion{id, 0}));
    history_.reset();
    asking_history_ = true;
    waiting_ = true;
    return actions;
}

Result<void> ClientSession::handle(const Message& message, std::size_t bytes, Actions& actions)
{
    if (const auto* bye = std::get_if<Bye>(&message)) return fail(bye->code, bye->text);
    if (const auto* welcome = std::get_if<Welcome>(&message)) return take_welcome(*welcome, actions);
    if (!progress_.welcomed)
        return fail(Errc::malformed, "the centre did not say welcome: is this address a centre of Indaba?");
    if (const auto* stored = std::get_if<Stored>(&message)) return take_stored(*stored);
    if (const auto* batch = std::get_if<Batch>(&message)) return take_batch(*batch, bytes, actions);
    if (const auto* grants = std::get_if<Grants>(&message)) return take_grants(grants->grants, actions);
    if (const auto* sizes = std::get_if<SizesAnswer>(&message)) return take_sizes(*sizes);
    if (const auto* erasures = std::get_if<Erasures>(&message)) return take_erasures(*erasures, actions);
    if (const auto* compared = std::get_if<Compared>(&message)) return take_compared(*compared, actions);
    if (const auto* fetched = std::get_if<Fetched>(&message)) return take_fetched(*fetched, actions);
    if (const auto* lost = std::get_if<StartOver>(&message)) return start_over(lost->space, actions);
    if (const auto* answer = std::get_if<HistoryAnswer>(&message)) {
        if (!asking_history_) return fail(Errc::malformed, "the centre answers what was not asked");
        return take_history(*answer, actions);
    }
    return fail(Errc::malformed, "the centre sent a message that only devices send");
}

Result<void> ClientSession::take_history(const HistoryAnswer& answer, Actions& actions)
{
    if (!history_) history_ = HistoryAnswer{answer.record, {}, false};
    auto after = history_->entries.empty() ? 0 : history_->entries.back().number;
    for (const auto& entry : answer.entries)
        if (entry.number <= std::exchange(after, entry.number))
            return fail(Errc::malformed, "the centre's history is not in order");
    if (answer.record != history_->record || (answer.more && answer.entries.empty()))
        return fail(Errc::malformed, "the centre's history is not what was asked");
    history_->entries.insert(history_->entries.end(), answer.entries.begin(), answer.entries.end());
    history_->more = asking_history_ = answer.more;
    if (!answer.more) return {};
    actions.send.push_back(encode_message(HistoryQuestion{answer.record, after}));
    waiting_ = true;
    return {};
}

Result<void> ClientSession::take_welcome(const Welcome& welcome, Actions& actions)
{
    if (progress_.welcomed) return fail(Errc::malformed, "the centre said welcome twice");
    if (welcome.protocol != kProtocol)
        return fail(Errc::unsupported, "the centre speaks another version: update this program");
    if (welcome.standings.size() != hello_.size())
        return fail(Errc::malformed, "the centre's welcome does not fit the hello");
    progress_.welcomed = true;
    orders_owed_ = welcome.erasures_follow;
    INDABA_ASSIGN(progress_.clock_offset_ms, replica_.learn_time(welcome.now_ms));
    for (std::size_t i = 0; i < hello_.size(); ++i) {
        switch (welcome.standings[i]) {
            case Standing::at_head:
            case Standing::not_granted: break;
            case Standing::start_over: INDABA_TRY(start_over(hello_[i], actions)); break;
            case Standing::follows: behind_.insert(hello_[i]); break;
        }
    }
    if (welcome.grants_differ) return take_grants(welcome.grants, actions);
    return review_spaces(actions);  // another process may have chosen since the hello
}

Result<void> ClientSession::follow_again(const SpaceName& name, Actions& actions)
{
    if (!followed_again_.insert(name).second) return {};
    return follow(name, actions);
}

Result<void> ClientSession::follow(const SpaceName& name, Actions& actions)
{
    INDABA_ASSIGN(const auto space, replica_.storage().find_space(name));
    if (!space || !space->is_followed()) {
        behind_.erase(name);
        return {};
    }
    actions.send.push_back(encode_message(Follow{{{name, Place::of(space->cursor, space->backed_up)}}}));
    behind_.insert(name);
    waiting_ = true;
    return {};
}

/// Another process of this home was faster: what it took is as good as taken here, from where it is the feed goes on.
Result<void> ClientSession::pass_over(const BatchHead& batch, Actions& actions)
{
    INDABA_ASSIGN(const auto space, replica_.storage().find_space(batch.space));
    if (!space || space->cursor.position < batch.to) return follow_again(batch.space, actions);
    followed_again_.erase(batch.space);
    if (batch.is_last() && space->cursor.base == space->cursor.position) behind_.erase(batch.space);
    return {};
}

void ClientSession::add(const Replica::Applied& applied)
{
    progress_.pulled += applied.records;
    progress_.conflicts += applied.conflicts;
    for (const auto& ruled : applied.ruled) {
        auto& through = heard_[ruled.name.journal];
        if (ruled.name.number <= through) continue;
        through = ruled.name.number;
        ++(ruled.verdict == Verdict::accepted ? progress_.accepted : progress_.refused);
    }
    for (const auto journal : applied.reordered) sent_.erase(journal);
}

Result<void> ClientSession::take_batch(const Batch& message, std::size_t bytes, Actions& actions)
{
    if (no_room_) return {};  // not said to be taken: the centre stops when its window is full
    INDABA_ASSIGN(auto reader, BatchReader::open(message.encoded));
    const auto taken = replica_.take(reader);
    const auto& batch = reader.head();
    if (taken.has_error() && taken.error().code == Errc::full) {
        no_room_ = taken.error();
        return {};
    }
    INDABA_ASSIGN(const auto applied, taken);
    actions.send.push_back(encode_message(Taken{bytes}));
    if (!applied.applied) return pass_over(batch, actions);
    followed_again_.erase(batch.space);
    add(applied);
    if (applied.caught_up) behind_.erase(batch.space);
    else behind_.insert(batch.space);
    return {};
}

/// Never forward: more of it may wait to be sent again by now, or all, if nothing is noted.
void ClientSession::send_again_after(JournalId journal, std::uint64_t number)
{
    if (const auto sent = sent_.find(journal); sent != sent_.end()) sent->second = std::min(sent->second, number);
    if (++begun_again_[journal] > kBeginnings) unwanted_.insert(journal);
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
        send_again_after(stored.journal, stored.expected - 1);
        return {};
    } else {
        auto& counted = counted_[flight.journal];
        progress_.pushed += through - std::min(through, std::max(flight.after, counted));
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
    if (unwanted_.contains(journal.head.id)) return {};
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
    if (unwanted_.contains(journal.head.id)) return 0;
    if (const auto gap = progress_.gaps.find(journal.head.id); gap != progress_.gaps.end()) return gap->second.after;
    if (const auto end = ended_.find(journal.head.id); end != ended_.end()) return end->second;
    if (!progress_.over_quota) return journal.last;
    const auto sent = sent_.find(journal.head.id);  // which the centre has stored
    return sent == sent_.end() ? 0 : sent->second;
}

Result<bool> ClientSession::all_ruled()
{
    INDABA_ASSIGN(const auto spaces, replica_.storage().spaces());
    for (const auto& space : spaces) {
        INDABA_ASSIGN(const auto journals, replica_.storage().own_journals(space.name));
        for (const auto& journal : journals)
            if (journal.ruled < wanted_of(journal)) return false;
    }
    return true;
}

/// Ends every event: an error closes the session; so does being up to date, unless it is to stay.
Actions ClientSession::finish(Result<void> outcome, Actions actions)
{
    if (outcome.has_value()) outcome = ask_heads(actions);
    if (outcome.has_value() && no_room_ && in_flight_.empty()) outcome = *no_room_;
    if (outcome.has_value() && progress_.welcomed && behind_.empty() && in_flight_.empty() && !asking_history_ &&
        sizes_owed_ == 0 && !orders_owed_) {
        auto ruled = all_ruled();
        if (ruled.has_error()) outcome = ruled.error();
        else progress_.up_to_date = *ruled;
    } else {
        progress_.up_to_date = false;
    }
    if (outcome.has_error()) {
        actions.error = outcome.error();
        actions.close = true;
    } else if (progress_.up_to_date && !options_.stay) {
        actions.send.push_back(encode_message(Bye{Errc::cancelled, {}}));
        actions.close = true;
    }
    closed_ = actions.close;
    return actions;
}

}  // namespace indaba::sync
