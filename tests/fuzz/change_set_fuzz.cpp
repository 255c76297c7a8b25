// A change set from anywhere. Its digest believes every signature, so that what lies behind that check is reached too.
#include "shared/journal.hpp"
#include "tests/fuzz/allocation.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/shapes.hpp"

#include <algorithm>

using namespace indaba;

CHANGED_BY(tests::fuzz::signed_anew<tests::fuzz::changed_change_set>)

FUZZ(input)
{
    tests::fuzz::TrustingDigest digest;
    const auto opened = tests::fuzz::within_bound(
        input, [&](shared::ByteView bytes) { return shared::open_change_set(bytes, digest); });
    if (opened.has_error()) return;
    INDABA_CHECK(opened->hashes.size() == opened->set.entries.size());
    INDABA_CHECK(std::ranges::equal(shared::encode_change_set(opened->set), input));
}
