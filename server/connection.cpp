#include "server/connection.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>

namespace indaba::server {

namespace {

using platform::CloseReason;
using platform::MessageStream;
using shared::Errc;
using SteadyClock = std::chrono::steady_clock;

/// Tells the sessions that the connection is over, however it ends.
class Seat {
public:
    Seat(ConnectionPorts ports, SessionId id) : ports_(ports), id_(id) {}
    ~Seat()
    {
        ports_.store.post([&sessions = ports_.sessions, id = id_] { sessions.close(id); });
    }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

    [[nodiscard]] SessionId id() const { return id_; }

private:
    ConnectionPorts ports_;
    SessionId id_;
};

/// Ends with what ended it: an error of the stream, of unpacking, or cancelled.
Task<Result<void>> read_all(ConnectionPorts ports, std::shared_ptr<MessageStream> stream,
                            std::shared_ptr<Outbox> outbox, SessionId id)
{
    for (bool is_first = true; !outbox->has_ended(); is_first = false) {
        INDABA_CO_TRY(co_await outbox->wait_for_room());
        auto reading = is_first ? platform::with_deadline(stream->read(), ports.first_message, "no hello in time")
                                : stream->read();
        INDABA_CO_ASSIGN(auto frame, co_await std::move(reading));
        INDABA_CO_ASSIGN(auto message, platform::unpack_message(frame, ports.decompressor));
        frame = {};
        auto handling =
            ports.store.run([&sessions = ports.sessions, id, message = std::move(message)]() -> Result<void> {
                sessions.on_message(id, message);
                return {};
            });
        INDABA_CO_TRY(co_await std::move(handling));
    }
    co_return Result<void>();
}

CloseReason reason_of(const shared::Error& error)
{
    if (error.code == Errc::malformed) return CloseReason::broke_protocol;
    if (error.code == Errc::too_large) return CloseReason::too_large;
    return CloseReason::finished;
}

Sessions::Sink make_sink(platform::Executor executor, std::shared_ptr<Outbox> outbox)
{
    return [executor = std::move(executor), outbox = std::move(outbox)](Delivery delivery) {
        boost::asio::post(executor,
                          [outbox, delivery = std::move(delivery)]() mutable { outbox->take(std::move(delivery)); });
    };
}

Task<> refuse(ConnectionPorts ports, std::shared_ptr<MessageStream> stream, DeviceId device, shared::Error error)
{
    ports.log.warning("session_refused", {{"device", log_name(device)}, {"reason", error.text}});
    // Of a session that never began: the last word comes in the words of sessions, so that it is read as one.
    if (auto word = platform::pack_message(sync::encode_message(sync::Bye{error.code, error.text}), ports.compressor);
        error.code == Errc::busy && word.has_value()) {
        auto writing = stream->write(std::move(*word));
        (void)co_await std::move(writing);
    }
    const auto reason = error.code == Errc::forbidden   ? CloseReason::not_allowed
                        : error.code == Errc::cancelled ? CloseReason::going_away
                                                        : CloseReason::failed;
    auto closing = stream->close(reason, error.text);
    co_await std::move(closing);
}

/// The error's text may hold the device's address, which is not for the log.
std::string_view log_word(Errc code)
{
    switch (code) {
        case Errc::unreachable: return "connection gone";
        case Errc::timed_out: return "deadline";
        case Errc::cancelled: return "shutdown";
        case Errc::malformed:
        case Errc::untrusted: return "broken message";
        case Errc::too_large: return "message too large";
        case Errc::usage:
        case Errc::not_found:
        case Errc::rule_broken:
        case Errc::forbidden:
        case Errc::busy:
        case Errc::full:
        case Errc::io:
        case Errc::corrupt:
        case Errc::unsupported: break;
    }
    return "error";
}

void log_end(ConnectionPorts& ports, const MessageStream& stream, const DeviceId& device, SteadyClock::time_point begun,
             const std::string& ended_by)
{
    const auto duration = std::chrono::duration_cast<platform::Duration>(SteadyClock::now() - begun);
    ports.log.info("session_closed", {{"device", log_name(device)},
                                      {"duration_ms", duration.count()},
                                      {"bytes_sent", stream.bytes_sent()},
                                      {"bytes_received", stream.bytes_received()},
                                      {"by", ended_by}});
}

}  // namespace

Task<> write_outbox(WriterPorts ports, std::shared_ptr<MessageStream> stream, std::shared_ptr<Outbox> outbox)
{
    while (true) {
        const auto message = co_await outbox->next();
        if (message.has_error()) co_return;
        if (!*message) break;
        auto packed = platform::pack_message(**message, ports.compressor);
        if (packed.has_error()) {
            ports.log.error("message_not_sent", {{"device", log_name(ports.device)},
                                                 {"reason", packed.error().text},
                                                 {"bytes", (*message)->size()},
                                                 {"limit_bytes", shared::limits::kMessage_bytes}});
            outbox->cut(CloseReason::too_large, "the centre's answer is over the limit: tell its operator");
            break;
        }
        auto writing = stream->write(std::move(*packed));
        const auto written = co_await std::move(writing);
        if (written.has_error()) {
            outbox->end(CloseReason::finished, {});
            stream->abort();
            co_return;
        }
    }
    auto closing = stream->close(outbox->ending().reason, outbox->ending().text);
    co_await std::move(closing);
}

Task<> serve_device(ConnectionPorts ports, std::unique_ptr<MessageStream> owned)
{
    const std::shared_ptr<MessageStream> stream(std::move(owned));
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto device = stream->peer().certificate->device;
    const auto outbox = std::make_shared<Outbox>(executor);
    const auto begun = SteadyClock::now();
    auto opening = ports.store.run([&sessions = ports.sessions, device, sink = make_sink(executor, outbox)] {
        return sessions.open(device, sink);
    });
    const auto opened = co_await std::move(opening);
    if (opened.has_error()) {
        auto refusing = refuse(ports, stream, device, opened.error());
        co_await std::move(refusing);
        co_return;
    }
    const Seat seat(ports, *opened);
    ports.log.info("session_opened", {{"device", log_name(device)}});

    platform::TaskGroup writing(executor);
    writing.spawn(write_outbox({ports.compressor, ports.log, device}, stream, outbox));
    auto reading = read_all(ports, stream, outbox, seat.id());
    const auto ended = co_await std::move(reading);
    const bool is_ours = outbox->has_ended();
    if (ended.has_error()) outbox->end(reason_of(ended.error()), ended.error().text);
    const auto drained = co_await writing.wait();
    if (drained.has_error()) co_return;
    log_end(ports, *stream, device, begun,
            is_ours             ? outbox->ending().text
            : ended.has_error() ? std::string(log_word(ended.error().code))
                                : "");
}

}  // namespace indaba::server
