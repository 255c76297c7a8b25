// Clones of one journal send runs of what they wrote, in any order, again and again, from anywhere: the centre rules
// them in lines, each one chain of entries without a gap whose mark is its last entry.
#include "tests/unit/device_lives.hpp"

#include <map>

namespace indaba::sync {
namespace {

class Lines : public DeviceLives {
protected:
    struct Clone {
        std::vector<shared::Entry> entries;
        std::vector<shared::Hash> hashes;
        std::size_t sent = 0;  ///< how many of them the centre has answered
    };
    /// An entry as the judge of this test remembers it.
    struct Written {
        shared::Hash hash;
        shared::Hash previous;
    };

    shared::JournalHead head_;
    std::map<shared::TransactionName, Written> written_;

    void write(Clone& clone)
    {
        const shared::Transaction transaction{
            {{new_id(), "enterprise"}}, {{0, "!", Value::boolean(true), {}}, {0, "name", Value::text("Aurora"), {}}}};
        const auto previous = clone.hashes.empty() ? shared::first_hash(head_, digest_) : clone.hashes.back();
        clone.entries.push_back({{1u << 20}, shared::encode_transaction(transaction).value()});
        shared::ChangeSet set{head_, clone.entries.size(), previous, {clone.entries.back()}, {}};
        clone.hashes.push_back(shared::entry_hashes(set, digest_).back());
        const auto& hash = clone.hashes.back();
        written_[{head_.id, clone.entries.size(), hash.prefix()}] = {hash, previous};
    }

    /// What the clone has from `first` on, up to `count` entries; from where the centre wants it, if it says so.
    void send(Clone& clone, std::size_t first, std::size_t count)
    {
        while (true) {
            const auto last = std::min(first - 1 + count, clone.entries.size());
            shared::ChangeSet set;
            set.journal = head_;
            set.first = first;
            set.previous = first == 1 ? shared::first_hash(head_, digest_) : clone.hashes[first - 2];
            for (auto i = first - 1; i < last; ++i) set.entries.push_back(clone.entries[i]);
            shared::seal(set, clone.hashes[last - 1], device_key_);
            const auto ingested = centre_->ingest(shared::encode_change_set(set));
            ASSERT_TRUE(ingested.has_value()) << ingested.error().text;
            if (ingested->expected == 0) {
                EXPECT_EQ(ingested->fresh.size() + ingested->repeated.size(), last - first + 1);
                clone.sent = std::max(clone.sent, last);
                return;
            }
            ASSERT_LT(ingested->expected, first);
            first = ingested->expected;
        }
    }

    void step(std::vector<Clone>& clones, model::Chance& chance)
    {
        auto& clone = clones[chance.below(clones.size())];
        switch (chance.below(5)) {
            case 0:
            case 1:
                for (auto count = 1 + chance.below(4); count > 0; --count) write(clone);
                return;
            case 2:
                if (clones.size() < 4) clones.push_back(Clone(clone));
                return;
            default:
                if (clone.entries.empty()) return;
                const auto next = std::min(clone.sent + 1, clone.entries.size());
                const auto first = chance.below(4) == 0 ? 1 + chance.below(clone.entries.size()) : next;
                send(clone, first, 1 + chance.below(6));
        }
    }

    /// Every ruling of the feed by its line, in the order of the feed.
    std::map<std::uint64_t, std::vector<shared::TransactionName>> lines()
    {
        std::map<std::uint64_t, std::vector<shared::TransactionName>> lines;
        const auto visit = [&](Ruling&& ruling) {
            if (ruling.name.journal == head_.id) lines[ruling.line].push_back(ruling.name);
            return true;
        };
        EXPECT_TRUE(centre_store_->each_ruling("forum", 0, ~std::uint64_t(0) >> 1, visit).has_value());
        return lines;
    }

    void judge(const std::vector<Clone>& clones)
    {
        std::size_t ruled = 0;
        for (const auto& [line, names] : lines()) {
            ruled += names.size();
            EXPECT_EQ(line, line == head_.id.value ? line : names.front().hash);
            if (line == head_.id.value) {
                EXPECT_EQ(names.front().number, 1u);
            }
            for (std::size_t i = 1; i < names.size(); ++i) {
                EXPECT_EQ(names[i].number, names[i - 1].number + 1);
                EXPECT_EQ(written_.at(names[i]).previous, written_.at(names[i - 1]).hash);
            }
            const auto mark = centre_store_->mark(head_.id, line).value();
            ASSERT_TRUE(mark);
            EXPECT_EQ(mark->number, names.back().number);
            EXPECT_EQ(mark->hash, written_.at(names.back()).hash);
        }
        std::set<shared::TransactionName> answered;
        for (const auto& clone : clones)
            for (std::size_t i = 0; i < clone.sent; ++i) answered.insert({head_.id, i + 1, clone.hashes[i].prefix()});
        EXPECT_EQ(ruled, answered.size()) << "each entry is ruled once";
    }
};

TEST_F(Lines, AreChainsWithoutGapsWhateverClonesSend)
{
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        model::Chance chance(seed);
        head_ = shared::journal_head(std::uint32_t(chance.draw()), "forum", device_key_.public_key(), digest_);
        written_.clear();
        std::vector<Clone> clones(1);
        for (int steps = 0; steps < 40 && !HasFailure(); ++steps) step(clones, chance);
        for (auto& clone : clones)
            if (clone.sent < clone.entries.size()) send(clone, clone.sent + 1, clone.entries.size());
        judge(clones);
        if (HasFailure()) FAIL() << "seed " << seed;
    }
}

TEST_F(Lines, GoOnAsTheyAreWhenABranchIsSentOnceMoreWithWhatFollows)
{
    head_ = shared::journal_head(7, "forum", device_key_.public_key(), digest_);
    Clone clone;
    for (int i = 0; i < 2; ++i) write(clone);
    Clone branch(clone);
    for (int i = 0; i < 4; ++i) write(clone);
    for (int i = 0; i < 3; ++i) write(branch);
    send(clone, 1, 6);
    send(branch, 1, 3);
    send(branch, 3, 2);  // the first of these is there already, and the journal is longer
    send(branch, 2, 4);
    const auto ruled = lines();
    ASSERT_EQ(ruled.size(), 2u);
    EXPECT_EQ(ruled.at(head_.id.value).size(), 6u);
    EXPECT_EQ(ruled.at(branch.hashes[2].prefix()).size(), 3u);
    const auto journal = centre_store_->find_journal(head_.id).value();
    EXPECT_EQ(journal->last, 6u);
    EXPECT_EQ(journal->last_hash, clone.hashes.back());
    judge({clone, branch});
}

TEST_F(Lines, OfABranchGoOnWhereSomethingOfItWasLost)
{
    head_ = shared::journal_head(7, "forum", device_key_.public_key(), digest_);
    Clone clone;
    for (int i = 0; i < 3; ++i) write(clone);
    Clone branch(clone);
    for (int i = 0; i < 2; ++i) write(clone);
    for (int i = 0; i < 3; ++i) write(branch);
    send(clone, 1, 5);
    send(branch, 1, 4);
    const auto me = shared::device_of(device_key_.public_key(), digest_);
    ASSERT_TRUE(centre_->note_missing({head_, 4, 6, branch.hashes[5]}, branch.hashes[3], me).has_value());
    const auto ruled = centre_->rule_lost(head_.id, 6);
    ASSERT_TRUE(ruled.has_value()) << ruled.error().text;
    EXPECT_EQ(ruled->numbers.first, 5u);
    const auto line = branch.hashes[3].prefix();
    EXPECT_EQ(centre_store_->mark(head_.id, head_.id.value).value()->hash, clone.hashes[4]) << "as it was";
    EXPECT_EQ(centre_store_->mark(head_.id, line).value()->hash, branch.hashes[5]);
    EXPECT_EQ(lines().at(line).size(), 2u);
}

TEST_F(Lines, AreAskedForFromTheFirstEntryThatIsMissing)
{
    head_ = shared::journal_head(7, "forum", device_key_.public_key(), digest_);
    Clone clone;
    for (int i = 0; i < 4; ++i) write(clone);
    Clone branch(clone);
    branch.entries.resize(2);
    branch.hashes.resize(2);
    write(branch);
    const auto expected = [&](const Clone& from, std::uint64_t number) {
        shared::ChangeSet set{head_, number, from.hashes[number - 2], {from.entries[number - 1]}, {}};
        shared::seal(set, from.hashes[number - 1], device_key_);
        return centre_->ingest(shared::encode_change_set(set)).value().expected;
    };
    EXPECT_EQ(expected(clone, 4), 1u);
    send(clone, 1, 2);
    EXPECT_EQ(expected(clone, 4), 3u);
    EXPECT_EQ(expected(clone, 3), 0u);
    write(branch);
    EXPECT_EQ(expected(branch, 4), 1u) << "it left before what is here, and only the whole journal says where";
}

}  // namespace
}  // namespace indaba::sync
