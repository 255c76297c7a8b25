#include "sync/client_session.hpp"

#include "sync/batch.hpp"

#include <algorithm>
#include <utility>

namespace indaba::sync {

namespace {

using shared::Errc;

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
    return finish(std::move(outcome), std::move(actions));
}

/// A session that stays is contact for as long as the centre speaks. How long that is says the centre alone: the
/// device's clock may be set forward meanwhile.
Result<void> ClientSession::renew_leases(std::int64_t centre_ms)
{
    if (centre_ms < renewed_ms_ + shared::limits::kLeaseStep_ms) return {};
    renewed_ms_ = centre_ms;
    return replica_.renew_leases(centre_ms);
}

Actions ClientSession::on_quiet()
{
    Actions actions;
    if (closed_ || !progress_.up_to_date) return actions;
    const auto spaces = replica_.storage().spaces();
    auto outcome = spaces.has_error() ? Result<void>(spaces.error()) : Result<void>();
    if (spaces.has_value()) {
        const auto followed = std::ranges::find_if(*spaces, &StoredSpace::is_followed);
        if (followed != spaces->end()) outcome = follow(followed->name, actions);
    }
    return finish(std::move(outcome), std::move(actions));
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
    renewed_ms_ = welcome.now_ms;
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
        if (ruled.of_erased) ++progress_.refused_erased;
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
    if (batch.head) INDABA_TRY(renew_leases(batch.head->time_ms));
    add(applied);
    if (applied.caught_up) behind_.erase(batch.space);
    else behind_.insert(batch.space);
    return {};
}

/// Ends every event: an error closes the session; so does being up to date, unless it is to stay.
Actions ClientSession::finish(Result<void> outcome, Actions actions)
{
    if (outcome.has_value()) outcome = ask_heads(actions);
    if (outcome.has_value() && no_room_ && in_flight_.empty()) outcome = *no_room_;
    if (outcome.has_value() && progress_.welcomed && behind_.empty() && in_flight_.empty() && !asking_history_ &&
        sizes_owed_ == 0 && !orders_owed_) {
        auto ruled = all_ruled();
        progress_.up_to_date = ruled.has_value() && *ruled;
        if (ruled.has_error()) outcome = ruled.error();
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
