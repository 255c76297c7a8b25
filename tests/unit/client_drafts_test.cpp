#include "client/drafts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace indaba::client {
namespace {

using shared::Errc;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;
using testing::UnorderedElementsAre;

const shared::Catalogue& catalogue() { return shared::Catalogue::builtin(); }

Result<Draft> read(std::string_view line, const Draft& defaults = {})
{
    return draft_of_json(catalogue(), line, defaults);
}

TEST(Drafts, arguments_become_cells)
{
    const auto cells = cells_of_arguments(
        catalogue(), "enterprise", {"name=Ural = Pumps", "name@pt=Bombas", "sectors=water,mining", "employees=12"});
    ASSERT_TRUE(cells.has_value()) << cells.error().text;
    EXPECT_THAT(*cells,
                ElementsAre(Pair("name", Value::text("Ural = Pumps")), Pair("name@pt", Value::text("Bombas")),
                            Pair("sectors/water", Value::boolean(true)), Pair("sectors/mining", Value::boolean(true)),
                            Pair("employees", Value::integer(12))));
}

TEST(Drafts, arguments_that_are_none_are_wrong_use)
{
    for (const char* argument : {"name", "=x", ""}) {
        const auto cells = cells_of_arguments(catalogue(), "enterprise", {argument});
        ASSERT_TRUE(cells.has_error()) << argument;
        EXPECT_EQ(cells.error().code, Errc::usage);
    }
    EXPECT_EQ(cells_of_arguments(catalogue(), "enterprise", {"city=A", "city=B"}).error().code, Errc::usage);
}

TEST(Drafts, a_broken_rule_names_its_field_first)
{
    const auto cells = cells_of_arguments(catalogue(), "enterprise", {"country=Atlantis"});
    ASSERT_TRUE(cells.has_error());
    EXPECT_EQ(cells.error().code, Errc::rule_broken);
    EXPECT_THAT(cells.error().text, StartsWith("country: "));
    EXPECT_THAT(cells_of_arguments(catalogue(), "enterprise", {"colour=red"}).error().text, StartsWith("colour: "));
}

TEST(Drafts, what_the_catalogue_does_not_have_is_wrong_use)
{
    EXPECT_EQ(cells_of_arguments(catalogue(), "enterprise", {"colour=red"}).error().code, Errc::usage);
    EXPECT_EQ(cells_of_arguments(catalogue(), "enterprse", {"name=A"}).error().code, Errc::usage);
    EXPECT_EQ(read(R"({"type": "enterprise", "fields": {"colour": "red"}})").error().code, Errc::usage);
    EXPECT_EQ(read(R"({"type": "enterprise", "id": "17", "fields": {}})").error().code, Errc::usage);
}

TEST(Drafts, lines_may_begin_with_a_byte_order_mark)
{
    const auto drafts = drafts_of_json_lines(
        catalogue(), "\xEF\xBB\xBF{\"type\":\"talent\",\"fields\":{}}\n{\"type\":\"talent\",\"fields\":{}}\n", {});
    ASSERT_TRUE(drafts.has_value()) << drafts.error().text;
    EXPECT_EQ(drafts->size(), 2u);
}

TEST(Drafts, a_line_of_json_becomes_a_draft)
{
    const auto draft = read(R"({"id": "01931a2b-0000-7000-8000-000000000001", "type": "enterprise", "space": "forum",
        "fields": {"name": "A", "employees": 7, "revenue": "1.50", "city": null, "sectors": ["water"],
                   "other_names": ["B; C"]}})");
    ASSERT_TRUE(draft.has_value()) << draft.error().text;
    EXPECT_EQ(draft->id->text(), "01931a2b-0000-7000-8000-000000000001");
    EXPECT_EQ(draft->type, "enterprise");
    EXPECT_EQ(draft->space, "forum");
    EXPECT_THAT(draft->cells, UnorderedElementsAre(Pair("name", Value::text("A")), Pair("employees", Value::integer(7)),
                                                   Pair("revenue", Value::decimal({15, 1})), Pair("city", Value()),
                                                   Pair("sectors/water", Value::boolean(true)),
                                                   Pair("other_names/B; C", Value::boolean(true))));
}

TEST(Drafts, what_json_says_in_numbers_and_truths_is_what_a_person_would_type)
{
    const auto draft = read(R"({"type": "enterprise", "fields": {"name": "A", "revenue": 1.5, "employees": 12,
        "sectors": ["water", null], "other_names": [7, true, 18446744073709551615, 2.5, false]}})");
    ASSERT_TRUE(draft.has_value()) << draft.error().text;
    std::vector<std::string> keys;
    for (const auto& [key, value] : draft->cells) keys.push_back(key);
    EXPECT_THAT(
        keys, UnorderedElementsAre("name", "revenue", "employees", "sectors/water", "other_names/7", "other_names/true",
                                   "other_names/18446744073709551615", "other_names/2.5", "other_names/false"));
    EXPECT_EQ(std::ranges::find(draft->cells, "revenue", &Cell::first)->second, Value::decimal({15, 1}));
    EXPECT_THAT(read(R"({"type": "enterprise", "fields": {"name": {"en": "A"}}})").error().text, StartsWith("name: "));
    EXPECT_EQ(read(R"({"type": "enterprise", "fields": {"sectors": [["water"]]}})").error().code, Errc::usage);
    EXPECT_THAT(read(R"({"type": 7, "fields": {}})").error().text, HasSubstr("\"type\" must be text"));
    EXPECT_THAT(read(R"({"type": "enterprise", "fields": []})").error().text, HasSubstr("\"fields\" is missing"));
}

TEST(Drafts, come_in_pieces_of_one_space_that_a_transaction_takes)
{
    const auto drafts = [](std::size_t count, const std::string& space) {
        return std::vector<Draft>(count, {{}, "talent", space, {{"name", Value::text("A")}}});
    };
    const auto sizes = [](std::vector<Draft> all) {
        std::vector<std::size_t> counted;
        for (const auto& piece : pieces_of(std::move(all))) counted.push_back(piece.size());
        return counted;
    };
    constexpr auto kMost = shared::limits::kRecordsPerTransaction;
    EXPECT_THAT(sizes({}), ElementsAre());
    EXPECT_THAT(sizes(drafts(kMost, "forum")), ElementsAre(kMost));
    EXPECT_THAT(sizes(drafts(kMost + 1, "forum")), ElementsAre(kMost, 1u));
    auto two = drafts(2, "forum");
    for (const auto& draft : drafts(3, "archive")) two.push_back(draft);
    EXPECT_THAT(sizes(two), ElementsAre(2u, 3u));
    auto heavy = drafts(5, "forum");
    const auto longest = Value::text(std::string(shared::limits::kValue_bytes, 'A'));
    for (auto& draft : heavy)
        for (std::size_t i = 0; i < kPiece_bytes / shared::limits::kValue_bytes / 2; ++i)
            draft.cells.emplace_back("x" + std::to_string(i), longest);
    EXPECT_THAT(sizes(heavy), ElementsAre(2u, 2u, 1u)) << "one that fills a piece is its last";
}

TEST(Drafts, what_an_export_says_besides_is_no_harm_but_unknown_members_are)
{
    EXPECT_TRUE(
        read(R"({"type": "talent", "fields": {"name": "A"}, "state": "accepted", "conflicts": []})").has_value());
    EXPECT_EQ(read(R"({"type": "talent", "fields": {}, "nmae": "A"})").error().code, Errc::usage);
    EXPECT_EQ(read(R"({"fields": {"name": "A"}})").error().code, Errc::usage);
    EXPECT_EQ(read(R"({"type": "talent"})").error().code, Errc::usage);
    EXPECT_EQ(read("[1]").error().code, Errc::usage);
    EXPECT_EQ(read("{").error().code, Errc::usage);
}

TEST(Drafts, the_command_line_stands_in_for_what_a_line_lacks)
{
    const auto draft = read(R"({"fields": {"name": "A"}})", {{}, "talent", "forum", {}});
    ASSERT_TRUE(draft.has_value());
    EXPECT_EQ(draft->type, "talent");
    EXPECT_EQ(draft->space, "forum");
}

TEST(Drafts, an_error_names_the_line)
{
    const auto drafts = drafts_of_json_lines(
        catalogue(),
        "{\"type\":\"talent\",\"fields\":{\"name\":\"A\"}}\n\n{\"type\":\"talent\",\"fields\":{\"experience\":-1}}\n",
        {});
    ASSERT_TRUE(drafts.has_error());
    EXPECT_EQ(drafts.error().code, Errc::rule_broken);
    EXPECT_THAT(drafts.error().text, StartsWith("line 3: experience: "));
}

}  // namespace
}  // namespace indaba::client
