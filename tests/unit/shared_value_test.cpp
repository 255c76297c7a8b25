#include "shared/value.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace indaba::shared {
namespace {

Hash counting_hash()
{
    Hash hash;
    for (std::size_t i = 0; i < hash.bytes.size(); ++i) hash.bytes[i] = std::uint8_t(i);
    return hash;
}

std::string hex(const Value& value) { return to_hex(as_bytes(value.encoding())); }

Result<Value> from_hex_encoding(std::string_view digits)
{
    const auto bytes = from_hex(digits);
    EXPECT_TRUE(bytes.has_value()) << digits;
    return Value::from_encoding(as_text(*bytes));
}

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

/// One value with its encoding, which lies on people's devices and never changes, and its text.
struct Golden {
    Value value;
    const char* encoding;
    const char* text;
};

std::vector<Golden> golden()
{
    const auto id = *RecordId::parse("0192f1a0-7c3e-7b1d-8a52-3f0c9d2e4b61");
    return {
        {Value(), "00", ""},
        {Value::text("Aço 钢"), "0141c3a76f20e992a2", "Aço 钢"},
        {Value::integer(0), "020000000000000000", "0"},
        {Value::integer(-2), "02feffffffffffffff", "-2"},
        {Value::integer(kLeast), "020000000000000080", "-9223372036854775808"},
        {Value::integer(kMost), "02ffffffffffffff7f", "9223372036854775807"},
        {Value::decimal({2175, 1}), "037f0800000000000001", "217.5"},
        {Value::decimal({-5, 3}), "03fbffffffffffffff03", "-0.005"},
        {Value::decimal({kLeast, 18}), "03000000000000008012", "-9.223372036854775808"},
        {Value::decimal({1200, 0}), "03b00400000000000000", "1200"},
        {Value::boolean(false), "0400", "false"},
        {Value::boolean(true), "0401", "true"},
        {Value::date({2015, 10, 20}), "05df070a14", "2015-10-20"},
        {Value::date({2021, 8, 0}), "05e5070800", "2021-08"},
        {Value::date({987, 0, 0}), "05db030000", "0987"},
        {Value::instant({1'787'535'000'000, 480}), "06c0816331a0010000e001", "2026-08-24T09:30:00+08:00"},
        {Value::instant({-1, 0}), "06ffffffffffffffff0000", "1969-12-31T23:59:59.999Z"},
        {Value::instant({0, -210}), "0600000000000000002eff", "1969-12-31T20:30:00-03:30"},
        {Value::code("CN"), "07434e", "CN"},
        {Value::reference(id), "080192f1a07c3e7b1d8a523f0c9d2e4b61", "0192f1a0-7c3e-7b1d-8a52-3f0c9d2e4b61"},
        {Value::place({302'741'000, -1'201'551'000}), "0908760b1268c961b8", "30.2741,-120.1551"},
        {Value::attachment({counting_hash(), 1024, "image/svg+xml"}),
         "0a000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f0004000000000000696d6167652f7376672b786d6c",
         "sha256:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 1024 image/svg+xml"},
    };
}

TEST(Value, EncodesAsItAlwaysDid)
{
    for (const auto& [value, encoding, text] : golden()) {
        EXPECT_EQ(hex(value), encoding) << text;
        const auto read = from_hex_encoding(encoding);
        ASSERT_TRUE(read.has_value()) << text;
        EXPECT_EQ(*read, value) << text;
    }
}

TEST(Value, ShowsItselfAndIsReadBack)
{
    for (const auto& [value, encoding, text] : golden()) {
        EXPECT_EQ(value.display(), text);
        const auto read = parse_value(value.kind(), text);
        ASSERT_TRUE(read.has_value()) << text << ": " << read.error().text;
        EXPECT_EQ(*read, value) << text;
    }
}

TEST(Value, GivesItsContentBack)
{
    EXPECT_EQ(Value::text("x").as_text(), "x");
    EXPECT_EQ(Value::integer(-7).as_integer(), -7);
    EXPECT_EQ(Value::decimal({50, 1}).as_decimal().units, 5);
    EXPECT_EQ(Value::decimal({0, 5}).as_decimal().scale, 0);
    EXPECT_EQ(Value::date({2021, 8, 0}).as_date().month, 8);
    EXPECT_EQ(Value::instant({5, -60}).as_instant().offset_min, -60);
    EXPECT_EQ(Value::place({1, -2}).as_place().longitude, -2);
    const auto attachment = Value::attachment({counting_hash(), 9, "a/b"});
    EXPECT_EQ(attachment.as_attachment().hash, counting_hash());
    EXPECT_EQ(attachment.as_attachment().size_bytes, 9u);
    EXPECT_EQ(attachment.as_attachment().media_type, "a/b");
}

TEST(Value, EmptyTextIsAbsent)
{
    EXPECT_TRUE(Value::text("").is_absent());
    EXPECT_TRUE(Value::code("").is_absent());
    EXPECT_EQ(Value::text(""), Value());
}

TEST(Value, RefusesWhatIsNotCanonical)
{
    const char* const bad[] = {
        "",                          // nothing
        "0000",                      // absent with content
        "01",                        // empty text
        "01c0af",                    // overlong UTF-8
        "01eda080",                  // a surrogate
        "0100",                      // U+0000
        "07",                        // empty code
        "0200000000000000",          // 7 bytes of integer
        "02000000000000000000",      // 9
        "030a0000000000000001",      // 1.0
        "03000000000000000001",      // zero with a scale
        "03010000000000000013",      // scale 19
        "0402",                      // neither true nor false
        "04",                        //
        "0500000000",                // year 0
        "05ea07020d1d",              // too long
        "05ea070d01",                // month 13
        "05ea07021d",                // 2026-02-29
        "05ea070001",                // a day without a month
        "0510270101",                // year 10000
        "060000000000000000490300",  // too long
        "0600000000000000004903",    // offset of 14 h 1 min
        "06ffffffffffffff7f0000",    // far beyond year 9999
        "0600",                      //
        "080192f1a07c3e7b1d8a523f0c9d2e4b",
        "0901e9a43500000000",  // latitude above 90 degrees
        "0900000000ffd1496b01",
        "0a000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f0004000000000000",
        "0a000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f0004000000000000612f42",  // a/B
        "0a000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f0004000000000000612f",
    };
    for (const auto* digits : bad) {
        const auto read = from_hex_encoding(digits);
        ASSERT_TRUE(read.has_error()) << digits;
        EXPECT_EQ(read.error().code, Errc::malformed) << digits;
    }
}

TEST(Value, AcceptsWhatIsAtTheEdge)
{
    for (const auto* digits : {"05e807021d", "0600000000000000004803", "0900e9a43500d2496b", "0501000000"}) {
        EXPECT_TRUE(from_hex_encoding(digits).has_value()) << digits;
    }
    EXPECT_TRUE(Value::from_encoding("\x01" + std::string(limits::kValue_bytes, 'a')).has_value());
    EXPECT_TRUE(Value::from_encoding("\x01" + std::string(limits::kValue_bytes + 1, 'a')).has_error());
}

TEST(Value, KeepsAKindItDoesNotKnow)
{
    const auto value = from_hex_encoding("2aff00fe");
    ASSERT_TRUE(value.has_value());
    EXPECT_EQ(hex(*value), "2aff00fe");
    EXPECT_EQ(value->display(), "?");
    EXPECT_FALSE(value->is_absent());
    EXPECT_TRUE(from_hex_encoding("0b").has_value());
    EXPECT_TRUE(Value::from_encoding("\x2a" + std::string(limits::kValue_bytes + 1, 'a')).has_error());
}

TEST(Value, ReadsWhatPeopleType)
{
    const auto shows = [](ValueKind kind, std::string_view text) {
        const auto value = parse_value(kind, text);
        return value.has_value() ? value->display() : value.error().text;
    };
    EXPECT_EQ(shows(ValueKind::integer, "007"), "7");
    EXPECT_EQ(shows(ValueKind::decimal, "1.500"), "1.5");
    EXPECT_EQ(shows(ValueKind::decimal, "-0.0"), "0");
    EXPECT_EQ(shows(ValueKind::decimal, "0.10000000000000000000"), "0.1");
    EXPECT_EQ(shows(ValueKind::boolean, "yes"), "true");
    EXPECT_EQ(shows(ValueKind::boolean, "0"), "false");
    EXPECT_EQ(shows(ValueKind::instant, "2026-08-24 09:30-03:00"), "2026-08-24T09:30:00-03:00");
    EXPECT_EQ(shows(ValueKind::instant, "2026-08-24t09:30:00.1239z"), "2026-08-24T09:30:00.123Z");
    EXPECT_EQ(shows(ValueKind::instant, "2026-08-24T09:30:00-00:00"), "2026-08-24T09:30:00Z");
    EXPECT_EQ(shows(ValueKind::instant, "2026-08-24T09:30:00.5+08:00"), "2026-08-24T09:30:00.500+08:00");
    EXPECT_EQ(shows(ValueKind::instant, "2026-08-24T09:30:00.25-03:00"), "2026-08-24T09:30:00.250-03:00");
    EXPECT_EQ(shows(ValueKind::place, "-90, 180"), "-90,180");
    EXPECT_EQ(shows(ValueKind::reference, "0192F1A0-7C3E-7B1D-8A52-3F0C9D2E4B61"),
              "0192f1a0-7c3e-7b1d-8a52-3f0c9d2e4b61");
}

TEST(Value, SaysWhatItExpectsOfWhatItCannotRead)
{
    const std::pair<ValueKind, const char*> bad[] = {
        {ValueKind::integer, "4 2"},
        {ValueKind::integer, "9223372036854775808"},
        {ValueKind::integer, "+1"},
        {ValueKind::decimal, "1."},
        {ValueKind::decimal, ".5"},
        {ValueKind::decimal, "1e3"},
        {ValueKind::decimal, "-"},
        {ValueKind::decimal, "1.-5"},
        {ValueKind::decimal, "0.1234567890123456789"},
        {ValueKind::boolean, "maybe"},
        {ValueKind::date, "2021-8"},
        {ValueKind::date, "2021-00"},
        {ValueKind::date, "2021-02-30"},
        {ValueKind::date, "2021-08-00"},
        {ValueKind::date, "20210824"},
        {ValueKind::date, "2021-"},
        {ValueKind::date, "0000"},
        {ValueKind::instant, "2026-08-24"},
        {ValueKind::instant, "2026-08-24T24:00:00Z"},
        {ValueKind::instant, "2026-08-24T09:30:00"},
        {ValueKind::instant, "2026-08-24T09:30:00.Z"},
        {ValueKind::instant, "2026-08-24T09:30:00.5"},
        {ValueKind::instant, "2026-08-24T09:30:00+01:60"},
        {ValueKind::instant, "2026-08-24T09:30:00+14:01"},
        {ValueKind::instant, "2026-08-24T09:30:00Zx"},
        {ValueKind::reference, "0192f1a0"},
        {ValueKind::place, "91,0"},
        {ValueKind::place, "0,-9223372036854775808"},
        {ValueKind::place, "1.23456789,0"},
        {ValueKind::place, "30.2"},
        {ValueKind::attachment, "sha256:00 1 a/b"},
    };
    for (const auto& [kind, text] : bad) {
        const auto read = parse_value(kind, text);
        ASSERT_TRUE(read.has_error()) << text << " gives " << read->display();
        EXPECT_EQ(read.error().code, Errc::malformed) << text;
        EXPECT_THAT(read.error().text, testing::ContainsRegex("like|true or false")) << text;
    }
}

TEST(Value, TextThatIsTooLongOrNotUtf8IsRefused)
{
    EXPECT_EQ(parse_value(ValueKind::text, std::string(limits::kValue_bytes + 1, 'a')).error().code, Errc::too_large);
    EXPECT_EQ(parse_value(ValueKind::text, "\xff").error().code, Errc::malformed);
    EXPECT_EQ(parse_value(ValueKind(42), "x").error().code, Errc::unsupported);
    EXPECT_EQ(parse_value(ValueKind::absent, "x").error().code, Errc::malformed);
}

TEST(Value, ComparesBySize)
{
    const auto decimal = [](std::int64_t units, std::uint8_t scale) { return Value::decimal({units, scale}); };
    const std::vector<Value> rising = {decimal(kLeast, 0), decimal(-15, 1),  decimal(-1, 0), decimal(-5, 1),
                                       decimal(-1, 18),    decimal(0, 0),    decimal(1, 18), decimal(5, 1),
                                       decimal(1, 0),      decimal(15, 1),   decimal(9, 0),  decimal(kMost, 18),
                                       decimal(20, 0),     decimal(kMost, 0)};
    for (std::size_t i = 0; i + 1 < rising.size(); ++i) {
        EXPECT_TRUE(compare(rising[i], rising[i + 1]) < 0) << rising[i].display();
        EXPECT_TRUE(compare(rising[i + 1], rising[i]) > 0) << rising[i].display();
        EXPECT_TRUE(compare(rising[i], rising[i]) == 0) << rising[i].display();
    }
    EXPECT_TRUE(compare(Value::integer(-1), Value::integer(1)) < 0);
    EXPECT_TRUE(compare(Value::date({2021, 0, 0}), Value::date({2021, 8, 0})) < 0);
    EXPECT_TRUE(compare(Value::date({2021, 8, 31}), Value::date({2021, 9, 0})) < 0);
    EXPECT_TRUE(compare(Value::instant({1, 60}), Value::instant({2, -60})) < 0);
    EXPECT_TRUE(compare(Value(), Value::integer(0)) < 0);
    EXPECT_TRUE(compare(Value::instant({1, -60}), Value::instant({1, 60})) < 0) << "and then by where it was noted";
    EXPECT_TRUE(compare(Value(), Value()) == 0);
}

TEST(Value, ComparesByItsEncodingWhatHasNoSize)
{
    const std::vector<std::pair<Value, Value>> rising{
        {Value::text("A"), Value::text("B")},
        {Value::boolean(false), Value::boolean(true)},
        {Value::code("BR"), Value::code("CN")},
        {Value::reference({{1}}), Value::reference({{2}})},
        {Value::place({1, 0}), Value::place({2, 0})},
        {Value::attachment({{{1}}, 1, "text/plain"}), Value::attachment({{{2}}, 1, "text/plain"})}};
    for (const auto& [low, high] : rising) {
        EXPECT_TRUE(compare(low, high) < 0) << low.display();
        EXPECT_TRUE(compare(high, low) > 0) << low.display();
        EXPECT_TRUE(compare(low, low) == 0) << low.display();
    }
}

TEST(Value, TravelsThroughTheArchives)
{
    const std::vector<Value> values = {Value(), Value::text("x"), Value::integer(5)};
    const auto read = decode<std::vector<Value>>(encode(values), "values");
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read, values);
    const Bytes text_without_content = {1, 1, 1};
    EXPECT_TRUE(decode<std::vector<Value>>(text_without_content, "values").has_error());
}

}  // namespace
}  // namespace indaba::shared
