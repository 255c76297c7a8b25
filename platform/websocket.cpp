#include "platform/websocket.hpp"

#include "platform/net_wire.hpp"
#include "shared/check.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/websocket/error.hpp>

#include <algorithm>
#include <optional>

namespace indaba::platform {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using shared::Errc;
using shared::Error;
using shared::fail;
namespace limits = shared::limits;

/// RFC 6455, 5.5: a control frame holds 125 bytes, two of them the code.
constexpr std::size_t kCloseText_bytes = 123;

websocket::close_code close_code(CloseReason reason)
{
    switch (reason) {
        case CloseReason::finished: return websocket::close_code::normal;
        case CloseReason::going_away: return websocket::close_code::going_away;
        case CloseReason::broke_protocol: return websocket::close_code::protocol_error;
        case CloseReason::not_allowed: return websocket::close_code::policy_error;
        case CloseReason::too_large: return websocket::close_code::too_big;
        case CloseReason::failed: return websocket::close_code::internal_error;
    }
    return websocket::close_code::internal_error;
}

/// At most kCloseText_bytes, cut between characters.
std::string close_text(std::string text)
{
    if (text.size() <= kCloseText_bytes) return text;
    std::size_t end = kCloseText_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    text.resize(end);
    return text;
}

/// What the peer's close means to whoever is reading.
Error closed_by_peer(const websocket::close_reason& reason, const std::string& where)
{
    const std::string text(reason.reason.data(), reason.reason.size());
    const auto said = text.empty() ? std::string() : ": " + text;
    switch (reason.code) {
        case websocket::close_code::policy_error:
            return fail(Errc::forbidden, text.empty() ? where + " does not allow this" : text);
        case websocket::close_code::too_big:
            return fail(Errc::too_large, where + " finds a message of ours too large" + said);
        case websocket::close_code::protocol_error:
            return fail(Errc::malformed, where + " cannot make sense of a message of ours" + said);
        case websocket::close_code::going_away:
            return fail(Errc::unreachable, where + " is shutting down: try again later");
        case websocket::close_code::internal_error:
            return fail(Errc::unreachable, where + " failed: try again later" + said);
        default: return fail(Errc::unreachable, where + " closed the connection" + said);
    }
}

/// The stream itself: its owner and whoever shuts the program down hold it together.
class SharedStream final : public MessageStream, public std::enable_shared_from_this<SharedStream> {
public:
    SharedStream(std::shared_ptr<Wire> wire, const MessageLimits& limits)
        : wire_(std::move(wire)), limits_(limits), cut_timer_(wire_->tcp().get_executor())
    {
    }

    Task<Result<Bytes>> read() override { return read_message(shared_from_this()); }
    Task<Result<void>> write(Bytes message) override { return write_message(shared_from_this(), std::move(message)); }
    Task<> close(CloseReason reason, std::string text) override
    {
        return close_stream(shared_from_this(),
                            websocket::close_reason(close_code(reason), close_text(std::move(text))));
    }
    void abort() override
    {
        end(fail(Errc::cancelled, "the connection was closed"));
        cut();
    }

    std::uint64_t bytes_sent() const override { return wire_->tcp().rate_policy().sent; }
    std::uint64_t bytes_received() const override { return wire_->tcp().rate_policy().received; }
    const Peer& peer() const override { return wire_->peer; }

private:
    static Task<Result<Bytes>> read_message(std::shared_ptr<SharedStream> self);
    static Task<Result<void>> write_message(std::shared_ptr<SharedStream> self, Bytes message);
    static Task<> close_stream(std::shared_ptr<SharedStream> self, websocket::close_reason reason);
    static Task<Error> close_and_keep(std::shared_ptr<SharedStream> self, CloseReason reason, Error error);
    [[nodiscard]] Task<Error> refuse(CloseReason reason, Error error);

    /// The first reason for which the stream ended is the one that everybody hears.
    Error end(Error error)
    {
        if (!ended_) ended_ = std::move(error);
        return *ended_;
    }
    Error explain(error_code error) const;
    void cut();
    void cut_after(Duration limit, Error why);
    std::size_t room_for(std::size_t filled) const;

    std::shared_ptr<Wire> wire_;
    MessageLimits limits_;
    asio::steady_timer cut_timer_;
    std::optional<Error> ended_;
    bool closing_ = false;
};

Error SharedStream::explain(error_code error) const
{
    const auto where = wire_->peer.address.text();
    // A close that came counts, also where ending TLS after it failed.
    if (wire_->web_socket.reason().code != websocket::close_code::none)
        return closed_by_peer(wire_->web_socket.reason(), where);
    if (error == asio::error::operation_aborted) return fail(Errc::cancelled, "the connection was closed");
    if (error == beast::error::timeout)
        return fail(Errc::timed_out, "nothing heard from " + where + ": try again later");
    if (error == websocket::condition::protocol_violation)
        return fail(Errc::malformed, where + " does not keep to the WebSocket protocol");
    return fail(Errc::unreachable, "the connection to " + where + " was cut");
}

void SharedStream::cut()
{
    cut_timer_.cancel();
    wire_->tcp().close();
}

void SharedStream::cut_after(Duration limit, Error why)
{
    cut_timer_.expires_after(limit);
    cut_timer_.async_wait([weak = weak_from_this(), why = std::move(why)](error_code error) {
        const auto self = weak.lock();
        if (error || !self) return;
        self->end(why);
        self->cut();
    });
}

std::size_t SharedStream::room_for(std::size_t filled) const
{
    if (filled == 0) return std::min(limits::kFirstRead_bytes, limits_.message_bytes + 1);
    const std::size_t announced = wire_->web_socket.read_size_hint(limits::kFirstRead_bytes);
    const std::size_t step = std::min(announced, std::max(limits::kReadStep_bytes, filled));
    return std::min(filled + std::max<std::size_t>(step, 1), limits_.message_bytes + 1);
}

Task<Result<Bytes>> SharedStream::read_message(std::shared_ptr<SharedStream> self)
{
    if (self->ended_) co_return *self->ended_;
    auto& stream = self->wire_->web_socket;
    const auto where = self->peer().address.text();
    Bytes message;
    std::size_t filled = 0;
    do {
        if (filled == message.size()) message.resize(self->room_for(filled));
        error_code error;
        filled += co_await stream.async_read_some(asio::buffer(message.data() + filled, message.size() - filled),
                                                  asio::redirect_error(asio::use_awaitable, error));
        if (error) {
            auto ended = self->end(self->explain(error));
            self->cut();
            co_return ended;
        }
        if (filled > self->limits_.message_bytes) {
            auto refusing = self->refuse(CloseReason::too_large,
                                         fail(Errc::too_large, "a message from " + where + " is over the limit"));
            co_return co_await std::move(refusing);
        }
    } while (!stream.is_message_done());
    if (!stream.got_binary()) {
        auto refusing =
            self->refuse(CloseReason::broke_protocol, fail(Errc::malformed, where + " sent text where bytes were due"));
        co_return co_await std::move(refusing);
    }
    message.resize(filled);
    co_return message;
}

Task<Result<void>> SharedStream::write_message(std::shared_ptr<SharedStream> self, Bytes message)
{
    if (self->ended_) co_return *self->ended_;
    if (message.size() > self->limits_.message_bytes)
        co_return fail(Errc::too_large, "a message for " + self->peer().address.text() + " is over the limit");
    self->cut_after(self->limits_.write,
                    fail(Errc::timed_out, self->peer().address.text() + " takes no more: try again later"));
    error_code error;
    co_await self->wire_->web_socket.async_write(asio::buffer(message),
                                                 asio::redirect_error(asio::use_awaitable, error));
    if (error) {
        auto ended = self->end(self->explain(error));
        if (!self->closing_) self->cut();
        co_return ended;
    }
    if (!self->closing_) self->cut_timer_.cancel();
    co_return Result<void>();
}

Task<Error> SharedStream::refuse(CloseReason reason, Error error)
{
    return close_and_keep(shared_from_this(), reason, end(std::move(error)));
}

Task<Error> SharedStream::close_and_keep(std::shared_ptr<SharedStream> self, CloseReason reason, Error error)
{
    auto closing = close_stream(std::move(self), websocket::close_reason(close_code(reason)));
    co_await std::move(closing);
    co_return error;
}

Task<> SharedStream::close_stream(std::shared_ptr<SharedStream> self, websocket::close_reason reason)
{
    if (std::exchange(self->closing_, true)) co_return;
    self->end(fail(Errc::cancelled, "the connection was closed"));
    self->cut_after(self->limits_.close, *self->ended_);
    error_code ignored;
    co_await self->wire_->web_socket.async_close(reason, asio::redirect_error(asio::use_awaitable, ignored));
    self->cut();
}

/// What the session holds: as long as it lives, so does the connection.
class OwnedStream final : public MessageStream {
public:
    explicit OwnedStream(std::shared_ptr<SharedStream> shared) : shared_(std::move(shared)) {}
    ~OwnedStream() override { shared_->abort(); }

    Task<Result<Bytes>> read() override { return shared_->read(); }
    Task<Result<void>> write(Bytes message) override { return shared_->write(std::move(message)); }
    Task<> close(CloseReason reason, std::string text) override { return shared_->close(reason, std::move(text)); }
    void abort() override { shared_->abort(); }
    std::uint64_t bytes_sent() const override { return shared_->bytes_sent(); }
    std::uint64_t bytes_received() const override { return shared_->bytes_received(); }
    const Peer& peer() const override { return shared_->peer(); }

private:
    std::shared_ptr<SharedStream> shared_;
};

}  // namespace

void prepare_upgrade(Wire& wire, const MessageLimits& limits, Duration handshake)
{
    wire.tcp().expires_never();  // from here on the WebSocket keeps its own time
    wire.web_socket.set_option(websocket::stream_base::timeout{handshake, limits.idle, true});
    wire.web_socket.binary(true);
    wire.web_socket.auto_fragment(false);
    wire.web_socket.write_buffer_bytes(limits::kMaskBuffer_bytes);
    wire.web_socket.read_message_max(0);  // read_message() has the limit, and tells the peer before it stops reading
}

OpenedStream open_message_stream(std::shared_ptr<Wire> wire, const MessageLimits& limits)
{
    wire->tcp().rate_policy() = ByteCounter();
    wire->web_socket.set_option(websocket::stream_base::timeout{limits.close, limits.idle, true});  // true: pings
    auto shared = std::make_shared<SharedStream>(std::move(wire), limits);
    return {std::make_unique<OwnedStream>(shared), shared};
}

}  // namespace indaba::platform
