// Reading a catalogue and its patterns, and whether the sourced rows of shared/facts fit the one we have.
#include "shared/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace indaba::shared {
namespace {

using testing::HasSubstr;

std::string field_json(const std::string& properties)
{
    return R"({"name": "f", "labels": {"en": "F"}, )" + properties + "}";
}

/// Why a catalogue of one type with these fields and rules is refused.
std::string why_not(const std::string& fields, const std::string& rules = "")
{
    const auto json = R"({"types": [{"name": "t", "labels": {"en": "T"}, "plurals": {"en": "Ts"}, "fields": [)" +
                      fields + R"(], "rules": [)" + rules + R"(]}], "code_lists": [{"name": "c", "labels": {"en": "cs"},
                      "codes": {"x": {"en": "X"}, "y": {"en": "Y"}}}]})";
    const auto read = Catalogue::parse(json);
    return read.has_value() ? "accepted" : read.error().text;
}

TEST(CatalogueJson, IsReadStrictly)
{
    EXPECT_EQ(why_not(field_json(R"("kind": "text")")), "accepted");
    EXPECT_EQ(
        why_not(field_json(R"("kind": "code", "code_list": "c", "policy": "precedence", "precedence": ["y", "x"])")),
        "accepted");
    EXPECT_THAT(why_not(field_json(R"("kind": "prose")")), HasSubstr("f has an unknown kind: prose"));
    EXPECT_THAT(why_not(field_json(R"("kind": "text", "requird": true)")), HasSubstr("unknown property: requird"));
    EXPECT_THAT(why_not(field_json(R"("kind": "text", "required": 1)")), HasSubstr("true or false"));
    EXPECT_THAT(why_not(field_json(R"("required": true)")), HasSubstr("needs a kind"));
    EXPECT_THAT(why_not(field_json(R"("kind": "code")")), HasSubstr("code list"));
    EXPECT_THAT(why_not(field_json(R"("kind": "code", "code_list": "d")")), HasSubstr("code list"));
    EXPECT_THAT(why_not(field_json(R"("kind": "date", "set": true)")), HasSubstr("set of neither"));
    EXPECT_THAT(why_not(field_json(R"("kind": "date", "languages": true)")), HasSubstr("languages"));
    EXPECT_THAT(why_not(field_json(R"("kind": "text", "min": 1)")), HasSubstr("range"));
    EXPECT_THAT(why_not(field_json(R"("kind": "text", "unit": "kg")")), HasSubstr("unit"));
    EXPECT_THAT(why_not(field_json(R"("kind": "date", "length": 5)")), HasSubstr("length"));
    EXPECT_THAT(why_not(field_json(R"("kind": "text", "policy": "highest")")), HasSubstr("by size"));
    EXPECT_THAT(why_not(field_json(R"("kind": "text", "policy": "present")")), HasSubstr("set"));
    EXPECT_THAT(why_not(field_json(R"("kind": "text", "set": true, "policy": "latest")")),
                HasSubstr("unknown property: policy"));
    EXPECT_THAT(why_not(field_json(R"("kind": "code", "code_list": "c", "policy": "precedence")")),
                HasSubstr("precedence"));
    EXPECT_THAT(why_not(field_json(R"("kind": "code", "code_list": "c", "policy": "precedence", "precedence": ["z"])")),
                HasSubstr("not in its code list: z"));
    EXPECT_THAT(
        why_not(field_json(R"("kind": "code", "code_list": "c", "policy": "precedence", "precedence": ["x", "x"])")),
        HasSubstr("twice"));
    EXPECT_THAT(why_not(field_json(R"("kind": "reference", "reference_type": "u")")),
                HasSubstr("type that is not there"));
    EXPECT_THAT(why_not(field_json(R"("kind": "text", "pattern": "a|b")")), HasSubstr("not a pattern"));
    EXPECT_THAT(why_not(R"({"name": "F", "labels": {"en": "F"}, "kind": "text"})"), HasSubstr("not a name"));
    EXPECT_THAT(why_not(R"({"name": "f", "labels": {"pt": "F"}, "kind": "text"})"), HasSubstr("without English"));
    EXPECT_THAT(why_not(field_json(R"("kind": "text")") + "," + field_json(R"("kind": "text")")), HasSubstr("twice"));
    EXPECT_THAT(Catalogue::parse("{").error().text, HasSubstr("not JSON"));
    EXPECT_THAT(Catalogue::parse("[]").error().text, HasSubstr("not an object"));
}

TEST(CatalogueJson, RulesAreAboutFieldsThatAreThere)
{
    const auto text = field_json(R"("kind": "text")");
    const auto dates =
        R"({"name": "a", "labels": {"en": "A"}, "kind": "date"}, {"name": "b", "labels": {"en": "B"}, "kind": "date"})";
    EXPECT_EQ(why_not(dates, R"({"at_least": ["a", "b"]})"), "accepted");
    EXPECT_THAT(why_not(dates, R"({"at_least": ["a", "z"]})"), HasSubstr("no field: z"));
    EXPECT_THAT(why_not(dates, R"({"at_least": ["a"]})"), HasSubstr("between two"));
    EXPECT_THAT(why_not(dates, R"({"needs": ["a", "b"], "at_least": ["a", "b"]})"), HasSubstr("two rules"));
    EXPECT_THAT(why_not(dates, R"({"forbids": ["a", "b"]})"), HasSubstr("rule"));
    EXPECT_THAT(why_not(text, R"({"at_least": ["f", "f"]})"), HasSubstr("no common size"));
}

TEST(NameIndexes, FindWhatWasPutInAndNothingElse)
{
    // Of one size, beginning and end: the hash cannot tell them apart, the comparison must.
    std::vector<std::string> names = {"", "a", "ab", "ba"};
    for (int i = 0; i < 300; ++i) names.push_back("beginning" + std::to_string(1000 + i) + "theending");
    NameIndex<std::string> index;
    EXPECT_EQ(index.find("a"), nullptr);
    for (const auto& name : names) EXPECT_TRUE(index.insert(name, &name));
    for (const auto& name : names) EXPECT_EQ(index.find(name), &name);
    EXPECT_FALSE(index.insert("ab", &names[0]));
    EXPECT_EQ(*index.find("ab"), "ab");
    for (const auto* name : {"b", "abc", "beginning9999theending"}) EXPECT_EQ(index.find(name), nullptr);
}

bool matches(std::string_view pattern, std::string_view text)
{
    const auto read = Pattern::parse(pattern);
    EXPECT_TRUE(read.has_value()) << pattern;
    return read.has_value() && read->matches(text);
}

TEST(Patterns, DescribeAllOfAText)
{
    EXPECT_TRUE(matches("[a-z]{2}-[0-9]{1,3}", "cn-12"));
    EXPECT_FALSE(matches("[a-z]{2}-[0-9]{1,3}", "cn-1234"));
    EXPECT_FALSE(matches("[a-z]{2}-[0-9]{1,3}", "cn-"));
    EXPECT_TRUE(matches("a?b*c+", "cc"));
    EXPECT_TRUE(matches("a?b*c+", "abbbc"));
    EXPECT_FALSE(matches("a?b*c+", "aac"));
    EXPECT_TRUE(matches("[^ ]{2,}", "金砖"));
    EXPECT_FALSE(matches("[^ ]{2,}", "a b"));
    EXPECT_TRUE(matches("[]-]", "]"));
    EXPECT_TRUE(matches("[.][+-]", ".-"));
    EXPECT_TRUE(matches("", ""));
}

TEST(Patterns, AreNotRegularExpressions)
{
    for (const auto* source :
         {"(a)", "a|b", "a.", "^a", "a$", "\\d", "[a", "a{", "a{x}", "a{3,2}", "a{,2}", "*", "a**", "[z-a]", "[é]"})
        EXPECT_TRUE(Pattern::parse(source).has_error()) << source;
}

/// Rows of RFC 4180 fields.
std::vector<std::vector<std::string>> read_table(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::vector<std::vector<std::string>> rows(1, {""});
    bool quoted = false;
    for (char c; file.get(c);) {
        auto& field = rows.back().back();
        if (c == '"') {
            if (quoted && file.peek() == '"') field += char(file.get());
            else quoted = !quoted;
        } else if (!quoted && c == ',') rows.back().emplace_back();
        else if (!quoted && c == '\n') rows.push_back({""});
        else field += c;
    }
    if (rows.back() == std::vector<std::string>{""}) rows.pop_back();
    return rows;
}

void expect_fits(const std::string& type, const std::string& path, std::size_t expected_rows)
{
    const auto& catalogue = Catalogue::builtin();
    const auto rows = read_table(path);
    ASSERT_EQ(rows.size(), expected_rows + 1) << path;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        ASSERT_EQ(rows[i].size(), rows[0].size()) << path << " row " << i;
        std::vector<NamedValue> cells;
        for (std::size_t column = 0; column < rows[0].size(); ++column) {
            const auto parsed = catalogue.parse_assignment(type, rows[0][column], rows[i][column]);
            ASSERT_TRUE(parsed.has_value()) << path << " row " << i << ": " << parsed.error().text;
            cells.insert(cells.end(), parsed->begin(), parsed->end());
        }
        std::vector<CellView> views;
        for (const auto& [key, value] : cells) views.emplace_back(key, &value);
        const auto checked = catalogue.check_record(type, views);
        EXPECT_TRUE(checked.has_value()) << path << " row " << i << ": " << checked.error().text;
        EXPECT_THAT(catalogue.title(type, views), HasSubstr(rows[i][0]));
    }
}

TEST(Facts, MeetingsFit) { expect_fits("meeting", "shared/facts/meetings.csv", 16); }

TEST(Facts, OrganisationsFit) { expect_fits("organisation", "shared/facts/organisations.csv", 17); }

TEST(Facts, AliasesBecomeElements)
{
    const auto cells = Catalogue::builtin().parse_assignment("organisation", "other_names",
                                                             read_table("shared/facts/organisations.csv")[1][1]);
    ASSERT_TRUE(cells.has_value());
    ASSERT_EQ(cells->size(), 2u);
    EXPECT_EQ((*cells)[1].first, "other_names/BRICS Innovation Center");
}

}  // namespace
}  // namespace indaba::shared
