#include "platform/http_client.hpp"

#include "platform/net_connection.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <vector>

namespace indaba::platform {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using shared::Errc;
using shared::Error;
using shared::fail;

Error no_connection(const Address& address, const std::string& why)
{
    return fail(Errc::unreachable, "no connection to " + address.text() + " (" + why + ")");
}

Error connect_error(const Address& address, error_code error)
{
    if (error == asio::error::operation_aborted) return fail(Errc::cancelled, "stopped");
    if (error == asio::error::connection_refused) return no_connection(address, "nobody answers at this port");
    if (error == asio::error::network_unreachable || error == asio::error::host_unreachable)
        return no_connection(address, "no network there");
    return no_connection(address, error.message());
}

Task<Result<std::vector<tcp::endpoint>>> resolve(Address address)
{
    error_code error;
    const auto ip = asio::ip::make_address(address.host, error);
    if (!error) co_return std::vector<tcp::endpoint>{{ip, address.port}};
    tcp::resolver resolver(co_await asio::this_coro::executor);
    const auto found = co_await resolver.async_resolve(address.host, std::to_string(address.port),
                                                       asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return fail(Errc::cancelled, "stopped");
    if (error) co_return no_connection(address, "its name is not known here");
    co_return std::vector<tcp::endpoint>(found.begin(), found.end());
}

Task<Result<tcp::socket>> connect_tcp(Address address, std::vector<tcp::endpoint> endpoints)
{
    tcp::socket socket(co_await asio::this_coro::executor);
    error_code error;
    co_await asio::async_connect(socket, endpoints, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return connect_error(address, error);
    co_return socket;
}

/// For Result<T> of a T that cannot be made empty, which with_deadline() and Asio ask for.
Task<Result<std::shared_ptr<Connection>>> connect_endpoints(Address address, std::vector<tcp::endpoint> endpoints,
                                                            TlsContext context)
{
    auto connecting = connect_tcp(address, std::move(endpoints));
    INDABA_CO_ASSIGN(auto socket, co_await std::move(connecting));
    co_return std::make_shared<Connection>(std::move(socket), std::move(context), std::move(address));
}

Task<Result<std::shared_ptr<Connection>>> connect(Address address, ClientTls tls, ConnectDeadlines deadlines)
{
    INDABA_CO_ASSIGN(auto context, make_tls_context(tls));
    auto resolving = with_deadline(resolve(address), deadlines.resolve);
    auto endpoints = co_await std::move(resolving);
    if (endpoints.has_error() && endpoints.error().code == Errc::timed_out)
        co_return no_connection(address, "its name was not found in time");
    if (endpoints.has_error()) co_return endpoints.error();
    auto connecting =
        with_deadline(connect_endpoints(address, std::move(*endpoints), std::move(context)), deadlines.connect);
    auto connection = co_await std::move(connecting);
    if (connection.has_error() && connection.error().code == Errc::timed_out)
        co_return no_connection(address, "no answer in time");
    if (connection.has_error()) co_return connection.error();
    INDABA_CO_TRY(co_await (*connection)->connect_tls(deadlines.handshake));
    co_return std::move(*connection);
}

}  // namespace

Task<Result<std::unique_ptr<MessageStream>>> connect_websocket(Address address, std::string target, ClientTls tls,
                                                               MessageLimits limits, ConnectDeadlines deadlines)
{
    auto connecting = connect(std::move(address), std::move(tls), deadlines);
    INDABA_CO_ASSIGN(const auto connection, co_await std::move(connecting));
    auto upgrading = connection->upgrade(std::move(target), limits, deadlines.answer);
    co_return co_await std::move(upgrading);
}

Task<Result<HttpResponse>> send_request(Address address, HttpRequest request, ClientTls tls, ConnectDeadlines deadlines)
{
    auto connecting = connect(std::move(address), std::move(tls), deadlines);
    INDABA_CO_ASSIGN(const auto connection, co_await std::move(connecting));
    auto exchanging = connection->exchange(std::move(request), shared::limits::kResponse_bytes, deadlines.answer);
    auto response = co_await std::move(exchanging);
    connection->abort();
    co_return response;
}

Task<Result<HttpResponse>> http_get(Address address, std::string target, ClientTls tls, ConnectDeadlines deadlines)
{
    HttpRequest request;
    request.target = std::move(target);
    return send_request(std::move(address), std::move(request), std::move(tls), deadlines);
}

Task<Result<HttpResponse>> http_post(Address address, std::string target, std::string content_type, std::string body,
                                     ClientTls tls, ConnectDeadlines deadlines)
{
    HttpRequest request;
    request.method = "POST";
    request.target = std::move(target);
    request.fields.emplace_back("content-type", std::move(content_type));
    request.body = std::move(body);
    return send_request(std::move(address), std::move(request), std::move(tls), deadlines);
}

}  // namespace indaba::platform
