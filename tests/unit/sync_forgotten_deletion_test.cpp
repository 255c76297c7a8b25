// Deletions are forgotten once every device has heard of them and they are very old: nothing that was deleted comes
// back by who was away for longer, and what they wrote to it is shown to them.
#include "tests/unit/restored_centre.hpp"

#include <limits>

namespace indaba::sync {
namespace {

constexpr auto kEverybody = std::numeric_limits<std::uint64_t>::max();

class ForgottenDeletion : public RestoredCentre {
protected:
    RecordId put_everywhere(const std::string& name)
    {
        const auto id = put(a_, name);
        sync_all();
        return id;
    }
    void remove(Life& life, const RecordId& id)
    {
        EXPECT_TRUE(life.replica->write("forum", {{Change::Kind::remove, id, "enterprise", {}}}).has_value());
    }
    /// All that was deleted up to now.
    std::uint64_t forget(std::uint64_t passed = kEverybody)
    {
        return centre_->forget_deletions("forum", clock_.now_ms(), passed).value();
    }
    /// From now on.
    static void count_writes(Life& life)
    {
        EXPECT_TRUE(life.store->database()
                        .execute("CREATE TABLE written(id BLOB); CREATE TRIGGER counts AFTER UPDATE ON record BEGIN "
                                 "INSERT INTO written VALUES (new.id); END")
                        .has_value());
    }
    static std::int64_t writes_of(Life& life, const RecordId& id)
    {
        auto row = life.store->database().statement("SELECT count(*) FROM written WHERE id = ?1");
        EXPECT_TRUE(row.bind_all(shared::ByteView(id.bytes)).step().has_value());
        return row.int64(0);
    }
    static bool knows(Life& life, const RecordId& id) { return life.store->find_record(id).value().has_value(); }
};

TEST_F(ForgottenDeletion, LeavesEveryDevice)
{
    const auto kept = put_everywhere("Aurora");
    const auto id = put_everywhere("Baltika");
    remove(a_, id);
    sync_all();
    EXPECT_TRUE(knows(a_, id) && knows(b_, id));
    EXPECT_EQ(forget(), 3u);
    sync_all();
    EXPECT_FALSE(knows(a_, id) || knows(b_, id));
    EXPECT_TRUE(has(a_, kept) && has(b_, kept));
}

TEST_F(ForgottenDeletion, IsNotSentToANewDevice)
{
    const auto id = put_everywhere("Baltika");
    remove(a_, id);
    sync_all();
    forget();
    auto fresh = live("fresh", 13);
    EXPECT_EQ(sync(fresh).pulled, 0u);
    EXPECT_FALSE(knows(fresh, id));
}

TEST_F(ForgottenDeletion, WaitsUntilEveryDeviceHasPassedIt)
{
    const auto id = put_everywhere("Baltika");
    remove(a_, id);
    sync_all();
    EXPECT_EQ(forget(1), 1u) << "somebody has heard of the first ruling only";
    sync_all();
    EXPECT_TRUE(knows(a_, id));
    EXPECT_EQ(forget(0), 1u) << "and never goes back";
}

TEST_F(ForgottenDeletion, WaitsUntilItIsOldEnough)
{
    put_everywhere("Aurora");
    clock_.pass(60'000);
    const auto then_ms = clock_.now_ms();
    clock_.pass(60'000);
    put_everywhere("Baltika");
    EXPECT_EQ(centre_->forget_deletions("forum", then_ms, kEverybody).value(), 1u);
}

TEST_F(ForgottenDeletion, DoesNotComeBackByADeviceThatWasAway)
{
    const auto id = put_everywhere("Baltika");
    const auto kept = put_everywhere("Aurora");
    remove(a_, id);
    EXPECT_TRUE(sync(a_).up_to_date);
    forget();
    received_bytes_ = 0;
    EXPECT_TRUE(has(b_, id));
    EXPECT_TRUE(sync(b_).up_to_date);
    EXPECT_FALSE(knows(b_, id));
    EXPECT_TRUE(has(b_, kept));
    EXPECT_TRUE(b_.store->orphans().value().empty()) << "the centre has lost nothing";
    EXPECT_EQ(sync(b_).round_trips, 1u);
}

TEST_F(ForgottenDeletion, ShowsADeviceThatWasAwayWhatItWroteToIt)
{
    const auto id = put_everywhere("Baltika");
    remove(a_, id);
    EXPECT_TRUE(sync(a_).up_to_date);
    forget();
    edit(b_, id, "city", "Perm");
    const auto kept = put(b_, "Aurora");
    EXPECT_TRUE(sync(b_).up_to_date);
    const auto refused = b_.store->standing_refused({}).value();
    ASSERT_EQ(refused.size(), 1u);
    EXPECT_EQ(refused[0].record, id);
    EXPECT_TRUE(has(b_, kept)) << "the rest goes on";
    sync_all();
    EXPECT_FALSE(has(a_, id));
}

TEST_F(ForgottenDeletion, IsNotUndoneByWritingItAgain)
{
    const auto id = put_everywhere("Baltika");
    remove(a_, id);
    sync_all();
    put(b_, id, "forum", "enterprise", "Baltika");  // which undeletes it, on a device that still knows
    forget();
    EXPECT_TRUE(sync(b_).up_to_date);
    EXPECT_EQ(b_.store->standing_refused(id).value().size(), 1u);
    sync_all();
    EXPECT_FALSE(has(a_, id) || has(b_, id));
}

TEST_F(ForgottenDeletion, IsFoundOutAfterAComparisonThatWasCut)
{
    const auto id = put_everywhere("Baltika");
    for (int i = 0; i < 40; ++i) put(a_, "Company " + std::to_string(i));
    sync_all();
    remove(a_, id);
    EXPECT_TRUE(sync(a_).up_to_date);
    forget();
    for (std::size_t message = 2; message < 8 && knows(b_, id); ++message) {
        cut_after_ = message;
        (void)sync(b_);
    }
    cut_after_ = 0;
    EXPECT_TRUE(sync(b_).up_to_date);
    EXPECT_FALSE(knows(b_, id));
    EXPECT_EQ(b_.store->find_space("forum").value()->cursor.horizon, centre_store_->head("forum").value().horizon);
}

TEST_F(ForgottenDeletion, DoesNotMakeAFirstScanThatWasCutBeginAnew)
{
    const auto id = put_everywhere("Baltika");
    remove(a_, id);
    for (int i = 0; i < 40; ++i) put(a_, "Company " + std::to_string(i));
    sync_all();
    forget();
    auto fresh = live("fresh", 13);
    centre_flow_.message_bytes = 600;
    EXPECT_TRUE(centre_store_->head("forum").value().horizon > 40);
    cut_after_ = 4;
    (void)sync(fresh);
    const auto held = fresh.store->find_space("forum").value()->cursor;
    ASSERT_GT(held.position, 0u);
    ASSERT_LT(held.position, held.horizon);
    cut_after_ = 1;  // the welcome
    (void)sync(fresh);
    EXPECT_EQ(fresh.store->find_space("forum").value()->cursor, held);
    cut_after_ = 0;
    EXPECT_TRUE(sync(fresh).up_to_date);
    EXPECT_EQ(word_of(*fresh.store, id), Cells());
}

TEST_F(ForgottenDeletion, EndsASessionThatIsBehindIt)
{
    const auto id = put_everywhere("Baltika");
    ClientSession device(*b_.replica, {{}, true, {}});
    ServerSession centre(*centre_, peer());
    const auto carry = [&](Actions said) { carry_messages(device, centre, std::move(said)); };
    carry(device.start());
    remove(a_, id);
    EXPECT_TRUE(sync(a_).up_to_date);
    forget();  // before that session was told
    const auto told = centre.on_change();
    ASSERT_EQ(told.send.size(), 1u);
    Actions answer;
    for (auto& next : device.on_message(told.send[0]).send) answer.send.push_back(std::move(next));
    carry(std::move(answer));
    EXPECT_FALSE(knows(b_, id));
    EXPECT_TRUE(device.progress().up_to_date);
}

/// Of the feed that was scanned before: from zero, another one may be.
TEST_F(ForgottenDeletion, IsForgottenItselfWhenTheSpaceIsScannedFromZero)
{
    const auto id = put_everywhere("Baltika");
    remove(a_, id);
    sync_all();
    forget();
    sync_all();
    EXPECT_EQ(a_.store->find_space("forum").value()->cursor.horizon, 2u);
    ASSERT_TRUE(a_.replica->drop("forum").has_value());
    EXPECT_EQ(a_.store->find_space("forum").value()->cursor.horizon, 0u);
}

TEST_F(ForgottenDeletion, SettlesWhatWasWrittenToItWhenTheSpaceIsCarriedAgain)
{
    const auto id = put_everywhere("Baltika");
    remove(a_, id);
    sync_all();
    ASSERT_TRUE(a_.replica->drop("forum").has_value());
    forget();
    ASSERT_TRUE(a_.replica->carry("forum").has_value());
    EXPECT_TRUE(sync(a_).up_to_date);
    EXPECT_TRUE(a_.store->pending_records("forum").value().empty());
    EXPECT_FALSE(knows(a_, id));
}

/// Very many may wait where somebody has imported them.
TEST_F(ForgottenDeletion, LeavesWhatWaitsAsItIsWhenTheSpaceIsScannedFromZero)
{
    const auto deleted = put_everywhere("Baltika");
    remove(a_, deleted);
    sync_all();
    forget();
    ASSERT_TRUE(a_.replica->drop("forum").has_value());
    ASSERT_TRUE(a_.replica->carry("forum").has_value());
    const auto waiting = put(a_, "Aurora");
    count_writes(a_);
    EXPECT_TRUE(sync(a_).up_to_date);
    EXPECT_TRUE(has(a_, waiting));
    EXPECT_EQ(writes_of(a_, waiting), 1) << "by the batch that tells its ruling, not by the one that has caught up";
}

}  // namespace
}  // namespace indaba::sync
