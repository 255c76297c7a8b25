// Runs one synchronisation: a ClientSession over a Wire. The network thread reads, decompresses and sends while the
// calling thread stores. One thread; cancelling through `stop` ends it between two storage transactions. Deliberately
// not: reconnecting (sync_watch.hpp) and what is said to people.
#pragma once

#include "client/sync_report.hpp"
#include "client/wire.hpp"
#include "sync/client_session.hpp"

#include <stop_token>
#include <string>

namespace indaba::client {

struct ConnectionOptions {
    WireOptions wire;
    std::string program;         ///< name and version, for the operator
    bool stay = false;           ///< go on after catching up
    std::function<bool()> written;                 ///< did another process write since the last call?
    std::function<void(SyncReport)> on_caught_up;  ///< each time that it is up to date and has done something since
};

class SyncConnection {
public:
    SyncConnection(sync::Replica& replica, ConnectionOptions options);

    /// Until the session is over; not reaching the centre is an error in the report.
    [[nodiscard]] SyncReport run(std::stop_token stop, const SyncProgress& progress);
    /// The same until the centre has told this record's history, or `patience_ms` have passed: then what has come.
    [[nodiscard]] SyncReport run_for_history(const shared::RecordId& record, int patience_ms,
                                             std::optional<sync::HistoryAnswer>& answer);

    /// The centre was reached and spoke.
    [[nodiscard]] bool welcomed() const { return session_.progress().welcomed; }

private:
    using Time = std::chrono::steady_clock::time_point;
    void act(sync::Actions actions);
    void end(platform::CloseReason reason);
    /// All that only grows, together; whether the quota is used up; gaps; journals given up.
    using Done = std::tuple<std::uint64_t, bool, std::size_t, std::size_t>;

    void handle(WireEvent event);
    void look_around(Time now, const SyncProgress& progress);
    void tell_if_new();
    [[nodiscard]] SyncReport report() const;

    ConnectionOptions options_;
    sync::ClientSession session_;
    std::unique_ptr<Wire> wire_;
    std::optional<shared::RecordId> asked_;
    std::optional<shared::Error> error_;
    bool open_ = false;
    bool ending_ = false;  ///< we have said that we close
    bool over_ = false;
    std::optional<Done> told_done_;  ///< when on_caught_up was called last
    Time began_{};
    Time ended_{};
    Time heard_{};
    Time looked_{};
    Time told_{};
    Time deadline_{};
};

}  // namespace indaba::client
