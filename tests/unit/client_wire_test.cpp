#include "client/wire.hpp"
#include "platform/message_frame.hpp"
#include "tests/unit/platform_net_fixture.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace indaba::client {
namespace {

using platform::MessageStream;
using platform::Task;
using shared::Errc;
using Kind = WireEvent::Kind;
using std::chrono::seconds;
using std::chrono::steady_clock;

/// Does what a test says with every stream, on a thread of its own.
class WireTest : public platform::NetTest {
protected:
    ~WireTest() override
    {
        loop.post([this] { stopping.notify(); });
        if (centre.joinable()) centre.join();
    }

    void begin(std::function<Task<>(std::unique_ptr<MessageStream>)> on_stream)
    {
        options.on_stream = std::move(on_stream);
        start();
        centre = std::thread([this] { loop.run(serve(this)); });
    }

    static Task<> serve(WireTest* test)
    {
        (void)co_await test->stopping.wait();
        co_await test->server->shutdown(platform::Duration(200));
    }

    [[nodiscard]] WireOptions to_centre() const { return {address(), enrolled(), {}, {}}; }

    static WireEvent next(Wire& wire) { return wire.wait_until(steady_clock::now() + seconds(20)); }

    platform::Notifier stopping{loop.executor()};
    std::thread centre;
};

Bytes numbered(std::uint32_t number, std::size_t size)
{
    auto bytes = platform::bytes_of(size);
    for (int i = 0; i < 4; ++i) bytes[std::size_t(i)] = std::uint8_t(number >> (8 * i));
    return bytes;
}

TEST_F(WireTest, sends_and_receives_messages_in_order)
{
    begin(&platform::echo);
    Wire wire(to_centre());
    ASSERT_EQ(next(wire).kind, Kind::opened);
    for (std::uint32_t i = 0; i < 100; ++i) wire.send(numbered(i, 1'000));
    for (std::uint32_t i = 0; i < 100; ++i) {
        const auto event = next(wire);
        ASSERT_EQ(event.kind, Kind::message);
        EXPECT_EQ(event.message, numbered(i, 1'000)) << i;
    }
    wire.close(platform::CloseReason::finished);
    const auto end = next(wire);
    EXPECT_EQ(end.kind, Kind::closed);
    EXPECT_FALSE(end.error.has_value());
    EXPECT_GT(wire.bytes().sent, 0u);
    EXPECT_GT(wire.bytes().received, 0u);
    EXPECT_EQ(next(wire).kind, Kind::closed) << "after the end there is nothing else";
}

constexpr std::uint32_t kFlood = 200;
constexpr std::size_t kFlood_bytes = 300'000;

Task<> flood(std::unique_ptr<MessageStream> stream)
{
    platform::Compressor compressor;
    for (std::uint32_t i = 0; i < kFlood; ++i) {
        auto frame = *platform::pack_message(numbered(i, kFlood_bytes), compressor);
        if ((co_await stream->write(std::move(frame))).has_error()) co_return;
    }
    (void)co_await stream->read();
}

TEST_F(WireTest, reads_no_further_ahead_than_is_bounded_and_loses_nothing)
{
    begin(&flood);
    Wire wire(to_centre());
    ASSERT_EQ(next(wire).kind, Kind::opened);
    for (std::uint32_t i = 0; i < kFlood; ++i) {
        const auto event = next(wire);
        ASSERT_EQ(event.kind, Kind::message) << i;
        ASSERT_EQ(event.message.size(), kFlood_bytes);
        ASSERT_EQ(event.message[0], std::uint8_t(i));
    }
}

Task<> talk_nonsense(std::unique_ptr<MessageStream> stream)
{
    auto nonsense = shared::from_hex("01ffffffff070707");
    (void)co_await stream->write(std::move(*nonsense));
    (void)co_await stream->read();
}

TEST_F(WireTest, ends_with_an_error_when_what_arrives_cannot_be_unpacked)
{
    begin(&talk_nonsense);
    Wire wire(to_centre());
    ASSERT_EQ(next(wire).kind, Kind::opened);
    const auto end = next(wire);
    ASSERT_EQ(end.kind, Kind::closed);
    ASSERT_TRUE(end.error.has_value());
    EXPECT_THAT(end.error->code, testing::AnyOf(Errc::malformed, Errc::too_large));
}

TEST_F(WireTest, ends_with_an_error_when_a_message_is_too_long_to_be_sent)
{
    begin(&platform::echo);
    Wire wire(to_centre());
    ASSERT_EQ(next(wire).kind, Kind::opened);
    wire.send(Bytes(shared::limits::kMessage_bytes + 1, 7));
    const auto end = next(wire);
    ASSERT_EQ(end.kind, Kind::closed);
    ASSERT_TRUE(end.error.has_value());
    EXPECT_EQ(end.error->code, Errc::too_large);
    EXPECT_THAT(end.error->text, testing::HasSubstr("over the limit"));
}

Task<> hang_up(std::unique_ptr<MessageStream> stream)
{
    stream->abort();
    co_return;
}

TEST_F(WireTest, says_that_it_was_cut)
{
    begin(&hang_up);
    Wire wire(to_centre());
    auto event = next(wire);
    if (event.kind == Kind::opened) event = next(wire);
    ASSERT_EQ(event.kind, Kind::closed);
    ASSERT_TRUE(event.error.has_value());
    EXPECT_EQ(event.error->code, Errc::unreachable);
}

TEST_F(WireTest, says_that_nobody_is_there)
{
    begin(&platform::echo);
    auto elsewhere = to_centre();
    elsewhere.server.port = 1;
    Wire wire(std::move(elsewhere));
    const auto end = next(wire);
    ASSERT_EQ(end.kind, Kind::closed);
    ASSERT_TRUE(end.error.has_value());
    EXPECT_EQ(end.error->code, Errc::unreachable);
}

Task<> say_nothing(std::unique_ptr<MessageStream> stream) { (void)co_await stream->read(); }

TEST_F(WireTest, wakes_for_a_notice_and_at_the_deadline)
{
    begin(&say_nothing);
    Wire wire(to_centre());
    ASSERT_EQ(next(wire).kind, Kind::opened);
    EXPECT_EQ(wire.wait_until(steady_clock::now()).kind, Kind::nothing);
    std::thread other([&wire] { wire.notify(); });
    EXPECT_EQ(next(wire).kind, Kind::notified);
    other.join();
}

TEST_F(WireTest, can_be_dropped_at_any_moment)
{
    begin(&flood);
    {
        const Wire dialling(to_centre());
    }
    {
        Wire open(to_centre());
        EXPECT_EQ(next(open).kind, Kind::opened);
    }
    {
        Wire full(to_centre());
        EXPECT_EQ(next(full).kind, Kind::opened);
        EXPECT_EQ(next(full).kind, Kind::message);
        full.send(Bytes(100'000, 1));
    }
    {
        Wire closing(to_centre());
        EXPECT_EQ(next(closing).kind, Kind::opened);
        closing.close(platform::CloseReason::finished);
    }
}

}  // namespace
}  // namespace indaba::client
