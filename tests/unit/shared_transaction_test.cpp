// What may be written in one transaction, and which payloads are none.
#include "shared/archive.hpp"
#include "shared/transaction.hpp"
#include "shared/transaction_view.hpp"

#include <gmock/gmock.h>

namespace indaba::shared {
namespace {

RecordId record_id(std::uint32_t number)
{
    RecordId id;
    id.bytes[0] = std::uint8_t(number >> 8);
    id.bytes[1] = std::uint8_t(number);
    return id;
}

std::vector<TransactionName> bases(std::size_t count)
{
    std::vector<TransactionName> names;
    for (std::uint64_t i = 0; i < count; ++i) names.push_back({{7}, i, i});
    return names;
}

/// So many records, each with one value that replaces so many others.
Transaction transaction(std::uint32_t records, std::size_t replaced = 0, const std::string& value = "A")
{
    Transaction made;
    for (std::uint32_t i = 0; i < records; ++i) {
        made.records.push_back({record_id(i), "enterprise"});
        made.writes.push_back({i, "name", Value::text(value), bases(replaced)});
    }
    return made;
}

TEST(Transaction, IsRefusedToItsAuthorOverALimitAndReadBelowIt)
{
    const auto fits = [](const Transaction& made) {
        const auto encoded = encode_transaction(made);
        if (encoded.has_error()) EXPECT_EQ(encoded.error().code, Errc::too_large);
        else EXPECT_TRUE(TransactionView::open(*encoded).has_value());
        return encoded.has_value();
    };
    EXPECT_TRUE(fits(transaction(limits::kRecordsPerTransaction)));
    EXPECT_FALSE(fits(transaction(limits::kRecordsPerTransaction + 1)));
    EXPECT_TRUE(fits(transaction(1, limits::kBases)));
    EXPECT_FALSE(fits(transaction(1, limits::kBases + 1)));
    EXPECT_TRUE(fits(transaction(16, limits::kBases)));
    EXPECT_FALSE(fits(transaction(17, limits::kBases)));
    const std::string longest(limits::kValue_bytes, 'x');
    EXPECT_TRUE(fits(transaction(63, 0, longest)));
    EXPECT_FALSE(fits(transaction(65, 0, longest)));
}

/// A payload as somebody makes it who keeps to no rule: the layout is described in transaction.cpp.
class Payload {
public:
    struct Write {
        std::uint32_t key;
        std::size_t bases = 0;
    };
    struct Record {
        RecordId id;
        std::uint32_t type;
        std::vector<Write> writes;
    };

    static std::string why_not(const std::vector<std::string_view>& names, const std::vector<Record>& records)
    {
        BinaryOutput out;
        const bool replaces = !records.empty() && !records[0].writes.empty() && records[0].writes[0].bases > 0;
        out(std::uint8_t(1), names, std::vector<std::uint64_t>(replaces ? 1 : 0, 7));
        out.put_compact(records.size());
        for (const auto& record : records) {
            out(record.id);
            out.put_compact(record.type);
        }
        for (const auto& record : records) {
            out.put_compact(record.writes.size());
            for (const auto& write : record.writes) put(out, write);
        }
        const auto bytes = out.take();
        const auto opened = TransactionView::open(bytes);
        return opened.has_error() ? opened.error().text : "";
    }

private:
    static void put(BinaryOutput& out, const Write& write)
    {
        out.put_compact(write.key);
        out(Value::boolean(true));
        out.put_compact(write.bases);
        for (std::uint64_t i = 0; i < write.bases; ++i) {
            out.put_compact(0);
            out.put_compact(i);
            out(i);
        }
    }
};

TEST(TransactionPayload, NamesEachThingOnceAndSomethingAtAll)
{
    const auto one = record_id(1);
    const auto two = record_id(2);
    EXPECT_EQ(Payload::why_not({"enterprise", "name"}, {{one, 0, {{1}}}, {two, 0, {{1}}}}), "");
    EXPECT_EQ(Payload::why_not({"enterprise", "name", "enterprise"}, {{one, 0, {{1}}}, {two, 2, {{1}}}}),
              "a transaction lists a name twice");
    EXPECT_EQ(Payload::why_not({"enterprise", "name"}, {{one, 0, {{1}}}, {one, 0, {{1}}}}),
              "a transaction that lists a record twice");
    EXPECT_EQ(Payload::why_not({}, {}), "a transaction without a record");
    EXPECT_EQ(Payload::why_not({"enterprise", "name", "city"}, {{one, 0, {{1}}}}),
              "a transaction lists a name that it does not use");
}

TEST(TransactionPayload, ReplacesOnlySoMuchInAll)
{
    const auto replacing = [](std::uint32_t records, std::size_t count) {
        std::vector<Payload::Record> made;
        for (std::uint32_t i = 0; i < records; ++i) made.push_back({record_id(i), 0, {{1, count}}});
        return Payload::why_not({"enterprise", "name"}, made);
    };
    EXPECT_EQ(replacing(16, limits::kBases), "");
    EXPECT_THAT(replacing(17, limits::kBases), testing::HasSubstr("replaces too much"));
    EXPECT_THAT(replacing(1, limits::kBases + 1), testing::HasSubstr("replaces too much"));
}

TEST(TransactionPayload, IsNotReadOverItsSize)
{
    EXPECT_EQ(TransactionView::open(Bytes(limits::kTransaction_bytes + 1)).error().code, Errc::too_large);
}

}  // namespace
}  // namespace indaba::shared
