#include "platform/net_connection.hpp"

#include "platform/http_text.hpp"
#include "platform/net_wire.hpp"
#include "platform/tls_native.hpp"
#include "shared/check.hpp"
#include "shared/limits.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <algorithm>
#include <chrono>

namespace indaba::platform {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using shared::Errc;
using shared::Error;
using shared::fail;
using shared::limits::kReadPiece_bytes;
using RequestParser = http::request_parser<http::string_body>;
using ResponseParser = http::response_parser<http::string_body>;

auto into(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

HttpFields copy_fields(const http::fields& fields)
{
    HttpFields copied;
    for (const auto& field : fields) {
        std::string name(field.name_string());
        std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
        copied.emplace_back(std::move(name), std::string(field.value()));
    }
    return copied;
}

Error parse_error(error_code error)
{
    if (error == beast::error::timeout) return fail(Errc::timed_out, "a client sent its request too slowly");
    if (error == http::error::header_limit || error == http::error::body_limit)
        return fail(Errc::too_large, "a request is over the limit");
    if (error == http::error::partial_message ||
        error.category() != make_error_code(http::error::bad_method).category())
        return fail(Errc::unreachable, {});
    return fail(Errc::malformed, "a request is not HTTP");
}

}  // namespace

struct Connection::Parsing {
    beast::flat_buffer buffer;
    http::request<http::string_body> upgrade;
};

Connection::Connection(asio::ip::tcp::socket socket, TlsContext context, Address remote)
    : wire_(std::make_shared<Wire>(std::move(socket), std::move(context), Peer{std::move(remote), {}})),
      parsing_(std::make_unique<Parsing>())
{
    error_code not_important;
    wire_->tcp().socket().set_option(asio::ip::tcp::no_delay(true), not_important);
}

Connection::~Connection() = default;

const Peer& Connection::peer() const { return wire_->peer; }

std::shared_ptr<MessageStream> Connection::stream() const { return stream_.lock(); }

void Connection::abort() { wire_->tcp().close(); }

// --- both sides ---

Task<error_code> Connection::send_text(Self self, std::string text)
{
    error_code error;
    co_await asio::async_write(self->wire_->tls(), asio::buffer(text), into(error));
    co_return error;
}

namespace {

/// Reads until the parser has what it wants: the header alone if it is not eager, else all.
template <class Parser>
Task<error_code> parse(std::shared_ptr<Wire> wire, beast::flat_buffer* buffer, Parser* parser)
{
    const auto is_satisfied = [&] { return parser->is_done() || (parser->is_header_done() && !parser->eager()); };
    for (;;) {
        error_code error;
        if (buffer->size() > 0 && !is_satisfied()) {
            buffer->consume(parser->put(buffer->data(), error));
            if (error && error != http::error::need_more) co_return error;
        }
        if (is_satisfied()) co_return error_code();
        const auto piece = buffer->prepare(kReadPiece_bytes);
        buffer->commit(co_await wire->tls().async_read_some(piece, into(error)));
        if (error == asio::error::eof || error == ssl::error::stream_truncated) {
            if (!parser->got_some()) co_return http::make_error_code(http::error::end_of_stream);
            parser->put_eof(error);
            if (!error && parser->is_done()) co_return error;
            co_return http::make_error_code(http::error::partial_message);
        }
        if (error) co_return error;
    }
}

}  // namespace

Task<> Connection::finish(Self self)
{
    self->wire_->tcp().expires_after(shared::limits::kLinger);
    error_code ignored;
    co_await self->wire_->tls().async_shutdown(into(ignored));
    self->abort();
}

Task<> Connection::linger(Self self)
{
    auto& tcp = self->wire_->tcp();
    error_code error;
    tcp.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
    tcp.expires_after(shared::limits::kLinger);
    std::vector<unsigned char> rest(kReadPiece_bytes);
    for (std::size_t total = 0; !error && total < shared::limits::kLinger_bytes;)
        total += co_await tcp.async_read_some(asio::buffer(rest), into(error));
    self->abort();
}

// --- the server's side ---

Task<Result<void>> Connection::accept_tls(Self self, Duration limit, std::function<void()> on_first_byte)
{
    auto& wire = *self->wire_;
    wire.tcp().expires_after(limit);
    char first = 0;
    error_code error;
    co_await wire.tcp().async_read_some(asio::buffer(&first, 1), into(error));
    if (error) co_return fail(Errc::unreachable, {});
    on_first_byte();
    if (first >= 'A' && first <= 'Z') {  // a TLS handshake begins with 22
        const auto answer = format_response(text_response(400, "this port speaks HTTPS only"), false);
        co_await asio::async_write(wire.tcp(), asio::buffer(answer), into(error));
        co_return fail(Errc::malformed, "refused plain HTTP");
    }
    co_await wire.tls().async_handshake(ssl::stream_base::server, asio::buffer(&first, 1), into(error));
    if (error == beast::error::timeout) co_return fail(Errc::timed_out, "a client was too slow in the TLS handshake");
    if (error) co_return fail(Errc::untrusted, server_tls_error(wire.tls().native_handle(), error));
    wire.peer.certificate = peer_certificate(wire.tls().native_handle());
    co_return Result<void>();
}

Task<Result<std::optional<ReceivedRequest>>> Connection::read_request(Self self, RequestLimits limits)
{
    auto& tcp = self->wire_->tcp();
    auto& buffer = self->parsing_->buffer;
    if (buffer.size() == 0) {
        tcp.expires_after(limits.idle);
        error_code error;
        const auto piece = buffer.prepare(kReadPiece_bytes);
        buffer.commit(co_await self->wire_->tls().async_read_some(piece, into(error)));
        if (error) co_return std::optional<ReceivedRequest>();
    }
    RequestParser parser;
    parser.header_limit(std::uint32_t(limits.header_bytes));
    parser.body_limit(limits.body_bytes);
    tcp.expires_after(limits.header);
    error_code error = co_await parse(self->wire_, &buffer, &parser);
    if (error) co_return parse_error(error);
    parser.eager(true);
    tcp.expires_after(limits.body);
    error = co_await parse(self->wire_, &buffer, &parser);
    if (error) co_return parse_error(error);

    ReceivedRequest received;
    received.keep_alive = parser.get().keep_alive();
    received.wants_websocket = beast::websocket::is_upgrade(parser.get());
    received.request.method = std::string(parser.get().method_string());
    received.request.target = std::string(parser.get().target());
    received.request.fields = copy_fields(parser.get());
    received.request.peer = self->wire_->peer;
    if (received.wants_websocket) self->parsing_->upgrade = parser.release();
    else received.request.body = std::move(parser.get().body());
    co_return std::optional<ReceivedRequest>(std::move(received));
}

Task<Result<void>> Connection::write_response(Self self, HttpResponse response, bool keep_alive, Duration limit)
{
    self->wire_->tcp().expires_after(limit);
    const error_code error = co_await send_text(self, format_response(response, keep_alive));
    if (error) co_return fail(Errc::unreachable, {});
    co_return Result<void>();
}

Task<Result<std::unique_ptr<MessageStream>>> Connection::accept_websocket(Self self, MessageLimits limits,
                                                                          Duration limit)
{
    if (self->parsing_->buffer.size() > 0)
        co_return fail(Errc::malformed, "a client sent messages before its WebSocket was open");
    prepare_upgrade(*self->wire_, limits, limit);
    error_code error;
    co_await self->wire_->web_socket.async_accept(self->parsing_->upgrade, into(error));
    if (error) co_return fail(Errc::malformed, "a WebSocket upgrade failed (" + error.message() + ")");
    auto opened = open_message_stream(self->wire_, limits);
    self->stream_ = opened.shared;
    co_return std::move(opened.owned);
}

// --- the client's side ---

Task<Result<void>> Connection::connect_tls(Self self, Duration limit)
{
    auto& wire = *self->wire_;
    wire.tcp().expires_after(limit);
    expect_host(wire.tls().native_handle(), wire.peer.address.host);
    error_code error;
    co_await wire.tls().async_handshake(ssl::stream_base::client, into(error));
    if (error == beast::error::timeout)
        co_return fail(Errc::timed_out, wire.peer.address.text() + " did not answer in time: try again later");
    if (error) co_return client_tls_error(wire.tls().native_handle(), error, wire.peer.address);
    wire.peer.certificate = peer_certificate(wire.tls().native_handle());
    co_return Result<void>();
}

Task<Result<HttpResponse>> Connection::exchange(Self self, HttpRequest request, std::size_t body_limit, Duration limit)
{
    auto& wire = *self->wire_;
    const auto where = wire.peer.address.text();
    if (!is_request_word(request.method) || !is_request_word(request.target))
        co_return fail(Errc::usage, "not an HTTP request: " + first_line(request.target));
    request.peer = wire.peer;
    wire.tcp().expires_after(limit);
    ResponseParser parser;
    parser.body_limit(body_limit);
    parser.eager(true);
    error_code error = co_await send_text(self, format_request(request));
    if (!error) error = co_await parse(self->wire_, &self->parsing_->buffer, &parser);
    if (error == beast::error::timeout)
        co_return fail(Errc::timed_out, where + " did not answer in time: try again later");
    if (error == http::error::body_limit || error == http::error::header_limit)
        co_return fail(Errc::too_large, "the answer of " + where + " is over the limit");
    if (error == http::error::end_of_stream || error == http::error::partial_message)
        co_return fail(Errc::unreachable, "no connection to " + where + " (it was cut)");
    if (error.category() == make_error_code(http::error::bad_version).category())
        co_return fail(Errc::malformed, where + " does not answer in HTTP: check the address");
    if (error) co_return client_tls_error(wire.tls().native_handle(), error, wire.peer.address);
    HttpResponse response;
    response.status = parser.get().result_int();
    response.content_type = std::string(parser.get()[http::field::content_type]);
    response.fields = copy_fields(parser.get());
    response.body = std::move(parser.get().body());
    co_return response;
}

Task<Result<std::unique_ptr<MessageStream>>> Connection::upgrade(Self self, std::string target, MessageLimits limits,
                                                                 Duration limit)
{
    auto& wire = *self->wire_;
    const auto where = wire.peer.address.text();
    if (!is_request_word(target)) co_return fail(Errc::usage, "not a target: " + first_line(target));
    prepare_upgrade(wire, limits, limit);
    beast::websocket::response_type response;
    error_code error;
    co_await wire.web_socket.async_handshake(response, where, target, into(error));
    if (error == beast::websocket::error::upgrade_declined)
        co_return refused_upgrade(response.result_int(), response.body(), wire.peer.address);
    if (error == beast::error::timeout)
        co_return fail(Errc::timed_out, where + " did not answer in time: try again later");
    if (error.category() == make_error_code(beast::websocket::error::closed).category() ||
        error.category() == make_error_code(http::error::bad_version).category())
        co_return fail(Errc::malformed, where + " does not open WebSockets: check that this is the centre's address");
    if (error) co_return client_tls_error(wire.tls().native_handle(), error, wire.peer.address);
    auto opened = open_message_stream(self->wire_, limits);
    self->stream_ = opened.shared;
    co_return std::move(opened.owned);
}

// --- the calls, each of which holds the connection for as long as it runs ---

Task<Result<void>> Connection::accept_tls(Duration limit, std::function<void()> on_first_byte)
{
    return accept_tls(shared_from_this(), limit, std::move(on_first_byte));
}
Task<Result<void>> Connection::connect_tls(Duration limit) { return connect_tls(shared_from_this(), limit); }
Task<> Connection::finish() { return finish(shared_from_this()); }
Task<> Connection::linger() { return linger(shared_from_this()); }

Task<Result<std::optional<ReceivedRequest>>> Connection::read_request(RequestLimits limits)
{
    return read_request(shared_from_this(), limits);
}

Task<Result<void>> Connection::write_response(HttpResponse response, bool keep_alive, Duration limit)
{
    return write_response(shared_from_this(), std::move(response), keep_alive, limit);
}

Task<Result<std::unique_ptr<MessageStream>>> Connection::accept_websocket(MessageLimits limits, Duration limit)
{
    return accept_websocket(shared_from_this(), limits, limit);
}

Task<Result<HttpResponse>> Connection::exchange(HttpRequest request, std::size_t body_limit_bytes, Duration limit)
{
    return exchange(shared_from_this(), std::move(request), body_limit_bytes, limit);
}

Task<Result<std::unique_ptr<MessageStream>>> Connection::upgrade(std::string target, MessageLimits limits,
                                                                 Duration limit)
{
    return upgrade(shared_from_this(), std::move(target), limits, limit);
}

}  // namespace indaba::platform
