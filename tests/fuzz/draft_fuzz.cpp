// Lines of JSON that a script hands to `put --from`.
#include "client/drafts.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace indaba;

FUZZ(input)
{
    client::Draft defaults;
    defaults.type = "enterprise";
    const auto drafts = client::drafts_of_json_lines(shared::Catalogue::builtin(), shared::as_text(input), defaults);
    INDABA_CHECK(drafts.has_value() || !drafts.error().text.empty());
}
