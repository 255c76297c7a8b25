#include "client/enrolment.hpp"

#include "platform/async_loop.hpp"
#include "platform/certificates.hpp"
#include "platform/files.hpp"
#include "platform/http_client.hpp"
#include "shared/bounded_json.hpp"

#include <fmt/format.h>
#include <boost/asio/ip/host_name.hpp>
#include <boost/json.hpp>

#include <algorithm>

namespace indaba::client {

namespace json = boost::json;
using shared::Errc;
using shared::fail;

namespace {

constexpr std::string_view kScheme = "indaba:";
constexpr const char* kTarget = "/enrol";
constexpr std::size_t kDeviceName_bytes = 60;

std::string_view trimmed(std::string_view text)
{
    constexpr const char* kSpace = " \t\r\n";
    const auto first = text.find_first_not_of(kSpace);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// The machine's name, told apart from its other homes by the key.
std::string usual_device_name(const platform::KeyPair& key)
{
    boost::system::error_code failed;
    auto name = boost::asio::ip::host_name(failed);
    if (failed || name.empty() || !shared::is_utf8(name)) name = "device";
    name.resize(std::min(name.size(), kDeviceName_bytes));
    return name + "-" + shared::to_hex(platform::device_id(key.public_key()).hash.bytes).substr(0, 6);
}

std::string one_line(std::string_view text)
{
    return std::string(trimmed(text.substr(0, std::min(text.find('\n'), text.size()))));
}

shared::Error refusal_of(const platform::HttpResponse& response)
{
    auto text = one_line(response.body);
    const bool readable = !text.empty() && text.size() <= 300 && shared::is_utf8(text);
    if (!readable) text = fmt::format("the centre answered with status {}", response.status);
    if (response.status == 429 || response.status == 503) return fail(Errc::busy, text);
    if (response.status >= 500) return fail(Errc::io, text);
    if (response.status == 400) return fail(Errc::usage, text);
    return fail(Errc::forbidden, text);
}

Result<std::string> member(const json::object& object, const char* name)
{
    const auto* value = object.if_contains(name);
    if (value == nullptr || !value->is_string())
        return fail(Errc::malformed,
                    fmt::format("the centre's answer has no {}: is it a centre of this version?", name));
    return std::string(value->get_string());
}

Result<Enrolment> enrolment_of(const std::string& body, const Invitation& invitation, const platform::KeyPair& key)
{
    const auto parsed = shared::BoundedJson::parse(body);
    if (parsed.has_error() || !parsed->value().is_object())
        return fail(Errc::malformed, "this is not how a centre answers: check the address");
    const auto& object = parsed->value().get_object();
    Enrolment enrolment;
    enrolment.server = invitation.server;
    INDABA_ASSIGN(enrolment.certificate_pem, member(object, "certificate_pem"));
    INDABA_ASSIGN(enrolment.authority_pem, member(object, "ca_pem"));
    INDABA_ASSIGN(enrolment.person, member(object, "person"));
    INDABA_ASSIGN(const auto hex, member(object, "centre_public_key"));
    INDABA_ASSIGN(const auto centre_key, shared::from_hex(hex));
    if (centre_key.size() != enrolment.centre_key.bytes.size())
        return fail(Errc::malformed, "the centre's key has a wrong size");
    std::ranges::copy(centre_key, enrolment.centre_key.bytes.begin());
    INDABA_ASSIGN(const auto fingerprint, platform::certificate_fingerprint(enrolment.authority_pem));
    if (fingerprint != invitation.authority)
        return fail(
            Errc::untrusted,
            "the centre sent another organisation's certificate than the invitation names: ask who invited you");
    INDABA_ASSIGN(const auto certified, platform::certificate_key(enrolment.certificate_pem));
    if (certified != key.public_key())
        return fail(Errc::untrusted, "the centre certified another key than this device's");
    return enrolment;
}

platform::Task<Result<platform::HttpResponse>> post(Invitation invitation, std::string body)
{
    const platform::ClientTls tls{platform::PinnedFingerprint{invitation.authority}, std::nullopt, false};
    co_return co_await platform::http_post(invitation.server, kTarget, "application/json", std::move(body), tls);
}

Result<platform::HttpResponse> ask(const Invitation& invitation, const std::string& body, std::stop_token stop)
{
    platform::EventLoop loop;
    const std::stop_callback cut(stop, [&loop] { loop.post([&loop] { loop.stop(); }); });
    return loop.run_for_result(post(invitation, body));
}

/// What the centre answers to this key; `person`: whose it is already, if anybody's.
Result<Enrolment> spend(const Invitation& invitation, const platform::KeyPair& key, std::string device_name,
                        const std::string& person, std::stop_token stop)
{
    json::object request{
        {"code", invitation.code}, {"csr_pem", platform::make_signing_request(key)}, {"device_name", device_name}};
    if (!person.empty()) request["person"] = person;
    INDABA_ASSIGN(const auto response, ask(invitation, json::serialize(request), std::move(stop)));
    if (response.status != 200) return refusal_of(response);
    INDABA_ASSIGN(auto enrolment, enrolment_of(response.body, invitation, key));
    enrolment.device_name = std::move(device_name);
    return enrolment;
}

Result<Home> enrol_again(const std::string& directory, const Invitation& invitation, std::string device_name,
                         std::stop_token stop, const AskPassphrase& passphrase)
{
    INDABA_ASSIGN(const auto known, Home::enrolment_of(directory));
    const auto authority = platform::certificate_fingerprint(known.authority_pem);
    if (authority.has_error() || *authority != invitation.authority)
        return fail(Errc::usage,
                    fmt::format("{} is enrolled already, as a device of {} at another centre, {}: enrol with another "
                                "--home",
                                directory, known.person, known.server.text()));
    INDABA_ASSIGN(auto home, Home::open(directory, passphrase));
    if (device_name.empty()) device_name = known.device_name;
    INDABA_ASSIGN(auto enrolment, spend(invitation, home.key(), std::move(device_name), known.person, std::move(stop)));
    if (enrolment.centre_key != known.centre_key)
        return fail(Errc::untrusted, "the centre signs with another key than this home knows: tell the operator");
    INDABA_TRY(home.renew(std::move(enrolment)));
    return home;
}

}  // namespace

Result<Invitation> Invitation::parse(std::string_view text)
{
    const auto wrong =
        fail(Errc::usage, "this is no invitation: it looks like indaba:HOST:PORT/FINGERPRINT/CODE, on one line");
    text = trimmed(text);
    if (!text.starts_with(kScheme)) return wrong;
    text.remove_prefix(kScheme.size());
    const auto first = text.find('/');
    const auto second = text.find('/', first == text.npos ? first : first + 1);
    if (second == text.npos) return wrong;
    Invitation invitation;
    auto server = platform::Address::parse(text.substr(0, first));
    auto fingerprint = shared::from_hex(text.substr(first + 1, second - first - 1));
    if (server.has_error() || fingerprint.has_error() || fingerprint->size() != invitation.authority.bytes.size())
        return wrong;
    invitation.server = std::move(*server);
    std::ranges::copy(*fingerprint, invitation.authority.bytes.begin());
    invitation.code = text.substr(second + 1);
    if (invitation.code.empty() || invitation.code.find('/') != std::string::npos) return wrong;
    return invitation;
}

Result<Home> enrol(const std::string& directory, const Invitation& invitation, std::string device_name,
                   std::stop_token stop, const AskPassphrase& ask_passphrase)
{
    INDABA_TRY(of_the_disk(platform::make_private_directory(directory)));
    INDABA_ASSIGN(const auto lock, of_the_disk(platform::FileLock::try_take(directory + "/enrol.lock")));
    if (Home::is_enrolled(directory))
        return enrol_again(directory, invitation, std::move(device_name), std::move(stop), ask_passphrase);
    AskPassphrase passphrase;
    platform::Secret chosen;
    if (ask_passphrase) {
        INDABA_ASSIGN(chosen, ask_passphrase());  // once, for all that follows
        passphrase = [&] { return Result<platform::Secret>(platform::Secret(chosen.bytes())); };
    }
    INDABA_ASSIGN(const auto key, Home::prepare(directory, passphrase));
    if (device_name.empty()) device_name = usual_device_name(key);
    INDABA_ASSIGN(const auto enrolment, spend(invitation, key, std::move(device_name), {}, std::move(stop)));
    return Home::create(directory, key, enrolment, passphrase);
}

}  // namespace indaba::client
