#include "tests/unit/store_fixture.hpp"

#include <gmock/gmock.h>

namespace indaba::tests {
namespace {

using sync::Reason;
using sync::Ruling;
using sync::Verdict;
using testing::ElementsAre;
using testing::IsEmpty;

StoredEntry entry(std::uint64_t journal, std::uint8_t number, std::string space = "brics")
{
    StoredEntry made;
    made.name = name_of(journal, number);
    made.space = std::move(space);
    made.hash = hash_of(number);
    made.stamp = {~std::uint64_t(number)};
    made.payload = {number, 0, 0xff};
    return made;
}

Ruling ruling(const TransactionName& name, std::uint64_t number, Verdict verdict = Verdict::accepted)
{
    return {number, name, name.journal.value, verdict, {}, 1'700'000'000'000};
}

void expect_same(const StoredEntry& a, const StoredEntry& b)
{
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.space, b.space);
    EXPECT_EQ(a.hash, b.hash);
    EXPECT_EQ(a.stamp, b.stamp);
    EXPECT_EQ(a.payload, b.payload);
    EXPECT_EQ(a.ruling, b.ruling);
}

StoredJournal journal(std::uint64_t id, std::string space = "brics", bool own = true)
{
    StoredJournal made;
    made.head = {std::move(space), {id}, {}};
    made.head.author.bytes.fill(std::uint8_t(id));
    made.own = own;
    made.last = 3;
    made.last_hash = hash_of(3);
    made.ruled = 1;
    return made;
}

class StoreJournals : public StoreTest {
protected:
    StoreJournals() { must(store_->begin()); }

    std::vector<std::uint64_t> numbers(std::uint64_t id, std::uint64_t from, std::size_t limit = 100)
    {
        std::vector<std::uint64_t> seen;
        must(store_->each_entry({id}, from, [&](StoredEntry&& one) {
            seen.push_back(one.name.number);
            return seen.size() < limit;
        }));
        return seen;
    }

    std::unique_ptr<ReplicaStore> store_ = open();
};

TEST_F(StoreJournals, EntriesAreFoundByTheirWholeName)
{
    constexpr std::uint64_t kLarge = 0xfedcba9876543210;
    auto branch = entry(kLarge, 1);
    branch.hash = hash_of(99);
    branch.name.hash = branch.hash.prefix();
    branch.ruling = Ruling{7, branch.name, 99, Verdict::refused, {Reason::Code::rule, "name", "name: is required"}, -1};
    for (const auto& one : {entry(kLarge, 1), branch, entry(kLarge, 2), entry(3, 1, "china")})
        must(store_->add_entry(one));
    must(store_->commit());
    store_ = open();
    expect_same(*must(store_->find_entry(name_of(kLarge, 1))), entry(kLarge, 1));
    expect_same(*must(store_->find_entry(branch.name)), branch);
    expect_same(*must(store_->find_entry(name_of(3, 1))), entry(3, 1, "china"));
    EXPECT_FALSE(must(store_->find_entry(name_of(4, 1))));
    EXPECT_FALSE(must(store_->find_entry({{kLarge}, 2, 5})));
}

TEST_F(StoreJournals, PayloadsOfEverySizeComeBack)
{
    std::uint8_t number = 0;
    for (const std::size_t size : {0, 1, 1024, 1025, 1'000'000}) {
        auto one = entry(8, ++number);
        one.payload.assign(size, number);
        must(store_->add_entry(one));
        EXPECT_EQ(must(store_->set_ruling(ruling(one.name, number))), sync::Storage::RulingKept::anew);
        one.ruling = ruling(one.name, number);
        expect_same(*must(store_->find_entry(one.name)), one);
    }
}

TEST_F(StoreJournals, EntriesComeInOrderFromANumber)
{
    for (const std::uint8_t number : {1, 2, 3, 4}) must(store_->add_entry(entry(8, number)));
    must(store_->add_entry(entry(9, 3)));
    EXPECT_THAT(numbers(8, 0), ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(numbers(8, 3), ElementsAre(3, 4));
    EXPECT_THAT(numbers(8, 0, 2), ElementsAre(1, 2));
    EXPECT_THAT(numbers(8, ~0ull), IsEmpty());
    EXPECT_THAT(numbers(1234, 0), IsEmpty());
}

TEST_F(StoreJournals, ARulingIsKeptWithItsEntry)
{
    must(store_->add_entry(entry(8, 1)));
    auto refused = ruling(name_of(8, 1), 5, Verdict::refused);
    refused.reason = {Reason::Code::too_many_leaves, "", "settle first"};
    EXPECT_EQ(must(store_->set_ruling(refused)), sync::Storage::RulingKept::anew);
    EXPECT_EQ(must(store_->find_entry(name_of(8, 1)))->ruling, refused);
    EXPECT_EQ(must(store_->set_ruling(refused)), sync::Storage::RulingKept::again);
    EXPECT_EQ(must(store_->set_ruling(ruling(name_of(8, 2), 6))), sync::Storage::RulingKept::no_entry);
    EXPECT_EQ(must(store_->set_ruling(ruling({{8}, 1, 1}, 6))), sync::Storage::RulingKept::no_entry);
}

TEST_F(StoreJournals, JournalsComeBackAndTheNewestOwnIsWrittenTo)
{
    must(store_->save_journal(journal(20)));
    must(store_->save_journal(journal(10)));
    must(store_->save_journal(journal(30, "china")));
    must(store_->save_journal(journal(40, "brics", false)));
    must(store_->commit());
    store_ = open();
    EXPECT_EQ(must(store_->own_journal("brics"))->head.id.value, 10u);
    std::vector<std::uint64_t> own;
    for (const auto& one : must(store_->own_journals("brics"))) own.push_back(one.head.id.value);
    EXPECT_THAT(own, ElementsAre(20, 10));
    EXPECT_FALSE(must(store_->own_journal("nowhere")));
    const auto found = must(store_->find_journal({40}));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->head.space, "brics");
    EXPECT_EQ(found->head.author, journal(40).head.author);
    EXPECT_FALSE(found->own);
    EXPECT_EQ(found->last, 3u);
    EXPECT_EQ(found->last_hash, hash_of(3));
    EXPECT_EQ(found->ruled, 1u);
}

TEST_F(StoreJournals, AuthorsAreKnownBeforeAndAfterTheirJournals)
{
    const sync::Author author{{50}, {hash_of(1)}, "Laptop", "Ana"};
    must(store_->keep_author(author));
    auto found = must(store_->find_journal({50}));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->author, author);
    EXPECT_TRUE(found->head.space.empty());
    EXPECT_EQ(found->last, 0u);
    must(store_->save_journal(journal(50, "brics", false)));
    found = must(store_->find_journal({50}));
    EXPECT_EQ(found->author, author);
    EXPECT_EQ(found->last, 3u);
    auto renamed = author;
    renamed.person = "Ana Maria";
    must(store_->keep_author(renamed));
    EXPECT_EQ(must(store_->find_journal({50}))->author, renamed);
    EXPECT_EQ(must(store_->find_journal({50}))->last, 3u);
    EXPECT_FALSE(must(store_->find_journal({51})));
}

TEST_F(StoreJournals, SpacesRulingsAndTheClockComeBack)
{
    const StoredSpace space{"brics", "event", "Forum", "editor", true, {1, 2, 3, hash_of(3)}, hash_of(2), 1};
    must(store_->save_space(space));
    must(store_->save_space({"china", "country", "", "", false, {}, {}, 0}));
    const auto first = ruling(name_of(1, 1), 1);
    auto second = ruling(name_of(1, 2), 2, Verdict::lost);
    second.reason = {Reason::Code::lost, "", "lost"};
    must(store_->keep_rulings("brics", 1, {first}));
    must(store_->keep_rulings("brics", 2, {second}));
    EXPECT_EQ(must(store_->clock()), sync::StoredClock{});
    must(store_->save_clock({{~0ull}, -7}));
    must(store_->commit());
    store_ = open();
    EXPECT_EQ(must(store_->clock()), (sync::StoredClock{{~0ull}, -7}));
    EXPECT_THAT(must(store_->kept_rulings("brics")), ElementsAre(first, second));
    const auto spaces = must(store_->spaces());
    ASSERT_EQ(spaces.size(), 2u);
    EXPECT_EQ(spaces[0].cursor, space.cursor);
    EXPECT_EQ(spaces[0].position_hash, space.position_hash);
    EXPECT_EQ(spaces[0].kind, "event");
    EXPECT_EQ(spaces[0].title, "Forum");
    EXPECT_EQ(spaces[0].role, "editor");
    EXPECT_TRUE(spaces[0].carried);
    EXPECT_EQ(spaces[0].backed_up, 1u);
    EXPECT_FALSE(spaces[1].carried);
    EXPECT_FALSE(must(store_->find_space("nowhere")));
    must(store_->begin());
    must(store_->drop_rulings("brics"));
    must(store_->commit());
    EXPECT_THAT(must(store_->kept_rulings("brics")), IsEmpty());
}

TEST_F(StoreJournals, CountsSayWhatOfTheAcceptedIsBackedUp)
{
    auto mine = journal(20);
    mine.last = 5;
    mine.ruled = 4;
    must(store_->save_journal(mine));
    for (const std::uint8_t number : {1, 2, 3, 4, 5}) must(store_->add_entry(entry(20, number)));
    (void)must(store_->set_ruling(ruling(name_of(20, 2), 6)));  // of the first only a mark was told
    (void)must(store_->set_ruling(ruling(name_of(20, 3), 7, Verdict::refused)));
    (void)must(store_->set_ruling(ruling(name_of(20, 4), 9)));
    const auto backed_up_of_3 = [&](std::uint64_t backed_up, std::uint64_t base) {
        must(store_->save_space({"brics", "event", "", "editor", true, {base, base, base, {}}, {}, backed_up}));
        const auto counts = must(store_->queries().counts());
        EXPECT_EQ(counts[0].accepted, 3u);
        return counts[0].backed_up;
    };
    EXPECT_EQ(backed_up_of_3(0, 5), 0u);
    EXPECT_EQ(backed_up_of_3(4, 5), 0u) << "when the first was accepted is not known: it may have been after";
    EXPECT_EQ(backed_up_of_3(5, 5), 1u);
    EXPECT_EQ(backed_up_of_3(6, 6), 2u);
    EXPECT_EQ(backed_up_of_3(8, 6), 2u);
    EXPECT_EQ(backed_up_of_3(9, 9), 3u);
}

TEST_F(StoreJournals, CountsSayWhatIsOnlyHereAcceptedAndRefused)
{
    auto mine = journal(20);
    mine.last = 3;
    mine.ruled = 2;
    must(store_->save_space({"brics", "event", "", "editor", true, {}, {}, 0}));
    must(store_->save_journal(mine));
    must(store_->save_journal(journal(40, "brics", false)));
    for (const std::uint8_t number : {1, 2, 3}) must(store_->add_entry(entry(20, number)));
    must(store_->add_entry(entry(40, 1)));
    EXPECT_EQ(must(store_->set_ruling(ruling(name_of(20, 1), 5, Verdict::refused))), sync::Storage::RulingKept::anew);
    EXPECT_EQ(must(store_->set_ruling(ruling(name_of(20, 2), 6))), sync::Storage::RulingKept::anew);
    EXPECT_EQ(must(store_->set_ruling(ruling(name_of(40, 1), 7, Verdict::refused))), sync::Storage::RulingKept::anew);
    auto disputed = record(1, "enterprise", {{"name", "A"}});
    disputed.shown.at("name").leaves.push_back(leaf(name_of(6, 1), Value::text("B")));
    auto gone = record(2, "enterprise", {});
    gone.shown = deleted(name_of(5, 2), {name_of(5, 1)});
    must(store_->save_record(disputed));
    must(store_->save_record(gone));
    must(store_->save_record(record(3, "talent", {{"name", "C"}})));
    must(store_->commit());
    const auto counts = must(store_->queries().counts());
    ASSERT_EQ(counts.size(), 1u);
    EXPECT_EQ(counts[0].space, "brics");
    EXPECT_EQ(counts[0].records, 2u);
    EXPECT_EQ(counts[0].conflicts, 1u);
    EXPECT_EQ(counts[0].pending, 1u);
    EXPECT_EQ(counts[0].accepted, 1u);
    EXPECT_EQ(counts[0].refused, 1u);
    std::vector<TransactionName> refused;
    must(store_->queries().each_refused([&](StoredEntry&& one) {
        refused.push_back(one.name);
        return true;
    }));
    EXPECT_THAT(refused, ElementsAre(name_of(20, 1)));
    const auto sizes = must(store_->queries().sizes());
    ASSERT_EQ(sizes.size(), 1u);
    EXPECT_EQ(sizes[0].records, 2u);
    EXPECT_GT(sizes[0].bytes, 0u);
}

}  // namespace
}  // namespace indaba::tests
