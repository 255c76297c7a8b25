// A listening TCP port. What comes is taken from the system at once, as long as there is room, for the system's own
// queue knows no fairness, and begun one by one, in turns among the networks it comes from; between two of them
// everything else that is ready runs, so that open sessions hardly notice a crowd. On one serial executor. Deliberately
// not: TLS, limits on what was begun.
#pragma once

#include "platform/arrivals.hpp"
#include "platform/async.hpp"
#include "platform/net_address.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <string>

namespace indaba::platform {

class Listener {
public:
    /// None of them is called after close().
    struct Handlers {
        std::function<void(boost::asio::ip::tcp::socket, Address)> begin;
        /// The system has no descriptor left and nobody waits here: true if one was freed.
        std::function<bool()> make_room;
        std::function<void(const std::string&, const Address&)> report;  ///< one line for the operator
    };

    /// usage: not an address; busy: the port is taken.
    [[nodiscard]] static Result<std::shared_ptr<Listener>> listen(const Executor& executor, const Address& address,
                                                                  std::size_t most_waiting);

    /// With the port that it really is.
    [[nodiscard]] const Address& address() const { return address_; }
    /// Both run until close().
    void start(TaskGroup& tasks, Handlers handlers);
    void close();

private:
    using Self = std::shared_ptr<Listener>;
    Listener(const Executor& executor, Address address, std::size_t most_waiting);
    static Task<> accept(Self self);
    static Task<> begin_in_turn(Self self);
    void line_up(boost::asio::ip::tcp::socket socket);
    void take_what_waits();

    Address address_;
    boost::asio::ip::tcp::acceptor acceptor_;
    Arrivals arrivals_;
    Notifier arrived_;
    Notifier begun_;
    Handlers handlers_;
    std::weak_ptr<Listener> self_;
    bool closed_ = false;
};

}  // namespace indaba::platform
