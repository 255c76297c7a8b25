// Two sides find out exactly where they differ, whatever they hold, at a cost that grows with the difference.
#include "shared/archive.hpp"
#include "sync/comparison.hpp"
#include "tests/model/chance.hpp"
#include "tests/model/cheap_crypto.hpp"

#include <gtest/gtest.h>

#include <set>

namespace indaba::tests::property {
namespace {

using sync::RecordVersion;
using sync::RecordVersions;

struct Outcome {
    std::vector<shared::RecordId> wanted;
    std::vector<shared::RecordId> unmatched;
    std::size_t bytes = 0;
    int round_trips = 0;
};

std::size_t bytes_of(std::span<const sync::RangeDigest> ranges) { return ranges.size() * (16 + 16 + 3 + 8); }

Outcome compare(const std::vector<RecordVersion>& mine, const std::vector<RecordVersion>& theirs)
{
    model::CheapDigest digest;
    const RecordVersions held(theirs);
    sync::Comparison comparison(RecordVersions(mine), digest);
    Outcome outcome;
    for (auto asked = comparison.ask(); !asked.empty(); asked = comparison.ask()) {
        ++outcome.round_trips;
        const auto answers = sync::answer_ranges(held, asked, digest);
        EXPECT_TRUE(answers.has_value());
        outcome.bytes += bytes_of(asked) + bytes_of(answers->parts);
        for (const auto& listed : answers->listed) outcome.bytes += 33 + listed.records.size() * 24;
        EXPECT_TRUE(comparison.take(*answers).has_value());
    }
    outcome.wanted = comparison.take_wanted();
    outcome.unmatched = comparison.take_unmatched();
    return outcome;
}

/// Ids as a few people make them: many of one moment beside each other.
std::vector<RecordVersion> some_records(model::Chance& chance, std::size_t count)
{
    std::set<shared::RecordId> ids;
    while (ids.size() < count) {
        std::array<std::uint8_t, 10> random{};
        chance.fill(random);
        ids.insert(shared::RecordId::make(1'700'000'000'000 + std::int64_t(chance.below(50)), random));
    }
    std::vector<RecordVersion> records;
    for (const auto& id : ids) records.push_back({id, chance.below(3)});
    return records;
}

TEST(Comparison, FindsExactlyWhatDiffers)
{
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        model::Chance chance(seed);
        const auto all = some_records(chance, chance.below(600));
        std::vector<RecordVersion> mine;
        std::vector<RecordVersion> theirs;
        std::set<shared::RecordId> wanted;
        std::set<shared::RecordId> unmatched;
        const auto rate = 1 + chance.below(60);
        for (const auto& record : all) {
            const auto fate = chance.below(rate);
            if (fate != 0) mine.push_back(record);
            if (fate != 1) theirs.push_back({record.id, record.version + (fate == 2 ? 1 : 0)});
            if (fate == 0 || fate == 2) wanted.insert(record.id);
            if (fate == 1) unmatched.insert(record.id);
        }
        const auto outcome = compare(mine, theirs);
        ASSERT_EQ(std::set(outcome.wanted.begin(), outcome.wanted.end()), wanted) << "seed " << seed;
        ASSERT_EQ(std::set(outcome.unmatched.begin(), outcome.unmatched.end()), unmatched) << "seed " << seed;
        ASSERT_EQ(outcome.wanted.size(), wanted.size()) << "seed " << seed;
        ASSERT_EQ(outcome.unmatched.size(), unmatched.size()) << "seed " << seed;
    }
}

TEST(Comparison, CostsWhatDiffersTimesTheLogarithmOfWhatThereIs)
{
    model::Chance chance(3);
    const auto theirs = some_records(chance, 20'000);
    const auto equal = compare(theirs, theirs);
    EXPECT_EQ(equal.round_trips, 1);
    EXPECT_LT(equal.bytes, 64u);
    auto mine = theirs;
    mine[7'777].version += 1;
    const auto one = compare(mine, theirs);
    EXPECT_LE(one.round_trips, 5);
    EXPECT_LT(one.bytes, 4u * sync::kParts * 43);
    for (std::size_t i = 0; i < 100; ++i) mine[i * 200].version += 1;
    EXPECT_LT(compare(mine, theirs).bytes, 100u * 4 * sync::kParts * 43);
}

TEST(Comparison, RefusesAnswersThatWouldNeverEnd)
{
    model::CheapDigest digest;
    model::Chance chance(5);
    sync::Comparison comparison(RecordVersions(some_records(chance, 100)), digest);
    const auto asked = comparison.ask();
    sync::RangeAnswers same;
    same.parts.push_back(asked[0]);
    same.parts[0].fingerprint += 1;
    EXPECT_FALSE(comparison.take(same).has_value());
    sync::RangeAnswers overlapping;
    const auto middle = some_records(chance, 1)[0].id;
    overlapping.parts.push_back({{{}, middle}, 1, 1});
    overlapping.parts.push_back({{{}, middle}, 1, 2});
    EXPECT_FALSE(comparison.take(overlapping).has_value());
    EXPECT_FALSE(sync::answer_ranges(RecordVersions({}), overlapping.parts, digest).has_value());
}

TEST(Comparison, RefusesAnswersToWhatWasNotAsked)
{
    model::CheapDigest digest;
    const auto id = [](std::uint8_t first) {
        shared::RecordId made;
        made.bytes[0] = first;
        return made;
    };
    std::vector<RecordVersion> mine;
    for (std::uint8_t i = 0; i < 100; ++i) mine.push_back({id(i), 1});
    sync::Comparison comparison(RecordVersions(mine), digest);
    EXPECT_FALSE(comparison.take({{}, {{{id(5), id(9)}, {}}}}).has_value()) << "nothing was asked yet";
    (void)comparison.ask();
    sync::RangeAnswers parts;
    for (const auto& [from, before] : std::vector<std::pair<int, int>>{{0, 50}, {50, 60}})
        parts.parts.push_back({{id(std::uint8_t(from)), id(std::uint8_t(before))}, 1, 1});
    ASSERT_TRUE(comparison.take(parts).has_value());
    ASSERT_EQ(comparison.ask().size(), 2u);
    const auto takes = [&](const shared::RecordId& from, const shared::RecordId& before, std::size_t records = 0) {
        const std::vector<RecordVersion> listed(mine.begin(), mine.begin() + std::ptrdiff_t(records));
        const bool as_list = sync::Comparison(comparison).take({{}, {{{from, before}, listed}}}).has_value();
        const bool as_parts = sync::Comparison(comparison).take({{{{from, before}, 1, 1}}, {}}).has_value();
        return as_list || (records == 0 && as_parts);
    };
    EXPECT_TRUE(takes(id(10), id(20)));
    EXPECT_TRUE(takes(id(50), id(55)));
    EXPECT_FALSE(takes(id(10), id(51))) << "beyond its end";
    EXPECT_FALSE(takes(id(60), id(70)));
    EXPECT_FALSE(takes(id(10), {})) << "without end";
    EXPECT_TRUE(takes(id(0), id(50), sync::kListed));
    EXPECT_FALSE(takes(id(0), id(50), sync::kListed + 1)) << "longer than a list is";
}

TEST(Comparison, WantsNothingThatIsListedOutsideItsRange)
{
    model::CheapDigest digest;
    sync::Comparison comparison(RecordVersions({}), digest);
    (void)comparison.ask();
    shared::RecordId inside;
    inside.bytes[0] = 1;
    shared::RecordId outside;
    outside.bytes[0] = 9;
    shared::RecordId end;
    end.bytes[0] = 5;
    ASSERT_TRUE(comparison.take({{}, {{{{}, end}, {{inside, 1}, {outside, 1}}}}}).has_value());
    EXPECT_EQ(comparison.take_wanted(), std::vector{inside});
}

TEST(Comparison, AnswersOnlySoManyRangesAtOnce)
{
    model::CheapDigest digest;
    std::vector<sync::RangeDigest> asked;
    for (std::size_t i = 0; i <= sync::kAskedRanges; ++i) {
        sync::RangeDigest range;
        range.range.from.bytes[0] = std::uint8_t(i >> 8);
        range.range.from.bytes[1] = std::uint8_t(i);
        range.range.before.bytes[0] = std::uint8_t((i + 1) >> 8);
        range.range.before.bytes[1] = std::uint8_t(i + 1);
        asked.push_back(range);
    }
    EXPECT_FALSE(sync::answer_ranges(RecordVersions({}), asked, digest).has_value());
    asked.pop_back();
    EXPECT_TRUE(sync::answer_ranges(RecordVersions({}), asked, digest).has_value());
}

}  // namespace
}  // namespace indaba::tests::property
