#include "platform/listener.hpp"

#include "shared/check.hpp"
#include "shared/limits.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace indaba::platform {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using shared::Errc;
using shared::fail;

namespace {

bool is_out_of_descriptors(const error_code& error)
{
    return error == boost::system::errc::too_many_files_open ||
           error == boost::system::errc::too_many_files_open_in_system;
}

}  // namespace

Listener::Listener(const Executor& executor, Address address, std::size_t most_waiting)
    : address_(std::move(address)), acceptor_(executor), arrivals_(most_waiting), arrived_(executor), begun_(executor)
{
}

Result<std::shared_ptr<Listener>> Listener::listen(const Executor& executor, const Address& address,
                                                   std::size_t most_waiting)
{
    error_code error;
    const auto ip = asio::ip::make_address(address.host, error);
    if (error) return fail(Errc::usage, "not an IP address to listen on: " + address.host);
    const tcp::endpoint endpoint(ip, address.port);
    const std::shared_ptr<Listener> listener(new Listener(executor, address, most_waiting));
    auto& acceptor = listener->acceptor_;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
    if (!error) acceptor.non_blocking(true, error);
    if (error == asio::error::address_in_use)
        return fail(Errc::busy, address.text() + " is taken by another program: choose another port");
    if (error) return fail(Errc::io, "cannot listen on " + address.text() + " (" + error.message() + ")");
    listener->address_.port = acceptor.local_endpoint(error).port();
    listener->self_ = listener;
    return listener;
}

void Listener::start(TaskGroup& tasks, Handlers handlers)
{
    handlers_ = std::move(handlers);
    tasks.spawn(accept(self_.lock()));
    tasks.spawn(begin_in_turn(self_.lock()));
}

void Listener::close()
{
    closed_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    arrivals_.clear();
    arrived_.notify();
    begun_.notify();
}

Task<> Listener::accept(Self self)
{
    for (;;) {
        error_code error;
        auto socket = co_await self->acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (self->closed_) co_return;
        if (!error) {
            self->line_up(std::move(socket));
            self->take_what_waits();
            while (self->arrivals_.is_full())
                if ((co_await self->begun_.wait()).has_error()) co_return;
            continue;
        }
        if (is_out_of_descriptors(error) && (self->arrivals_.make_room() || self->handlers_.make_room())) continue;
        self->handlers_.report("cannot accept connections (" + error.message() + ")", self->address_);
        INDABA_CHECK(error != asio::error::bad_descriptor);
        if ((co_await wait_for(shared::limits::kAcceptPause)).has_error()) co_return;
    }
}

/// As far as it goes: an error is met again by accept().
void Listener::take_what_waits()
{
    for (std::size_t i = 0; i < shared::limits::kAcceptAtOnce && !arrivals_.is_full(); ++i) {
        error_code error;
        auto socket = acceptor_.accept(error);
        if (error) return;
        line_up(std::move(socket));
    }
}

void Listener::line_up(tcp::socket socket)
{
    error_code error;
    const auto remote = socket.remote_endpoint(error);
    if (error) return;  // gone already
    const Address address{remote.address().to_string(), remote.port()};
    auto waiting = std::make_shared<tcp::socket>(std::move(socket));
    auto begin = [this, waiting = std::move(waiting), address] { handlers_.begin(std::move(*waiting), address); };
    arrivals_.enter(address.host, std::move(begin));
    arrived_.notify();
}

Task<> Listener::begin_in_turn(Self self)
{
    const auto executor = self->acceptor_.get_executor();
    while (!self->closed_) {
        if (!self->arrivals_.begin_next()) {
            if ((co_await self->arrived_.wait()).has_error()) co_return;
            continue;
        }
        self->begun_.notify();
        co_await asio::post(executor, asio::use_awaitable);  // what else is ready comes first
    }
}

}  // namespace indaba::platform
