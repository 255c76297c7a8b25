// One page of a damaged database, and a row of it. The first two bytes say whether it is the first page and what its
// cipher keeps at its end.
#include "platform/loose_page.hpp"
#include "tests/fuzz/allocation.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace indaba;

namespace {

/// How many values were read.
std::size_t read_row(shared::ByteView record)
{
    const auto values = platform::loose_values(record);
    if (!values) return 0;
    std::size_t content_bytes = 0;
    for (const auto& value : *values) {
        if (const auto* text = std::get_if<std::string>(&value)) content_bytes += text->size();
        if (const auto* blob = std::get_if<shared::Bytes>(&value)) content_bytes += blob->size();
    }
    INDABA_CHECK(content_bytes + values->size() < record.size() || values->empty());
    return values->size();
}

std::size_t read_page(const platform::LoosePage& page)
{
    std::size_t values = page.children().size();
    INDABA_CHECK(values <= page.bytes().size());
    for (std::size_t i = 0; i < page.cells(); ++i) {
        const auto cell = page.cell(i);
        if (!cell) continue;
        INDABA_CHECK(cell->local.size() <= cell->size_bytes);
        INDABA_CHECK(cell->local.data() >= page.bytes().data() &&
                     cell->local.data() + cell->local.size() <= page.bytes().data() + page.bytes().size());
        values += read_row(cell->local);
    }
    return values;
}

}  // namespace

FUZZ(input)
{
    (void)tests::fuzz::within_bound(input, read_row);
    if (input.size() < 2) return;
    (void)tests::fuzz::within_bound(input.subspan(2), [&](shared::ByteView bytes) {
        const auto kept = std::min<std::size_t>(input[1], bytes.size());
        return read_page({1u + input[0] % 2, {bytes.begin(), bytes.end()}, bytes.size() - kept});
    });
}
