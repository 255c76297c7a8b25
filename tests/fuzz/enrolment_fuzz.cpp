// What a device that nobody knows yet posts to the centre, and the code that a person typed.
#include "platform/certificates.hpp"
#include "server/enrolment.hpp"
#include "server/invitation.hpp"
#include "tests/fuzz/allocation.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace indaba;

FUZZ(input)
{
    const std::string text(shared::as_text(input));
    const auto request =
        tests::fuzz::within_bound(input, [&](shared::ByteView) { return server::parse_enrolment(text); });
    if (request.has_value()) (void)platform::signing_request_key(request->signing_request_pem);
    const auto code = server::normal_code(text);
    INDABA_CHECK(code.has_error() || server::normal_code(*code) == *code);
}
