// Comparing with a centre that was put back from a backup, or being put back oneself: range by range, then record by
// record, until the feed can be followed again. One question at a time for each space.
#include "sync/client_session.hpp"

#include <algorithm>

namespace indaba::sync {

namespace {

using shared::Errc;

/// Ids in one question: 64 KiB of them.
constexpr std::size_t kFetched = 4'096;

}  // namespace

Result<void> ClientSession::start_over(const SpaceName& name, Actions& actions)
{
    if (std::ranges::find(hello_, name) == hello_.end()) return {};  // the role there went meanwhile
    if (comparing_.contains(name)) return {};
    behind_.insert(name);
    INDABA_ASSIGN(auto held, replica_.held(name));
    if (held.records.size() == 0) {
        INDABA_TRY(replica_.start_over(name));
        sent_.clear();
        return follow(name, actions);
    }
    INDABA_ASSIGN(const auto space, replica_.storage().find_space(name));
    if (!space) return {};
    Comparing comparing{
        name, space->cursor, Comparison(std::move(held.records), replica_.ports().digest), {}, {}, {}, {}, {}};
    auto& begun = comparing_.emplace(name, std::move(comparing)).first->second;
    actions.send.push_back(encode_message(Compare{name, std::move(held.journals), begun.comparison.ask()}));
    waiting_ = true;
    return {};
}

Result<void> ClientSession::take_compared(const Compared& compared, Actions& actions)
{
    const auto place = comparing_.find(compared.space);
    if (place == comparing_.end()) return {};  // the role there went meanwhile
    auto& comparing = place->second;
    if (!comparing.head) {
        if (compared.head.space != compared.space) return fail(Errc::malformed, "the centre compares another space");
        for (const auto& mark : compared.marks) comparing.marks[mark.journal].push_back(mark);
        INDABA_ASSIGN(const bool begun, replica_.begin_comparison(comparing.told, compared.head, comparing.marks));
        if (!begun) {
            comparing_.erase(place);
            return follow(compared.space, actions);
        }
        comparing.head = compared.head;
        comparing.newest = compared.head;
        sent_.clear();
    }
    INDABA_TRY(comparing.comparison.take(compared.answers));
    for (const auto& id : comparing.comparison.take_unmatched())
        comparing.gone.push_back(FeedRecord{id, {}, 0, false, {}, false});
    std::ranges::move(comparing.comparison.take_wanted(), std::back_inserter(comparing.wanted));
    return go_on(comparing, actions);
}

Result<void> ClientSession::take_fetched(const Fetched& fetched, Actions& actions)
{
    const auto place = comparing_.find(fetched.space);
    if (place == comparing_.end()) return {};
    auto& comparing = place->second;
    if (fetched.answered == 0 || fetched.answered > comparing.wanted.size() ||
        fetched.records.size() > fetched.answered || fetched.head.space != fetched.space ||
        fetched.head.number < comparing.newest.number)
        return fail(Errc::malformed, "the centre answers for records that were not asked for");
    const auto end = comparing.wanted.begin() + std::ptrdiff_t(fetched.answered);
    for (const auto& record : fetched.records)
        if (record.number == 0 || std::find(comparing.wanted.begin(), end, record.id) == end)
            return fail(Errc::malformed, "the centre sends a record that was not asked for");
    comparing.wanted.erase(comparing.wanted.begin(), end);
    INDABA_ASSIGN(const bool taken,
                  replica_.take_compared(fetched.space, fetched.records, fetched.authors, comparing.marks));
    if (!taken) {
        comparing_.erase(place);
        return follow(fetched.space, actions);
    }
    comparing.newest = fetched.head;
    progress_.pulled += fetched.records.size();
    return go_on(comparing, actions);
}

/// Asks the next question, or ends.
Result<void> ClientSession::go_on(Comparing& comparing, Actions& actions)
{
    if (auto ranges = comparing.comparison.ask(); !ranges.empty()) {
        actions.send.push_back(encode_message(Compare{comparing.space, {}, std::move(ranges)}));
        waiting_ = true;
        return {};
    }
    const auto gone = std::exchange(comparing.gone, {});
    if (!gone.empty()) {
        INDABA_ASSIGN(const bool taken, replica_.take_compared(comparing.space, gone, {}, comparing.marks));
        if (taken) progress_.pulled += gone.size();
    }
    const auto space = comparing.space;
    if (!comparing.wanted.empty()) {
        const auto count = std::min(comparing.wanted.size(), kFetched);
        actions.send.push_back(
            encode_message(Fetch{space, {comparing.wanted.begin(), comparing.wanted.begin() + std::ptrdiff_t(count)}}));
        waiting_ = true;
        return {};
    }
    INDABA_TRY(replica_.end_comparison(*comparing.head, comparing.newest, comparing.marks));
    comparing_.erase(space);
    return follow(space, actions);
}

}  // namespace indaba::sync
