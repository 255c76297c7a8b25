// What a device says it wrote. Whatever is accepted encodes back to the same bytes, or two of them would have one hash.
#include "shared/transaction.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/shapes.hpp"

#include <algorithm>

using namespace indaba;

CHANGED_BY(tests::fuzz::changed_transaction)

FUZZ(input)
{
    const auto transaction = shared::decode_transaction(input);
    if (transaction.has_error()) return;
    const auto again = shared::encode_transaction(*transaction);
    INDABA_CHECK(again.has_value() && std::ranges::equal(*again, input));
}
