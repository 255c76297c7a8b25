// Messages and batches that hold more than anybody may send are refused, whole or where they are read.
#include "shared/limits.hpp"
#include "sync/batch.hpp"
#include "sync/messages.hpp"
#include "tests/model/whole.hpp"

#include <gmock/gmock.h>

namespace indaba::sync {
namespace {

namespace limits = shared::limits;
using testing::HasSubstr;

TransactionName name(std::uint64_t number) { return {{1}, number, number}; }

Cell cell(const std::string& key, std::size_t leaves, const Value& value = Value::boolean(true))
{
    Cell made{key, {}, {}, 1};
    for (std::uint64_t i = 1; i <= leaves; ++i) made.leaves.push_back({name(i), {i}, value, {}});
    return made;
}

FeedRecord record(std::vector<Cell> cells)
{
    FeedRecord made{{}, "enterprise", 1, false, {}, false};
    for (auto& each : cells) made.cells.at(each.key) = each;
    return made;
}

FeedRecord of_cells(std::size_t count, const Value& value = Value::boolean(true))
{
    FeedRecord made{{}, "enterprise", 1, false, {}, false};
    for (std::size_t i = 0; i < count; ++i) {
        const auto key = "x" + std::to_string(10'000 + i);
        made.cells.at(key) = cell(key, 1, value);
    }
    return made;
}

FeedRecord that_names(std::size_t count)
{
    auto made = record({cell("city", 1)});
    auto& unknown = made.cells.at("city").unknown;
    for (std::uint64_t i = 0; i < count; ++i) unknown.push_back(name(10 + i));
    return made;
}

/// Why a device takes no batch that brings this; empty if it does.
std::string why_not_batched(const FeedRecord& record)
{
    FeedBatch batch;
    batch.space = "forum";
    batch.to = 1;
    batch.rulings = {{1, name(1), 1, Verdict::accepted, {}, 1}};
    batch.records = {record};
    const auto decoded = tests::model::decode_batch(encode_batch(batch));
    return decoded.has_error() ? decoded.error().text : "";
}

/// The same of an answer in a comparison.
std::string why_not_fetched(const FeedRecord& record)
{
    Fetched fetched;
    fetched.space = "forum";
    fetched.records = {record};
    const auto decoded = decode_message(encode_message(fetched));
    return decoded.has_error() ? decoded.error().text : "";
}

TEST(ARecordThatArrives, HoldsOnlySoManyCells)
{
    EXPECT_EQ(why_not_batched(of_cells(limits::kCells)), "");
    EXPECT_THAT(why_not_batched(of_cells(limits::kCells + 1)), HasSubstr("too many cells"));
    EXPECT_EQ(why_not_fetched(of_cells(limits::kCells)), "");
    EXPECT_THAT(why_not_fetched(of_cells(limits::kCells + 1)), HasSubstr("too many cells"));
}

TEST(ARecordThatArrives, HoldsOnlySoManyLeavesInACell)
{
    EXPECT_EQ(why_not_batched(record({cell("city", limits::kLeaves)})), "");
    EXPECT_THAT(why_not_batched(record({cell("city", limits::kLeaves + 1)})), HasSubstr("too many leaves"));
    EXPECT_EQ(why_not_fetched(record({cell("city", limits::kLeaves)})), "");
    EXPECT_THAT(why_not_fetched(record({cell("city", limits::kLeaves + 1)})), HasSubstr("cells do not hold"));
}

TEST(ARecordThatArrives, AwaitsOnlySoMuch)
{
    EXPECT_EQ(why_not_batched(that_names(limits::kBases)), "");
    EXPECT_THAT(why_not_batched(that_names(limits::kBases + 1)), HasSubstr("names too much"));
}

TEST(ARecordThatArrives, IsNoLargerThanTheCentreTakes)
{
    const auto longest = Value::text(std::string(limits::kValue_bytes, 'x'));
    EXPECT_EQ(why_not_batched(of_cells(63, longest)), "");
    EXPECT_THAT(why_not_batched(of_cells(65, longest)), HasSubstr("over 4 MiB"));
}

TEST(ABatchThatArrives, CannotMakeManyJournalsOfWhatItsNamesHaveUsedUp)
{
    constexpr std::size_t kJournals = 1'000;
    constexpr std::size_t kInput_bytes = 20'000;
    const auto why_not = [](std::size_t names) {
        shared::BinaryOutput out;
        out(std::string("forum"), std::uint8_t(0), std::uint8_t(0), std::uint8_t(0), false);
        out(std::vector<std::uint64_t>(kJournals, 7));
        out.put_compact(names);
        out.put_compact(0);
        auto bytes = out.take();
        bytes.resize(kInput_bytes);
        return BatchReader::open(bytes).error().text;
    };
    // 24 bytes are counted for a name and 8 for a journal, twice: all that is left when the names have theirs.
    const auto left = limits::decoded_bytes(kInput_bytes) - 8 * kJournals;
    EXPECT_THAT(why_not(left / 24 - 100), HasSubstr("would grow too large"));
    EXPECT_THAT(why_not(left / 24 - 500), testing::Not(HasSubstr("would grow too large")));
}

TEST(AMessage, OfMoreThanItsMostBytesIsNotLookedInto)
{
    EXPECT_EQ(decode_message(shared::Bytes(limits::kMessage_bytes + 1, 0xff)).error().code, shared::Errc::too_large);
    EXPECT_EQ(decode_message(shared::Bytes(limits::kMessage_bytes, 0xff)).error().code, shared::Errc::unsupported);
}

}  // namespace
}  // namespace indaba::sync
