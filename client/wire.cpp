#include "client/wire.hpp"

#include "platform/async_loop.hpp"
#include "platform/message_frame.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace indaba::client {

using platform::CloseReason;
using platform::Notifier;
using platform::Task;
using shared::Result;
using Kind = WireEvent::Kind;

namespace {

constexpr const char* kTarget = "/sync";

}  // namespace

/// What the two threads share. The mutex guards everything above `loop`; below it is the network thread's.
struct Wire::Line {
    explicit Line(WireOptions wire_options)
        : options(std::move(wire_options)), room(loop.executor()), outgoing(loop.executor()), group(loop.executor())
    {
    }

    void put(WireEvent event);

    static Task<> supervise(Line* line);
    static Task<> live(Line* line);
    static Task<Result<void>> read_all(Line* line);
    static Task<> write_all(Line* line);
    static Task<Result<void>> wait_for_room(Line* line);

    std::mutex mutex;
    std::condition_variable arrived;
    std::deque<WireEvent> inbox;
    std::size_t inbox_bytes = 0;
    std::deque<Bytes> outbox;
    std::optional<CloseReason> closing;
    bool notified = false;
    bool closed = false;
    WireBytes counted;

    void count()
    {
        const std::lock_guard lock(mutex);
        if (stream) counted = {stream->bytes_sent(), stream->bytes_received()};
    }

    WireOptions options;
    platform::EventLoop loop;
    Notifier room;
    Notifier outgoing;
    platform::TaskGroup group;
    std::unique_ptr<platform::MessageStream> stream;
    std::optional<shared::Error> failure;
    bool read_out = false;  ///< nothing else will arrive
    platform::Compressor compressor;
    platform::Decompressor decompressor;
    std::jthread thread;
};

void Wire::Line::put(WireEvent event)
{
    {
        const std::lock_guard lock(mutex);
        inbox_bytes += event.message.size();
        inbox.push_back(std::move(event));
    }
    arrived.notify_one();
}

Task<Result<void>> Wire::Line::wait_for_room(Line* line)
{
    for (;;) {
        {
            const std::lock_guard lock(line->mutex);
            if (line->inbox_bytes < shared::limits::kInbox_bytes) co_return Result<void>();
        }
        INDABA_CO_TRY(co_await line->room.wait());
    }
}

Task<Result<void>> Wire::Line::read_all(Line* line)
{
    for (;;) {
        INDABA_CO_ASSIGN(const auto frame, co_await line->stream->read());
        line->count();
        auto message = platform::unpack_message(frame, line->decompressor);
        if (message.has_error()) {
            co_await line->stream->close(CloseReason::broke_protocol, "this message cannot be unpacked");
            co_return std::move(message).error();
        }
        INDABA_CO_TRY(co_await wait_for_room(line));
        line->put({Kind::message, std::move(*message), {}});
    }
}

Task<> Wire::Line::write_all(Line* line)
{
    for (;;) {
        std::optional<Bytes> message;
        std::optional<CloseReason> reason;
        {
            const std::lock_guard lock(line->mutex);
            if (!line->outbox.empty()) {
                message = std::move(line->outbox.front());
                line->outbox.pop_front();
            } else {
                reason = line->closing;
            }
        }
        if (line->read_out && !reason) co_return;
        if (message) {
            auto packed = platform::pack_message(*message, line->compressor);
            if (packed.has_error()) {
                line->failure = shared::fail(shared::Errc::too_large,
                                             "what this device has to send is over the limit: report this as a fault");
                co_await line->stream->close(CloseReason::too_large);
                co_return;
            }
            // The reader learns that the stream is broken, and says so.
            if ((co_await line->stream->write(std::move(*packed))).has_error()) co_return;
            line->count();
        } else if (reason) {
            co_await line->stream->close(*reason);
            co_return;
        } else if ((co_await line->outgoing.wait()).has_error()) {
            co_return;
        }
    }
}

Task<> Wire::Line::live(Line* line)
{
    const auto& options = line->options;
    auto stream =
        co_await platform::connect_websocket(options.server, kTarget, options.tls, options.limits, options.deadlines);
    if (stream.has_error()) {
        line->failure = std::move(stream).error();
        co_return;
    }
    line->stream = std::move(*stream);
    line->put({Kind::opened, {}, {}});
    line->group.spawn(write_all(line));
    auto ended = co_await read_all(line);
    line->read_out = true;
    bool ours = false;
    {
        const std::lock_guard lock(line->mutex);
        ours = line->closing.has_value();
    }
    if (ours) co_return;  // the writer is saying goodbye
    if (ended.has_error() && !line->failure) line->failure = std::move(ended).error();
    line->stream->abort();
    line->outgoing.notify();
}

/// Outside the group, so that it is never cancelled: the stream outlives both of its tasks, whatever ended them.
Task<> Wire::Line::supervise(Line* line)
{
    line->group.spawn(live(line));
    (void)co_await line->group.wait();
    line->count();
    line->stream.reset();
    line->put({Kind::closed, {}, std::move(line->failure)});
}

Wire::Wire(WireOptions options) : line_(std::make_unique<Line>(std::move(options)))
{
    line_->thread = std::jthread([line = line_.get()] { line->loop.run(Line::supervise(line)); });
}

Wire::~Wire()
{
    line_->loop.post([line = line_.get()] { line->group.cancel(); });
    line_->thread.join();
}

WireEvent Wire::wait_until(std::chrono::steady_clock::time_point deadline)
{
    std::unique_lock lock(line_->mutex);
    const auto ready = [&] { return line_->notified || line_->closed || !line_->inbox.empty(); };
    if (!line_->arrived.wait_until(lock, deadline, ready)) return {};
    if (line_->notified) {
        line_->notified = false;
        return {Kind::notified, {}, {}};
    }
    if (line_->closed) return {Kind::closed, {}, {}};
    auto event = std::move(line_->inbox.front());
    line_->inbox.pop_front();
    line_->closed = event.kind == Kind::closed;
    const bool was_full = line_->inbox_bytes >= shared::limits::kInbox_bytes;
    line_->inbox_bytes -= event.message.size();
    if (was_full && line_->inbox_bytes < shared::limits::kInbox_bytes) line_->room.notify();
    return event;
}

void Wire::send(Bytes message)
{
    {
        const std::lock_guard lock(line_->mutex);
        line_->outbox.push_back(std::move(message));
    }
    line_->outgoing.notify();
}

void Wire::close(CloseReason reason)
{
    {
        const std::lock_guard lock(line_->mutex);
        line_->closing = reason;
    }
    line_->outgoing.notify();
}

void Wire::notify()
{
    {
        const std::lock_guard lock(line_->mutex);
        line_->notified = true;
    }
    line_->arrived.notify_one();
}

WireBytes Wire::bytes() const
{
    const std::lock_guard lock(line_->mutex);
    return line_->counted;
}

}  // namespace indaba::client
