// The device's end of one connection: pushes own transactions and takes the centre's feed, both at once, each limited
// by bytes in flight; resumes from what the storage holds, so a connection cut anywhere loses and repeats nothing. On a
// full disk it takes nothing, sends what is there and then closes with the error. One thread at a time.
#pragma once

#include "sync/replica.hpp"
#include "sync/session.hpp"

#include <deque>
#include <map>
#include <set>

namespace indaba::sync {

/// What one session did, for people and scripts. Counts of transactions and records, not bytes.
struct Progress {
    std::uint64_t pushed = 0;  ///< own transactions sent and stored
    std::uint64_t accepted = 0;  ///< own transactions that the centre accepted in this session
    std::uint64_t refused = 0;
    std::uint64_t refused_erased = 0;  ///< of these: for writing to an erased record, of which nothing is left to do
    std::uint64_t pulled = 0;  ///< records that changed here
    std::uint64_t conflicts = 0;  ///< that appeared with them
    std::uint64_t erased = 0;  ///< records that were here, erased by order of the centre
    std::uint64_t round_trips = 0;  ///< times the device waited for an answer before it could go on
    std::int64_t clock_offset_ms = 0;  ///< centre's clock minus the device's, once welcomed
    bool welcomed = false;
    /// Caught up in every space, every own transaction ruled, as far as the centre takes them now.
    bool up_to_date = false;
    /// Own journals from which something is gone, so that what follows waits until the centre's operator has ruled.
    std::map<JournalId, Gap> gaps;
    std::size_t given_up = 0;  ///< own journals that the centre asks for again and again, ruling on nothing of them
    std::optional<Quota> over_quota;  ///< the centre takes no more of this person's today: the rest stays only here
};

class ClientSession {
public:
    struct Options {
        std::string program;  ///< name and version
        bool stay = false;  ///< stay open after catching up (else: close when up to date)
        Flow flow = {};
    };
    ClientSession(Replica& replica, Options options) : replica_(replica), options_(std::move(options)) {}

    /// The connection is open.
    [[nodiscard]] Actions start();
    [[nodiscard]] Actions on_message(shared::ByteView bytes);
    /// Somebody on this device wrote a transaction, or another process of this home did.
    [[nodiscard]] Actions on_written();
    /// The centre has said nothing for long: asks how far the feed of a space has come, since the signed answer says
    /// what time it is, which renews the leases. Nothing to send if no space is followed, or an answer is on its way.
    [[nodiscard]] Actions on_quiet();
    /// Asks the centre for a record's history, message by message; history() is what has come, `more` until it is all.
    [[nodiscard]] Actions ask_history(const RecordId& id);

    [[nodiscard]] const Progress& progress() const { return progress_; }
    [[nodiscard]] const std::optional<HistoryAnswer>& history() const { return history_; }

private:
    /// A space that is compared with the centre's, and how far that has come.
    struct Comparing {
        SpaceName space;
        Cursor told;  ///< what the centre did not find on its chain
        Comparison comparison;
        std::optional<SignedHead> head;  ///< as of the first answer: the feed goes on from there
        SignedHead newest;  ///< as of the last one
        Replica::Marks marks;
        Packed<FeedRecord> gone;  ///< records that the centre does not have, as it would tell them
        std::vector<RecordId> wanted;  ///< asked for from the front
    };

    /// A push that the centre has not answered.
    struct InFlight {
        JournalId journal;
        std::uint64_t after = 0;  ///< it holds the entries beyond this number
        std::uint64_t last = 0;
        std::size_t bytes = 0;
        std::uint64_t rewinds = 0;  ///< of its space, when it was sent
        std::optional<Gap> gap = {};  ///< instead: what the centre was told of
    };

    Result<void> greet(Actions& actions);
    Result<void> renew_leases(std::int64_t centre_ms);
    Result<void> handle(const Message& message, std::size_t bytes, Actions& actions);
    Result<void> take_welcome(const Welcome& welcome, Actions& actions);
    Result<void> take_batch(const Batch& message, std::size_t bytes, Actions& actions);
    Result<void> take_history(const HistoryAnswer& answer, Actions& actions);
    // client_push.cpp
    Result<void> push(Actions& actions);
    Result<void> push_journal(const StoredJournal& journal, std::uint64_t rewinds, Actions& actions);
    Result<void> take_stored(const Stored& stored);
    void send_again_after(JournalId journal, std::uint64_t number);
    void begin_again(JournalId journal, std::uint64_t number);
    [[nodiscard]] bool is_given_up(JournalId journal) const;
    [[nodiscard]] std::uint64_t wanted_of(const StoredJournal& journal) const;
    Result<bool> all_ruled();
    // client_spaces.cpp
    Result<void> take_grants(const std::vector<Replica::Grant>& grants, Actions& actions);
    Result<void> review_spaces(Actions& actions);
    Result<void> leave(const StoredSpace& space);
    Result<void> push_again(const SpaceName& space);
    void ask_sizes(std::vector<Following> spaces, Actions& actions);
    Result<void> take_sizes(const SizesAnswer& answer);
    Result<void> ask_heads(Actions& actions);
    // client_erase.cpp
    Result<void> take_erasures(const Erasures& erasures, Actions& actions);
    Result<void> tell_orders(Actions& actions);
    // client_gaps.cpp
    Result<void> tell_missing(const StoredJournal& journal, const Outgoing& next, std::uint64_t rewinds,
                              Actions& actions);
    void take_answer(const Gap& gap, const Stored& stored);
    bool is_held_up(const StoredJournal& journal, std::uint64_t& sent);
    Result<void> end_at(const StoredJournal& journal, std::uint64_t last);
    // client_compare.cpp
    Result<void> start_over(const SpaceName& space, Actions& actions);
    Result<void> take_compared(const Compared& compared, Actions& actions);
    Result<void> take_fetched(const Fetched& fetched, Actions& actions);
    Result<void> go_on(Comparing& comparing, Actions& actions);
    Result<void> follow(const SpaceName& space, Actions& actions);
    Result<void> follow_again(const SpaceName& space, Actions& actions);
    Result<void> pass_over(const BatchHead& batch, Actions& actions);
    Actions finish(Result<void> outcome, Actions actions);
    void add(const Replica::Applied& applied);

    Replica& replica_;
    Options options_;
    Progress progress_;
    std::optional<HistoryAnswer> history_;
    bool asking_history_ = false;
    std::optional<shared::Error> no_room_;  ///< why nothing is taken any more, while what is here is still sent

    std::vector<SpaceName> hello_;  // spaces in the order of the hello, then others that are followed
    std::set<SpaceName> sized_;  // not carried, and asked about in this session
    std::size_t sizes_owed_ = 0;  // answers that have not come
    std::set<SpaceName> asked_;  // whose first answer has, or that were followed in this session
    std::set<SpaceName> ruled_aside_;  // rulings of them came that no feed brings, since the last question
    bool orders_owed_ = false;  // to erase, as the welcome said
    bool asks_for_orders_ = false;  // the centre, for those that are known here
    std::set<SpaceName> behind_;  // followed, not caught up
    std::map<SpaceName, Comparing> comparing_;  // with a centre that was put back
    std::set<SpaceName> followed_again_;  // batches that do not join are old news until one does
    std::map<JournalId, std::uint64_t> sent_;  // own journals: sent through this number
    std::map<JournalId, std::uint64_t> counted_;  // pushed through this number; what is sent again counts once
    std::map<JournalId, std::uint64_t> heard_;  // rulings through this number; what is heard anew counts once
    std::map<JournalId, std::uint64_t> ended_;  // journals whose last entries are gone: through the last that is here
    std::set<JournalId> unwanted_;  // the centre has no such space: kept for another session
    std::map<JournalId, int> begun_again_;  // so often, as the centre asked for it, and nothing new came of it
    std::deque<InFlight> in_flight_;
    std::size_t in_flight_bytes_ = 0;
    bool waiting_ = false;  // something was sent that needs an answer
    std::int64_t renewed_ms_ = 0;  // when this session renewed the leases last, as the centre said
    bool closed_ = false;
};

}  // namespace indaba::sync
