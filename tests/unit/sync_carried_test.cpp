// A person chooses which spaces a device carries: what is dropped leaves it, what was written there does not, and what
// is carried again comes back whole.
#include "tests/unit/device_lives.hpp"

namespace indaba::sync {
namespace {

using shared::Errc;

class Carried : public DeviceLives {
protected:
    Life life_ = live("laptop", 11);
    Life other_ = live("tablet", 12);

    void SetUp() override
    {
        DeviceLives::SetUp();
        (void)sync(life_);
        (void)sync(other_);
    }

    void drop() { EXPECT_TRUE(life_.replica->drop("forum").has_value()); }
    void carry() { EXPECT_TRUE(life_.replica->carry("forum").has_value()); }
    bool is_row(const RecordId& id) { return life_.store->find_record(id).value().has_value(); }
    StoredSpace forum() { return *life_.store->find_space("forum").value(); }
    store::SpaceCounts counts()
    {
        for (const auto& count : life_.store->queries().counts().value())
            if (count.space == "forum") return count;
        return {};
    }
    bool centre_has(const RecordId& id) { return centre_store_->find_record(id).value().has_value(); }
    TransactionName rename(const RecordId& id, const std::string& name)
    {
        return life_.replica->write("forum", {{Change::Kind::put, id, "enterprise", {{"name", Value::text(name)}}}})
            .value();
    }
};

/// Sessions that stay open on both ends; what one says reaches the other when it is told to.
class Staying {
public:
    Staying(Replica& replica, Centre& centre, const shared::DeviceId& device, const std::vector<Replica::Grant>& grants)
        : device(replica, {{}, true}),
          centre(centre, {device, [&grants] { return Result<std::vector<Replica::Grant>>(grants); }})
    {
    }
    void say(Actions actions)
    {
        EXPECT_FALSE(actions.error) << actions.error->text;
        for (auto& message : actions.send) to_centre.push_back(std::move(message));
    }
    void answer(Actions actions)
    {
        EXPECT_FALSE(actions.error) << actions.error->text;
        for (auto& message : actions.send) to_device.push_back(std::move(message));
    }
    void carry_on()
    {
        while (!to_centre.empty() || !to_device.empty()) {
            for (const auto& message : std::exchange(to_centre, {})) answer(centre.on_message(message));
            for (const auto& message : std::exchange(to_device, {})) say(device.on_message(message));
        }
    }

    ClientSession device;
    ServerSession centre;
    std::vector<shared::Bytes> to_centre;
    std::vector<shared::Bytes> to_device;
};

class CarriedLive : public Carried {
protected:
    Staying stay_{*life_.replica, *centre_, shared::device_of(device_key_.public_key(), digest_), grants_};

    void SetUp() override
    {
        Carried::SetUp();
        stay_.say(stay_.device.start());
        stay_.carry_on();
        EXPECT_TRUE(stay_.device.progress().up_to_date);
    }
    void written()
    {
        stay_.say(stay_.device.on_written());
        stay_.carry_on();
    }
    /// The other device brings one.
    RecordId arrives(const std::string& name)
    {
        const auto id = put(other_, name);
        (void)sync(other_);
        stay_.answer(stay_.centre.on_feed("forum"));
        stay_.carry_on();
        return id;
    }
};

TEST_F(Carried, WhatIsDroppedIsGoneAndComesBackWhenItIsCarriedAgain)
{
    const auto mine = put(life_, "Aurora");
    const auto theirs = put(other_, "Baikal");
    (void)sync(other_);
    (void)sync(life_);
    EXPECT_TRUE(has(life_, mine) && has(life_, theirs));
    drop();
    EXPECT_FALSE(is_row(mine) || is_row(theirs));
    const auto late = put(other_, "Cerrado");
    (void)sync(other_);
    const auto away = sync(life_);
    EXPECT_TRUE(away.up_to_date);
    EXPECT_EQ(away.pulled, 0u);
    EXPECT_FALSE(is_row(late));
    carry();
    EXPECT_FALSE(is_row(theirs)) << "nothing comes without a contact";
    const auto back = sync(life_);
    EXPECT_TRUE(back.up_to_date);
    EXPECT_EQ(back.pulled + back.accepted, 3u) << "and nothing is ruled twice";
    EXPECT_TRUE(has(life_, mine) && has(life_, theirs) && has(life_, late));
    EXPECT_EQ(centre_store_->head("forum")->number, 3u);
}

TEST_F(Carried, NothingIsWrittenInWhatIsNotCarried)
{
    drop();
    const auto id = new_id();
    const auto written =
        life_.replica->write("forum", {{Change::Kind::put, id, "enterprise", {{"name", Value::text("A")}}}});
    ASSERT_FALSE(written.has_value());
    EXPECT_EQ(written.error().code, Errc::not_found);
    EXPECT_NE(written.error().text.find("`indaba space carry forum`"), std::string::npos) << written.error().text;
    EXPECT_EQ(life_.replica->drop("nowhere").error().code, Errc::forbidden);
    EXPECT_EQ(life_.replica->carry("nowhere").error().code, Errc::forbidden);
}

TEST_F(Carried, WhatWaitsIsKeptUnseenSentAndRuled)
{
    const auto id = put(life_, "Aurora");
    (void)sync(life_);
    rename(id, "Aurora Mills");
    const auto fresh = put(life_, "Baikal");
    drop();
    EXPECT_EQ(counts().records, 0u);
    EXPECT_EQ(counts().pending, 2u);
    EXPECT_TRUE(life_.store->find_record(fresh).value()->shown.empty());
    const auto progress = sync(life_);
    EXPECT_TRUE(progress.up_to_date);
    EXPECT_EQ(progress.accepted, 2u);
    EXPECT_EQ(counts().pending, 0u);
    EXPECT_EQ(counts().accepted, 3u);
    EXPECT_FALSE(is_row(id) || is_row(fresh)) << "what is ruled leaves no row";
    EXPECT_TRUE(centre_has(fresh));
    carry();
    (void)sync(life_);
    EXPECT_TRUE(has(life_, id) && has(life_, fresh));
}

TEST_F(Carried, WhatWasFoundInTheWordAndWaitsForItsRulingStaysUnseen)
{
    const auto id = put(life_, "Baikal");
    ASSERT_TRUE(life_.store->begin().has_value());
    auto record = *life_.store->find_record(id).value();
    record.pending.clear();  // as a comparison leaves it that found it at the centre
    ASSERT_TRUE(life_.store->save_record(record).has_value());
    ASSERT_TRUE(life_.store->commit().has_value());
    drop();
    EXPECT_FALSE(is_row(id));
    ASSERT_TRUE(life_.replica->take_size({centre_->signed_head("forum").value(), {1, 1, 1}}).has_value());
    const auto left = life_.store->find_record(id).value();
    EXPECT_TRUE(!left || left->shown.empty());
    EXPECT_EQ(counts().records, 0u);
}

TEST_F(Carried, WhatWaitsShowsAgainAsSoonAsItIsCarried)
{
    const auto id = put(life_, "Aurora");
    drop();
    carry();
    const auto record = *life_.store->find_record(id).value();
    EXPECT_EQ(existence(record.shown), Existence::alive);
    EXPECT_EQ(record.pending.size(), 1u);
    EXPECT_EQ(sync(life_).accepted, 1u);
    EXPECT_TRUE(has(life_, id));
}

TEST_F(Carried, WhatIsRefusedMeanwhileStandsAndIsOfferedAgainWithRoleAndSpace)
{
    const auto id = put(life_, "Aurora");
    drop();
    grants_[1].role = "viewer";
    EXPECT_EQ(sync(life_).refused, 1u);
    ASSERT_EQ(life_.store->standing_refused({}).value().size(), 1u);
    grants_[1].role = "editor";
    EXPECT_TRUE(sync(life_).up_to_date);
    EXPECT_EQ(life_.store->standing_refused({}).value().size(), 1u) << "nothing is written where nothing is carried";
    EXPECT_EQ(life_.replica->retry(id, {}).error().code, Errc::not_found);
    carry();
    EXPECT_TRUE(life_.store->standing_refused({}).value().empty());
    EXPECT_EQ(sync(life_).accepted, 1u);
    EXPECT_TRUE(has(life_, id));
}

TEST_F(Carried, TheCentreSaysHowLargeWhatIsNotCarriedIs)
{
    put(other_, "Aurora");
    const auto gone = put(other_, "Baikal");
    EXPECT_TRUE(other_.replica->write("forum", {{Change::Kind::remove, gone, "enterprise", {}}}).has_value());
    (void)sync(other_);
    (void)sync(life_);
    EXPECT_EQ(forum().centre, CentreSize{}) << "nobody asks of what is carried";
    drop();
    EXPECT_EQ(forum().centre, CentreSize{});
    EXPECT_TRUE(sync(life_).up_to_date);
    const auto told = forum().centre;
    EXPECT_EQ(told.records, 1u) << "a tombstone is no record";
    EXPECT_GT(told.bytes, 0u);
    EXPECT_GT(told.as_of_ms, 0);
    put(other_, "Cerrado");
    (void)sync(other_);
    (void)sync(life_);
    EXPECT_EQ(forum().centre, told) << "it is not counted at every question";
    clock_.pass(shared::limits::kSizeAge_ms);
    (void)sync(life_);
    EXPECT_EQ(forum().centre.records, 2u);
}

TEST_F(Carried, AChoiceOutlivesARoleThatGoesAndComes)
{
    const auto id = put(life_, "Aurora");
    (void)sync(life_);
    drop();
    const auto grant = grants_[1];
    grants_.pop_back();
    EXPECT_TRUE(sync(life_).up_to_date);
    EXPECT_EQ(life_.replica->carry("forum").error().code, Errc::forbidden);
    grants_.push_back(grant);
    EXPECT_TRUE(sync(life_).up_to_date);
    EXPECT_FALSE(forum().carried || is_row(id));
    EXPECT_EQ(counts().pending, 0u);
    carry();
    (void)sync(life_);
    EXPECT_TRUE(has(life_, id));
}

TEST_F(Carried, WhatWaitsWhenTheRoleGoesIsKeptUnseenAndCountedUntilItsRulingComes)
{
    const auto known = put(other_, "Aurora");
    (void)sync(other_);
    (void)sync(life_);
    rename(known, "Aurora Mills");
    const auto fresh = put(life_, "Baikal");
    grants_.pop_back();
    cut_after_ = 2;  // it hears the welcome, with what is granted now, and not what became of its push
    (void)sync(life_);
    EXPECT_TRUE(forum().role.empty());
    EXPECT_EQ(counts().records, 0u);
    EXPECT_EQ(counts().pending, 2u);
    for (const auto& id : {known, fresh}) EXPECT_TRUE(life_.store->find_record(id).value()->shown.empty());
    const auto progress = sync(life_);
    EXPECT_TRUE(progress.up_to_date);
    EXPECT_EQ(progress.refused, 2u);
    EXPECT_EQ(counts().pending, 0u);
    EXPECT_FALSE(is_row(known) || is_row(fresh));
    EXPECT_EQ(life_.store->standing_refused({}).value().size(), 2u);
}

TEST_F(Carried, WhatOnlyThisDeviceStillHoldsIsNotDropped)
{
    ASSERT_TRUE(life_.store->begin().has_value());
    Orphan orphan{new_id(), "enterprise", "forum", {}, 1};
    orphan.cells.at("name").leaves.push_back({{{1}, 1, 1}, {}, Value::text("A"), {}});
    ASSERT_TRUE(life_.store->save_orphan(orphan).has_value());
    ASSERT_TRUE(life_.store->commit().has_value());
    const auto dropped = life_.replica->drop("forum");
    ASSERT_TRUE(dropped.has_error());
    EXPECT_EQ(dropped.error().code, Errc::rule_broken);
    EXPECT_TRUE(forum().carried);
    EXPECT_TRUE(life_.replica->drop_orphan(orphan.record).has_value());
    drop();
}

TEST_F(Carried, ACentrePutBackRegainsWhatWasWrittenInADroppedSpace)
{
    const auto early = put(life_, "Aurora");
    (void)sync(life_);
    const auto night = back_up("night");
    const auto late = put(life_, "Baikal");
    (void)sync(life_);
    drop();
    put_back(night);
    EXPECT_FALSE(centre_has(late));
    EXPECT_TRUE(sync(life_).up_to_date);
    EXPECT_TRUE(centre_has(early) && centre_has(late));
    EXPECT_EQ(counts().pending, 0u);
    EXPECT_TRUE(sync(life_).up_to_date);
    EXPECT_EQ(centre_store_->head("forum")->number, 2u);
    carry();
    EXPECT_TRUE(sync(life_).up_to_date);
    EXPECT_TRUE(has(life_, early) && has(life_, late));
}

TEST_F(Carried, ACentrePutBackRegainsWhatWasRuledAfterTheDrop)
{
    (void)put(life_, "Aurora");
    (void)sync(life_);
    const auto id = put(life_, "Baikal");
    drop();
    const auto nights = {back_up("one"), back_up("two")};
    EXPECT_EQ(sync(life_).accepted, 1u);
    const auto idle = sync(life_);
    EXPECT_EQ(idle.pushed + idle.accepted, 0u);
    for (const auto& night : nights) {
        put_back(night);  // the head that was seen when it was dropped is still on its chain
        EXPECT_FALSE(centre_has(id));
        EXPECT_TRUE(sync(life_).up_to_date);
        EXPECT_TRUE(centre_has(id));
    }
    EXPECT_EQ(counts().accepted, 2u);
}

TEST_F(Carried, ACentrePutBackRegainsWhatWasRuledInASessionThatWasCut)
{
    (void)put(life_, "Aurora");
    (void)sync(life_);
    const auto id = put(life_, "Baikal");
    drop();
    const auto night = back_up("night");
    cut_after_ = 4;  // it hears the welcome, what is there and the ruling, and not where that ruling lies
    EXPECT_EQ(sync(life_).accepted, 1u);
    put_back(night);
    EXPECT_TRUE(sync(life_).up_to_date);
    EXPECT_TRUE(centre_has(id));
    const auto idle = sync(life_);
    EXPECT_EQ(idle.pushed + idle.accepted, 0u);
}

TEST_F(Carried, ACentrePutBackIsSentEverythingAlsoWhileAnEarlierPushIsOnItsWay)
{
    (void)put(life_, "Aurora");
    (void)sync(life_);
    const auto night = back_up("night");
    const auto late = put(life_, "Baikal");
    (void)sync(life_);
    const auto waiting = put(life_, "Cerrado");
    drop();
    put_back(night);
    flow_ = {1,
             1};  // one push at a time: the first, of what waits, is answered after the device has heard what happened
    EXPECT_TRUE(sync(life_).up_to_date);
    EXPECT_TRUE(centre_has(late) && centre_has(waiting));
    EXPECT_EQ(counts().pending, 0u);
}

TEST_F(Carried, WhatWasRuledAfterTheDropIsAskedAboutWhenItIsCarried)
{
    (void)put(life_, "Aurora");
    (void)sync(life_);
    const auto id = put(life_, "Baikal");
    drop();
    const auto night = back_up("night");
    EXPECT_EQ(sync(life_).accepted, 1u);
    put_back(night);  // the head that was seen is still on its chain
    EXPECT_FALSE(centre_has(id));
    carry();
    EXPECT_TRUE(sync(life_).up_to_date);
    EXPECT_TRUE(centre_has(id));
    EXPECT_TRUE(has(life_, id));
}

TEST_F(CarriedLive, ASessionThatGoesOnTakesWhatIsCarriedAndNothingOfWhatIsDropped)
{
    const auto first = arrives("Aurora");
    EXPECT_TRUE(has(life_, first));
    drop();
    written();
    EXPECT_TRUE(stay_.device.progress().up_to_date);
    EXPECT_EQ(forum().centre.records, 1u) << "told at once";
    const auto second = arrives("Baikal");
    EXPECT_TRUE(stay_.to_device.empty());
    EXPECT_FALSE(is_row(first) || is_row(second));
    carry();
    written();
    EXPECT_TRUE(has(life_, first) && has(life_, second));
    EXPECT_TRUE(stay_.device.progress().up_to_date);
    EXPECT_TRUE(has(life_, arrives("Cerrado")));
}

TEST_F(CarriedLive, WhatWasDroppedAndCarriedBetweenTwoLooksComesAnew)
{
    const auto id = arrives("Aurora");
    drop();
    carry();
    EXPECT_FALSE(is_row(id));
    written();
    EXPECT_TRUE(has(life_, id));
}

TEST_F(CarriedLive, ARulingThatWasOnItsWayInTheFeedComesAllTheSame)
{
    const auto id = put(life_, "Aurora");
    stay_.say(stay_.device.on_written());
    for (const auto& message : std::exchange(stay_.to_centre, {})) stay_.answer(stay_.centre.on_message(message));
    EXPECT_TRUE(centre_has(id));
    drop();  // the ruling lies in a batch that nobody here takes any more
    written();
    EXPECT_TRUE(stay_.device.progress().up_to_date);
    EXPECT_EQ(counts().pending, 0u);
    EXPECT_EQ(counts().accepted, 1u);
    EXPECT_EQ(centre_store_->head("forum")->number, 1u);
}

TEST_F(CarriedLive, ARoleThatGoesWhileARulingIsOnItsWayLeavesNothingWaiting)
{
    const auto id = put(life_, "Aurora");
    stay_.say(stay_.device.on_written());
    for (const auto& message : std::exchange(stay_.to_centre, {})) stay_.answer(stay_.centre.on_message(message));
    EXPECT_TRUE(centre_has(id));
    std::erase_if(stay_.to_device, [](const shared::Bytes& message) {
        return std::holds_alternative<Batch>(decode_message(message).value());  // the centre had not come so far
    });
    grants_.pop_back();
    stay_.answer({{encode_message(Grants{grants_})}, false, {}});
    stay_.carry_on();
    EXPECT_TRUE(stay_.device.progress().up_to_date);
    EXPECT_FALSE(is_row(id));
    EXPECT_EQ(counts().pending, 0u);
}

}  // namespace
}  // namespace indaba::sync
