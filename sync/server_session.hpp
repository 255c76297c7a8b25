// The centre's end of one connection: stores and rules what the device pushes, sends it the feed of the spaces it
// follows, and goes on as long as the device stays. What it keeps is bounded: positions, not data. One thread at a
// time.
#pragma once

#include "sync/centre.hpp"
#include "sync/session.hpp"

#include <functional>
#include <map>
#include <set>
#include <utility>

namespace indaba::sync {

/// True of an error that is the centre's own, its disk's above all, and none of the device's.
[[nodiscard]] bool is_own_trouble(shared::Errc code);
/// The error as a device may hear it. Of the centre's own trouble it hears one general line: paths are not for it, and
/// its person must not look for the fault on their own disk.
[[nodiscard]] shared::Error for_device(const shared::Error& error);

class ServerSession {
public:
    struct Peer {
        shared::DeviceId device;  ///< as the transport authenticated it
        /// The spaces its person may see now, read at the hello.
        std::function<Result<std::vector<Replica::Grant>>()> grants;
        Flow flow = {};
        /// It has carried out the centre's orders to erase up to this number, and no further.
        std::function<Result<void>(std::uint64_t through)> note_erased = {};
        /// Up to these numbers it has heard what was deleted, in all spaces that it follows. It is served if that
        /// cannot be noted, too.
        std::function<void(const std::map<SpaceName, std::uint64_t>& bases)> note_bases = {};
    };
    ServerSession(Centre& centre, Peer peer) : centre_(centre), peer_(std::move(peer)) {}

    [[nodiscard]] Actions on_message(shared::ByteView bytes);
    /// The feed of a space grew, here or in another session.
    [[nodiscard]] Actions on_feed(const SpaceName& space);
    /// Another process may have changed anything: a backup was made, a space is not open to the device any more, its
    /// person's quota is another one. Or a new day has begun.
    [[nodiscard]] Actions on_change();
    /// Spaces whose feed this session made grow since the last call: tell the other sessions.
    [[nodiscard]] std::set<SpaceName> take_grown();
    /// The centre is going away: says so and closes.
    [[nodiscard]] Actions shut_down();

    [[nodiscard]] const std::string& program() const { return program_; }
    /// Something that was pushed is not stored today, for its person's quota is used up. Then on_change() looks whether
    /// it may come again.
    [[nodiscard]] bool is_over_quota() const { return over_quota_.has_value(); }

private:
    /// Entries that the device surely holds, for it has pushed them in this session.
    struct Held {
        JournalId journal;
        std::uint64_t line = 0;
        std::uint64_t from = 0;
        std::uint64_t to = 0;
    };
    struct Lane {
        std::uint64_t base = 0;
        std::uint64_t position = 0;
        std::uint64_t backed_up = 0;  ///< as the device knows it
        std::uint64_t horizon = 0;  ///< likewise
        std::vector<Held> held;
        bool owed = false;  ///< a batch must follow even if there is nothing new
    };

    Result<void> handle(const Message& message, Actions& actions);
    Result<void> take_hello(const Hello& hello, Actions& actions);
    Result<void> take_follow(const Follow& follow, Actions& actions);
    Result<Standing> follow(const Following& following);
    void note_bases(const Hello& hello);
    Result<void> answer_history(const HistoryQuestion& question, Actions& actions);
    Result<void> pump(Actions& actions);
    // server_push.cpp
    Result<void> take_push(const Push& push, Actions& actions);
    Result<void> take_missing(const Missing& missing, Actions& actions);
    static void hold(const Centre::Ingested& ingested, std::vector<Held>& held);
    Result<void> review_quota(Actions& actions);
    Result<void> tell_grants(Actions& actions);
    Result<bool> send_batch(const SpaceName& space, Lane& lane, Actions& actions);
    Result<std::vector<Author>> untold_authors(const std::vector<Ruling>& rulings,
                                               const std::vector<FeedRecord>& records);
    Result<void> answer_compare(const Compare& compare, Actions& actions);
    Result<void> answer_fetch(const Fetch& fetch, Actions& actions);
    Result<void> answer_sizes(const SizesQuestion& question, Actions& actions);
    // server_erase.cpp
    Result<bool> compare_erased(const ErasureState& device);
    Result<void> tell_erasures(Actions& actions);
    Result<void> take_erasures(const Erasures& erasures);
    Result<void> confirm(const ErasureState& state);
    Result<void> note_erased(std::uint64_t through);
    Actions finish(Result<void> outcome, Actions actions);

    Centre& centre_;
    Peer peer_;
    std::string program_;
    bool greeted_ = false;
    bool closed_ = false;
    std::map<SpaceName, Lane> lanes_;
    std::set<JournalId> told_;  // authors that this session has told
    std::set<SpaceName> grown_;
    std::optional<Writer> over_quota_;  // whose push was not stored, or not all of it
    std::size_t unacknowledged_bytes_ = 0;
    std::uint64_t orders_told_ = 0;  // to erase: up to this number
    bool tells_all_orders_ = false;
    bool asks_for_orders_ = false;
};

}  // namespace indaba::sync
