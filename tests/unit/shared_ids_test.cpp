#include "shared/bytes.hpp"
#include "shared/ids.hpp"

#include <gtest/gtest.h>

#include <unordered_set>

namespace indaba::shared {
namespace {

constexpr std::array<std::uint8_t, 10> kOnes = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

TEST(RecordId, IsAUuidOfVersion7)
{
    EXPECT_EQ(RecordId::make(0x0192f1a07c3e, kOnes).text(), "0192f1a0-7c3e-7fff-bfff-ffffffffffff");
    EXPECT_EQ(RecordId::make(0, std::array<std::uint8_t, 10>{}).text(), "00000000-0000-7000-8000-000000000000");
}

TEST(Text, IsClippedBetweenCharacters)
{
    EXPECT_EQ(clipped("", 3), "");
    EXPECT_EQ(clipped("abcdef", 6), "abcdef");
    EXPECT_EQ(clipped("abcdefg", 6), "abc…");
    EXPECT_EQ(clipped("创新基地", 12), "创新基地");
    EXPECT_EQ(clipped("创新基地", 11), "创新…");
    EXPECT_EQ(clipped("创新基地", 8), "创…");
    EXPECT_EQ(clipped("创新基地", 5), "…");
    EXPECT_EQ(clipped("创新基地", 12, 4), "创新基地");
    EXPECT_EQ(clipped("创新基地", 12, 3), "创新…");
}

TEST(RecordId, SortsByAge)
{
    EXPECT_LT(RecordId::make(1, kOnes), RecordId::make(2, std::array<std::uint8_t, 10>{}));
    EXPECT_LT(RecordId::make(255, kOnes), RecordId::make(256, std::array<std::uint8_t, 10>{}));
}

TEST(RecordId, IsReadBackFromItsText)
{
    const auto id = RecordId::make(1'787'535'000'000, kOnes);
    EXPECT_EQ(*RecordId::parse(id.text()), id);
    EXPECT_EQ(*RecordId::parse("0192F1A0-7C3E-7B1D-8A52-3F0C9D2E4B61"),
              *RecordId::parse("0192f1a0-7c3e-7b1d-8a52-3f0c9d2e4b61"));
}

TEST(RecordId, OtherTextIsRefused)
{
    for (const auto* text : {"", "0192f1a07c3e7b1d8a523f0c9d2e4b61", "0192f1a0-7c3e-7b1d-8a52-3f0c9d2e4b6",
                             "0192f1a0-7c3e-7b1d-8a52-3f0c9d2e4b612", "0192f1a0-7c3e-7b1d-8a52-3f0c9d2e4b6g",
                             "0192f1a0x7c3e-7b1d-8a52-3f0c9d2e4b61", "0192f1a-07c3e-7b1d-8a52-3f0c9d2e4b61",
                             "{192f1a0-7c3e-7b1d-8a52-3f0c9d2e4b6}"}) {
        const auto id = RecordId::parse(text);
        ASSERT_TRUE(id.has_error()) << text;
        EXPECT_EQ(id.error().code, Errc::malformed);
    }
}

TEST(RecordId, HashesByItsRandomHalf)
{
    std::unordered_set<std::size_t> hashes;
    for (std::uint8_t i = 0; i < 100; ++i) {
        auto random = kOnes;
        random[9] = i;
        hashes.insert(std::hash<RecordId>()(RecordId::make(7, random)));
    }
    EXPECT_EQ(hashes.size(), 100u);
}

TEST(Hash, PrefixIsBigEndian)
{
    Hash hash;
    for (std::uint8_t i = 0; i < 32; ++i) hash.bytes[i] = i;
    EXPECT_EQ(hash.prefix(), 0x0001020304050607u);
}

TEST(SpaceName, HasAGrammar)
{
    for (const auto* name : {"a", "forum-2026", "0", "brics", "a-"}) EXPECT_TRUE(is_space_name(name)) << name;
    for (const auto* name : {"", "-a", "A", "a b", "a_b", "a/b", "é", "a\n"}) EXPECT_FALSE(is_space_name(name)) << name;
    EXPECT_TRUE(is_space_name(std::string(63, 'a')));
    EXPECT_FALSE(is_space_name(std::string(64, 'a')));
}

TEST(Bytes, HexIsReadBack)
{
    const Bytes bytes = {0x00, 0x7f, 0x80, 0xff};
    EXPECT_EQ(to_hex(bytes), "007f80ff");
    EXPECT_EQ(*from_hex("007F80ff"), bytes);
    EXPECT_EQ(from_hex("")->size(), 0u);
    for (const auto* text : {"0", "0g", " 0", "0x", "000"}) EXPECT_TRUE(from_hex(text).has_error()) << text;
}

TEST(Utf8, AcceptsWhatUnicodeAllows)
{
    for (const auto* text : {"", "a", "\x7f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "\U00010000",
                             "\U0010ffff", "हिन्दी 金砖国家 فارسی Brasília"})
        EXPECT_TRUE(is_utf8(text)) << text;
}

TEST(Utf8, RefusesTheRest)
{
    const std::string_view bad[] = {
        {"\0", 1},          // U+0000
        "\x80",             // a continuation alone
        "a\xbf",            //
        "\xc0\x80",         // overlong
        "\xc1\xbf",         //
        "\xe0\x9f\xbf",     //
        "\xf0\x8f\xbf\xbf", //
        "\xed\xa0\x80",     // surrogates
        "\xed\xbf\xbf",     //
        "\xf4\x90\x80\x80", // above U+10FFFF
        "\xf5\x80\x80\x80", //
        "\xff",             //
        "\xc3",             // cut
        "\xe2\x82",         //
        "\xf0\x9f\x98",     //
        "\xe2\x28\xa1",     // a wrong continuation
    };
    for (const auto text : bad) EXPECT_FALSE(is_utf8(text)) << to_hex(as_bytes(text));
}

}  // namespace
}  // namespace indaba::shared
