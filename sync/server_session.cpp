#include "sync/server_session.hpp"

#include "shared/transaction_view.hpp"
#include "sync/batch.hpp"

#include <algorithm>

namespace indaba::sync {

namespace {

using shared::Errc;

HistoryEntry history_of(const StoredEntry& entry, const shared::TransactionView& transaction, const RecordId& id)
{
    HistoryEntry line;
    line.name = entry.name;
    line.stamp = entry.stamp;
    line.number = entry.ruling ? entry.ruling->number : 0;
    line.ruled_ms = entry.ruling ? entry.ruling->time_ms : 0;
    for (const auto& write : transaction.writes_to(id)) line.cells.push_back({write.key, write.value});
    return line;
}

std::size_t size_of(const HistoryEntry& line)
{
    constexpr std::size_t kEntry_bytes = 128;
    return kEntry_bytes + line.cells.bytes();
}

}  // namespace

bool is_own_trouble(Errc code)
{
    switch (code) {
        case Errc::io:
        case Errc::full:
        case Errc::busy:
        case Errc::corrupt:
        case Errc::usage:
        case Errc::rule_broken: return true;
        case Errc::not_found:
        case Errc::malformed:
        case Errc::too_large:
        case Errc::untrusted:
        case Errc::forbidden:
        case Errc::unreachable:
        case Errc::timed_out:
        case Errc::cancelled:
        case Errc::unsupported: return false;
    }
    return false;
}

shared::Error for_device(const shared::Error& error)
{
    if (!is_own_trouble(error.code)) return error;
    // busy: a device that stays connected comes back by itself.
    return fail(Errc::busy,
                "the centre cannot store anything at the moment: what you wrote is kept here and will be "
                "sent later; its operator must look at its disk");
}

Actions ServerSession::on_message(shared::ByteView bytes)
{
    Actions actions;
    if (closed_) return actions;
    const auto message = decode_message(bytes);
    auto outcome = message.has_error() ? Result<void>(message.error()) : handle(*message, actions);
    if (outcome.has_value() && !actions.close) outcome = pump(actions);
    return finish(std::move(outcome), std::move(actions));
}

Actions ServerSession::on_feed(const SpaceName& space) { return lanes_.contains(space) ? on_change() : Actions{}; }

Actions ServerSession::on_change()
{
    Actions actions;
    if (closed_) return actions;
    auto outcome = review_quota(actions);
    if (outcome.has_value()) outcome = pump(actions);
    return finish(std::move(outcome), std::move(actions));
}

std::set<SpaceName> ServerSession::take_grown() { return std::exchange(grown_, {}); }

Actions ServerSession::shut_down()
{
    Actions actions;
    actions.send.push_back(encode_message(Bye{Errc::unreachable, "the centre is closing: try again later"}));
    actions.close = true;
    closed_ = true;
    return actions;
}

Result<void> ServerSession::handle(const Message& message, Actions& actions)
{
    if (const auto* hello = std::get_if<Hello>(&message)) return take_hello(*hello, actions);
    if (!greeted_) return fail(Errc::malformed, "the device did not say hello");
    if (const auto* push = std::get_if<Push>(&message)) return take_push(*push, actions);
    if (const auto* missing = std::get_if<Missing>(&message)) return take_missing(*missing, actions);
    if (const auto* follow = std::get_if<Follow>(&message)) return take_follow(*follow, actions);
    if (const auto* compare = std::get_if<Compare>(&message)) return answer_compare(*compare, actions);
    if (const auto* fetch = std::get_if<Fetch>(&message)) return answer_fetch(*fetch, actions);
    if (const auto* question = std::get_if<HistoryQuestion>(&message)) return answer_history(*question, actions);
    if (const auto* question = std::get_if<SizesQuestion>(&message)) return answer_sizes(*question, actions);
    if (const auto* erasures = std::get_if<Erasures>(&message)) return take_erasures(*erasures);
    if (const auto* erased = std::get_if<Erased>(&message)) return confirm(erased->state);
    if (const auto* unfollow = std::get_if<Unfollow>(&message)) {
        for (const auto& space : unfollow->spaces) lanes_.erase(space);
        return {};
    }
    if (const auto* taken = std::get_if<Taken>(&message)) {
        if (taken->window_bytes > unacknowledged_bytes_)
            return fail(Errc::malformed, "the device took more than it was sent");
        unacknowledged_bytes_ -= taken->window_bytes;
        return {};
    }
    if (std::holds_alternative<Bye>(message)) {
        actions.close = true;
        return {};
    }
    return fail(Errc::malformed, "the device sent a message that only the centre sends");
}

Result<void> ServerSession::take_hello(const Hello& hello, Actions& actions)
{
    if (greeted_) return fail(Errc::malformed, "the device said hello twice");
    if (hello.protocol != kProtocol)
        return fail(Errc::unsupported, "the device speaks another version than this centre: update one of them");
    if (hello.following.size() > shared::limits::kSpacesPerSession)
        return fail(Errc::too_large, "a device follows at most 256 spaces");
    greeted_ = true;
    program_ = hello.program.substr(0, shared::limits::kKey_bytes);
    Welcome welcome;
    welcome.now_ms = centre_.ports().clock.now_ms();
    INDABA_ASSIGN(welcome.grants, peer_.grants());
    welcome.grants_differ = grants_digest(welcome.grants, centre_.ports().digest) != hello.grants;
    INDABA_ASSIGN(welcome.erasures_follow, compare_erased(hello.erased));
    note_bases(hello);
    for (const auto& following : hello.following) {
        INDABA_ASSIGN(const auto standing, follow(following));
        welcome.standings.push_back(standing);
    }
    actions.send.push_back(encode_message(std::move(welcome)));
    return {};
}

void ServerSession::note_bases(const Hello& hello)
{
    if (!peer_.note_bases) return;
    std::map<SpaceName, std::uint64_t> bases;
    for (const auto& following : hello.following) bases[following.space] = following.place.base;
    peer_.note_bases(bases);
}

/// Opens the lane of a space; at the head there is nothing to send on it yet.
Result<Standing> ServerSession::follow(const Following& following)
{
    lanes_.erase(following.space);
    INDABA_ASSIGN(const bool granted, centre_.ports().authority.may_read(peer_.device, following.space));
    if (!granted) return Standing::not_granted;
    const auto& place = following.place;
    Lane lane{place.base, place.position, place.backed_up, place.horizon, {}, false};
    INDABA_ASSIGN(const bool joins, centre_.on_chain(following.space, place));
    INDABA_ASSIGN(const auto head, centre_.storage().head(following.space));
    if (!joins || is_behind_horizon(place.position, place.horizon, head.horizon))
        return Standing::start_over;  // the device compares, or follows from zero
    const bool at_head = lane.base == head.number && lane.backed_up >= head.backed_up && lane.horizon >= head.horizon;
    lane.owed = !at_head;
    lanes_[following.space] = lane;
    return at_head ? Standing::at_head : Standing::follows;
}

Result<void> ServerSession::take_follow(const Follow& message, Actions& actions)
{
    for (const auto& following : message.following) {
        if (lanes_.size() >= shared::limits::kSpacesPerSession && !lanes_.contains(following.space))
            return fail(Errc::too_large, "a device follows at most 256 spaces");
        INDABA_ASSIGN(const auto standing, follow(following));
        if (standing == Standing::start_over) actions.send.push_back(encode_message(StartOver{following.space}));
        else if (standing != Standing::not_granted) lanes_[following.space].owed = true;
    }
    return {};
}

Result<void> ServerSession::answer_history(const HistoryQuestion& question, Actions& actions)
{
    HistoryAnswer answer{question.record, {}, false};
    INDABA_ASSIGN(const auto record, centre_.storage().find_record(question.record));
    bool granted = false;
    if (record) {
        INDABA_ASSIGN(granted, centre_.ports().authority.may_read(peer_.device, record->space));
    }
    Result<void> fault;
    std::size_t bytes = 0;
    const auto visit = [&](StoredEntry&& entry) {
        answer.more = bytes >= shared::limits::kMessageTarget_bytes;
        if (answer.more) return false;
        const auto transaction = shared::TransactionView::open(entry.payload);
        if (transaction.has_error()) fault = transaction.error();
        if (fault.has_error()) return false;
        answer.entries.push_back(history_of(entry, *transaction, question.record));
        bytes += size_of(answer.entries.back());
        return true;
    };
    if (granted) INDABA_TRY(centre_.storage().each_entry_of(question.record, question.after, visit));
    INDABA_TRY(std::move(fault));
    for (auto& line : answer.entries) {
        INDABA_ASSIGN(const auto journal, centre_.storage().find_journal(line.name.journal));
        if (journal) line.author = journal->author;
    }
    actions.send.push_back(encode_message(std::move(answer)));
    return {};
}

Result<void> ServerSession::answer_sizes(const SizesQuestion& question, Actions& actions)
{
    if (question.spaces.size() > shared::limits::kSpacesPerSession)
        return fail(Errc::too_large, "a device asks about at most 256 spaces");
    SizesAnswer answer;
    for (const auto& asked : question.spaces) {
        INDABA_ASSIGN(const bool granted, centre_.ports().authority.may_read(peer_.device, asked.space));
        if (!granted) continue;
        SizesAnswer::Size size;
        INDABA_ASSIGN(size.head, centre_.signed_head(asked.space));
        INDABA_ASSIGN(size.on_chain, centre_.on_chain(asked.space, asked.place));
        INDABA_ASSIGN(size.size, centre_.size(asked.space));
        answer.sizes.push_back(std::move(size));
    }
    actions.send.push_back(encode_message(std::move(answer)));
    return {};
}

/// Sends on every lane in turn until the window is full or nothing is left.
Result<void> ServerSession::pump(Actions& actions)
{
    if (greeted_) INDABA_TRY(tell_erasures(actions));
    for (bool sent = true; sent;) {
        sent = false;
        for (auto place = lanes_.begin(); place != lanes_.end();) {
            auto& [space, lane] = *place++;  // a lane without a role any more is closed below
            if (unacknowledged_bytes_ >= peer_.flow.window_bytes) return {};
            INDABA_ASSIGN(const bool more, send_batch(space, lane, actions));
            sent = sent || more;
        }
    }
    return {};
}

/// Instead of what may not be read any more.
Result<void> ServerSession::tell_grants(Actions& actions)
{
    INDABA_ASSIGN(auto grants, peer_.grants());
    actions.send.push_back(encode_message(Grants{std::move(grants)}));
    return {};
}

Result<bool> ServerSession::send_batch(const SpaceName& name, Lane& lane, Actions& actions)
{
    INDABA_ASSIGN(const auto head, centre_.storage().head(name));
    const bool knows_all = lane.backed_up >= head.backed_up && lane.horizon >= head.horizon;
    if (!lane.owed && lane.position == head.number && knows_all) return false;
    const auto space = name;  // the lane, and its name with it, may go
    INDABA_ASSIGN(const bool granted, centre_.ports().authority.may_read(peer_.device, space));
    if (!granted) {
        lanes_.erase(space);
        INDABA_TRY(tell_grants(actions));
        return false;
    }
    if (is_behind_horizon(lane.position, lane.horizon, head.horizon)) {
        lanes_.erase(space);
        actions.send.push_back(encode_message(StartOver{space}));
        return false;
    }
    const auto holds = [&](const Ruling& ruling) {
        return std::ranges::any_of(lane.held, [&](const Held& held) {
            return ruling.name.journal == held.journal && ruling.line == held.line && ruling.name.number >= held.from &&
                   ruling.name.number <= held.to;
        });
    };
    INDABA_ASSIGN(auto batch, centre_.next_batch({space, lane.base, lane.position, peer_.flow.message_bytes}, holds));
    INDABA_ASSIGN(batch.authors, untold_authors(batch.rulings, batch.records));
    lane.owed = false;
    lane.position = batch.to;
    lane.horizon = batch.head->horizon;
    if (batch.is_last()) {
        lane.base = batch.to;
        lane.backed_up = batch.head->backed_up;
    }
    auto bytes = encode_message(Batch{encode_batch(batch)});
    unacknowledged_bytes_ += bytes.size();
    actions.send.push_back(std::move(bytes));
    return true;
}

Result<std::vector<Author>> ServerSession::untold_authors(const std::vector<Ruling>& rulings,
                                                          const std::vector<FeedRecord>& records)
{
    std::set<JournalId> fresh;
    const auto note = [&](JournalId journal) {
        if (!told_.contains(journal)) fresh.insert(journal);
    };
    for (const auto& ruling : rulings) note(ruling.name.journal);
    for (const auto& record : records)
        for (const auto& cell : record.cells)
            for (const auto& leaf : cell.leaves) note(leaf.name.journal);
    std::vector<Author> authors;
    for (const auto journal : fresh) {
        INDABA_ASSIGN(auto known, centre_.storage().find_journal(journal));
        if (known) authors.push_back(std::move(known->author));
        told_.insert(journal);
    }
    return authors;
}

Actions ServerSession::finish(Result<void> outcome, Actions actions)
{
    if (outcome.has_error()) {
        const auto said = for_device(outcome.error());
        actions.send.push_back(encode_message(Bye{said.code, said.text}));
        actions.error = outcome.error();
        actions.close = true;
    }
    closed_ = closed_ || actions.close;
    return actions;
}

}  // namespace indaba::sync
