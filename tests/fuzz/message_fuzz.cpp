// What either side of a session says to the other. What is accepted and sent on stays the same
// for ever, feed batches among it.
#include "sync/messages.hpp"
#include "tests/fuzz/allocation.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/shapes.hpp"
#include "tests/model/whole.hpp"

using namespace indaba;

namespace {

/// Piece by piece, as a device does.
bool read_batch(shared::ByteView bytes)
{
    auto batch = sync::BatchReader::open(bytes);
    if (batch.has_error()) return false;
    auto rulings = batch->rulings();
    for (sync::Ruling ruling; rulings.next(ruling);) INDABA_CHECK(ruling.number <= batch->head().to);
    for (sync::FeedRecord record;;) {
        const auto more = batch->next_record(record);
        if (more.has_error()) return false;
        if (!*more) return true;
        const auto cells = batch->read_cells([](sync::Cell&&) {}, [](sync::Leaf&&) {});
        if (cells.has_error()) return false;
    }
}

}  // namespace

CHANGED_BY(tests::fuzz::signed_anew<tests::fuzz::changed_message>)

FUZZ(input)
{
    const auto message =
        tests::fuzz::within_bound(input, [](shared::ByteView bytes) { return sync::decode_message(bytes); });
    if (message.has_error()) return;
    const auto again = sync::encode_message(*message);
    const auto decoded_again = sync::decode_message(again);
    INDABA_CHECK(decoded_again.has_value() && sync::encode_message(*decoded_again) == again);
    const auto* batch = std::get_if<sync::Batch>(&*message);
    if (batch == nullptr || !tests::fuzz::within_bound(batch->encoded, read_batch)) return;
    const auto bytes = sync::encode_batch(tests::model::decode_batch(batch->encoded).value());
    const auto decoded = tests::model::decode_batch(bytes);
    INDABA_CHECK(decoded.has_value() && sync::encode_batch(*decoded) == bytes);
}
