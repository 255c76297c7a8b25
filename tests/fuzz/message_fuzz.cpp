// What either side of a session says to the other. What is accepted and sent on stays the same
// for ever, feed batches among it.
#include "sync/messages.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/shapes.hpp"

using namespace indaba;

CHANGED_BY(tests::fuzz::signed_anew<tests::fuzz::changed_message>)

FUZZ(input)
{
    const auto message = sync::decode_message(input);
    if (message.has_error()) return;
    const auto again = sync::encode_message(*message);
    const auto decoded = sync::decode_message(again);
    INDABA_CHECK(decoded.has_value() && sync::encode_message(*decoded) == again);
}
