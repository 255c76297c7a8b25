// Steps of two scans of one feed, as two sessions of one device bring them: which may follow which.
#include "tests/simulation/broken.hpp"
#include "tests/simulation/device.hpp"

#include "sync/merge.hpp"
#include "tests/model/whole.hpp"

#include <gtest/gtest.h>

namespace indaba::tests::simulation {

namespace {

using shared::Value;

class FeedSteps : public testing::Test {
protected:
    FeedSteps()
        : signer_(chance_), key_(signer_.public_key()), centre_({timeline_, roles_, digest_, signer_, counts_}),
          writer_(0, timeline_, chance_.fork(), digest_, key_, counts_),
          reader_(1, timeline_, chance_.fork(), digest_, key_, counts_)
    {
        for (auto* device : {&writer_, &reader_}) {
            roles_.set(device->id, kSpace, "editor");
            must(device->start().replica.take_grants(roles_.grants(device->id)), "grants");
        }
        for (std::uint8_t i = 1; i <= 3; ++i) put(i, "name", "first");
        while (!take(next(0, 0, 1 << 20)).caught_up) {
        }
    }

    static shared::RecordId record(std::uint8_t number)
    {
        shared::RecordId id;
        id.bytes.back() = number;
        return id;
    }

    /// Written, pushed and ruled: one more number of the feed.
    void put(std::uint8_t number, const char* key, const char* text)
    {
        auto& replica = writer_.processes[0]->replica;
        (void)must(
            replica.write(kSpace, {{sync::Change::Kind::put, record(number), "item", {{key, Value::text(text)}}}}),
            "write");
        const auto journal = must(replica.storage().own_journal(kSpace), "journal").value();
        const auto out = must(replica.outgoing(journal, journal.last - 1, 1), "outgoing");
        ASSERT_EQ(must(centre_.process->centre.ingest(out->change_set), "ingest").fresh.size(), 1u);
    }

    sync::FeedBatch next(std::uint64_t base, std::uint64_t position, std::size_t bytes)
    {
        const auto not_held = [](const auto&) { return false; };
        return must(centre_.process->centre.next_batch({kSpace, base, position, bytes}, not_held), "a batch");
    }
    sync::Replica::Applied take(const sync::FeedBatch& batch)
    {
        return must(model::take(reader_.processes[0]->replica, batch), "taking a batch");
    }
    sync::Cursor cursor() { return must(reader_.keeper->find_space(kSpace), "space")->cursor; }
    bool shows(std::uint8_t number, const char* key)
    {
        const auto held = must(reader_.keeper->find_record(record(number)), "record");
        const auto* cell = held ? held->shown.find(key) : nullptr;
        return cell != nullptr && cell->leaves.size() == 1;
    }

    static constexpr const char* kSpace = "forum";
    Timeline timeline_;
    model::Chance chance_{1};
    FaultCounts counts_;
    model::CheapDigest digest_;
    model::CheapSigner signer_;
    shared::PublicKey key_;
    Roles roles_;
    CentreNode centre_;
    Device writer_;
    Device reader_;
};

TEST_F(FeedSteps, an_older_last_step_does_not_end_a_newer_scan)
{
    ASSERT_EQ(cursor().base, 3u);
    put(1, "city", "here");
    put(2, "city", "here");
    put(3, "city", "here");
    const auto older_end = next(3, 5, 1 << 20);  // a second step, made while the feed ended at 6
    ASSERT_TRUE(older_end.is_last());
    put(1, "source", "there");
    const auto newer = next(3, 3, 1);  // record 1 is left out: it comes under 7
    ASSERT_EQ(newer.to, 5u);
    EXPECT_TRUE(take(newer).applied);
    EXPECT_FALSE(take(older_end).applied);
    while (!take(next(cursor().base, cursor().position, 1)).caught_up) {
    }
    EXPECT_TRUE(shows(1, "city"));
    EXPECT_TRUE(shows(1, "source"));
}

TEST_F(FeedSteps, a_step_from_a_higher_base_does_not_follow_one_from_a_lower)
{
    put(1, "city", "here");
    put(2, "city", "here");
    put(1, "source", "there");
    EXPECT_TRUE(take(next(3, 3, 1)).applied);  // record 2 under 5; record 1 comes under 6
    ASSERT_EQ(cursor().position, 5u);
    EXPECT_FALSE(take(next(5, 5, 1)).applied);  // for whoever had been caught up at 5: without the city of record 1
    EXPECT_TRUE(take(next(3, 5, 1)).caught_up);
    EXPECT_TRUE(shows(1, "city"));
    EXPECT_TRUE(shows(1, "source"));
}

TEST_F(FeedSteps, a_step_from_a_lower_base_may_follow)
{
    put(1, "city", "here");
    EXPECT_TRUE(take(next(0, 3, 1)).caught_up);
    EXPECT_TRUE(shows(1, "city"));
}

}  // namespace

}  // namespace indaba::tests::simulation
