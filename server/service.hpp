// The centre at work: one port, the routes on it, the store thread behind it. Everything but the store is on one
// executor.
//
//     GET  /health   is it well?
//     POST /enrol    an invitation becomes a device
//     GET  /sync     a device's session, over WebSocket
#pragma once

#include "platform/http_server.hpp"
#include "platform/log.hpp"
#include "server/data_directory.hpp"
#include "shared/limits.hpp"

#include <memory>

namespace indaba::server {

using platform::Task;

struct ServiceOptions {
    platform::Address listen;
    std::string version;
    platform::ConnectionLimits limits = {};
    platform::Duration watch = shared::limits::kWatch;  ///< how often changes by other processes are looked for
    std::size_t descriptors = 1'024;  ///< files and sockets that this process may have open
    platform::Duration first_message = shared::limits::kFirstMessage;
};

/// As many connections as descriptors are left for, a quarter of them for strangers at most.
void fit_connections(platform::ConnectionLimits& limits, std::size_t descriptors);

class Service {
public:
    /// Listens when it returns, and has written down its port. `clock` and `log` outlive it; the directory is locked by
    /// the caller.
    [[nodiscard]] static Result<std::unique_ptr<Service>> start(const platform::Executor& executor,
                                                                const DataDirectory& directory, ServiceOptions options,
                                                                shared::Clock& clock, platform::Log& log);
    /// Await shut_down() before.
    ~Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    [[nodiscard]] platform::Address address() const;

    /// Stops accepting, says goodbye to every session, and cuts what is left after `grace`.
    [[nodiscard]] Task<> shut_down(platform::Duration grace);

private:
    struct Parts;
    explicit Service(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace indaba::server
