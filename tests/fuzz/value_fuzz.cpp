// A cell's value: as bytes from a peer, and as a person types it. What is shown of a value reads back as that value.
#include "shared/value.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace indaba;

namespace {

void shows_and_reads_back(const shared::Value& value)
{
    if (value.kind() > shared::ValueKind::attachment) return;
    const auto again = shared::parse_value(value.kind(), value.display());
    INDABA_CHECK(again.has_value() && *again == value);
}

}  // namespace

FUZZ(input)
{
    const auto text = shared::as_text(input);
    if (const auto value = shared::Value::from_encoding(text); value.has_value()) {
        INDABA_CHECK(value->encoding() == text);
        shows_and_reads_back(*value);
    }
    for (auto kind = 1; kind <= int(shared::ValueKind::attachment); ++kind) {
        const auto value = shared::parse_value(shared::ValueKind(kind), text);
        if (value.has_value()) shows_and_reads_back(*value);
    }
}
