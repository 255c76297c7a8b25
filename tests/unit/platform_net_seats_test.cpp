// Who has to make room among devices, and for whom when the system has no descriptors left.
#include "platform/device_seats.hpp"
#include "tests/unit/descriptor_limit.hpp"
#include "tests/unit/platform_net_fixture.hpp"

#include <gmock/gmock.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace indaba::platform {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using testing::ElementsAre;

class DeviceSeatsTest : public testing::Test {
protected:
    std::optional<DeviceSeats::Ticket> enter(std::uint8_t device, int number)
    {
        shared::DeviceId id;
        id.hash.bytes[0] = device;
        return seats.enter(id, [this, number] { sent_away.push_back(number); });
    }

    DeviceSeats seats{4, 3};
    std::vector<int> sent_away;
};

TEST_F(DeviceSeatsTest, ADevicesOldestMakesRoomForItsNewest)
{
    for (int number = 1; number <= 5; ++number) EXPECT_TRUE(enter(1, number));
    EXPECT_THAT(sent_away, ElementsAre(1, 2));
    EXPECT_EQ(seats.size(), 3u);
    EXPECT_TRUE(enter(2, 6));
    EXPECT_THAT(sent_away, ElementsAre(1, 2)) << "others are not asked";
}

TEST_F(DeviceSeatsTest, WhereAllAreTakenTheDeviceWithMostGivesOneUp)
{
    for (int number = 1; number <= 3; ++number) EXPECT_TRUE(enter(1, number));
    for (std::uint8_t device = 2; device <= 4; ++device) EXPECT_TRUE(enter(device, 10 + device));
    EXPECT_THAT(sent_away, ElementsAre(1, 2));
    EXPECT_FALSE(enter(5, 15)) << "each has a single one";
    EXPECT_EQ(seats.size(), 4u);
}

TEST_F(DeviceSeatsTest, WhoHasLeftOrWasSentAwayIsNotCounted)
{
    const auto first = enter(1, 1);
    const auto second = enter(1, 2);
    seats.leave(*first);
    (void)enter(1, 3);
    (void)enter(1, 4);
    EXPECT_THAT(sent_away, ElementsAre());
    (void)enter(1, 5);
    EXPECT_THAT(sent_away, ElementsAre(2));
    seats.leave(*second);
    EXPECT_EQ(seats.size(), 3u);
}

Task<bool> is_echoed(MessageStream* stream)
{
    const auto written = co_await stream->write(bytes_of(3));
    if (written.has_error()) co_return false;
    const auto heard = co_await stream->read();
    co_return heard.has_value();
}

class SeatsTest : public NetTest {
protected:
    static Task<> one_opens_many(SeatsTest* test)
    {
        std::vector<std::unique_ptr<MessageStream>> streams;
        for (int i = 0; i < 10; ++i) {
            auto opened = co_await test->open();
            CO_ASSERT(opened.has_value());
            streams.push_back(std::move(*opened));
        }
        for (std::size_t i = 0; i < streams.size(); ++i) EXPECT_EQ(co_await is_echoed(streams[i].get()), i >= 7) << i;
        test->device_key = KeyPair::generate();
        auto connecting = test->open();
        const auto opened = co_await std::move(connecting);
        CO_ASSERT(opened.has_value());
        EXPECT_TRUE(co_await is_echoed(opened->get()));
    }

    /// Connects from outside the loop: the system takes it before the server does.
    std::shared_ptr<tcp::socket> connect_silently()
    {
        auto socket = std::make_shared<tcp::socket>(loop.executor());
        socket->connect({asio::ip::make_address(address().host), address().port});
        return socket;
    }
    static Task<> hear_the_end(std::shared_ptr<tcp::socket> socket)
    {
        char byte = 0;
        error_code end;
        co_await socket->async_read_some(asio::buffer(&byte, 1), asio::redirect_error(asio::use_awaitable, end));
        EXPECT_TRUE(end);
    }
    static bool is_open(tcp::socket& socket)
    {
        char byte = 0;
        error_code end;
        socket.non_blocking(true);
        (void)socket.receive(asio::buffer(&byte, 1), 0, end);
        return end == asio::error::would_block;
    }
};

TEST_F(SeatsTest, OneDeviceHasAFewConnectionsAndShutsNobodyOut)
{
    options.limits.connections_per_device = 3;
    start();
    run(one_opens_many(this));
    EXPECT_TRUE(reported("cut a device's oldest connection"));
}

TEST_F(SeatsTest, WhenDescriptorsRunOutTheOldestStrangerMakesRoom)
{
    options.limits.anonymous_connections = 1'000;
    options.limits.anonymous_per_network = 1'000;
    options.limits.repeated_events = 1h;
    start();
    std::vector<std::shared_ptr<tcp::socket>> crowd;
    for (int i = 0; i < 30; ++i) crowd.push_back(connect_silently());
    {
        const tests::DescriptorLimit few(tests::DescriptorLimit::next_free() + 10);
        step(hear_the_end(crowd[15]));
        EXPECT_TRUE(reported("cut a connection without a certificate"));
        EXPECT_FALSE(reported("cannot accept"));
        EXPECT_TRUE(is_open(*crowd.back()));
    }
    server.reset();
}

}  // namespace

}  // namespace indaba::platform
