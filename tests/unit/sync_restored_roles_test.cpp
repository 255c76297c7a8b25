// A centre that was put back from a backup while roles and spaces come and go: nobody sees more than they may, and what
// was written where no role is any more is neither lost nor forgotten.
#include "tests/unit/restored_centre.hpp"

namespace indaba::sync {
namespace {

TEST_F(RestoredCentre, LeavesNothingAsideOfASpaceThatMayNotBeSeenAnyMore)
{
    const auto backup = back_up("night");
    (void)put(b_, "Cerrado");
    sync_all();
    put_back(backup);
    EXPECT_TRUE(sync(a_).up_to_date);
    EXPECT_EQ(a_.store->orphans().value().size(), 1u);
    grants_.pop_back();
    EXPECT_TRUE(sync(a_).up_to_date);
    EXPECT_TRUE(a_.store->orphans().value().empty());
}

TEST_F(RestoredCentre, RegainsWhatWasWrittenInASpaceThatCameBackLater)
{
    const auto forum = grants_.back();
    const auto backup = back_up("night");
    const auto lost = put(a_, "Aurora");
    sync_all();
    put_back(backup);
    grants_.pop_back();  // the role was younger than the backup
    sync_all();
    EXPECT_EQ(word_of(*a_.store, lost), Cells());
    grants_.push_back(forum);
    sync_all();
    expect_same({lost});
    EXPECT_TRUE(has(a_, lost));
    EXPECT_TRUE(has(b_, lost));
}

TEST_F(RestoredCentre, ThatDoesNotKnowASpaceAnyMoreHoldsUpNothingElse)
{
    const auto backup = back_up("night");
    const Replica::Grant late{"late", "event", "Late", "editor"};
    ASSERT_TRUE(centre_store_->begin().has_value());
    ASSERT_TRUE(centre_store_->add_space({late.space, late.kind, late.title}).has_value());
    ASSERT_TRUE(centre_store_->commit().has_value());
    grants_.push_back(late);
    sync_all();
    const auto kept = new_id();
    put(a_, kept, "late", "enterprise", "Aurora");
    const auto other = put(a_, "Baikal");
    put_back(backup);
    grants_.pop_back();
    EXPECT_TRUE(sync(a_).up_to_date);
    EXPECT_TRUE(has(a_, other));
    EXPECT_FALSE(a_.store->find_record(kept).value()->pending.empty());
    ASSERT_TRUE(centre_store_->begin().has_value());
    ASSERT_TRUE(centre_store_->add_space({late.space, late.kind, late.title}).has_value());
    ASSERT_TRUE(centre_store_->commit().has_value());
    grants_.push_back(late);
    sync_all();
    EXPECT_TRUE(has(b_, kept));
}

TEST_F(RestoredCentre, ThatRefusesWhatItOnceAcceptedLeavesItStanding)
{
    const auto backup = back_up("night");
    const auto id = put(a_, "Aurora");
    sync_all();
    put_back(backup);
    const auto forum = grants_[1];
    grants_.pop_back();
    sync_all();
    // Written before the role went, and sent after the ones that the centre has lost.
    ASSERT_TRUE(a_.store->begin().has_value());
    auto space = a_.store->find_space("forum").value().value();
    space.role = "editor";
    ASSERT_TRUE(a_.store->save_space(space).has_value());
    ASSERT_TRUE(a_.store->commit().has_value());
    const auto later = put(a_, "Baikal");
    sync_all();
    const auto standing = a_.store->standing_refused({}).value();
    ASSERT_EQ(standing.size(), 2u);
    EXPECT_EQ(standing[0].record, id);
    EXPECT_EQ(standing[1].record, later);
    grants_.push_back(forum);
    sync_all();
    expect_same({id, later});
    EXPECT_TRUE(has(b_, id));
    EXPECT_TRUE(a_.store->standing_refused({}).value().empty());
}

TEST_F(RestoredCentre, IsFoundOutByADeviceWhoseSpaceComesBackWhileItIsConnected)
{
    const auto backup = back_up("night");
    const auto id = put(a_, "Aurora");
    sync_all();
    const auto forum = grants_[1];
    grants_.pop_back();
    sync_all();
    put_back(backup);
    grants_.push_back(forum);
    EXPECT_TRUE(sync(a_).up_to_date) << "in the session that brings the role";
    EXPECT_TRUE(has(a_, id));
    sync_all();
    expect_same({id});
    EXPECT_TRUE(has(b_, id));
}

TEST_F(RestoredCentre, TellsADeviceThatMayNotReadAnyMoreSoInsteadOfComparing)
{
    const auto backup = back_up("night");
    put(a_, "Aurora");
    sync_all();
    put_back(backup);
    ClientSession device(*a_.replica, {});
    ServerSession centre(*centre_, peer());
    const auto welcome = centre.on_message(device.start().send.at(0));
    const auto question = device.on_message(welcome.send.at(0));
    grants_.pop_back();
    const auto told = centre.on_message(question.send.at(0));
    EXPECT_FALSE(told.close);
    EXPECT_FALSE(device.on_message(told.send.at(0)).error);
    EXPECT_TRUE(a_.store->find_space("forum").value()->role.empty());
}

}  // namespace
}  // namespace indaba::sync
