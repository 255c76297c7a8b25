// What types, fields and cells may be called, and that a transaction with other names is none.
#include "shared/catalogue.hpp"
#include "shared/cell_names.hpp"
#include "shared/transaction.hpp"
#include "tests/model/whole.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace indaba::shared {
namespace {

const std::string_view kHostile[] = {
    "x\x1b[2J\x1b]0;pwned\a",  // what a terminal obeys
    "zz\x1b[31m\xff\xfe",      // nor UTF-8
    "x\xc2\x9b"
    "2J",          // CSI as one C1 character
    "x y",
    "X",
    "_x",
    "1x",
    "",
    "x\x7f",
    "é",
};

TEST(CellNames, AreThoseOfTheCatalogueAndOfNewerPrograms)
{
    for (const auto* name : {"name", "trl", "green-energy_2", "a"}) EXPECT_TRUE(is_name(name)) << name;
    EXPECT_TRUE(is_name(std::string(63, 'a')));
    EXPECT_FALSE(is_name(std::string(64, 'a')));
    for (const auto* key : {"!", "name", "title@pt", "title@zh-Hant", "sectors/green-energy",
                            "other_names/Завод № 1 / 创新", "unheard-of/A@B"})
        EXPECT_TRUE(is_cell_name(key)) << key;
    EXPECT_TRUE(is_cell_name("x/" + std::string(254, 'e')));
    EXPECT_FALSE(is_cell_name("x/" + std::string(255, 'e')));
}

TEST(CellNames, AreNothingThatATerminalObeys)
{
    for (const auto hostile : kHostile) {
        EXPECT_FALSE(is_name(hostile)) << to_hex(as_bytes(hostile));
        EXPECT_FALSE(is_cell_name(hostile)) << to_hex(as_bytes(hostile));
    }
    for (const auto* key : {"x@", "x/", "!x", "@pt", "/x", "x@p t", "x@pt/a", "x/a\nb", "x/a\xc2\x85", "x/\xff"})
        EXPECT_FALSE(is_cell_name(key)) << to_hex(as_bytes(key));
}

TEST(CellNames, OfAKnownSetAreSaidToBeWrongByTheFieldsName)
{
    for (const auto* key : {"other_names/A\nB", "other_names/A\tB",
                            "other_names/A\xc2\x9b"
                            "2J"}) {
        const auto checked = Catalogue::builtin().check_value("enterprise", key, Value::boolean(true));
        ASSERT_TRUE(checked.has_error());
        EXPECT_EQ(checked.error().code, Errc::rule_broken);
        EXPECT_TRUE(checked.error().text.starts_with("other_names: "));
    }
}

Transaction transaction(std::string type, std::string key)
{
    return {{{RecordId{}, std::move(type)}}, {{0, std::move(key), Value::text("value"), {}}}};
}

TEST(Transaction, OfAnotherProgramKeepsWhatIsUnknownHere)
{
    for (const auto* key : {"unheard-of", "unheard_of@sw", "unheard_of/Öl"}) {
        const auto encoded = encode_transaction(transaction("zz-new", key));
        ASSERT_TRUE(encoded.has_value()) << key;
        const auto decoded = tests::model::decode_transaction(*encoded);
        ASSERT_TRUE(decoded.has_value()) << key;
        EXPECT_EQ(decoded->records[0].type, "zz-new");
        EXPECT_EQ(decoded->writes[0].key, key);
    }
}

/// The encoding of one with hostile names, as a changed program would write it.
Bytes with_names(std::string_view type, std::string_view key)
{
    const std::string kind(type.size(), 't');
    const std::string field(key.size(), 'f');
    auto bytes = encode_transaction(transaction(kind, field)).value();
    const auto put = [&](std::string_view plain, std::string_view wanted) {
        const auto at = std::ranges::search(bytes, as_bytes(plain)).begin();
        std::ranges::copy(as_bytes(wanted), at);
    };
    put(kind, type);
    put(field, key);
    return bytes;
}

TEST(Transaction, WithANameThatCannotBeOneIsMalformedBothWays)
{
    ASSERT_TRUE(tests::model::decode_transaction(with_names("type", "field")).has_value());
    for (const auto hostile : kHostile) {
        if (hostile.empty()) continue;
        const auto by_type = tests::model::decode_transaction(with_names(hostile, "field"));
        ASSERT_TRUE(by_type.has_error()) << to_hex(as_bytes(hostile));
        EXPECT_EQ(by_type.error().code, Errc::malformed);
        const auto by_key = tests::model::decode_transaction(with_names("type", hostile));
        ASSERT_TRUE(by_key.has_error()) << to_hex(as_bytes(hostile));
        EXPECT_EQ(by_key.error().code, Errc::malformed);
        EXPECT_EQ(by_key.error().text.find_first_of("\x1b\xff"), std::string::npos);
        EXPECT_TRUE(encode_transaction(transaction(std::string(hostile), "field")).has_error());
        EXPECT_TRUE(encode_transaction(transaction("type", std::string(hostile))).has_error());
    }
}

TEST(Transaction, WithATextThatIsNotUtf8IsMalformed)
{
    auto bytes = encode_transaction(transaction("type", "field")).value();
    const auto at = std::ranges::search(bytes, as_bytes("value")).begin();
    *at = 0xff;
    const auto decoded = tests::model::decode_transaction(bytes);
    ASSERT_TRUE(decoded.has_error());
    EXPECT_EQ(decoded.error().code, Errc::malformed);
}

}  // namespace
}  // namespace indaba::shared
