// A centre on loopback with keys and certificates of its own, and devices that know it. One thread runs both ends.
#pragma once

#include "platform/async_loop.hpp"
#include "platform/certificates.hpp"
#include "platform/http_client.hpp"
#include "platform/http_server.hpp"
#include "platform/system.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// ASSERT_… returns, which a coroutine cannot.
#define CO_ASSERT(condition)             \
    do {                                 \
        if (!(condition)) {              \
            ADD_FAILURE() << #condition; \
            co_return;                   \
        }                                \
    } while (false)

namespace indaba::platform {

using namespace std::chrono_literals;

class Organisation {
public:
    Organisation()
        : now_ms_(SystemClock().now_ms()),
          authority_(*CertificateAuthority::make("Forum", KeyPair::generate(), now_ms_))
    {
    }

    [[nodiscard]] std::string authority_pem() const { return authority_.certificate_pem(); }
    [[nodiscard]] shared::Hash fingerprint() const { return *certificate_fingerprint(authority_.certificate_pem()); }

    [[nodiscard]] Identity server(const std::vector<std::string>& hosts) const
    {
        const auto key = KeyPair::generate();
        return {*authority_.sign_server(hosts, key.public_key(), now_ms_) + authority_.certificate_pem(), key.to_pem()};
    }
    [[nodiscard]] Identity device(const KeyPair& key) const
    {
        return {*authority_.sign_device(make_signing_request(key), now_ms_), key.to_pem()};
    }

private:
    std::int64_t now_ms_;
    CertificateAuthority authority_;
};

/// Echoes messages until the device closes or the stream ends.
inline Task<> echo(std::unique_ptr<MessageStream> stream)
{
    for (;;) {
        auto message = co_await stream->read();
        if (message.has_error()) co_return;
        if ((co_await stream->write(std::move(*message))).has_error()) co_return;
    }
}

inline Task<> do_nothing() { co_return; }

inline Task<HttpResponse> say_hello(HttpRequest request)
{
    co_return text_response(200, request.method + " " + request.target + " " + std::to_string(request.body.size()));
}

class NetTest : public testing::Test {
protected:
    /// Change `options` before start().
    NetTest()
    {
        options.listen = {"127.0.0.1", 0};
        options.tls = {organisation.server({"127.0.0.1", "localhost"}), organisation.authority_pem()};
        options.on_request = &say_hello;
        options.on_stream = &echo;
        options.on_event = [this](const ConnectionEvent& event) { events.push_back(event.text); };
    }

    void start() { server = *HttpServer::listen(loop.executor(), options); }

    /// Runs `scenario`, then shuts the server down; fails if anything of it is left after 20 s.
    void run(Task<> scenario) { loop.run(run_and_shut_down(this, std::move(scenario))); }

    /// Runs `scenario` alone; the server stays up.
    void step(Task<> scenario) { loop.run(run_and_stop(this, std::move(scenario))); }

    [[nodiscard]] Address address() const { return server->address(); }
    [[nodiscard]] ClientTls enrolling() const { return {PinnedFingerprint{organisation.fingerprint()}, {}}; }
    [[nodiscard]] ClientTls enrolled() const
    {
        return {PinnedAuthority{organisation.authority_pem()}, organisation.device(device_key)};
    }
    [[nodiscard]] Task<Result<std::unique_ptr<MessageStream>>> open(MessageLimits limits = {}) const
    {
        return connect_websocket(address(), "/sync", enrolled(), limits);
    }
    [[nodiscard]] bool reported(std::string_view part) const
    {
        for (const auto& event : events)
            if (event.find(part) != event.npos) return true;
        return false;
    }

    Organisation organisation;
    KeyPair device_key = KeyPair::generate();
    EventLoop loop;
    HttpServerOptions options;
    std::vector<std::string> events;
    std::unique_ptr<HttpServer> server;

private:
    static Task<> run_and_stop(NetTest* test, Task<> scenario)
    {
        EXPECT_EQ(co_await race(std::move(scenario), 20s), RaceEnd::finished);
        test->loop.stop();
    }

    static Task<> run_and_shut_down(NetTest* test, Task<> scenario)
    {
        EXPECT_EQ(co_await race(std::move(scenario), 20s), RaceEnd::finished);
        if (test->server) co_await test->server->shutdown(200ms);
    }
};

inline Bytes bytes_of(std::size_t size)
{
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = std::uint8_t(i * 31 + i / 251);
    return bytes;
}

}  // namespace indaba::platform
