// Enrolled devices at a running centre: sessions, roles that change under them, revocation, strangers, the end.
#include "tests/unit/server_fixture.hpp"

namespace indaba::server {

namespace {

using testing::HasSubstr;

std::vector<std::string> names_of(const std::vector<sync::Replica::Grant>& grants)
{
    std::vector<std::string> names;
    for (const auto& grant : grants) names.push_back(grant.space + "=" + grant.role);
    return names;
}

}  // namespace

class ServerSessions : public ServerTest {
protected:
    using Stream = std::shared_ptr<MessageStream>;

    /// A new device of that person with an open, greeted session; null after a failure.
    static Task<Stream> visit(ServerSessions* test, std::string person, Enrolled* device)
    {
        auto enrolling = test->enrol(std::move(person));
        auto enrolled = co_await std::move(enrolling);
        EXPECT_TRUE(enrolled.has_value());
        if (enrolled.has_error()) co_return nullptr;
        *device = std::move(*enrolled);
        auto connecting = test->connect(*device);
        auto stream = co_await std::move(connecting);
        EXPECT_TRUE(stream.has_value());
        if (stream.has_error()) co_return nullptr;
        co_return Stream(std::move(*stream));
    }

    /// Reads until the end and gives the line that the last Bye said.
    static Task<std::string> read_goodbye(Stream stream)
    {
        std::string said;
        while (true) {
            const auto message = co_await receive(stream.get());
            if (message.has_error()) co_return said;
            if (const auto* bye = std::get_if<sync::Bye>(&*message)) said = bye->text;
        }
    }

    static Task<> welcomes_with_grants(ServerSessions* test)
    {
        Enrolled device;
        auto visiting = visit(test, "Bo Li", &device);
        const auto stream = co_await std::move(visiting);
        CO_ASSERT(stream);
        const auto welcome = co_await greet(stream.get());
        CO_ASSERT(welcome.has_value());
        EXPECT_THAT(names_of(welcome->grants), testing::ElementsAre("brazil=editor", "forum=viewer"));
        EXPECT_EQ(welcome->grants[1].title, "Trade forum");

        auto asking = platform::http_get(test->service->address(), "/health", test->anonymous());
        const auto health = co_await std::move(asking);
        CO_ASSERT(health.has_value());
        EXPECT_THAT(health->body, HasSubstr("\"sessions\":1"));
        auto closing = stream->close(platform::CloseReason::finished);
        co_await std::move(closing);
        const auto devices = list_devices(test->data);
        CO_ASSERT(devices.has_value());
        EXPECT_THAT(devices->text, HasSubstr("last contact"));
        EXPECT_THAT(devices->text, HasSubstr("indaba 1.2.3"));
    }

    static Task<> shows_no_program_that_would_forge_a_line(ServerSessions* test)
    {
        Enrolled device;
        auto visiting = visit(test, "Bo Li", &device);
        const auto stream = co_await std::move(visiting);
        CO_ASSERT(stream);
        for (const auto& program : test->forged) {
            auto connecting = test->connect(device);
            const auto opened = co_await std::move(connecting);
            CO_ASSERT(opened.has_value());
            auto greeting = greet(opened->get(), program);
            CO_ASSERT((co_await std::move(greeting)).has_value());
            auto closing = (*opened)->close(platform::CloseReason::finished);
            co_await std::move(closing);
            // Answered by the store thread, so after the contact was written down.
            auto asking = platform::http_get(test->service->address(), "/health", test->anonymous());
            CO_ASSERT((co_await std::move(asking)).has_value());
            const auto devices = list_devices(test->data);
            CO_ASSERT(devices.has_value());
            EXPECT_THAT(devices->text, HasSubstr("last contact"));
            EXPECT_EQ(std::ranges::count(devices->text, '\n'), 0);
            EXPECT_EQ(devices->text.find('\x1b'), std::string::npos);
            EXPECT_EQ(devices->json.at(0).at("program"), "") << devices->text;
        }
    }
    const std::vector<std::string> forged{"indaba\n0123456789ab  Ana Silva", "\x1b[2Jindaba", "indaba \xc3",
                                          std::string(255, 'a') + "é", "\xe2\x80\xaeindaba"};

    static Task<> tells_of_new_roles(ServerSessions* test)
    {
        Enrolled device;
        auto visiting = visit(test, "Ana Silva", &device);
        const auto stream = co_await std::move(visiting);
        CO_ASSERT(stream);
        CO_ASSERT((co_await greet(stream.get())).has_value());
        CO_ASSERT(add_person({test->data, "Ana Silva", {"brazil=viewer"}}).has_value());
        const auto message = co_await receive(stream.get());
        CO_ASSERT(message.has_value());
        const auto* grants = std::get_if<sync::Grants>(&*message);
        CO_ASSERT(grants != nullptr);
        EXPECT_THAT(names_of(grants->grants), testing::ElementsAre("brazil=viewer", "forum=editor"));
    }

    static Task<> shows_a_revoked_device_out(ServerSessions* test)
    {
        Enrolled device;
        auto visiting = visit(test, "Ana Silva", &device);
        const auto stream = co_await std::move(visiting);
        CO_ASSERT(stream);
        CO_ASSERT((co_await greet(stream.get())).has_value());
        CO_ASSERT(revoke_device({test->data, shared::to_hex(device.id().hash.bytes)}).has_value());
        const auto said = co_await read_goodbye(stream);
        EXPECT_THAT(said, HasSubstr("revoked"));

        auto connecting = test->connect(device);
        const auto again = co_await std::move(connecting);
        CO_ASSERT(again.has_value());
        const auto refused = co_await (*again)->read();
        CO_ASSERT(refused.has_error());
        EXPECT_EQ(refused.error().code, Errc::forbidden);
        EXPECT_THAT(refused.error().text, HasSubstr("revoked"));
    }

    static Task<> turns_away_who_was_signed_but_never_enrolled(ServerSessions* test)
    {
        const auto authority = DataDirectory::open(test->data)->authority();
        CO_ASSERT(authority.has_value());
        Enrolled device;
        device.authority_pem = authority->certificate_pem();
        device.certificate_pem =
            *authority->sign_device(platform::make_signing_request(device.key), test->clock.now_ms());
        auto connecting = test->connect(device);
        const auto stream = co_await std::move(connecting);
        CO_ASSERT(stream.has_value());
        const auto refused = co_await (*stream)->read();
        CO_ASSERT(refused.has_error());
        EXPECT_EQ(refused.error().code, Errc::forbidden);
        EXPECT_THAT(refused.error().text, HasSubstr("not enrolled"));
    }

    static Task<> refuses_another_organisations_certificate(ServerSessions* test)
    {
        const auto now_ms = test->clock.now_ms();
        const auto foreign = platform::CertificateAuthority::make("elsewhere", KeyPair::generate(), now_ms);
        Enrolled device;
        device.authority_pem = *DataDirectory::open(test->data)->authority_pem();
        device.certificate_pem = *foreign->sign_device(platform::make_signing_request(device.key), now_ms);
        auto connecting = test->connect(device);
        const auto stream = co_await std::move(connecting);
        CO_ASSERT(stream.has_error());
        EXPECT_EQ(stream.error().code, Errc::untrusted) << stream.error().text;
    }

    static Task<> needs_a_certificate(ServerSessions* test)
    {
        auto connecting = platform::connect_websocket(test->service->address(), "/sync", test->anonymous());
        const auto stream = co_await std::move(connecting);
        CO_ASSERT(stream.has_error());
        EXPECT_EQ(stream.error().code, Errc::forbidden);
    }

    static Task<> talk_nonsense(ServerSessions* test, Bytes frame)
    {
        Enrolled device;
        auto visiting = visit(test, "Ana Silva", &device);
        const auto stream = co_await std::move(visiting);
        CO_ASSERT(stream);
        auto writing = stream->write(std::move(frame));
        CO_ASSERT((co_await std::move(writing)).has_value());
        (void)co_await read_goodbye(stream);
    }
    static Task<> ends_a_session_that_talks_nonsense(ServerSessions* test)
    {
        const std::vector<Bytes> frames{{}, {0}, {9, 9}, {0, 1, 2, 3}, {1, 255, 255, 255, 255, 0}, Bytes(300, 7)};
        for (const auto& frame : frames) {
            auto talking = talk_nonsense(test, frame);
            co_await std::move(talking);
        }
        Enrolled device;
        auto visiting = visit(test, "Ana Silva", &device);
        const auto stream = co_await std::move(visiting);
        CO_ASSERT(stream);
        EXPECT_TRUE((co_await greet(stream.get())).has_value()) << "others go on";
    }

    static Task<> says_goodbye_when_it_ends(ServerSessions* test)
    {
        std::vector<Stream> streams;
        std::vector<Enrolled> devices(3);
        for (auto& device : devices) {
            auto visiting = visit(test, "Ana Silva", &device);
            streams.push_back(co_await std::move(visiting));
            CO_ASSERT(streams.back());
            CO_ASSERT((co_await greet(streams.back().get())).has_value());
        }
        auto said = std::make_shared<std::vector<std::string>>();
        platform::TaskGroup reading(test->loop.executor());
        for (const auto& stream : streams) reading.spawn(note_goodbye(stream, said));
        const auto begun = std::chrono::steady_clock::now();
        auto ending = test->service->shut_down(5s);
        co_await std::move(ending);
        (void)co_await reading.wait();
        EXPECT_LT(std::chrono::steady_clock::now() - begun, 4s) << "nobody had to be cut";
        EXPECT_THAT(*said, testing::Each(HasSubstr("centre is closing")));
        EXPECT_EQ(said->size(), 3u);
    }
    static Task<> note_goodbye(Stream stream, std::shared_ptr<std::vector<std::string>> said)
    {
        auto reading = read_goodbye(std::move(stream));
        said->push_back(co_await std::move(reading));
    }

    static Task<> ends_who_never_says_hello(ServerSessions* test)
    {
        Enrolled device;
        auto visiting = visit(test, "Ana Silva", &device);
        const auto stream = co_await std::move(visiting);
        CO_ASSERT(stream);
        EXPECT_TRUE((co_await stream->read()).has_error()) << "reading, the stream answers pings";
    }

    static Task<> one_device_with_many_sessions_shuts_nobody_out(ServerSessions* test)
    {
        Enrolled device;
        auto visiting = visit(test, "Ana Silva", &device);
        std::vector<Stream> streams;
        streams.push_back(co_await std::move(visiting));
        CO_ASSERT(streams[0]);
        for (int i = 0; i < 40; ++i) {
            auto connecting = test->connect(device);
            auto opened = co_await std::move(connecting);
            CO_ASSERT(opened.has_value());
            streams.emplace_back(std::move(*opened));
        }
        EXPECT_TRUE((co_await streams[0]->read()).has_error());
        EXPECT_TRUE((co_await greet(streams.back().get())).has_value());
        Enrolled other;
        auto coming = visit(test, "Bo Li", &other);
        const auto stream = co_await std::move(coming);
        CO_ASSERT(stream);
        EXPECT_TRUE((co_await greet(stream.get())).has_value());
        auto asking = platform::http_get(test->service->address(), "/health", test->anonymous());
        const auto health = co_await std::move(asking);
        CO_ASSERT(health.has_value());
        const auto sessions = boost::json::parse(health->body).at("sessions").to_number<std::size_t>();
        EXPECT_LE(sessions, shared::limits::kConnectionsPerDevice + 1);
    }

    static Task<> cuts_who_does_not_listen(ServerSessions* test)
    {
        Enrolled device;
        auto visiting = visit(test, "Ana Silva", &device);
        const auto stream = co_await std::move(visiting);
        CO_ASSERT(stream);
        CO_ASSERT((co_await greet(stream.get())).has_value());
        const auto begun = std::chrono::steady_clock::now();
        auto ending = test->service->shut_down(1s);
        co_await std::move(ending);
        EXPECT_LT(std::chrono::steady_clock::now() - begun, 4s);
    }
};

TEST_F(ServerSessions, welcomes_with_grants) { run(welcomes_with_grants(this)); }
TEST_F(ServerSessions, shows_no_program_that_would_forge_a_line)
{
    run(shows_no_program_that_would_forge_a_line(this));
}
TEST_F(ServerSessions, tells_of_new_roles) { run(tells_of_new_roles(this)); }
TEST_F(ServerSessions, shows_a_revoked_device_out) { run(shows_a_revoked_device_out(this)); }
TEST_F(ServerSessions, turns_away_who_was_signed_but_never_enrolled)
{
    run(turns_away_who_was_signed_but_never_enrolled(this));
}
TEST_F(ServerSessions, refuses_another_organisations_certificate)
{
    run(refuses_another_organisations_certificate(this));
}
TEST_F(ServerSessions, needs_a_certificate) { run(needs_a_certificate(this)); }
TEST_F(ServerSessions, ends_a_session_that_talks_nonsense) { run(ends_a_session_that_talks_nonsense(this)); }
TEST_F(ServerSessions, says_goodbye_when_it_ends) { run(says_goodbye_when_it_ends(this)); }
TEST_F(ServerSessions, ends_who_never_says_hello)
{
    first_message = 50ms;
    run(ends_who_never_says_hello(this));
    EXPECT_THAT(log_text(), HasSubstr("by=deadline"));
}
TEST_F(ServerSessions, one_device_with_many_sessions_shuts_nobody_out)
{
    run(one_device_with_many_sessions_shuts_nobody_out(this));
}
TEST(ServerConnections, are_as_many_as_there_are_descriptors_for)
{
    platform::ConnectionLimits fitted;
    fit_connections(fitted, 1'048'576);
    EXPECT_EQ(fitted.device_connections, 4'096u);
    EXPECT_EQ(fitted.anonymous_connections, 256u);
    EXPECT_EQ(fitted.anonymous_per_network, 64u);
    EXPECT_EQ(fitted.arrivals, 512u);
    for (const std::size_t descriptors : {16u, 200u, 1'024u, 4'927u}) {
        fit_connections(fitted, descriptors);
        const auto all = fitted.device_connections + fitted.anonymous_connections + fitted.arrivals;
        EXPECT_LE(all, std::max<std::size_t>(descriptors, 128) - 64);
        EXPECT_GT(fitted.device_connections, fitted.anonymous_connections);
        EXPECT_GT(fitted.anonymous_per_network, 0u);
    }
}
TEST_F(ServerSessions, cuts_who_does_not_listen) { run(cuts_who_does_not_listen(this)); }

}  // namespace indaba::server
