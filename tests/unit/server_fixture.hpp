// A centre on loopback, in a directory of its own, with devices that enrol and speak to it. One thread runs all
// networks.
#pragma once

#include "platform/async_loop.hpp"
#include "platform/http_client.hpp"
#include "platform/log.hpp"
#include "platform/message_frame.hpp"
#include "platform/system.hpp"
#include "server/commands.hpp"
#include "server/service.hpp"
#include "shared/limits.hpp"
#include "sync/messages.hpp"
#include "tests/unit/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

// ASSERT_… returns, which a coroutine cannot.
#define CO_ASSERT(condition)             \
    do {                                 \
        if (!(condition)) {              \
            ADD_FAILURE() << #condition; \
            co_return;                   \
        }                                \
    } while (false)

namespace indaba::server {

using namespace std::chrono_literals;
using platform::HttpResponse;
using platform::KeyPair;
using platform::MessageStream;
using shared::Bytes;
using shared::Errc;

/// The machine's clock, some time ahead.
class MovedClock final : public shared::Clock {
public:
    [[nodiscard]] std::int64_t now_ms() override { return clock_.now_ms() + ahead_ms; }
    std::int64_t ahead_ms = 0;

private:
    platform::SystemClock clock_;
};

/// What a device holds after enrolling.
struct Enrolled {
    KeyPair key = KeyPair::generate();
    std::string certificate_pem;
    std::string authority_pem;
    shared::PublicKey centre_key;

    [[nodiscard]] platform::ClientTls tls() const
    {
        return {platform::PinnedAuthority{authority_pem}, platform::Identity{certificate_pem, key.to_pem()}};
    }
    [[nodiscard]] DeviceId id() const { return platform::device_id(key.public_key()); }
};

class ServerTest : public testing::Test {
protected:
    ServerTest() : data(home.file("centre"))
    {
        EXPECT_TRUE(init({data, "127.0.0.1,localhost"}).has_value());
        EXPECT_TRUE(add_space({data, "forum", "event", "Trade forum"}).has_value());
        EXPECT_TRUE(add_space({data, "brazil", "country", {}}).has_value());
        EXPECT_TRUE(add_person({data, "Ana Silva", {"forum=editor"}}).has_value());
        EXPECT_TRUE(add_person({data, "Bo Li", {"forum=viewer", "brazil=editor"}}).has_value());
    }
    ~ServerTest() override
    {
        if (log_file != nullptr) std::fclose(log_file);
    }

    void start()
    {
        const auto directory = DataDirectory::open(data);
        ServiceOptions options{{"127.0.0.1", 0}, "1.2.3", {}, 50ms};
        options.first_message = first_message;
        service = *Service::start(loop.executor(), *directory, std::move(options), clock, log);
    }

    /// Runs `scenario` against a running centre, then shuts the centre down; fails after 30 s.
    void run(Task<> scenario)
    {
        if (!service) start();
        loop.run(run_and_shut_down(this, std::move(scenario)));
        service.reset();
    }

    /// A new code for a person, as the operator's command prints it while the centre runs.
    [[nodiscard]] std::string code_for(const std::string& name, int days = 7) const
    {
        const auto answer = invite({data, name, {}, days});
        EXPECT_TRUE(answer.has_value()) << answer.error().text;
        return answer->text.substr(answer->text.rfind('/') + 1);
    }

    [[nodiscard]] platform::ClientTls anonymous() const
    {
        const auto pem = DataDirectory::open(data)->authority_pem();
        return {platform::PinnedFingerprint{*platform::certificate_fingerprint(*pem)}, {}};
    }

    [[nodiscard]] Task<Result<HttpResponse>> post(std::string body) const
    {
        return platform::http_post(service->address(), "/enrol", "application/json", std::move(body), anonymous());
    }
    [[nodiscard]] static std::string enrolment_of(const std::string& code, const KeyPair& key,
                                                  const std::string& name = "laptop")
    {
        return boost::json::serialize(boost::json::value{
            {"code", code}, {"csr_pem", platform::make_signing_request(key)}, {"device_name", name}});
    }
    [[nodiscard]] Task<Result<Enrolled>> enrol(std::string person) const { return enrol_with(this, std::move(person)); }

    [[nodiscard]] Task<Result<std::unique_ptr<MessageStream>>> connect(const Enrolled& device) const
    {
        return platform::connect_websocket(service->address(), "/sync", device.tls());
    }

    static Task<Result<void>> send(MessageStream* stream, sync::Message message)
    {
        platform::Compressor compressor;
        auto writing = stream->write(*platform::pack_message(sync::encode_message(message), compressor));
        co_return co_await std::move(writing);
    }
    static Task<Result<sync::Message>> receive(MessageStream* stream)
    {
        platform::Decompressor decompressor;
        const auto frame = co_await stream->read();
        if (frame.has_error()) co_return frame.error();
        const auto message = platform::unpack_message(*frame, decompressor);
        if (message.has_error()) co_return message.error();
        co_return sync::decode_message(*message);
    }
    /// Says hello and gives the welcome.
    static Task<Result<sync::Welcome>> greet(MessageStream* stream, std::string program = "indaba 1.2.3")
    {
        sync::Hello hello;
        hello.program = std::move(program);
        auto sending = send(stream, hello);
        if (const auto sent = co_await std::move(sending); sent.has_error()) co_return sent.error();
        const auto answer = co_await receive(stream);
        if (answer.has_error()) co_return answer.error();
        if (const auto* welcome = std::get_if<sync::Welcome>(&*answer)) co_return *welcome;
        co_return shared::fail(Errc::malformed, "not a welcome");
    }

    [[nodiscard]] std::string log_text() const
    {
        std::fflush(log_file);
        return tests::content_of(home.file("log"));
    }

    tests::TemporaryDirectory home;
    std::string data;
    std::FILE* log_file = std::fopen(home.file("log").c_str(), "w");
    MovedClock clock;
    platform::Duration first_message = shared::limits::kFirstMessage;  ///< before start()
    platform::Log log{platform::LogLevel::debug, log_file};
    platform::EventLoop loop;
    std::unique_ptr<Service> service;

private:
    static Task<> run_and_shut_down(ServerTest* test, Task<> scenario)
    {
        auto racing = platform::race(std::move(scenario), 30s);
        const auto end = co_await std::move(racing);
        EXPECT_EQ(end, platform::RaceEnd::finished);
        co_await test->service->shut_down(1s);
    }

    static Task<Result<Enrolled>> enrol_with(const ServerTest* test, std::string person)
    {
        Enrolled device;
        auto posting = test->post(enrolment_of(test->code_for(person), device.key));
        const auto response = co_await std::move(posting);
        if (response.has_error()) co_return response.error();
        if (response->status != 200) co_return shared::fail(Errc::forbidden, response->body);
        const auto answer = boost::json::parse(response->body);
        device.certificate_pem = answer.at("certificate_pem").as_string().c_str();
        device.authority_pem = answer.at("ca_pem").as_string().c_str();
        const auto centre_key = shared::from_hex(answer.at("centre_public_key").as_string().c_str());
        std::ranges::copy(*centre_key, device.centre_key.bytes.begin());
        co_return device;
    }
};

}  // namespace indaba::server
