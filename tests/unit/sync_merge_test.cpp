// Which of several concurrent values a cell shows, what a record's existence is, and what a merge leaves behind: each
// rule by itself. That they hold over any history is tests/property's.
#include "sync/authoring.hpp"
#include "sync/merge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace indaba::sync {
namespace {

using shared::Policy;

TransactionName name(std::uint64_t number) { return {{1}, number, number}; }
Leaf leaf(std::uint64_t number, Value value, std::uint64_t stamp = 1) { return {name(number), {stamp}, value, {}}; }

const Leaf* shown_of(std::vector<Leaf> leaves, Policy policy, const shared::Field* field = nullptr)
{
    static Cell cell;
    cell.leaves = std::move(leaves);
    return shown(cell, {field, policy});
}

Value decimal(std::int64_t units, std::uint8_t scale) { return Value::decimal({units, scale}); }
Value date(std::int16_t year, std::uint8_t month, std::uint8_t day) { return Value::date({year, month, day}); }
Value instant(std::int64_t utc_ms, std::int16_t offset_min) { return Value::instant({utc_ms, offset_min}); }

/// `low` is older and of the smaller name, then newer and of the greater: it is the value that decides.
void expect_order(const Value& low, const Value& high)
{
    for (const bool newer : {false, true}) {
        const std::uint64_t number = newer ? 9 : 1;
        const std::vector leaves{leaf(number, low, number), leaf(5, high, 5)};
        const auto about = low.display() + " and " + high.display();
        EXPECT_EQ(shown_of(leaves, Policy::highest)->value, high) << about;
        EXPECT_EQ(shown_of(leaves, Policy::lowest)->value, low) << about;
    }
}

TEST(Shown, GoesByWhatAValueIsWorthNotByItsBytes)
{
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    expect_order(Value::integer(-1), Value::integer(1));
    expect_order(Value::integer(255), Value::integer(256));
    expect_order(decimal(-5, 1), decimal(1, 1));
    expect_order(decimal(95, 1), decimal(10, 0));
    expect_order(decimal(10, 0), decimal(1001, 2));
    expect_order(decimal(149, 2), decimal(15, 1));
    expect_order(decimal(kMost, 18), decimal(kMost, 0));
    expect_order(decimal(kMost - 1, 0), decimal(kMost, 0));
    expect_order(decimal(1, 18), decimal(kMost, 0));
    expect_order(date(2025, 12, 31), date(2026, 1, 1));
    expect_order(date(2047, 12, 31), date(2048, 1, 1));
    expect_order(date(2026, 1, 31), date(2026, 2, 1));
    expect_order(date(2026, 2, 1), date(2026, 2, 2));
    expect_order(date(2026, 1, 16), date(2026, 2, 0));
    expect_order(date(2025, 9, 1), date(2026, 1, 1));
    expect_order(instant(255, 0), instant(256, 0));
    expect_order(instant(1'000, 120), instant(1'001, -120));
}

TEST(Shown, GoesByTheEncodingWhereAValueHasNoSize)
{
    expect_order(Value::text("Aurora"), Value::text("Baikal"));
    expect_order(Value::code("a"), Value::code("b"));
    expect_order(Value::boolean(false), Value::boolean(true));
    expect_order(Value::reference({{1}}), Value::reference({{2}}));
    expect_order(Value::place({1, 0}), Value::place({2, 0}));
    expect_order(Value::attachment({{{1}}, 1, "text/plain"}), Value::attachment({{{2}}, 1, "text/plain"}));
    expect_order(Value::text("9"), Value::integer(1));
    expect_order(Value::integer(9), decimal(1, 0));
}

TEST(Shown, IsTheLaterOneWhereTheyAreWorthTheSame)
{
    const std::vector leaves{leaf(1, instant(7, 60), 9), leaf(2, instant(7, 0), 3)};
    EXPECT_EQ(shown_of(leaves, Policy::highest)->name, name(1));
    EXPECT_EQ(shown_of(leaves, Policy::lowest)->name, name(1));
    const std::vector same_time{leaf(1, Value::text("A"), 3), leaf(2, Value::text("B"), 3)};
    EXPECT_EQ(shown_of(same_time, Policy::latest)->name, name(2)) << "then the greater name's";
    EXPECT_EQ(shown_of({leaf(1, Value::text("A"), 4), leaf(2, Value::text("B"), 3)}, Policy::latest)->name, name(1));
    EXPECT_EQ(shown_of({}, Policy::latest), nullptr);
}

TEST(Shown, IsWhatIsThereUnlessTheLatestCounts)
{
    const std::vector leaves{leaf(1, Value::integer(-7), 1), leaf(2, Value(), 9)};
    for (const auto policy : {Policy::highest, Policy::lowest, Policy::present})
        EXPECT_EQ(shown_of(leaves, policy)->name, name(1));
    EXPECT_EQ(shown_of(leaves, Policy::latest)->name, name(2));
}

TEST(Shown, IsTheStateFurthestInAWorkflow)
{
    shared::Field field;
    field.precedence = {"draft", "submitted", "verified"};
    const auto further = [&](const Value& less, const Value& more) {
        const auto* top = shown_of({leaf(1, more, 1), leaf(2, less, 9)}, Policy::precedence, &field);
        EXPECT_EQ(top->value, more) << less.display() << " and " << more.display();
    };
    further(Value::code("draft"), Value::code("submitted"));
    further(Value::code("submitted"), Value::code("verified"));
    further(Value::code("a newer program's"), Value::code("draft"));
    further(Value::text("verified"), Value::code("draft"));
    further(Value(), Value::code("draft"));
    EXPECT_EQ(
        shown_of({leaf(1, Value::code("verified"), 1), leaf(2, Value::code("draft"), 9)}, Policy::precedence)->name,
        name(2))
        << "of a field that is not known the latest";
}

TEST(Conflict, IsMoreThanOneValueWhereTheLatestCounts)
{
    Cell cell{"city", {leaf(1, Value::text("Perm")), leaf(2, Value::text("Perm"))}, {}, 0};
    EXPECT_FALSE(in_conflict(cell, Policy::latest));
    cell.leaves.push_back(leaf(3, Value::text("Kazan")));
    EXPECT_TRUE(in_conflict(cell, Policy::latest));
    for (const auto policy : {Policy::present, Policy::highest, Policy::lowest, Policy::precedence})
        EXPECT_FALSE(in_conflict(cell, policy));
    cell.leaves.resize(1);
    EXPECT_FALSE(in_conflict(cell, Policy::latest));
}

Cells record(std::vector<Leaf> existence, std::vector<Leaf> name_leaves)
{
    Cells cells;
    cells.at(shared::kExistence).leaves = std::move(existence);
    cells.at("name").leaves = std::move(name_leaves);
    return cells;
}

TEST(ExistenceOf, ARecordIsWhatItsDeletionsSawAndDidNotSee)
{
    const auto alive = leaf(1, Value::boolean(true));
    auto deletion = leaf(3, Value::boolean(false));
    deletion.saw = {name(1), name(2)};
    const auto seen = leaf(2, Value::text("Aurora"));
    const auto unseen = leaf(4, Value::text("Baikal"));
    EXPECT_EQ(existence({}), Existence::none);
    EXPECT_EQ(existence(record({}, {seen})), Existence::none) << "what created it is not here";
    EXPECT_EQ(existence(record({alive}, {seen})), Existence::alive);
    EXPECT_EQ(existence(record({deletion}, {seen})), Existence::deleted);
    EXPECT_EQ(existence(record({deletion}, {seen, unseen})), Existence::disputed);
    EXPECT_EQ(existence(record({alive, deletion}, {seen})), Existence::disputed);
    auto other = leaf(5, Value::boolean(false));
    other.saw = {name(4)};
    EXPECT_EQ(existence(record({deletion, other}, {seen, unseen})), Existence::deleted) << "one of them saw each";
    EXPECT_EQ(existence(record({leaf(1, Value::text("maybe"))}, {})), Existence::deleted)
        << "what is neither true nor false brings nothing to life";
}

TEST(Merge, TakesAWriteOnceHoweverOftenItComes)
{
    Cell cell;
    const auto value = Value::text("Aurora");
    for (int i = 0; i < 2; ++i) merge_pending(cell, {name(2), {1}, &value, {}, false});
    EXPECT_EQ(cell.leaves, std::vector{leaf(2, value)});
}

TEST(Merge, RemembersWhatItReplacesUntilThatComes)
{
    const auto value = Value::text("Aurora");
    const std::vector bases{name(1), name(2), name(3)};
    Cell cell;
    cell.leaves = {leaf(1, value)};
    merge_write(cell, {name(4), {1}, &value, bases, false},
                [](const TransactionName& base) { return base == name(2); });
    EXPECT_EQ(cell.leaves, std::vector{leaf(4, value)}) << "the first is replaced";
    EXPECT_EQ(cell.unknown, std::vector{name(3)}) << "the second was replaced before, the third is not here yet";
    merge_write(cell, {name(3), {9}, &value, {}, false}, [](const TransactionName&) { return true; });
    EXPECT_EQ(cell.leaves, std::vector{leaf(4, value)});
}

TEST(Merge, KeepsWithADeletionWhatItSawInOrder)
{
    const auto gone = Value::boolean(false);
    const std::vector bases{name(3), name(1), name(2)};
    Cell cell;
    merge_pending(cell, {name(4), {1}, &gone, bases, true});
    EXPECT_TRUE(std::ranges::is_sorted(cell.leaves.at(0).saw));
    EXPECT_EQ(cell.leaves.at(0).saw.size(), 3u);
    Cell edit;
    merge_pending(edit, {name(4), {1}, &gone, bases, false});
    EXPECT_TRUE(edit.leaves.at(0).saw.empty());
}

TEST(CellsOf, ARecordTakeTheBytesOfTheirKeysValuesAndNames)
{
    constexpr std::size_t kName_bytes = 20;
    Cells cells;
    EXPECT_EQ(cells.size_bytes(), 0u);
    cells.at("city").leaves = {leaf(1, Value::text("Perm"))};
    const auto plain = cells.size_bytes();
    EXPECT_EQ(plain, 2 + 4 + 5 + kName_bytes);
    cells.at("city").leaves[0].saw = {name(7)};
    cells.at("city").unknown = {name(8), name(9)};
    EXPECT_EQ(cells.size_bytes(), plain + 3 * kName_bytes);
}

TEST(CellsOf, ARecordArriveInOrderAndEachOnce)
{
    Cells cells;
    EXPECT_TRUE(cells.append({"city", {}, {}, 0}));
    EXPECT_FALSE(cells.append({"city", {}, {}, 0}));
    EXPECT_FALSE(cells.append({"about", {}, {}, 0}));
    EXPECT_TRUE(cells.append({"name", {}, {}, 0}));
    EXPECT_EQ(cells.find("country"), nullptr);
    EXPECT_EQ(cells.find("zone"), nullptr);
    EXPECT_EQ(&cells.at("name"), cells.find("name"));
    EXPECT_EQ(cells.size(), 2u);
}

/// What a person's change writes to a record that they see so.
class Authoring : public testing::Test {
protected:
    static std::vector<shared::Write> writes(Change::Kind kind, const Cells& seen,
                                             std::vector<std::pair<std::string, Value>> cells = {})
    {
        return writes_of({kind, {}, "enterprise", std::move(cells)}, seen, shared::Catalogue::builtin()).value();
    }
    static shared::Errc error(Change::Kind kind, const Cells& seen)
    {
        return writes_of({kind, {}, "enterprise", {}}, seen, shared::Catalogue::builtin()).error().code;
    }
    static Cells deleted()
    {
        auto deletion = leaf(3, Value::boolean(false));
        deletion.saw = {name(1), name(2)};
        return record({deletion}, {leaf(2, Value::text("Aurora"))});
    }

    Cells alive_ = record({leaf(1, Value::boolean(true))}, {leaf(2, Value::text("Aurora"))});
};

TEST_F(Authoring, OfWhatIsNotThereIsNoEditButACreation)
{
    for (const auto kind : {Change::Kind::settle, Change::Kind::remove, Change::Kind::confirm, Change::Kind::restore})
        EXPECT_EQ(error(kind, {}), shared::Errc::not_found);
    EXPECT_EQ(error(Change::Kind::remove, deleted()), shared::Errc::not_found) << "it is gone already";
    const auto written = writes(Change::Kind::put, {}, {{"name", Value::text("Aurora")}, {"city", Value()}});
    ASSERT_EQ(written.size(), 2u) << "nothing is said of the city";
    EXPECT_EQ(written[0].key, shared::kExistence);
    EXPECT_EQ(written[0].value, Value::boolean(true));
    EXPECT_EQ(written[1].key, "name");
}

TEST_F(Authoring, SaysNothingThatIsShownAlready)
{
    EXPECT_TRUE(writes(Change::Kind::put, alive_, {{"name", Value::text("Aurora")}}).empty());
    EXPECT_EQ(writes(Change::Kind::settle, alive_, {{"name", Value::text("Aurora")}}).size(), 1u) << "but settles";
    (void)alive_.at("city");  // which a merged write has named, and nobody has written
    EXPECT_TRUE(writes(Change::Kind::put, alive_, {{"city", Value()}}).empty());
    EXPECT_EQ(writes(Change::Kind::put, alive_, {{"city", Value::text("Perm")}}).at(0).bases.size(), 0u);
}

TEST_F(Authoring, ReplacesWhatIsShownAndItsEqualsAndTheRestOnlyWhenItSettles)
{
    alive_.at("city").leaves = {leaf(4, Value::text("Perm"), 9), leaf(5, Value::text("Perm"), 1),
                                leaf(6, Value::text("Kazan"), 5)};
    const std::vector<std::pair<std::string, Value>> omsk{{"city", Value::text("Omsk")}};
    EXPECT_EQ(writes(Change::Kind::put, alive_, omsk).at(0).bases, (std::vector{name(4), name(5)}));
    EXPECT_EQ(writes(Change::Kind::settle, alive_, omsk).at(0).bases, (std::vector{name(4), name(5), name(6)}));
}

TEST_F(Authoring, ReplacesEveryLeafOfASetsElement)
{
    alive_.at("sectors/energy").leaves = {leaf(4, Value::boolean(true)), leaf(5, Value())};
    EXPECT_EQ(writes(Change::Kind::put, alive_, {{"sectors/energy", Value()}}).at(0).bases,
              (std::vector{name(4), name(5)}));
}

TEST_F(Authoring, DeletesWithEverythingItSawAndBringsBackWithWhatThatSaw)
{
    const auto deletion = writes(Change::Kind::remove, alive_);
    ASSERT_EQ(deletion.size(), 1u);
    EXPECT_EQ(deletion[0].value, Value::boolean(false));
    EXPECT_EQ(deletion[0].bases, (std::vector{name(1), name(2)}));
    const std::vector all{name(1), name(2), name(3)};
    EXPECT_EQ(writes(Change::Kind::confirm, deleted()).at(0).bases, all);
    EXPECT_EQ(writes(Change::Kind::restore, deleted()).at(0).bases, all);
    const auto edit = writes(Change::Kind::put, deleted(), {{"city", Value::text("Perm")}});
    ASSERT_EQ(edit.size(), 2u);
    EXPECT_EQ(edit[0].value, Value::boolean(true)) << "an edit of what is deleted brings it back";
    EXPECT_EQ(edit[0].bases, all);
    EXPECT_EQ(edit[1].bases, all);
}

TEST_F(Authoring, OrdersWhatItWritesByKey)
{
    const auto written =
        writes(Change::Kind::put, {}, {{"name", Value::text("Aurora")}, {"city", Value::text("Perm")}});
    EXPECT_TRUE(std::ranges::is_sorted(written, {}, &shared::Write::key));
}

}  // namespace
}  // namespace indaba::sync
