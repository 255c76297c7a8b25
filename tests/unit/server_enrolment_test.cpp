// A centre's port as devices that are not enrolled see it: health, enrolment, and everything that is refused.
#include "tests/unit/server_fixture.hpp"

namespace indaba::server {

namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

/// One line, for a person.
bool is_line(const std::string& body)
{
    return body.size() > 1 && body.size() < 200 && body.find('\n') == body.size() - 1;
}

boost::json::object json_of(const HttpResponse& response) { return boost::json::parse(response.body).as_object(); }

std::string text_of(const boost::json::object& object, std::string_view key)
{
    return object.at(key).as_string().c_str();
}

}  // namespace

class ServerEnrolment : public ServerTest {
protected:
    static Task<> answers_health(ServerEnrolment* test)
    {
        auto asking = platform::http_get(test->service->address(), "/health?verbose", test->anonymous());
        const auto response = co_await std::move(asking);
        CO_ASSERT(response.has_value());
        EXPECT_EQ(response->status, 200u);
        const auto json = json_of(*response);
        EXPECT_EQ(text_of(json, "status"), "ok");
        EXPECT_EQ(text_of(json, "version"), "1.2.3");
        EXPECT_EQ(json.at("spaces").to_number<int>(), 2);
        EXPECT_EQ(json.at("sessions").to_number<int>(), 0);
        EXPECT_THAT(response->body, Not(HasSubstr("Ana")));
    }

    static Task<> has_nothing_else(ServerEnrolment* test)
    {
        for (const std::string target : {"/", "/healthy", "/enrol", "/sync", "/../etc/passwd", "/%00", "/health/"}) {
            auto asking = platform::http_get(test->service->address(), target, test->anonymous());
            const auto response = co_await std::move(asking);
            CO_ASSERT(response.has_value());
            EXPECT_EQ(response->status, 404u) << target;
            EXPECT_TRUE(is_line(response->body)) << target;
        }
        auto posting = platform::http_post(test->service->address(), "/health", "text/plain", "x", test->anonymous());
        const auto response = co_await std::move(posting);
        CO_ASSERT(response.has_value());
        EXPECT_EQ(response->status, 404u);
    }

    static Task<> enrols_once(ServerEnrolment* test)
    {
        const auto code = test->code_for("Ana Silva");
        const auto key = KeyPair::generate();
        auto posting = test->post(enrolment_of(code, key, "laptop"));
        const auto response = co_await std::move(posting);
        CO_ASSERT(response.has_value());
        CO_ASSERT(response->status == 200);
        const auto answer = json_of(*response);
        EXPECT_EQ(text_of(answer, "person"), "Ana Silva");
        EXPECT_EQ(text_of(answer, "device"), shared::to_hex(platform::device_id(key.public_key()).hash.bytes));
        EXPECT_EQ(answer.at("server_names"), (boost::json::value{"127.0.0.1", "localhost"}));
        EXPECT_EQ(text_of(answer, "centre_public_key").size(), 130u);
        const auto certificate = text_of(answer, "certificate_pem");
        EXPECT_EQ(*platform::certificate_key(certificate), key.public_key());

        auto again = test->post(enrolment_of(code, KeyPair::generate()));
        const auto refused = co_await std::move(again);
        CO_ASSERT(refused.has_value());
        EXPECT_EQ(refused->status, 403u);
        EXPECT_THAT(refused->body, HasSubstr("has been used"));

        // The answer was lost on the way, and the same device asks again.
        auto repeated = test->post(enrolment_of(code, key, "laptop"));
        const auto same = co_await std::move(repeated);
        CO_ASSERT(same.has_value());
        EXPECT_EQ(same->status, 200u);
        EXPECT_EQ(text_of(json_of(*same), "certificate_pem"), certificate);
    }

    static Task<> two_devices_race_for_one_code(ServerEnrolment* test)
    {
        const auto code = test->code_for("Ana Silva");
        auto statuses = std::make_shared<std::vector<unsigned>>();
        platform::TaskGroup group(test->loop.executor());
        for (int i = 0; i < 8; ++i) group.spawn(note_status(test, code, statuses));
        (void)co_await group.wait();
        std::ranges::sort(*statuses);
        EXPECT_THAT(*statuses, testing::ElementsAre(200, 403, 403, 403, 403, 403, 403, 403));
    }
    static Task<> note_status(ServerEnrolment* test, std::string code, std::shared_ptr<std::vector<unsigned>> statuses)
    {
        auto posting = test->post(enrolment_of(code, KeyPair::generate()));
        const auto response = co_await std::move(posting);
        statuses->push_back(response.has_value() ? response->status : 0);
    }

    static Task<> expired_is_refused(ServerEnrolment* test)
    {
        const auto code = test->code_for("Ana Silva", 2);
        test->clock.ahead_ms = std::int64_t(2) * 24 * 60 * 60 * 1000 + 60'000;
        auto posting = test->post(enrolment_of(code, KeyPair::generate()));
        const auto response = co_await std::move(posting);
        CO_ASSERT(response.has_value());
        EXPECT_EQ(response->status, 403u);
        EXPECT_THAT(response->body, HasSubstr("expired"));
        EXPECT_TRUE(is_line(response->body));
    }

    static Task<> wrong_codes_close_the_door(ServerEnrolment* test)
    {
        for (std::size_t i = 0; i < shared::limits::kWrongCodesPerAddress; ++i) {
            auto posting = test->post(enrolment_of("00000000000000000000000000", KeyPair::generate()));
            const auto response = co_await std::move(posting);
            CO_ASSERT(response.has_value());
            EXPECT_EQ(response->status, 403u);
        }
        auto posting = test->post(enrolment_of(test->code_for("Ana Silva"), KeyPair::generate()));
        const auto response = co_await std::move(posting);
        CO_ASSERT(response.has_value());
        EXPECT_EQ(response->status, 429u);
        EXPECT_TRUE(is_line(response->body));
    }

    static Task<> nonsense_gets_a_line(ServerEnrolment* test)
    {
        const auto key = KeyPair::generate();
        const std::string csr = platform::make_signing_request(key);
        const auto good = test->code_for("Ana Silva");
        const std::vector<std::string> bodies{
            "",
            "{",
            "[]",
            "null",
            "{}",
            std::string(3000, '['),
            R"({"code":1,"csr_pem":"x","device_name":"y"})",
            R"({"code":"x","csr_pem":"","device_name":"laptop"})",
            "{\"code\":\"\xff\",\"csr_pem\":\"x\",\"device_name\":\"y\"}",
            enrolment_of(good, key, ""),
            enrolment_of(good, key, "a\nb"),
            enrolment_of(good, key, std::string(1000, 'x')),
            enrolment_of("not a code", key),
            boost::json::serialize(boost::json::value{
                {"code", good}, {"csr_pem", csr.substr(0, csr.size() / 2)}, {"device_name", "laptop"}}),
        };
        for (const auto& body : bodies) {
            auto posting = test->post(body);
            const auto response = co_await std::move(posting);
            CO_ASSERT(response.has_value());
            EXPECT_EQ(response->status, 400u) << body.substr(0, 80) << response->body;
            EXPECT_TRUE(is_line(response->body)) << response->body;
        }
        auto huge = test->post(std::string(100'000, 'x'));
        const auto response = co_await std::move(huge);
        EXPECT_TRUE(response.has_error() || response->status == 413u);
        auto posting = test->post(enrolment_of(good, key));
        const auto still = co_await std::move(posting);
        CO_ASSERT(still.has_value());
        EXPECT_EQ(still->status, 200u) << "what was refused used the code up";
    }

    static Task<> a_device_has_one_owner(ServerEnrolment* test)
    {
        auto enrolling = test->enrol("Ana Silva");
        const auto device = co_await std::move(enrolling);
        CO_ASSERT(device.has_value());
        auto taking = test->post(enrolment_of(test->code_for("Bo Li"), device->key));
        const auto taken = co_await std::move(taking);
        CO_ASSERT(taken.has_value());
        EXPECT_EQ(taken->status, 403u);
        EXPECT_THAT(taken->body, HasSubstr("somebody else"));
        auto renewing = test->post(enrolment_of(test->code_for("Ana Silva"), device->key, "new name"));
        const auto renewed = co_await std::move(renewing);
        CO_ASSERT(renewed.has_value());
        EXPECT_EQ(renewed->status, 200u);
        const auto devices = list_devices(test->data);
        CO_ASSERT(devices.has_value());
        EXPECT_EQ(devices->json.as_array().size(), 1u);
        EXPECT_THAT(devices->text, HasSubstr("new name"));
    }

    static Task<> the_log_names_nobody(ServerEnrolment* test)
    {
        auto enrolling = test->enrol("Ana Silva");
        const auto device = co_await std::move(enrolling);
        CO_ASSERT(device.has_value());
        EXPECT_THAT(test->log_text(), HasSubstr("event=device_enrolled"));
        EXPECT_THAT(test->log_text(), HasSubstr(shared::to_hex(device->id().hash.bytes).substr(0, 12)));
        EXPECT_THAT(test->log_text(), Not(HasSubstr("Ana")));
        EXPECT_THAT(test->log_text(), Not(HasSubstr("laptop")));
    }
};

TEST_F(ServerEnrolment, answers_health) { run(answers_health(this)); }
TEST_F(ServerEnrolment, has_nothing_else) { run(has_nothing_else(this)); }
TEST_F(ServerEnrolment, enrols_once) { run(enrols_once(this)); }
TEST_F(ServerEnrolment, two_devices_race_for_one_code) { run(two_devices_race_for_one_code(this)); }
TEST_F(ServerEnrolment, expired_is_refused) { run(expired_is_refused(this)); }
TEST_F(ServerEnrolment, wrong_codes_close_the_door) { run(wrong_codes_close_the_door(this)); }
TEST_F(ServerEnrolment, nonsense_gets_a_line) { run(nonsense_gets_a_line(this)); }
TEST_F(ServerEnrolment, a_device_has_one_owner) { run(a_device_has_one_owner(this)); }
TEST_F(ServerEnrolment, the_log_names_nobody) { run(the_log_names_nobody(this)); }

}  // namespace indaba::server
