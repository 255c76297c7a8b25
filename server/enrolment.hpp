// Makes a device a person's: checks its one-time code in the transaction that uses it up, signs its key, writes it
// down. Asked again by the same device with the same code it answers the same, so that an answer lost on the way is no
// harm. On the store thread alone.
#pragma once

#include "platform/certificates.hpp"
#include "server/registry.hpp"
#include "server/wrong_codes.hpp"

#include <string>
#include <vector>

namespace indaba::server {

struct EnrolmentRequest {
    std::string code;
    std::string signing_request_pem;
    std::string device_name;
    std::string person = {};  ///< whose it is already, as it knows; empty for one that is new
};

struct EnrolmentAnswer {
    std::string certificate_pem;
    std::string person;
    DeviceId device;
};

/// malformed or usage: one line says what is wrong with it.
[[nodiscard]] Result<EnrolmentRequest> parse_enrolment(const std::string& json);

class Enrolment {
public:
    struct Ports {
        Registry& registry;
        platform::Database& database;
        shared::Clock& clock;
        shared::Digest& digest;
        platform::CertificateAuthority authority;
    };
    explicit Enrolment(Ports ports) : ports_(std::move(ports)) {}

    // Errors, all in words for the person who enrols:
    //   busy       too many wrong codes lately: wait
    //   malformed  the request's key or code is not one
    //   forbidden  the code is unknown, used or expired, or the device is somebody else's or revoked. A device that
    //              says whose it is becomes nobody else's, so that what waits on it is stored as that person's
    /// `host`: where the request came from; `steady_ms`: of a clock that does not run backwards.
    [[nodiscard]] Result<EnrolmentAnswer> enrol(const EnrolmentRequest& request, const std::string& host,
                                                std::int64_t steady_ms);

private:
    [[nodiscard]] Result<StoredInvitation> invitation_of(const std::string& code, const DeviceId& device);
    [[nodiscard]] Result<EnrolmentAnswer> use(const EnrolmentRequest& request, const StoredInvitation& invitation,
                                              const DeviceId& device, Transaction& transaction);

    Ports ports_;
    WrongCodes wrong_codes_;
};

}  // namespace indaba::server
