// What a device says it wrote. Whatever is accepted encodes back to the same bytes, or two of them would have one hash.
#include "shared/transaction_view.hpp"
#include "tests/fuzz/allocation.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/shapes.hpp"
#include "tests/model/whole.hpp"

#include <algorithm>

using namespace indaba;

CHANGED_BY(tests::fuzz::changed_transaction)

FUZZ(input)
{
    const auto view = tests::fuzz::within_bound(input, [](shared::ByteView payload) {
        auto opened = shared::TransactionView::open(payload);
        for (std::size_t i = 0; opened.has_value() && i < opened->size(); ++i)
            for (const auto& write : opened->writes(i)) INDABA_CHECK(opened->id(i) == opened->id(write.record));
        return opened;
    });
    if (view.has_error()) return;
    const auto again = shared::encode_transaction(tests::model::whole(*view));
    INDABA_CHECK(again.has_value() && std::ranges::equal(*again, input));
}
