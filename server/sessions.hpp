// The sync sessions of all connected devices, and what passes between them: when one makes a feed grow, the others that
// follow it send it on. On the store thread alone; what a session says goes out through its sink, in order.
// Deliberately not: sockets (connection.hpp).
#pragma once

#include "platform/log.hpp"
#include "server/registry.hpp"
#include "sync/server_session.hpp"

#include <functional>
#include <map>
#include <optional>

namespace indaba::server {

using SessionId = std::uint64_t;

/// What the connection has to do, in order.
struct Delivery {
    std::vector<shared::Bytes> send;
    bool close = false;  ///< after sending
    std::optional<shared::Error> error;  ///< with close: why, if it was not the plan
};

class Sessions {
public:
    /// Called on the store thread; hands over and returns.
    using Sink = std::function<void(Delivery)>;

    struct Ports {
        sync::Centre& centre;
        Registry& registry;
        platform::Database& database;
        shared::Clock& clock;
        platform::Log& log;
        std::function<void(std::function<void()>)> later;  ///< runs it on this thread, after what is queued now
    };
    explicit Sessions(Ports ports) : ports_(std::move(ports)), day_(sync::Day::of(ports_.clock.now_ms())) {}

    /// forbidden for a device that is not welcome; cancelled once the centre is going away.
    [[nodiscard]] Result<SessionId> open(const DeviceId& device, Sink sink);
    void on_message(SessionId id, const shared::Bytes& message);
    /// The connection is gone. Again, or after a delivery that closes: does nothing.
    void close(SessionId id);
    /// Looks whether another process changed who may do what, or a new day has begun, and ends or informs the sessions
    /// it concerns.
    void refresh();
    /// An error from when something of a device could not be stored until something can be again: what a device sends,
    /// or after a while a write of this call.
    [[nodiscard]] Result<void> require_storing();
    /// Tells every session goodbye and opens no more.
    void shut_down();

    [[nodiscard]] std::size_t size() const { return sessions_.size(); }

private:
    struct Open {
        DeviceId device;
        sync::ServerSession session;
        Sink sink;
        std::vector<sync::Replica::Grant> grants;  ///< as it was told last
        std::int64_t noted_ms = 0;  ///< when its contact was written down; 0: not yet
    };
    using Table = std::map<SessionId, Open>;

    void deliver(Table::iterator open, sync::Actions actions);
    void note_grown(SessionId by, const std::set<SpaceName>& spaces);
    void announce();
    void note_trouble(const DeviceId& device, const shared::Error& error);
    void note_contact(SessionId id);
    void write_contact(const DeviceId& device, const std::string& program);
    [[nodiscard]] sync::Actions review(Open& open);

    Ports ports_;
    Table sessions_;
    SessionId last_ = 0;
    bool going_away_ = false;
    sync::Day day_;  ///< as of the last refresh
    std::int64_t trouble_ms_ = 0;  ///< when storing failed last; 0: it works
    std::map<SpaceName, SessionId> grown_;  ///< not announced yet, and by whom; 0: by several
};

/// How a device is called in the log.
[[nodiscard]] std::string log_name(const DeviceId& device);

}  // namespace indaba::server
