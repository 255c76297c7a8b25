// What was refused stands until it is written again or dropped, whole, and comes back with the role.
#include "shared/catalogue_json.hpp"
#include "tests/unit/device_lives.hpp"

namespace indaba::sync {
namespace {

/// The centre's rules are stricter than the devices': at most 100 employees, and a long address.
shared::Catalogue strict()
{
    constexpr std::string_view kOurs = R"("max": 10000000)";
    constexpr std::string_view kForm = R"([^ ]{4,})";
    std::string text(shared::catalogue_json());
    text.replace(text.find(kOurs), kOurs.size(), R"("max": 100)");
    text.replace(text.find(kForm), kForm.size(), R"([^ ]{40,})");
    return shared::Catalogue::parse(text).value();
}

class Refused : public DeviceLives {
protected:
    shared::Catalogue strict_ = strict();
    Life life_ = live("laptop", 11);
    Life other_ = live("tablet", 12);

    void SetUp() override
    {
        DeviceLives::SetUp();
        centre_ =
            std::make_unique<Centre>(CentrePorts{*centre_store_, authority_, clock_, digest_, centre_key_, strict_});
        (void)sync(life_);
        (void)sync(other_);
    }

    using Cells = std::vector<Replica::Correction>;
    TransactionName write(Life& life, const RecordId& id, Cells cells)
    {
        std::ranges::sort(cells, {}, &Replica::Correction::first);
        return life.replica->write("forum", {{Change::Kind::put, id, "enterprise", std::move(cells)}}).value();
    }
    static Cells named(const std::string& name, std::int64_t employees)
    {
        return {{"employees", Value::integer(employees)}, {"name", Value::text(name)}};
    }
    std::vector<StandingRefusal> standing() { return life_.store->standing_refused({}).value(); }
    static std::vector<Value> values(Life& life, const RecordId& id, std::string_view key)
    {
        std::vector<Value> found;
        const auto record = life.store->find_record(id).value();
        const auto* cell = record ? record->shown.find(key) : nullptr;
        if (cell != nullptr)
            for (const auto& leaf : cell->leaves) found.push_back(leaf.value);
        return found;
    }
    void set_role(const std::string& role) { grants_[1].role = role; }
};

TEST_F(Refused, StandsUntilItIsTriedAgainCorrected)
{
    const auto id = new_id();
    write(life_, id, named("Aurora", 5000));
    EXPECT_EQ(sync(life_).refused, 1u);
    ASSERT_EQ(standing().size(), 1u);
    EXPECT_EQ(standing()[0].record, id);
    EXPECT_EQ(standing()[0].keys, (std::vector<std::string>{"!", "employees", "name"}));

    EXPECT_EQ(life_.replica->retry(id, {{"employees", Value::integer(50)}}).value(), 1u);
    EXPECT_TRUE(standing().empty());
    EXPECT_EQ(sync(life_).accepted, 1u);
    (void)sync(other_);
    EXPECT_EQ(values(other_, id, "employees"), std::vector{Value::integer(50)});
    EXPECT_EQ(values(other_, id, "name"), std::vector{Value::text("Aurora")});
    EXPECT_FALSE(life_.replica->retry(id, {}).has_value());
}

TEST_F(Refused, ForAValueIsToldWithoutTheValue)
{
    const auto id = new_id();
    write(life_, id, {{"name", Value::text("Aurora")}, {"website", Value::text("qzvwkjh.example")}});
    (void)sync(life_);
    const auto journal = life_.store->own_journal("forum").value().value();
    const auto reason = life_.store->find_entry({journal.head.id, journal.last, journal.last_hash.prefix()})
                            .value()
                            ->ruling.value()
                            .reason;
    EXPECT_EQ(reason.code, Reason::Code::rule);
    EXPECT_EQ(reason.field, "website");
    EXPECT_EQ(reason.text, "website: this does not have the form that is expected");
}

TEST_F(Refused, AChainOfEditsOnARefusedCreationIsTriedAgainAsOne)
{
    const auto id = new_id();
    write(life_, id, named("Aurora", 5000));
    write(life_, id, {{"city", Value::text("Recife")}});
    write(life_, id, {{"city", Value::text("Natal")}});
    const auto fine = put(life_, "Baikal");
    const auto progress = sync(life_);
    EXPECT_EQ(progress.refused, 3u);
    EXPECT_EQ(progress.accepted, 1u);
    EXPECT_TRUE(has(life_, fine));
    EXPECT_EQ(standing().size(), 2u) << "one city";

    EXPECT_TRUE(life_.replica->retry(id, {{"employees", Value::integer(50)}}).has_value());
    EXPECT_TRUE(standing().empty());
    EXPECT_EQ(sync(life_).accepted, 1u);
    (void)sync(other_);
    EXPECT_EQ(values(other_, id, "city"), std::vector{Value::text("Natal")});
}

TEST_F(Refused, WhatWasWrittenTogetherIsTriedAgainTogetherWithoutWhatWasDropped)
{
    const auto bad = new_id();
    const auto good = new_id();
    const std::vector<Change> both{{Change::Kind::put, bad, "enterprise", named("Aurora", 5000)},
                                   {Change::Kind::put, good, "enterprise", named("Baikal", 50)}};
    EXPECT_TRUE(life_.replica->write("forum", both).has_value());
    EXPECT_EQ(sync(life_).refused, 1u);
    EXPECT_EQ(standing().size(), 2u);

    EXPECT_TRUE(life_.replica->drop_refused(bad).has_value());
    EXPECT_FALSE(life_.replica->drop_refused(bad).has_value());
    EXPECT_EQ(life_.replica->retry(good, {}).value(), 1u);
    EXPECT_EQ(sync(life_).accepted, 1u);
    (void)sync(other_);
    EXPECT_TRUE(has(other_, good));
    EXPECT_FALSE(has(other_, bad));
    EXPECT_TRUE(standing().empty());
}

TEST_F(Refused, AChainOfEditsHoldsNoLeafUnderTheOneThatWaits)
{
    const auto id = put(life_, "Aurora");
    write(life_, id, {{"city", Value::text("Recife")}});
    (void)sync(life_);
    write(life_, id, {{"city", Value::text("Natal")}, {"employees", Value::integer(5000)}});
    write(life_, id, {{"city", Value::text("Belem")}, {"employees", Value::integer(6000)}});
    cut_after_ = 1;  // the centre has ruled on both, and the device has not heard it
    (void)sync(life_);
    cut_after_ = 0;
    write(life_, id, {{"city", Value::text("Manaus")}});
    ClientSession device(*life_.replica, {});
    ServerSession centre(*centre_, peer());
    for (const auto& answer : centre.on_message(device.start().send.front()).send) (void)device.on_message(answer);
    ASSERT_EQ(device.progress().refused, 2u);
    EXPECT_EQ(values(life_, id, "city"), std::vector{Value::text("Manaus")});
    ASSERT_EQ(standing().size(), 1u);
    EXPECT_EQ(standing()[0].keys, std::vector<std::string>{"employees"});
}

TEST_F(Refused, AnotherEditEndsOnlyWhatItWritesAgain)
{
    const auto id = put(life_, "Aurora");
    (void)sync(life_);
    write(life_, id, {{"city", Value::text("Recife")}, {"employees", Value::integer(5000)}});
    EXPECT_EQ(sync(life_).refused, 1u);

    write(life_, id, {{"about", Value::text("pumps")}});
    write(life_, id, {{"employees", Value::integer(50)}});
    ASSERT_EQ(standing().size(), 1u);
    EXPECT_EQ(standing()[0].keys, std::vector<std::string>{"city"});
    EXPECT_TRUE(life_.replica->retry(id, {}).has_value());
    EXPECT_EQ(sync(life_).accepted, 3u);
    EXPECT_EQ(values(life_, id, "city"), std::vector{Value::text("Recife")});
}

TEST_F(Refused, TryingAgainMeetsWhatOthersWroteMeanwhile)
{
    const auto id = put(life_, "Aurora");
    write(life_, id, {{"city", Value::text("Recife")}});
    (void)sync(life_);
    (void)sync(other_);
    write(life_, id, {{"city", Value::text("Natal")}, {"employees", Value::integer(5000)}});
    write(other_, id, {{"city", Value::text("Manaus")}});
    (void)sync(other_);
    EXPECT_EQ(sync(life_).refused, 1u);

    EXPECT_TRUE(life_.replica->retry(id, {{"employees", Value::integer(50)}}).has_value());
    (void)sync(life_);
    auto cities = values(life_, id, "city");
    std::ranges::sort(cities);
    EXPECT_EQ(cities, (std::vector{Value::text("Manaus"), Value::text("Natal")}));
}

TEST_F(Refused, WhatWasWrittenAgainMeanwhileIsNotTriedAgain)
{
    const auto id = put(life_, "Aurora");
    (void)sync(life_);
    write(life_, id, {{"city", Value::text("Recife")}, {"employees", Value::integer(5000)}});
    write(life_, id, {{"city", Value::text("Natal")}});
    const auto progress = sync(life_);
    EXPECT_EQ(progress.refused, 1u);
    EXPECT_EQ(progress.accepted, 1u);
    ASSERT_EQ(standing().size(), 1u);
    EXPECT_EQ(standing()[0].keys, std::vector<std::string>{"employees"});

    EXPECT_TRUE(life_.replica->retry(id, {{"employees", Value::integer(50)}}).has_value());
    EXPECT_EQ(sync(life_).accepted, 1u);
    EXPECT_EQ(values(life_, id, "city"), std::vector{Value::text("Natal")}) << "no conflict with themself";
    EXPECT_EQ(values(life_, id, "employees"), std::vector{Value::integer(50)});
}

TEST_F(Refused, ARulingThatComesAgainIsNotCountedAgainAndDoesNotRaiseWhatWasDropped)
{
    const auto id = new_id();
    write(life_, id, named("Aurora", 5000));
    (void)sync(life_);
    EXPECT_TRUE(life_.replica->drop_refused(id).has_value());
    EXPECT_TRUE(life_.replica->start_over("forum").has_value());
    EXPECT_EQ(sync(life_).refused, 0u) << "it is sent and answered again, and is no news";
    EXPECT_TRUE(standing().empty());
}

TEST_F(Refused, ARestoredCentreThatAcceptsItAfterAllHasTheLaterWriteAlone)
{
    const auto backup = back_up("before");
    const auto id = new_id();
    write(life_, id, named("Aurora", 5000));
    (void)sync(life_);
    EXPECT_TRUE(life_.replica->retry(id, {{"employees", Value::integer(50)}}).has_value());
    EXPECT_EQ(sync(life_).accepted, 1u);
    put_back(backup);  // with the devices' own catalogue, so the first one holds as well
    EXPECT_EQ(sync(life_).accepted, 2u);
    EXPECT_EQ(values(life_, id, "employees"), std::vector{Value::integer(50)});
    EXPECT_TRUE(standing().empty());
}

TEST_F(Refused, ForWantOfARoleIsOfferedAgainWhenTheRoleIsBack)
{
    const auto id = put(life_, "Aurora");
    (void)sync(life_);
    (void)sync(other_);
    write(life_, id, {{"city", Value::text("Recife")}});
    write(life_, id, {{"city", Value::text("Natal")}});
    const auto fresh = put(life_, "Baikal");
    set_role("viewer");
    EXPECT_EQ(sync(life_).refused, 3u);
    EXPECT_EQ(standing().size(), 2u) << "one city";
    EXPECT_EQ(life_.replica->retry(id, {}).error().code, shared::Errc::forbidden);

    set_role("editor");
    (void)sync(life_);
    EXPECT_TRUE(standing().empty());
    (void)sync(other_);
    EXPECT_EQ(values(other_, id, "city"), std::vector{Value::text("Natal")});
    EXPECT_TRUE(has(other_, fresh));
}

TEST_F(Refused, WithTheSpaceLostIsKeptUnseenAndOfferedAgainWhenItIsBack)
{
    const auto id = put(life_, "Aurora");
    (void)sync(life_);
    write(life_, id, {{"city", Value::text("Recife")}});
    const auto forum = grants_[1];
    grants_.pop_back();
    EXPECT_EQ(sync(life_).refused, 1u);
    EXPECT_EQ(standing().size(), 1u);

    grants_.push_back(forum);
    const auto progress = sync(life_);
    EXPECT_TRUE(progress.up_to_date);
    EXPECT_TRUE(standing().empty());
    EXPECT_EQ(values(life_, id, "city"), std::vector{Value::text("Recife")});
    EXPECT_EQ(values(life_, id, "name"), std::vector{Value::text("Aurora")});
    (void)sync(other_);
    EXPECT_EQ(values(other_, id, "city"), std::vector{Value::text("Recife")});
}

}  // namespace
}  // namespace indaba::sync
