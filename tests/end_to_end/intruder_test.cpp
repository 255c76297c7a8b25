// Who does not belong gets no further than the door, and is told why in one clear line.
#include "platform/sqlite.hpp"
#include "server/data_directory.hpp"
#include "tests/end_to_end/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <fstream>
#include <memory>

namespace indaba::tests {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kSpace = "forum";

struct Free {
    void operator()(BIO* bio) const { ::BIO_free_all(bio); }
    void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
};

class Intruder : public testing::Test {
protected:
    Intruder()
    {
        for (const auto* its : {&centre, &other}) {
            its->operate({"space", "add", kSpace, "--kind", "event"});
            its->operate({"person", "add", "Amina", "--role", kSpace + "=editor"});
        }
        centre.start();
    }

    /// What a refusal looks like: one line that says what happened, and no home.
    static void expect_refused(const Ended& ended, const std::string& text)
    {
        EXPECT_NE(ended.code, 0);
        EXPECT_THAT(ended.err, StartsWith("indaba: "));
        EXPECT_THAT(ended.err, HasSubstr(text));
        EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    }

    [[nodiscard]] std::string port() const { return centre.address().substr(centre.address().rfind(':')); }

    TemporaryDirectory directory;
    TemporaryDirectory elsewhere;
    Centre centre{directory};
    Centre other{elsewhere};
    Device amina{directory, "tablet"};
    Device thief{directory, "thief"};
};

TEST_F(Intruder, an_invitation_is_good_once)
{
    const auto invitation = centre.operate({"invite", "Amina"});
    (void)amina.done({"enrol", invitation});
    const auto again = thief.run({"enrol", invitation});
    expect_refused(again, "has been used");
    EXPECT_EQ(again.code, 3);
    EXPECT_THAT(thief.run({"status"}).err, HasSubstr("not enrolled"));
    thief.enrol(centre, "Amina");
}

TEST_F(Intruder, an_invitation_expires)
{
    const auto invitation = centre.operate({"invite", "Amina"});
    {
        const auto store = server::DataDirectory::open(centre.data())->open_store();
        ASSERT_TRUE(
            (*store)->database().execute("UPDATE registry_invitation SET expires_ms = made_ms - 1").has_value());
    }
    expect_refused(thief.run({"enrol", invitation}), "has expired");
}

TEST_F(Intruder, an_invitation_that_was_changed_is_none)
{
    auto invitation = centre.operate({"invite", "Amina"});
    invitation.back() = invitation.back() == '0' ? '1' : '0';
    expect_refused(thief.run({"enrol", invitation}), "not known");
    EXPECT_EQ(thief.run({"enrol", "hello"}).code, 2);
}

TEST_F(Intruder, a_home_is_enrolled_at_one_centre)
{
    amina.enrol(centre, "Amina");
    other.start();
    const auto before = content_of(amina.home() + "/enrolment.json");
    const auto second = amina.run({"enrol", other.operate({"invite", "Amina"})});
    EXPECT_EQ(second.code, 2);
    expect_refused(second, "enrolled already, as a device of Amina at another centre");
    EXPECT_EQ(content_of(amina.home() + "/enrolment.json"), before);
}

TEST_F(Intruder, a_certificate_that_is_over_is_renewed_by_another_invitation)
{
    amina.enrol(centre, "Amina");
    (void)amina.json({"sync"});
    amina.done({"put", "enterprise", "name=A"});
    {
        const auto authority = server::DataDirectory::open(centre.data())->authority();
        const auto key = platform::KeyPair::from_pem(content_of(amina.home() + "/device.key"));
        constexpr std::int64_t kLongAgo_ms = 1'000'000'000'000;
        auto enrolment = boost::json::parse(content_of(amina.home() + "/enrolment.json")).as_object();
        enrolment["certificate"] = authority->sign_device(platform::make_signing_request(*key), kLongAgo_ms).value();
        std::ofstream(amina.home() + "/enrolment.json") << boost::json::serialize(enrolment);
    }
    expect_refused(amina.run({"sync"}), "certificate: ask the operator for an invitation, then run `indaba enrol");
    EXPECT_THAT(amina.done({"enrol", centre.operate({"invite", "Amina"})}), HasSubstr("Enrolled again as Amina"));
    EXPECT_EQ(number_at(amina.json({"sync"}), "accepted"), 1);
    EXPECT_EQ(boost::json::parse(centre.operate({"device", "list", "--json"})).as_array().size(), 1u);
}

TEST_F(Intruder, somebody_else_at_the_address_gets_no_code)
{
    auto invitation = centre.operate({"invite", "Amina"});
    const auto fingerprint = invitation.find('/') + 1;
    invitation[fingerprint] = invitation[fingerprint] == '0' ? '1' : '0';
    expect_refused(thief.run({"enrol", invitation}), "certificate");
}

TEST_F(Intruder, a_device_does_not_talk_to_another_centre_at_its_address)
{
    amina.enrol(centre, "Amina");
    (void)amina.json({"sync"});
    amina.done({"put", "enterprise", "name=A"});
    centre.stop();
    other.start_at(centre.address());
    const auto ended = amina.run({"sync"});
    EXPECT_EQ(ended.code, 1);
    expect_refused(ended, "certificate");
    EXPECT_EQ(number_at(amina.json({"status"}), "only_here"), 1);
    other.stop();
}

TEST_F(Intruder, a_device_of_another_organisation_is_refused)
{
    other.start();
    thief.enrol(other, "Amina");
    amina.enrol(centre, "Amina");
    // It knows everything about this centre that is public, and shows its own certificate.
    auto mine = boost::json::parse(content_of(amina.home() + "/enrolment.json")).as_object();
    const auto theirs = boost::json::parse(content_of(thief.home() + "/enrolment.json")).as_object();
    mine["certificate"] = theirs.at("certificate");
    std::ofstream(thief.home() + "/enrolment.json") << boost::json::serialize(mine);
    const auto ended = thief.run({"sync"});
    EXPECT_NE(ended.code, 0);
    expect_refused(ended, "certificate");
}

TEST_F(Intruder, a_revoked_device_is_told_so)
{
    amina.enrol(centre, "Amina");
    (void)amina.json({"sync"});
    const auto devices = centre.operate({"device", "list"});
    centre.operate({"device", "revoke", devices.substr(0, devices.find(' '))});
    expect_refused(amina.run({"sync"}), "revoked");
}

TEST_F(Intruder, a_revoked_person_is_cut_off_at_once_and_has_no_way_back)
{
    amina.enrol(centre, "Amina");
    (void)amina.json({"sync"});
    const auto invitation = centre.operate({"invite", "Amina"});
    const auto watching = amina.begin({"sync", "--watch", "--json"});
    ASSERT_TRUE(watching->wait_for_output("\"up_to_date\":true"));
    const auto revoked = boost::json::parse(centre.operate({"person", "revoke", "Amina", "--json"}));
    EXPECT_EQ(number_at(revoked, "devices"), 1);
    EXPECT_EQ(number_at(revoked, "invitations"), 1);
    EXPECT_TRUE(watching->wait_for_end(std::chrono::seconds(10)));
    expect_refused(watching->finish(), "revoked");
    expect_refused(amina.run({"sync"}), "revoked");
    Device second(directory, "second");
    EXPECT_NE(second.run({"enrol", invitation}).code, 0);
    EXPECT_THAT(centre.operate({"person", "revoke", "Amina"}), testing::HasSubstr("unchanged"));
    EXPECT_EQ(centre.try_operate({"person", "revoke", "Nobody"}).code, 2);
}

/// What the centre answers to these bytes on a bare connection.
std::string plain_answer(const std::string& address, const std::string& request)
{
    const std::unique_ptr<BIO, Free> bio(::BIO_new_connect(address.c_str()));
    EXPECT_EQ(::BIO_do_connect(bio.get()), 1);
    EXPECT_EQ(::BIO_write(bio.get(), request.data(), int(request.size())), int(request.size()));
    std::string answer;
    std::array<char, 4096> buffer{};
    for (int size = 1; size > 0;) {
        size = ::BIO_read(bio.get(), buffer.data(), int(buffer.size()));
        if (size > 0) answer.append(buffer.data(), std::size_t(size));
    }
    return answer;
}

TEST_F(Intruder, plain_http_gets_nothing_but_a_clear_line)
{
    const auto answer = plain_answer(centre.address(), "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400"));
    EXPECT_THAT(answer, HasSubstr("HTTPS only"));
    EXPECT_THAT(answer, Not(HasSubstr("status")));
}

/// The reason why a handshake with at most this version failed; empty if it did not.
std::string handshake_failure(const std::string& address, int most_version)
{
    const std::unique_ptr<SSL_CTX, Free> context(::SSL_CTX_new(::TLS_client_method()));
    ::SSL_CTX_set_max_proto_version(context.get(), most_version);
    const std::unique_ptr<BIO, Free> bio(::BIO_new_ssl_connect(context.get()));
    ::BIO_set_conn_hostname(bio.get(), address.c_str());
    ::ERR_clear_error();
    if (::BIO_do_handshake(bio.get()) == 1) return {};
    return ::ERR_reason_error_string(::ERR_peek_last_error());
}

TEST_F(Intruder, tls_1_2_is_refused_by_name)
{
    EXPECT_EQ(handshake_failure(centre.address(), TLS1_3_VERSION), "");
    EXPECT_THAT(handshake_failure(centre.address(), TLS1_2_VERSION), HasSubstr("protocol version"));
}

}  // namespace
}  // namespace indaba::tests
