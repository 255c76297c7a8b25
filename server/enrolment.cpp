#include "server/enrolment.hpp"

#include "server/invitation.hpp"
#include "server/names.hpp"
#include "shared/bounded_json.hpp"
#include "shared/limits.hpp"

namespace indaba::server {

namespace {

using shared::Errc;
using shared::fail;

Result<std::string> text_of(const boost::json::object& object, std::string_view key)
{
    const auto* value = object.if_contains(key);
    const auto* text = value != nullptr ? value->if_string() : nullptr;
    if (text == nullptr)
        return fail(Errc::malformed, "an enrolment has the texts code, csr_pem and device_name: '" + std::string(key) +
                                         "' is missing or not a text");
    return std::string(text->data(), text->size());
}

}  // namespace

Result<EnrolmentRequest> parse_enrolment(const std::string& json)
{
    const auto parsed = shared::BoundedJson::parse(json);
    if (parsed.has_error() || !parsed->value().is_object())
        return fail(Errc::malformed, "an enrolment is a JSON object in UTF-8");
    const auto& value = parsed->value();
    EnrolmentRequest request;
    INDABA_ASSIGN(request.code, text_of(value.get_object(), "code"));
    INDABA_ASSIGN(request.signing_request_pem, text_of(value.get_object(), "csr_pem"));
    INDABA_ASSIGN(request.device_name, text_of(value.get_object(), "device_name"));
    if (value.get_object().contains("person")) {
        INDABA_ASSIGN(request.person, text_of(value.get_object(), "person"));
    }
    INDABA_TRY(check_name(request.device_name, "a device's name"));
    if (request.signing_request_pem.size() > platform::kMaxPemBytes)
        return fail(Errc::too_large, "the signing request is too long");
    return request;
}

Result<EnrolmentAnswer> Enrolment::enrol(const EnrolmentRequest& request, const std::string& host,
                                         std::int64_t steady_ms)
{
    if (!wrong_codes_.may_try(host, steady_ms))
        return fail(Errc::busy, "too many wrong codes: wait ten minutes and try again");
    INDABA_ASSIGN(const auto key, platform::signing_request_key(request.signing_request_pem));
    const auto device = platform::device_id(key);
    auto writing = Transaction::write(ports_.database);
    if (writing.has_error() &&
        writing.error().code == Errc::busy)  // by an operator's command, and none of the device's
        return fail(Errc::timed_out, writing.error().text);
    INDABA_ASSIGN(auto transaction, std::move(writing));
    const auto invitation = invitation_of(request.code, device);
    if (invitation.has_error()) {
        if (invitation.error().code == Errc::forbidden || invitation.error().code == Errc::malformed)
            wrong_codes_.count(host, steady_ms);
        return invitation.error();
    }
    return use(request, *invitation, device, transaction);
}

Result<StoredInvitation> Enrolment::invitation_of(const std::string& typed, const DeviceId& device)
{
    INDABA_ASSIGN(const auto code, normal_code(typed));
    INDABA_ASSIGN(auto found, ports_.registry.find_invitation(ports_.digest.sha256(shared::as_bytes(code))));
    if (!found)
        return fail(Errc::forbidden, "this invitation is not known here: copy the whole line, or ask for a new one");
    if (found->used_ms != 0 && found->device != device)
        return fail(Errc::forbidden, "this invitation has been used: ask for a new one");
    if (found->expires_ms <= ports_.clock.now_ms())
        return fail(Errc::forbidden, "this invitation has expired: ask for a new one");
    return std::move(*found);
}

Result<EnrolmentAnswer> Enrolment::use(const EnrolmentRequest& request, const StoredInvitation& invitation,
                                       const DeviceId& id, Transaction& transaction)
{
    const auto now_ms = ports_.clock.now_ms();
    INDABA_ASSIGN(const bool revoked, ports_.registry.is_revoked(id));
    if (revoked) return fail(Errc::forbidden, "this device has been revoked: ask your operator");
    INDABA_ASSIGN(const auto known, ports_.registry.find_device(id));
    if (known && known->person != invitation.person)
        return fail(Errc::forbidden, "this device belongs to somebody else here: enrol with another --home");
    if (!request.person.empty() && request.person != invitation.person_name)
        return fail(Errc::forbidden,
                    "this invitation is for another person than this home: ask for one for its "
                    "person, or enrol with another --home");
    if (known && invitation.used_ms != 0) return EnrolmentAnswer{known->certificate_pem, invitation.person_name, id};
    INDABA_ASSIGN(auto certificate, ports_.authority.sign_device(request.signing_request_pem, now_ms));
    Device device;
    device.id = id;
    device.person = invitation.person;
    device.name = request.device_name;
    device.certificate_pem = certificate;
    device.enrolled_ms = now_ms;
    INDABA_TRY(ports_.registry.save_device(transaction, device));
    INDABA_TRY(ports_.registry.use_invitation(transaction, invitation.id, id, now_ms));
    INDABA_TRY(transaction.commit());
    return EnrolmentAnswer{std::move(certificate), invitation.person_name, id};
}

}  // namespace indaba::server
