#include "shared/archive.hpp"
#include "shared/transaction.hpp"
#include "tests/model/whole.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <type_traits>

namespace indaba::shared {
namespace {

enum class Colour : std::uint8_t { red, green, blue };

struct Small {
    std::uint32_t number = 0;
    std::uint16_t half = 0;
    bool flag = false;
    Colour colour = Colour::red;
    std::string text;
    std::vector<std::uint16_t> items;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(compact(number), half, flag, checked(colour, Colour::blue), text, items);
    }
};

/// As deep as its bytes say.
struct Nest {
    std::vector<Nest> inner;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(inner);
    }
};

Bytes bytes(std::string_view digits) { return *from_hex(digits); }

template <class T>
std::string why_not(std::string_view digits)
{
    const auto read = decode<T>(bytes(digits), "it");
    if (read.has_value()) return "accepted";
    EXPECT_EQ(read.error().code, Errc::malformed);
    return read.error().text;
}

struct Number {
    std::uint64_t value = 0;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(compact(value));
    }
};

TEST(Archive, EncodesAsItAlwaysDid)
{
    const Small small{300, 0x1234, true, Colour::blue, "né", {1, 2}};
    EXPECT_EQ(to_hex(encode(small)), "ac0234120102036ec3a90201000200");
    const auto read = decode<Small>(encode(small), "it");
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(encode(*read), encode(small));
    EXPECT_EQ(read->text, small.text);
    EXPECT_EQ(read->items, small.items);
    const TransactionName name{{0x0102030405060708}, 129, 0xff};
    EXPECT_EQ(to_hex(encode(name)), "08070605040302018101ff00000000000000");
}

TEST(Archive, CompactNumbersHaveOneSpelling)
{
    for (const std::uint64_t number : {0ull, 1ull, 127ull, 128ull, 16383ull, 16384ull, ~0ull >> 1, ~0ull}) {
        const auto read = decode<Number>(encode(Number{number}), "it");
        ASSERT_TRUE(read.has_value()) << number;
        EXPECT_EQ(read->value, number);
    }
    EXPECT_EQ(to_hex(encode(Number{~0ull})), "ffffffffffffffffff01");
    for (const auto* longer : {"8000", "ff00", "808000", "ffffffffffffffffff0100"})
        EXPECT_NE(why_not<Number>(longer), "accepted");
    EXPECT_EQ(why_not<Number>("8000"), "it holds a number out of range");
    EXPECT_EQ(why_not<Number>("ffffffffffffffffff02"), "it holds a number out of range");
    EXPECT_EQ(why_not<Number>("ffffffffffffffffff81"), "it holds a number out of range");
    EXPECT_EQ(why_not<Number>("80"), "it ends too early");
    EXPECT_EQ(why_not<Number>(""), "it ends too early");
}

TEST(Archive, ACompactNumberMustFitItsType)
{
    EXPECT_EQ(why_not<Small>("ffffffff1f000000000000"), "it holds a number out of range");
    EXPECT_EQ(why_not<Small>("ffffffff0f000000000000"), "accepted");
}

TEST(Archive, RefusesEveryBeginningOfAMessageAndAnythingAfterIt)
{
    const auto whole = encode(Small{300, 7, true, Colour::green, "text", {1, 2, 3}});
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_TRUE(decode<Small>(ByteView(whole).first(size), "it").has_error()) << size;
    auto longer = whole;
    longer.push_back(0);
    EXPECT_EQ(decode<Small>(longer, "it").error().text, "it has bytes left over");
}

TEST(Archive, BooleansAndEnumeratorsAreStrict)
{
    EXPECT_EQ(why_not<Small>("00000002000000"), "it holds a boolean that is neither 0 nor 1");
    EXPECT_EQ(why_not<Small>("00000001030000"), "it holds an unknown enumerator");
    EXPECT_EQ(why_not<Small>("00000001020000"), "accepted");
}

TEST(Archive, CountsAreCheckedAgainstTheBytesThatRemain)
{
    EXPECT_EQ(why_not<std::vector<std::uint64_t>>("ffffffff0f"), "it counts more than it holds");
    EXPECT_EQ(why_not<std::vector<std::uint64_t>>("ffffffff1f"), "it holds a number out of range");
    EXPECT_EQ(why_not<std::vector<std::string>>("0200"), "it counts more than it holds");
    EXPECT_EQ(why_not<std::string>("0561626364"), "it counts more than it holds");
    EXPECT_EQ(why_not<std::vector<std::uint16_t>>("02010002"), "it ends too early");
}

/// One byte of input, 256 of memory.
struct Wide {
    std::array<std::uint64_t, 32> unused{};
    std::uint8_t byte = 0;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(byte);
    }
};

TEST(Archive, AHostileCountCannotCostMuchMemory)
{
    const auto announced = [](std::size_t count) {
        Bytes input = encode(Number{count});
        input.resize(input.size() + count);
        return decode<std::vector<Wide>>(input, "it");
    };
    EXPECT_TRUE(announced(200).has_value());
    const auto refused = announced(1'000'000);
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().text, "it would grow too large in memory");
}

TEST(Archive, TheAllowanceIsForTheWholeMessage)
{
    // 300 lists of 200 wide things: each fits, together they do not.
    Bytes input = encode(Number{300});
    for (int i = 0; i < 300; ++i) {
        const auto count = encode(Number{200});
        input.insert(input.end(), count.begin(), count.end());
        input.resize(input.size() + 200);
    }
    const auto read = decode<std::vector<std::vector<Wide>>>(input, "it");
    ASSERT_TRUE(read.has_error());
    EXPECT_EQ(read.error().text, "it would grow too large in memory");
}

struct Wordy {
    std::vector<Wide> wide;
    std::string text;
    Value value;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(wide, text, value);
    }
};

TEST(Archive, TextsAndValuesCountAgainstTheAllowanceToo)
{
    const auto read = [](std::size_t text, std::size_t value) {
        Wordy wordy;
        wordy.text.assign(text, 'x');
        wordy.value = Value::text(std::string(value, 'x'));
        const auto most_bytes = limits::decoded_bytes(encode(wordy).size());
        wordy.wide.resize((most_bytes - 1'000) / (sizeof(Wide) - limits::kDecodedPerInput));
        const auto decoded = decode<Wordy>(encode(wordy), "it");
        return decoded.has_error() ? decoded.error().text : "";
    };
    EXPECT_EQ(read(5, 5), "");
    EXPECT_EQ(read(5'000, 5), "it would grow too large in memory");
    EXPECT_EQ(read(5, 5'000), "it would grow too large in memory");
}

TEST(Archive, DepthIsBounded)
{
    const auto nested = [](std::size_t depth) { return Bytes(depth, 1); };
    auto shallow = nested(5);
    shallow.push_back(0);
    EXPECT_TRUE(decode<Nest>(shallow, "it").has_value());
    auto deep = nested(60'000);
    deep.push_back(0);
    EXPECT_EQ(decode<Nest>(deep, "it").error().text, "it is nested too deeply");
}

TEST(Archive, AfterAFaultEverythingReadsAsZero)
{
    const auto input = bytes("020102030405060708");
    BinaryInput archive(input);
    bool flag = true;
    std::uint64_t number = 5;
    std::string text = "old";
    std::string_view view = "old";
    std::vector<std::uint64_t> items = {1};
    archive(flag, number, text, view, items);
    EXPECT_FALSE(archive.ok());
    EXPECT_FALSE(flag);
    EXPECT_EQ(number, 0u);
    EXPECT_EQ(text, "");
    EXPECT_EQ(view, "");
    EXPECT_TRUE(items.empty());
    EXPECT_EQ(archive.finish("it").error().text, "it holds a boolean that is neither 0 nor 1");
}

TEST(Archive, TheLargestTransactionsDecode)
{
    // The worst ratio of memory to bytes: nothing but added set elements, which have no bases.
    Transaction transaction;
    for (std::uint32_t record = 0; record < limits::kRecordsPerTransaction; ++record) {
        RecordId id;
        id.bytes[0] = std::uint8_t(record);
        id.bytes[1] = std::uint8_t(record >> 8);
        transaction.records.push_back({id, "enterprise"});
        for (int element = 100; element < 220; ++element)
            transaction.writes.push_back({record, "sectors/" + std::to_string(element), Value::boolean(true), {}});
    }
    const auto payload = encode_transaction(transaction);
    ASSERT_TRUE(payload.has_value()) << payload.error().text;
    const auto read = tests::model::decode_transaction(*payload);
    ASSERT_TRUE(read.has_value()) << read.error().text;
    EXPECT_EQ(read->writes.size(), transaction.writes.size());
}

template <class T>
concept Archivable = cereal::traits::is_output_serializable<T, BinaryOutput>::value;
static_assert(Archivable<Small>);
static_assert(!Archivable<double>, "floating point has no canonical form");
static_assert(!Archivable<std::shared_ptr<int>>);
static_assert(!Archivable<std::unique_ptr<int>>);

}  // namespace
}  // namespace indaba::shared
