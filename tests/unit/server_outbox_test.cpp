// The writer of one device's connection, against a stream that only notes what it is told.
#include "platform/async_loop.hpp"
#include "server/connection.hpp"
#include "tests/unit/temporary_directory.hpp"

#include <gmock/gmock.h>

namespace indaba::server {

namespace {

using shared::Bytes;
using testing::HasSubstr;

struct Noted {
    std::vector<Bytes> written;
    std::optional<platform::CloseReason> closed;
    std::string text;
};

class NotingStream final : public platform::MessageStream {
public:
    explicit NotingStream(Noted& noted) : noted_(noted) {}

    [[nodiscard]] Task<Result<Bytes>> read() override { co_return shared::fail(shared::Errc::cancelled, {}); }
    [[nodiscard]] Task<Result<void>> write(Bytes message) override { return note(&noted_, std::move(message)); }
    [[nodiscard]] Task<> close(platform::CloseReason reason, std::string text) override
    {
        return end(&noted_, reason, std::move(text));
    }
    void abort() override {}
    [[nodiscard]] std::uint64_t bytes_sent() const override { return 0; }
    [[nodiscard]] std::uint64_t bytes_received() const override { return 0; }
    [[nodiscard]] const platform::Peer& peer() const override { return peer_; }

private:
    static Task<Result<void>> note(Noted* noted, Bytes message)
    {
        noted->written.push_back(std::move(message));
        co_return Result<void>();
    }
    static Task<> end(Noted* noted, platform::CloseReason reason, std::string text)
    {
        noted->closed = reason;
        noted->text = std::move(text);
        co_return;
    }

    Noted& noted_;
    platform::Peer peer_;
};

class ServerOutbox : public testing::Test {
protected:
    ~ServerOutbox() override { std::fclose(log_file); }

    /// What the stream was told when all of `messages` waited for it and the session was over.
    Noted send(std::vector<Bytes> messages)
    {
        Noted noted;
        const auto outbox = std::make_shared<Outbox>(loop.executor());
        outbox->take({std::move(messages), true, {}});
        loop.run(write_outbox({compressor, log, {}}, std::make_shared<NotingStream>(noted), outbox));
        std::fflush(log_file);
        return noted;
    }

    tests::TemporaryDirectory home;
    std::FILE* log_file = std::fopen(home.file("log").c_str(), "w");
    platform::Log log{platform::LogLevel::info, log_file};
    platform::EventLoop loop;
    platform::Compressor compressor;
};

}  // namespace

TEST_F(ServerOutbox, sends_what_fits_and_closes)
{
    const auto noted = send({{1}, Bytes(shared::limits::kMessage_bytes, 2), {3}});
    EXPECT_EQ(noted.written.size(), 3u);
    EXPECT_EQ(noted.closed, platform::CloseReason::finished);
    EXPECT_EQ(tests::content_of(home.file("log")), "");
}

TEST_F(ServerOutbox, ends_this_connection_alone_when_a_message_is_too_long)
{
    const auto noted = send({{1}, Bytes(shared::limits::kMessage_bytes + 1, 2), {3}});
    EXPECT_EQ(noted.written, (std::vector<Bytes>{{0, 1}}));
    EXPECT_EQ(noted.closed, platform::CloseReason::too_large);
    EXPECT_THAT(noted.text, HasSubstr("over the limit"));
    const auto logged = tests::content_of(home.file("log"));
    EXPECT_THAT(logged, HasSubstr("level=error event=message_not_sent device=000000000000"));
    EXPECT_THAT(logged, HasSubstr("bytes=" + std::to_string(shared::limits::kMessage_bytes + 1)));
    EXPECT_EQ(std::ranges::count(logged, '\n'), 1);
}

}  // namespace indaba::server
