#include "tests/unit/platform_net_fixture.hpp"

#include <openssl/ssl.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace indaba::platform {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using shared::Errc;
using shared::Error;

// --- the client against the server ---

Task<> keep_response(Task<Result<HttpResponse>> sending, HttpResponse* response)
{
    auto answer = co_await std::move(sending);
    CO_ASSERT(answer.has_value());
    *response = std::move(*answer);
}

Task<> keep_error(Task<Result<HttpResponse>> sending, Error* error)
{
    const auto answer = co_await std::move(sending);
    CO_ASSERT(answer.has_error());
    *error = answer.error();
}

Task<> keep_stream_error(Task<Result<std::unique_ptr<MessageStream>>> opening, Error* error)
{
    const auto stream = co_await std::move(opening);
    CO_ASSERT(stream.has_error());
    *error = stream.error();
}

class HttpTest : public NetTest {
protected:
    HttpResponse response;
    Error error{};
};

TEST_F(HttpTest, AnswersWithoutADeviceCertificate)
{
    start();
    run(keep_response(http_post(address(), "/enrol?a=b", "application/json", "{}", enrolling()), &response));
    EXPECT_EQ(response.status, 200u);
    EXPECT_EQ(response.body, "POST /enrol?a=b 2\n");
    EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
    EXPECT_TRUE(events.empty());
}

TEST_F(HttpTest, FindsTheHostByName)
{
    start();
    run(keep_response(http_get({"localhost", address().port}, "/health", enrolled()), &response));
    EXPECT_EQ(response.body, "GET /health 0\n");
}

TEST_F(HttpTest, AWebSocketNeedsADeviceCertificate)
{
    start();
    run(keep_stream_error(connect_websocket(address(), "/sync", enrolling()), &error));
    EXPECT_EQ(error, shared::fail(Errc::forbidden, "this needs a device certificate: enrol first"));
    EXPECT_TRUE(reported("without a device certificate"));
}

TEST_F(HttpTest, AWebSocketElsewhereIsNotThere)
{
    start();
    run(keep_stream_error(connect_websocket(address(), "/elsewhere", enrolled()), &error));
    EXPECT_EQ(error.code, Errc::malformed);
    EXPECT_NE(error.text.find("404"), std::string::npos) << error.text;
}

TEST_F(HttpTest, ABodyOverTheLimitIsRefused)
{
    start();
    run(keep_response(http_post(address(), "/", "text/plain", std::string(16 * 1024 + 1, 'x'), enrolling()),
                      &response));
    EXPECT_EQ(response.status, 413u);
}

TEST_F(HttpTest, ABodyOfExactlyTheLimitPasses)
{
    start();
    run(keep_response(http_post(address(), "/", "text/plain", std::string(16 * 1024, 'x'), enrolling()), &response));
    EXPECT_EQ(response.body, "POST / 16384\n");
}

TEST_F(HttpTest, AHeaderOverTheLimitIsRefused)
{
    start();
    run(keep_response(http_get(address(), "/" + std::string(9'000, 'x'), enrolling()), &response));
    EXPECT_EQ(response.status, 413u);
}

Task<HttpResponse> fail_on_request(HttpRequest)
{
    throw std::runtime_error("no such table");
    co_return HttpResponse();
}

TEST_F(HttpTest, AHandlerThatThrowsIsReportedAndTheServerGoesOn)
{
    options.on_request = &fail_on_request;
    start();
    step(keep_response(http_get(address(), "/", enrolling()), &response));
    EXPECT_EQ(response.status, 500u);
    EXPECT_EQ(response.body.find("table"), std::string::npos);
    EXPECT_TRUE(reported("no such table"));
    run(keep_response(http_get(address(), "/", enrolling()), &response));
    EXPECT_EQ(response.status, 500u);
}

Task<HttpResponse> answer_tomorrow(HttpRequest)
{
    (void)co_await wait_for(24h);
    (void)co_await wait_for(1ms);  // a cancelled task gets no further than this
    co_return text_response(200, "good morning");
}

TEST_F(HttpTest, AHandlerThatIsTooSlowIsCancelled)
{
    options.on_request = &answer_tomorrow;
    options.limits.answer = 20ms;
    start();
    run(keep_response(http_get(address(), "/", enrolling()), &response));
    EXPECT_EQ(response.status, 503u);
}

TEST_F(HttpTest, AServerThatIsTooSlowIsGivenUp)
{
    options.on_request = &answer_tomorrow;
    start();
    ConnectDeadlines deadlines;
    deadlines.answer = 20ms;
    step(keep_error(http_get(address(), "/", enrolling(), deadlines), &error));
    EXPECT_EQ(error.code, Errc::timed_out);
    run(do_nothing());
}

TEST_F(HttpTest, NobodyThereIsUnreachable)
{
    start();
    const auto gone = address();
    run(do_nothing());  // and shut down
    step(keep_error(http_get(gone, "/", enrolling()), &error));
    EXPECT_EQ(error.code, Errc::unreachable);
    EXPECT_EQ(error.text.find("no connection to " + gone.text()), 0u) << error.text;
}

TEST_F(HttpTest, AnUnknownNameIsUnreachable)
{
    step(keep_error(http_get({"no-such-host.invalid", 443}, "/", enrolling()), &error));
    EXPECT_EQ(error.code, Errc::unreachable);
    EXPECT_EQ(error.text.find("no connection to no-such-host.invalid:443"), 0u) << error.text;
}

TEST_F(HttpTest, ATakenPortIsBusy)
{
    start();
    auto again = options;
    again.listen = address();
    EXPECT_EQ(HttpServer::listen(loop.executor(), again).error().code, Errc::busy);
    again.listen.host = "not an address";
    EXPECT_EQ(HttpServer::listen(loop.executor(), again).error().code, Errc::usage);
    run(do_nothing());
}

// --- who is trusted ---

TEST_F(HttpTest, AnotherAuthoritysFingerprintIsRefused)
{
    const Organisation other;
    start();
    run(keep_error(http_get(address(), "/", {PinnedFingerprint{other.fingerprint()}, {}}), &error));
    EXPECT_EQ(error.code, Errc::untrusted);
    EXPECT_NE(error.text.find("another authority"), std::string::npos) << error.text;
    EXPECT_TRUE(reported("does not trust this centre's certificate"));
}

TEST_F(HttpTest, AnotherAuthorityIsRefused)
{
    const Organisation other;
    start();
    run(keep_error(http_get(address(), "/", {PinnedAuthority{other.authority_pem()}, {}}), &error));
    EXPECT_EQ(error.code, Errc::untrusted);
}

TEST_F(HttpTest, AFingerprintOfTheLeafIsNotEnough)
{
    start();
    const auto leaf = *certificate_fingerprint(options.tls.identity.certificate_chain_pem);
    run(keep_error(http_get(address(), "/", {PinnedFingerprint{leaf}, {}}), &error));
    EXPECT_EQ(error.code, Errc::untrusted);
}

TEST_F(HttpTest, AnotherNameIsRefused)
{
    options.tls.identity = organisation.server({"centre.example", "10.1.2.3"});
    start();
    step(keep_error(http_get(address(), "/", enrolled()), &error));
    EXPECT_EQ(error.code, Errc::untrusted);
    EXPECT_NE(error.text.find("another name"), std::string::npos) << error.text;
    run(keep_error(http_get({"localhost", address().port}, "/", enrolling()), &error));
    EXPECT_EQ(error.code, Errc::untrusted);
    EXPECT_NE(error.text.find("another name"), std::string::npos) << error.text;
}

TEST_F(HttpTest, ADeviceCertificateIsNoServerCertificate)
{
    options.tls.identity = organisation.device(KeyPair::generate());
    start();
    run(keep_error(http_get(address(), "/", enrolled()), &error));
    EXPECT_EQ(error.code, Errc::untrusted);
}

TEST_F(HttpTest, AForeignDeviceCertificateIsRefused)
{
    const Organisation other;
    start();
    const ClientTls foreign{PinnedAuthority{organisation.authority_pem()}, other.device(device_key)};
    run(keep_stream_error(connect_websocket(address(), "/sync", foreign), &error));
    EXPECT_EQ(error.code, Errc::untrusted);
    EXPECT_NE(error.text.find("refused this device's certificate"), std::string::npos) << error.text;
    EXPECT_TRUE(reported("refused a certificate that this organisation did not issue"));
}

TEST_F(HttpTest, AKeyThatIsNotTheCertificatesIsFoundAtOnce)
{
    auto identity = organisation.device(device_key);
    identity.private_key_pem = KeyPair::generate().to_pem();
    EXPECT_EQ(make_tls_context(ClientTls{PinnedAuthority{organisation.authority_pem()}, identity}).error().code,
              Errc::untrusted);
    identity.private_key_pem = "rubbish";
    EXPECT_EQ(make_tls_context(ClientTls{PinnedAuthority{organisation.authority_pem()}, identity}).error().code,
              Errc::malformed);
    EXPECT_EQ(make_tls_context(ClientTls{PinnedAuthority{"rubbish"}, {}}).error().code, Errc::malformed);
}

// --- clients of other makes ---

Task<std::string> talk_plainly(Address address, std::string text)
{
    tcp::socket socket(co_await asio::this_coro::executor);
    co_await socket.async_connect({asio::ip::make_address(address.host), address.port}, asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
    std::string answer;
    error_code end;
    co_await asio::async_read(socket, asio::dynamic_buffer(answer), asio::redirect_error(asio::use_awaitable, end));
    co_return answer;
}

Task<> expect_plain(Address address, std::string text, std::string* answer)
{
    *answer = co_await talk_plainly(std::move(address), std::move(text));
}

TEST_F(HttpTest, PlainHttpIsToldSo)
{
    start();
    std::string answer;
    run(expect_plain(address(), "GET / HTTP/1.1\r\nHost: here\r\n\r\n", &answer));
    EXPECT_EQ(answer.find("HTTP/1.1 400 Bad Request\r\n"), 0u) << answer;
    EXPECT_NE(answer.find("\r\n\r\nthis port speaks HTTPS only\n"), std::string::npos) << answer;
    EXPECT_TRUE(reported("refused plain HTTP"));
}

TEST_F(HttpTest, RubbishIsRefused)
{
    start();
    std::string answer;
    run(expect_plain(address(), std::string("\x01\x02\x03rubbish that is not TLS at all", 34), &answer));
    EXPECT_EQ(events.size(), 1u);
    EXPECT_EQ(server->connections(), 0u);
}

/// What a client of another make says after the handshake, and what it hears until the end.
Task<> talk_tls(Address address, int version, std::string text, error_code* handshake, std::string* answer)
{
    asio::ssl::context context(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context.native_handle(), version);
    SSL_CTX_set_max_proto_version(context.native_handle(), version);
    asio::ssl::stream<tcp::socket> stream(co_await asio::this_coro::executor, context);
    co_await stream.next_layer().async_connect({asio::ip::make_address(address.host), address.port},
                                               asio::use_awaitable);
    co_await stream.async_handshake(asio::ssl::stream_base::client,
                                    asio::redirect_error(asio::use_awaitable, *handshake));
    if (*handshake) co_return;
    co_await asio::async_write(stream, asio::buffer(text), asio::use_awaitable);
    error_code end;
    co_await asio::async_read(stream, asio::dynamic_buffer(*answer), asio::redirect_error(asio::use_awaitable, end));
}

TEST_F(HttpTest, OldTlsIsRefused)
{
    start();
    error_code handshake;
    std::string answer;
    run(talk_tls(address(), TLS1_2_VERSION, "", &handshake, &answer));
    EXPECT_TRUE(handshake);
    EXPECT_NE(handshake.message().find("protocol version"), std::string::npos) << handshake.message();
    EXPECT_TRUE(reported("not TLS 1.3"));
}

TEST_F(HttpTest, OneConnectionTakesSeveralRequests)
{
    start();
    error_code handshake;
    std::string answer;
    run(talk_tls(address(), TLS1_3_VERSION,
                 "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
                 "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
                 "GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                 &handshake, &answer));
    const auto a = answer.find("GET /a 0\n");
    const auto b = answer.find("POST /b 3\n");
    const auto c = answer.find("GET /c 0\n");
    EXPECT_TRUE(a < b && b < c && c != std::string::npos) << answer;
}

TEST_F(HttpTest, WhatIsNotHttpIsToldSo)
{
    start();
    error_code handshake;
    std::string answer;
    run(talk_tls(address(), TLS1_3_VERSION, "\x01\x02 this is not HTTP\r\n\r\n", &handshake, &answer));
    EXPECT_EQ(answer.find("HTTP/1.1 400"), 0u) << answer;
}

TEST_F(HttpTest, ASlowHeaderIsCutOff)
{
    options.limits.header = 30ms;
    start();
    error_code handshake;
    std::string answer;
    run(talk_tls(address(), TLS1_3_VERSION, "GET / HTT", &handshake, &answer));
    EXPECT_EQ(answer, "");
    EXPECT_TRUE(reported("too slowly"));
}

TEST_F(HttpTest, ASlowBodyIsCutOff)
{
    options.limits.body = 30ms;
    start();
    error_code handshake;
    std::string answer;
    run(talk_tls(address(), TLS1_3_VERSION, "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n12345", &handshake, &answer));
    EXPECT_EQ(answer, "");
    EXPECT_TRUE(reported("too slowly"));
}

TEST_F(HttpTest, AnIdleConnectionIsEnded)
{
    options.limits.idle = 30ms;
    start();
    error_code handshake;
    std::string answer;
    run(talk_tls(address(), TLS1_3_VERSION, "", &handshake, &answer));
    EXPECT_FALSE(handshake);
    EXPECT_EQ(answer, "");
}

TEST_F(HttpTest, ASlowHandshakeIsCutOff)
{
    options.limits.handshake = 30ms;
    start();
    std::string answer;
    run(expect_plain(address(), "\x16\x03\x01", &answer));  // a TLS record begins, and no more
    EXPECT_EQ(answer, "");
    EXPECT_TRUE(reported("too slow in the TLS handshake"));
}

/// Connects and says nothing.
Task<> be_silent(Address address, std::shared_ptr<tcp::socket> socket)
{
    co_await socket->async_connect({asio::ip::make_address(address.host), address.port}, asio::use_awaitable);
}

/// Waits until the server hangs up.
Task<> hear_the_end(std::shared_ptr<tcp::socket> socket)
{
    char byte = 0;
    error_code end;
    co_await socket->async_read_some(asio::buffer(&byte, 1), asio::redirect_error(asio::use_awaitable, end));
    EXPECT_TRUE(end);
}

struct Crowd {
    Result<HttpResponse> answer;
    bool device_came_in = false;
};

Task<> crowd_in(HttpServer* server, int count, ClientTls enrolling, Task<Result<std::unique_ptr<MessageStream>>> device,
                Crowd* seen)
{
    std::vector<std::shared_ptr<tcp::socket>> crowd;
    for (int i = 0; i < count; ++i) {
        crowd.push_back(std::make_shared<tcp::socket>(co_await asio::this_coro::executor));
        co_await be_silent(server->address(), crowd.back());
    }
    seen->answer = co_await http_get(server->address(), "/", enrolling);
    seen->device_came_in = (co_await std::move(device)).has_value();
    co_await hear_the_end(crowd.front());
}

TEST_F(HttpTest, ACrowdWithoutCertificatesShutsNobodyOut)
{
    options.limits.repeated_events = 1h;
    start();
    Crowd seen;
    run(crowd_in(server.get(), 300, enrolling(), open(), &seen));
    EXPECT_TRUE(seen.answer.has_value());
    EXPECT_TRUE(seen.device_came_in);
    ASSERT_EQ(events.size(), 2u) << "the first is told at once, the others as a count";
    EXPECT_EQ(events[0], "cut a connection without a certificate: too many of them");
    EXPECT_TRUE(events[1].starts_with(events[0] + " (23")) << events[1] << ": all of 300 but 64, and about one";
}

TEST(Address, ReadsWhatItWrites)
{
    EXPECT_EQ(*Address::parse("centre.example:8443"), (Address{"centre.example", 8443}));
    EXPECT_EQ(*Address::parse("[::1]:443"), (Address{"::1", 443}));
    EXPECT_EQ(Address::parse("[::1]:443")->text(), "[::1]:443");
    for (const auto* wrong :
         {"", ":", "a", "a:", ":1", "a:x", "a:1x", "a:65536", "a:-1", "::1:443", "[]:1", "a b:1", "a/b:1"})
        EXPECT_EQ(Address::parse(wrong).error().code, Errc::usage) << wrong;
}

}  // namespace

}  // namespace indaba::platform
