#include "shared/catalogue.hpp"

#include "shared/transaction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace indaba::shared {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;

const Catalogue& catalogue() { return Catalogue::builtin(); }

std::string why_not(std::string_view type, std::string_view key, const Value& value)
{
    const auto checked = catalogue().check_value(type, key, value);
    if (checked.has_value()) return "accepted";
    EXPECT_EQ(checked.error().code, Errc::rule_broken);
    return checked.error().text;
}

std::string record_fault(std::string_view type, const std::vector<NamedValue>& cells)
{
    std::vector<CellView> views;
    for (const auto& [key, value] : cells) views.emplace_back(key, &value);
    const auto checked = catalogue().check_record(type, views);
    if (checked.has_value()) return "accepted";
    EXPECT_EQ(checked.error().code, Errc::rule_broken);
    return checked.error().text;
}

/// What an assignment writes, as `key=value` lines, or why it does not.
std::string assigned(std::string_view type, std::string_view field, std::string_view text)
{
    const auto cells = catalogue().parse_assignment(type, field, text);
    if (cells.has_error()) return cells.error().text;
    std::string lines;
    for (const auto& [key, value] : *cells) lines += key + "=" + value.display() + "\n";
    return lines;
}

TEST(Catalogue, HasTheTypesThatPeopleWorkWith)
{
    std::vector<std::string> names;
    for (const auto& type : catalogue().types()) names.push_back(type.name);
    EXPECT_THAT(names, ElementsAre("enterprise", "talent", "contact", "course", "session", "enrolment", "attendance",
                                   "project", "event", "organisation", "meeting", "decision"));
    EXPECT_EQ(catalogue().type("starship"), nullptr);
}

TEST(Catalogue, ListsEveryCountryOfIso3166)
{
    const auto* countries = catalogue().code_list("country");
    ASSERT_NE(countries, nullptr);
    EXPECT_EQ(countries->codes.size(), 249u);
    EXPECT_EQ(label(countries->find("BR")->labels, "en"), "Brazil");
    EXPECT_TRUE(countries->allows("ZA"));
    EXPECT_FALSE(countries->allows("XX"));
    EXPECT_FALSE(countries->allows("za"));
}

TEST(Catalogue, FindsTheFieldOfAKey)
{
    const auto* type = catalogue().type("enterprise");
    ASSERT_NE(type, nullptr);
    EXPECT_EQ(catalogue().field("enterprise", "name@pt"), type->field("name"));
    EXPECT_EQ(catalogue().field("enterprise", "sectors/water"), type->field("sectors"));
    EXPECT_EQ(catalogue().field("enterprise", "colour"), nullptr);
    EXPECT_EQ(catalogue().field("starship", "name"), nullptr);
}

TEST(Catalogue, EveryPersonalFieldOfAContactIsMarked)
{
    for (const auto& field : catalogue().type("contact")->fields)
        EXPECT_EQ(field.personal, field.name != "of") << field.name;
}

TEST(Catalogue, TakesKeysApart)
{
    const auto parts = key_parts("title@pt-BR");
    EXPECT_EQ(parts.field, "title");
    EXPECT_EQ(parts.language, "pt-BR");
    EXPECT_EQ(key_parts("other_names/a@b/c").element, "a@b/c");
    EXPECT_EQ(key_parts("other_names/a@b/c").language, "");
    EXPECT_EQ(key_parts("name").field, "name");
}

TEST(Catalogue, KnowsLanguageTags)
{
    for (const auto* tag : {"pt", "fil", "pt-BR", "zh-Hans", "es-419", "zh-Hant-HK"})
        EXPECT_TRUE(is_language_tag(tag)) << tag;
    for (const auto* tag :
         {"", "p", "PT", "pt-br", "pt-", "-pt", "pt--BR", "zh-hans", "pt-BR-x", "zh-HK-Hant", "deutsch", "pt_BR"})
        EXPECT_FALSE(is_language_tag(tag)) << tag;
}

TEST(Catalogue, LabelsFallBackFromVarietyToLanguageToEnglish)
{
    const Labels labels = {{"en", "Country"}, {"pt", "País"}};
    EXPECT_EQ(label(labels, "pt-BR"), "País");
    EXPECT_EQ(label(labels, "pt"), "País");
    EXPECT_EQ(label(labels, "ru"), "Country");
    EXPECT_EQ(label({}, "ru"), "");
}

TEST(Policies, FollowTheFieldAndTheShapeOfTheKey)
{
    EXPECT_EQ(catalogue().policy("enterprise", "name"), Policy::latest);
    EXPECT_EQ(catalogue().policy("enterprise", "name@pt"), Policy::latest);
    EXPECT_EQ(catalogue().policy("enterprise", "status"), Policy::precedence);
    EXPECT_EQ(catalogue().policy("enterprise", "sectors/water"), Policy::present);
    EXPECT_EQ(catalogue().policy("attendance", "arrived"), Policy::lowest);
    EXPECT_EQ(catalogue().policy("attendance", "left"), Policy::highest);
    EXPECT_EQ(catalogue().policy("enterprise", "colour"), Policy::latest);
    EXPECT_EQ(catalogue().policy("starship", "crew"), Policy::latest);
    EXPECT_EQ(catalogue().policy("starship", "crew/kirk"), Policy::present);
    EXPECT_EQ(catalogue().policy("enterprise", kExistence), Policy::latest);
    EXPECT_THAT(catalogue().precedence("enterprise", "status"),
                ElementsAre("draft", "submitted", "verified", "withdrawn"));
    EXPECT_TRUE(catalogue().precedence("enterprise", "name").empty());
    EXPECT_TRUE(catalogue().precedence("starship", "rank").empty());
}

TEST(Values, AreJudgedByKindListRangeLengthAndForm)
{
    EXPECT_EQ(why_not("enterprise", "country", Value::code("CN")), "accepted");
    EXPECT_EQ(why_not("enterprise", "country", Value::code("XX")), "country: \"XX\" is not in the list of countries");
    EXPECT_EQ(why_not("enterprise", "country", Value::text("CN")), "country: must be a code");
    EXPECT_EQ(why_not("enterprise", "employees", Value::integer(-1)), "employees: is less than 0");
    EXPECT_EQ(why_not("enterprise", "employees", Value::integer(10'000'001)), "employees: is more than 10000000");
    EXPECT_EQ(why_not("enterprise", "employees", Value::decimal({5, 0})), "employees: must be a whole number");
    EXPECT_EQ(why_not("enterprise", "revenue", Value::decimal({-1, 18})), "revenue: is less than 0");
    EXPECT_EQ(why_not("enterprise", "founded", Value::date({999, 0, 0})), "founded: is less than 1000");
    EXPECT_EQ(why_not("enterprise", "name", Value::text(std::string(301, 'a'))),
              "name: is longer than 300 characters: shorten it");
    EXPECT_EQ(why_not("enterprise", "name", Value::text("a\x1b[2J")), "name: holds a control character: remove it");
    EXPECT_EQ(why_not("enterprise", "about", Value::text("two\nlines\tand a tab")), "accepted");
    EXPECT_EQ(why_not("contact", "email", Value::text("a@b.example")), "accepted");
    EXPECT_EQ(why_not("enterprise", "name", Value()), "accepted");
}

TEST(Values, LengthCountsCharactersNotBytes)
{
    std::string name;
    for (int i = 0; i < 300; ++i) name += "钢";
    EXPECT_EQ(why_not("enterprise", "name", Value::text(name)), "accepted");
    EXPECT_THAT(why_not("enterprise", "name", Value::text(name + "a")), StartsWith("name: is longer"));
}

TEST(Values, AMessageSaysNothingAboutAPerson)
{
    EXPECT_EQ(why_not("contact", "email", Value::text("Ana Lima")),
              "email: this does not have the form that is expected");
    EXPECT_EQ(why_not("enterprise", "country", Value::code("C\nN")), "country: this is not in the list of countries");
}

TEST(Values, SetElementsAndLanguageVersionsHaveTheirOwnKeys)
{
    const auto yes = Value::boolean(true);
    EXPECT_EQ(why_not("enterprise", "sectors/water", yes), "accepted");
    EXPECT_EQ(why_not("enterprise", "sectors/water", Value()), "accepted");
    EXPECT_EQ(why_not("enterprise", "sectors/magic", yes), "sectors: \"magic\" is not in the list of sectors");
    EXPECT_EQ(why_not("enterprise", "sectors/magic", Value()), "accepted");
    EXPECT_THAT(why_not("enterprise", "sectors/water", Value::boolean(false)), StartsWith("sectors: "));
    EXPECT_THAT(why_not("enterprise", "sectors/water", Value::text("yes")), StartsWith("sectors: "));
    EXPECT_THAT(why_not("enterprise", "sectors", yes), StartsWith("sectors: is a set"));
    EXPECT_THAT(why_not("enterprise", "sectors/", yes), StartsWith("sectors: is a set"));
    EXPECT_THAT(why_not("enterprise", "sectors@pt", yes), StartsWith("sectors: is a set"));
    EXPECT_THAT(why_not("enterprise", "country@pt", Value::code("CN")), StartsWith("country: has neither"));
    EXPECT_THAT(why_not("enterprise", "country/CN", yes), StartsWith("country: has neither"));
    EXPECT_THAT(why_not("enterprise", "name/x", yes), StartsWith("name: is not a set"));
    EXPECT_EQ(why_not("enterprise", "name@pt-BR", Value::text("x")), "accepted");
    EXPECT_THAT(why_not("enterprise", "name@", Value::text("x")), StartsWith("name: \"\" is not a language tag"));
    EXPECT_THAT(why_not("enterprise", "name@PT", Value::text("x")), StartsWith("name: \"PT\" is not a language tag"));
    EXPECT_EQ(why_not("enterprise", "other_names/Иннополис", yes), "accepted");
    EXPECT_THAT(why_not("enterprise", "other_names/a ", yes), StartsWith("other_names: "));
    EXPECT_THAT(why_not("enterprise", "other_names/\xff", yes), StartsWith("other_names: "));
    EXPECT_THAT(why_not("enterprise", "other_names/" + std::string(limits::kKey_bytes, 'a'), yes),
                HasSubstr("is longer than"));
}

TEST(Values, OfANewerProgramPass)
{
    EXPECT_EQ(why_not("enterprise", "colour", Value::text("red")), "accepted");
    EXPECT_EQ(why_not("starship", "crew", Value::integer(430)), "accepted");
    EXPECT_EQ(why_not("starship", kExistence, Value::boolean(true)), "accepted");
    EXPECT_THAT(why_not("starship", kExistence, Value::text("yes")), StartsWith("!: "));
    EXPECT_THAT(why_not("enterprise", kExistence, Value()), StartsWith("!: "));
}

TEST(Values, APersonMustNameWhatIsKnown)
{
    EXPECT_TRUE(catalogue().require_known("enterprise", "name@pt").has_value());
    const auto field = catalogue().require_known("enterprise", "colour@pt");
    EXPECT_EQ(field.error().code, Errc::usage);
    EXPECT_THAT(field.error().text, StartsWith("colour: no such field; enterprise has name, "));
    const auto type = catalogue().require_known("enterprse");
    EXPECT_EQ(type.error().code, Errc::usage);
    EXPECT_THAT(type.error().text, HasSubstr("enterprise, talent"));
}

TEST(Records, NeedTheirRequiredFields)
{
    EXPECT_EQ(record_fault("enterprise", {}), "name: is missing: every enterprise has one");
    EXPECT_EQ(record_fault("enterprise", {{"name", Value()}}), "name: is missing: every enterprise has one");
    EXPECT_EQ(record_fault("enterprise", {{"name@zh", Value::text("钢")}}), "accepted");
    EXPECT_EQ(record_fault("enterprise", {{"names", Value::text("x")}}), "name: is missing: every enterprise has one");
    EXPECT_EQ(record_fault("starship", {}), "accepted");
}

TEST(Records, AreJudgedAcrossFields)
{
    const auto course = [](Date start, Date end) {
        return record_fault("course",
                            {{"end", Value::date(end)}, {"title", Value::text("x")}, {"start", Value::date(start)}});
    };
    EXPECT_EQ(course({2026, 8, 24}, {2026, 8, 24}), "accepted");
    EXPECT_EQ(course({2026, 8, 24}, {2026, 8, 23}), "end: must not be less than or before start");
    EXPECT_EQ(course({2026, 8, 24}, {2026, 8, 0}), "accepted");
    EXPECT_EQ(course({2026, 8, 24}, {2026, 0, 0}), "accepted");
    EXPECT_EQ(course({2026, 0, 0}, {2026, 1, 1}), "accepted");
    EXPECT_EQ(course({2026, 8, 24}, {2026, 7, 0}), "end: must not be less than or before start");
    EXPECT_EQ(course({2026, 8, 24}, {2025, 0, 0}), "end: must not be less than or before start");

    const auto id = Value::reference({});
    EXPECT_THAT(record_fault("contact", {{"of", id}}), StartsWith("person: at least one of person, email"));
    EXPECT_EQ(record_fault("contact", {{"of", id}, {"address@pt", Value::text("x")}}), "accepted");
    EXPECT_EQ(record_fault("enterprise", {{"name", Value::text("x")}, {"registry_kind", Value::code("lei")}}),
              "registry_number: is needed where registry_kind is given");
    const auto session = [&](std::int64_t end_ms) {
        return record_fault("session", {{"of", id},
                                        {"title", Value::text("x")},
                                        {"start", Value::instant({1000, 60})},
                                        {"end", Value::instant({end_ms, 0})}});
    };
    EXPECT_EQ(session(1001), "accepted");
    EXPECT_THAT(session(999), StartsWith("end: "));
}

TEST(Assignments, GiveTheCellsTheyWrite)
{
    EXPECT_EQ(assigned("enterprise", "country", "CN"), "country=CN\n");
    EXPECT_EQ(assigned("enterprise", "country", " cn "), "country=CN\n");
    EXPECT_EQ(assigned("enterprise", "country", "south africa"), "country=ZA\n");
    EXPECT_EQ(assigned("course", "title@pt", "Aço verde"), "title@pt=Aço verde\n");
    EXPECT_EQ(assigned("course", "title@ZH-hant-tw", "x"), "title@zh-Hant-TW=x\n");
    EXPECT_EQ(assigned("enterprise", "sectors", "green-energy,water"),
              "sectors/green-energy=true\nsectors/water=true\n");
    EXPECT_EQ(assigned("enterprise", "sectors", "Green energy; water, water,"),
              "sectors/green-energy=true\nsectors/water=true\n");
    EXPECT_EQ(assigned("enterprise", "sectors/water", "yes"), "sectors/water=true\n");
    EXPECT_EQ(assigned("enterprise", "sectors/water", "no"), "sectors/water=\n");
    EXPECT_EQ(assigned("enterprise", "sectors/water", ""), "sectors/water=\n");
    EXPECT_EQ(assigned("enterprise", "other_names", "A, B; C"), "other_names/A, B=true\nother_names/C=true\n");
    EXPECT_EQ(assigned("enterprise", "city", ""), "city=\n");
    EXPECT_EQ(assigned("enterprise", "sectors", ""), "");
    EXPECT_EQ(assigned("enterprise", "about", "a\r\nb\r\n"), "about=a\nb\n\n");
    EXPECT_EQ(assigned("enterprise", "founded", "2021-08"), "founded=2021-08\n");
    EXPECT_EQ(assigned("talent", "languages", "pt, zh-hans"), "languages/pt=true\nlanguages/zh-Hans=true\n");
    EXPECT_EQ(assigned("talent", "occupation", "2512"), "occupation=2512\n");
}

TEST(Assignments, ThatCannotBeNameTheField)
{
    EXPECT_EQ(assigned("enterprise", "country", "XX"), "country: \"XX\" is not in the list of countries");
    EXPECT_EQ(assigned("enterprise", "employees", "many"), "employees: expected a whole number like 42");
    EXPECT_THAT(assigned("enterprise", "founded", "last year"), StartsWith("founded: expected a date like"));
    EXPECT_THAT(assigned("enterprise", "sectors", "water,magic"), StartsWith("sectors: \"magic\" is not in the list"));
    EXPECT_THAT(assigned("enterprise", "sectors/water", "perhaps"), StartsWith("sectors: expected yes"));
    EXPECT_THAT(assigned("enterprise", "name@portuguese", "x"), StartsWith("name: "));
    EXPECT_THAT(assigned("enterprise", "country/CN", "yes"), StartsWith("country: "));
    EXPECT_THAT(assigned("enterprise", "colour", "red"), StartsWith("colour: no such field"));
    EXPECT_THAT(assigned("starship", "crew", "430"), HasSubstr("no such type"));
    EXPECT_EQ(catalogue().parse_assignment("enterprise", "name", "\xff").error().code, Errc::rule_broken);
}

TEST(Text, OfARecordIsItsTitleAndWhatASearchLooksAt)
{
    const std::vector<NamedValue> cells = {
        {"name@zh", Value::text("钢")},     {"name@en", Value::text("Steel")},
        {"city", Value::text("Xiamen")},    {"other_names/S", Value::boolean(true)},
        {"other_names/T", Value()},         {"remark", Value::text("not searched")},
        {"colour", Value::text("unknown")},
    };
    std::vector<CellView> views;
    for (const auto& [key, value] : cells) views.emplace_back(key, &value);
    EXPECT_EQ(catalogue().title("enterprise", views), "Steel");
    EXPECT_EQ(catalogue().title("enterprise", {}), "Enterprise");
    EXPECT_EQ(catalogue().title("starship", views), "starship");
    const auto searched = [&](std::string_view type) {
        const auto* known = catalogue().type(type);
        std::string text;
        for (const auto& [key, value] : cells)
            if (!value.is_absent()) append_searched(known, cell_rule(known, key).field, key, value, text);
        return text;
    };
    EXPECT_EQ(searched("enterprise"), "钢\nSteel\nXiamen\nS\n");
    EXPECT_EQ(searched("starship"), "钢\nSteel\nXiamen\nnot searched\nunknown\n");

    const std::vector<NamedValue> meeting = {{"number", Value::integer(3)}, {"series", Value::text("Ministers")}};
    views = {{meeting[0].first, &meeting[0].second}, {meeting[1].first, &meeting[1].second}};
    EXPECT_EQ(catalogue().title("meeting", views), "Ministers, 3");
}

}  // namespace
}  // namespace indaba::shared
