#include "tests/unit/platform_net_fixture.hpp"

namespace indaba::platform {

namespace {

using shared::Errc;

Task<> echo_sizes(Task<Result<std::unique_ptr<MessageStream>>> opening, std::vector<std::size_t> sizes)
{
    auto stream = co_await std::move(opening);
    CO_ASSERT(stream.has_value());
    for (const auto size : sizes) {
        EXPECT_TRUE((co_await (*stream)->write(bytes_of(size))).has_value());
        const auto answer = co_await (*stream)->read();
        CO_ASSERT(answer.has_value());
        EXPECT_EQ(answer->size(), size);
        EXPECT_TRUE(*answer == bytes_of(size));
    }
    co_await (*stream)->close(CloseReason::finished);
    EXPECT_EQ((co_await (*stream)->read()).error().code, Errc::cancelled);
    EXPECT_EQ((co_await (*stream)->write(bytes_of(1))).error().code, Errc::cancelled);
}

using WebSocketTest = NetTest;

TEST_F(WebSocketTest, EchoesMessagesOfAllSizes)
{
    start();
    run(echo_sizes(open(), {0, 1, 125, 126, 4'095, 4'096, 4'097, 65'535, 65'536, 70'000, 1'000'000, 5 * 1024 * 1024}));
    EXPECT_TRUE(events.empty()) << events.front();
    EXPECT_EQ(server->connections(), 0u);
}

Task<> look_at_peers(Task<Result<std::unique_ptr<MessageStream>>> opening, Address server)
{
    auto stream = co_await std::move(opening);
    CO_ASSERT(stream.has_value());
    EXPECT_EQ((*stream)->peer().address, server);
    EXPECT_TRUE((*stream)->peer().certificate.has_value());
    const auto name = co_await (*stream)->read();
    CO_ASSERT(name.has_value());
    EXPECT_EQ(name->size(), 32u);
}

Task<> tell_device_id(std::unique_ptr<MessageStream> stream, shared::DeviceId expected)
{
    CO_ASSERT(stream->peer().certificate.has_value());
    const auto id = stream->peer().certificate->device;
    EXPECT_EQ(id, expected);
    EXPECT_TRUE((co_await stream->write(Bytes(id.hash.bytes.begin(), id.hash.bytes.end()))).has_value());
    (void)co_await stream->read();
}

TEST_F(WebSocketTest, TheServerKnowsTheDeviceByItsKey)
{
    const auto expected = device_id(device_key.public_key());
    options.on_stream = [expected](auto stream) { return tell_device_id(std::move(stream), expected); };
    start();
    run(look_at_peers(open(), address()));
}

Task<> count_a_small_exchange(Task<Result<std::unique_ptr<MessageStream>>> opening)
{
    auto stream = co_await std::move(opening);
    CO_ASSERT(stream.has_value());
    EXPECT_EQ((*stream)->bytes_sent(), 0u);
    EXPECT_EQ((*stream)->bytes_received(), 0u);
    EXPECT_TRUE((co_await (*stream)->write(bytes_of(40))).has_value());
    EXPECT_TRUE((co_await (*stream)->read()).has_value());
    EXPECT_EQ((*stream)->bytes_sent(), 40u + 6 + 22);      // a masked frame's header, one TLS record
    EXPECT_EQ((*stream)->bytes_received(), 40u + 2 + 22);  // an unmasked one's
}

TEST_F(WebSocketTest, CountsWhatIsOnTheSocketAfterTheHandshakes)
{
    start();
    run(count_a_small_exchange(open()));
}

Task<> send_too_much(Task<Result<std::unique_ptr<MessageStream>>> opening, std::size_t bytes)
{
    auto stream = co_await std::move(opening);
    CO_ASSERT(stream.has_value());
    EXPECT_TRUE((co_await (*stream)->write(bytes_of(bytes))).has_value());
    const auto answer = co_await (*stream)->read();
    CO_ASSERT(answer.has_error());
    EXPECT_EQ(answer.error().code, Errc::too_large) << answer.error().text;
}

Task<> expect_end(std::unique_ptr<MessageStream> stream, Errc code, bool* seen)
{
    const auto message = co_await stream->read();
    CO_ASSERT(message.has_error());
    EXPECT_EQ(message.error().code, code) << message.error().text;
    *seen = true;
}

TEST_F(WebSocketTest, AMessageOverTheLimitEndsTheStreamForBoth)
{
    bool seen = false;
    options.limits.messages.message_bytes = 10'000;
    options.on_stream = [&](auto stream) { return expect_end(std::move(stream), Errc::too_large, &seen); };
    start();
    run(send_too_much(open(), 10'001));
    EXPECT_TRUE(seen);
}

TEST_F(WebSocketTest, AMessageOfExactlyTheLimitPasses)
{
    options.limits.messages.message_bytes = 10'000;
    start();
    run(echo_sizes(open(), {10'000, 9'999, 10'000}));
}

Task<> write_too_much(Task<Result<std::unique_ptr<MessageStream>>> opening)
{
    auto stream = co_await std::move(opening);
    CO_ASSERT(stream.has_value());
    EXPECT_EQ((co_await (*stream)->write(bytes_of(1'001))).error().code, Errc::too_large);
    EXPECT_TRUE((co_await (*stream)->write(bytes_of(1'000))).has_value());  // nothing of the other was sent
    EXPECT_EQ((co_await (*stream)->read())->size(), 1'000u);
}

TEST_F(WebSocketTest, OurOwnMessageOverTheLimitIsNotSent)
{
    start();
    MessageLimits limits;
    limits.message_bytes = 1'000;
    run(write_too_much(open(limits)));
}

Task<> refuse(std::unique_ptr<MessageStream> stream, CloseReason reason, std::string text)
{
    co_await stream->close(reason, std::move(text));
}

Task<> read_error(Task<Result<std::unique_ptr<MessageStream>>> opening, shared::Error* error)
{
    auto stream = co_await std::move(opening);
    CO_ASSERT(stream.has_value());
    const auto message = co_await (*stream)->read();
    CO_ASSERT(message.has_error());
    *error = message.error();
}

TEST_F(WebSocketTest, TheReasonOfACloseReachesThePeer)
{
    CloseReason reason{};
    std::string text;
    options.on_stream = [&](auto stream) { return refuse(std::move(stream), reason, text); };
    start();
    const auto heard = [&](CloseReason chosen, std::string chosen_text) {
        reason = chosen;
        text = std::move(chosen_text);
        shared::Error error{};
        step(read_error(open(), &error));
        return error;
    };
    EXPECT_EQ(heard(CloseReason::not_allowed, "this device was revoked: ask the operator"),
              shared::fail(Errc::forbidden, "this device was revoked: ask the operator"));
    EXPECT_EQ(heard(CloseReason::finished, "").code, Errc::unreachable);
    EXPECT_EQ(heard(CloseReason::going_away, "").code, Errc::unreachable);
    EXPECT_EQ(heard(CloseReason::failed, "").code, Errc::unreachable);
    EXPECT_EQ(heard(CloseReason::broke_protocol, "what?").code, Errc::malformed);
    EXPECT_EQ(heard(CloseReason::too_large, "").code, Errc::too_large);
    std::string cut;
    for (int i = 0; i < 41; ++i) cut += "ж";  // 123 bytes are 61 letters and a half
    cut += cut;
    EXPECT_EQ(heard(CloseReason::not_allowed, cut).text, cut.substr(0, 122));
    run(do_nothing());
}

Task<> wait_for_end(Task<Result<std::unique_ptr<MessageStream>>> opening, Notifier opened, std::vector<Errc>* ends)
{
    auto stream = co_await std::move(opening);
    CO_ASSERT(stream.has_value());
    opened.notify();
    const auto message = co_await (*stream)->read();
    if (message.has_error()) ends->push_back(message.error().code);
}

Task<> shut_down_when_open(HttpServer* server, Notifier opened)
{
    EXPECT_TRUE((co_await opened.wait()).has_value());
    const auto before = std::chrono::steady_clock::now();
    co_await server->shutdown(10s);
    EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);  // nobody had to be cut
    EXPECT_EQ(server->connections(), 0u);
}

TEST_F(WebSocketTest, ShutdownClosesIdleStreams)
{
    start();
    const Notifier opened(loop.executor());
    std::vector<Errc> ends;
    TaskGroup group(loop.executor());
    group.spawn(wait_for_end(open(), opened, &ends));
    run(shut_down_when_open(server.get(), opened));
    EXPECT_EQ(ends, std::vector{Errc::unreachable});
}

Task<> never_read(std::unique_ptr<MessageStream> stream, std::vector<std::string>* trace)
{
    const auto waited = co_await wait_for(1h);
    trace->push_back(waited.has_error() ? "cancelled" : "waited");
    (void)stream;
}

Task<> shut_down_hard(HttpServer* server, Notifier opened)
{
    EXPECT_TRUE((co_await opened.wait()).has_value());
    co_await server->shutdown(50ms);
    EXPECT_EQ(server->connections(), 0u);
}

TEST_F(WebSocketTest, ShutdownCancelsAHandlerThatDoesNotListen)
{
    std::vector<std::string> trace;
    options.on_stream = [&](auto stream) { return never_read(std::move(stream), &trace); };
    start();
    const Notifier opened(loop.executor());
    std::vector<Errc> ends;
    TaskGroup group(loop.executor());
    group.spawn(wait_for_end(open(), opened, &ends));
    run(shut_down_hard(server.get(), opened));
    EXPECT_EQ(trace, std::vector<std::string>{"cancelled"});
    EXPECT_EQ(ends, std::vector{Errc::unreachable});
}

Task<> cancel_a_read(Task<Result<std::unique_ptr<MessageStream>>> opening)
{
    auto stream = co_await std::move(opening);
    CO_ASSERT(stream.has_value());
    auto reading = with_deadline((*stream)->read(), 20ms);
    EXPECT_EQ((co_await std::move(reading)).error().code, Errc::timed_out);
    EXPECT_EQ((co_await (*stream)->write(bytes_of(1))).error().code, Errc::cancelled);
}

TEST_F(WebSocketTest, ACancelledReadEndsTheStream)
{
    start();
    run(cancel_a_read(open()));
}

Task<> drop(Task<Result<std::unique_ptr<MessageStream>>> opening, Notifier noticed)
{
    auto stream = co_await std::move(opening);
    CO_ASSERT(stream.has_value());
    stream->reset();
    EXPECT_TRUE((co_await noticed.wait()).has_value());
}

Task<> expect_gone(std::unique_ptr<MessageStream> stream, Notifier noticed)
{
    const auto message = co_await stream->read();
    CO_ASSERT(message.has_error());
    EXPECT_EQ(message.error().code, Errc::unreachable) << message.error().text;
    noticed.notify();
}

TEST_F(WebSocketTest, ADroppedStreamIsGoneForThePeer)
{
    const Notifier noticed(loop.executor());
    options.on_stream = [&](auto stream) { return expect_gone(std::move(stream), noticed); };
    start();
    run(drop(open(), noticed));
}

Task<> stay_silent(std::unique_ptr<MessageStream> stream)
{
    (void)co_await wait_for(1h);
    (void)stream;
}

TEST_F(WebSocketTest, APeerThatAnswersNoPingIsGone)
{
    options.on_stream = &stay_silent;  // and so does not read: no pongs
    start();
    MessageLimits limits;
    limits.idle = 100ms;
    shared::Error error{};
    run(read_error(open(limits), &error));
    EXPECT_EQ(error.code, Errc::timed_out);
}

Task<> write_until_it_fails(Task<Result<std::unique_ptr<MessageStream>>> opening, shared::Error* error)
{
    auto stream = co_await std::move(opening);
    CO_ASSERT(stream.has_value());
    for (int i = 0; i < 100; ++i) {
        const auto written = co_await (*stream)->write(bytes_of(1'000'000));
        if (written.has_value()) continue;
        *error = written.error();
        co_return;
    }
}

TEST_F(WebSocketTest, APeerThatTakesNothingIsGone)
{
    options.on_stream = &stay_silent;
    start();
    MessageLimits limits;
    limits.write = 100ms;
    shared::Error error{};
    run(write_until_it_fails(open(limits), &error));
    EXPECT_EQ(error.code, Errc::timed_out);
}

Task<> give_up_at_every_stage(Address address, ClientTls tls)
{
    int opened = 0;
    for (int round = 0; round < 60; ++round) {
        auto opening = with_deadline(connect_websocket(address, "/sync", tls), Duration(round / 6));
        auto stream = co_await std::move(opening);
        if (stream.has_error()) {
            EXPECT_EQ(stream.error().code, Errc::timed_out) << stream.error().text;
            continue;
        }
        ++opened;
        auto talking = with_deadline((*stream)->read(), Duration(round % 3));
        EXPECT_EQ((co_await std::move(talking)).error().code, Errc::timed_out);
    }
    EXPECT_LT(opened, 60);
}

TEST_F(WebSocketTest, GivingUpAtAnyMomentLeavesNothingBehind)
{
    start();
    run(give_up_at_every_stage(address(), enrolled()));
    EXPECT_EQ(server->connections(), 0u);
}

Task<> write_megabytes(std::unique_ptr<MessageStream> stream, int count)
{
    for (int i = 0; i < count; ++i)
        if ((co_await stream->write(bytes_of(1'000'000))).has_error()) co_return;
    (void)co_await stream->read();
}

Task<> read_megabytes(Task<Result<std::unique_ptr<MessageStream>>> opening, int count)
{
    auto stream = co_await std::move(opening);
    CO_ASSERT(stream.has_value());
    const auto before = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) {
        const auto message = co_await (*stream)->read();
        CO_ASSERT(message.has_value());
        EXPECT_EQ(message->size(), 1'000'000u);
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - before;
    testing::Test::RecordProperty("megabytes_per_second", int(count / seconds.count()));
}

TEST_F(WebSocketTest, CarriesTensOfMegabytes)
{
    options.on_stream = [](auto stream) { return write_megabytes(std::move(stream), 30); };
    start();
    run(read_megabytes(open(), 30));
}

}  // namespace

}  // namespace indaba::platform
