// A home that was copied, or put back from a copy: two lives of one database write under one journal until one of them
// hears of the other. Nothing is lost or doubled, and both go on.
#include "sync/client_session.hpp"
#include "sync/server_session.hpp"
#include "sync/store/store.hpp"
#include "tests/model/cheap_crypto.hpp"

#include <gtest/gtest.h>

namespace indaba::tests {
namespace {

using namespace sync;

class FixedClock final : public shared::Clock {
public:
    [[nodiscard]] std::int64_t now_ms() override { return ++now_ms_; }

private:
    std::int64_t now_ms_ = 1'760'000'000'000;
};

class Everybody final : public Authority {
public:
    [[nodiscard]] Result<bool> may_write(const shared::DeviceId&, const SpaceName&) override { return true; }
    [[nodiscard]] Result<bool> may_read(const shared::DeviceId&, const SpaceName&) override { return true; }
    [[nodiscard]] Result<Author> describe(JournalId journal, const shared::DeviceId& device) override
    {
        return Author{journal, device, "laptop", "delegate"};
    }
};

platform::DatabaseOptions in_memory(const std::string& name)
{
    platform::DatabaseOptions options;
    options.path = "file:/copied_" + name + "?vfs=memdb";
    options.create = true;
    return options;
}

class CopiedDevice : public testing::Test {
protected:
    const shared::Catalogue& catalogue_ = shared::Catalogue::builtin();
    model::Chance chance_{7};
    model::CheapDigest digest_;
    model::CheapSigner device_key_{chance_};
    model::CheapSigner centre_key_{chance_};
    shared::PublicKey centre_public_ = centre_key_.public_key();
    FixedClock clock_;
    Everybody everybody_;
    std::string test_ = testing::UnitTest::GetInstance()->current_test_info()->name();
    std::unique_ptr<store::CentreStore> centre_store_ =
        std::move(store::CentreStore::open(in_memory(test_ + "_centre"), catalogue_).value());
    Centre centre_{{*centre_store_, everybody_, clock_, digest_, centre_key_, catalogue_}};
    const Replica::Grant grant_{"forum", "event", "Forum", "editor"};

    void SetUp() override
    {
        ASSERT_TRUE(centre_store_->begin().has_value());
        ASSERT_TRUE(centre_store_->add_space({"forum", "event", "Forum"}).has_value());
        ASSERT_TRUE(centre_store_->commit().has_value());
    }

    struct Life {
        std::unique_ptr<store::ReplicaStore> store;
        std::unique_ptr<Replica> replica;
    };

    /// A life of the one device: the same key, and the same chance for its journal's id.
    Life live(const std::string& name, model::Chance& chance)
    {
        Life life;
        life.store = std::move(
            store::ReplicaStore::open(in_memory(test_ + "_" + name), catalogue_, {.search_index = false}).value());
        life.replica = std::make_unique<Replica>(
            ReplicaPorts{*life.store, clock_, chance, digest_, device_key_, centre_public_, catalogue_});
        return life;
    }

    /// Carries messages until both ends are silent; the device's last words.
    Progress sync(Life& life)
    {
        ClientSession device(*life.replica, {});
        ServerSession centre(centre_, {shared::device_of(device_key_.public_key(), digest_),
                                       [&] { return Result<std::vector<Replica::Grant>>({grant_}); }});
        auto said = device.start();
        while (!said.send.empty()) {
            Actions answered;
            for (const auto& message : said.send)
                for (auto& answer : centre.on_message(message).send) answered.send.push_back(std::move(answer));
            said = {};
            for (const auto& message : answered.send) {
                auto more = device.on_message(message);
                EXPECT_FALSE(more.error) << more.error->text;
                for (auto& next : more.send) said.send.push_back(std::move(next));
            }
        }
        return device.progress();
    }

    RecordId put(Life& life, const std::string& name)
    {
        std::array<std::uint8_t, 10> random{};
        chance_.fill(random);
        const auto id = RecordId::make(clock_.now_ms(), random);
        EXPECT_TRUE(life.replica->write("forum", {{Change::Kind::put, id, "enterprise", {{"name", Value::text(name)}}}})
                        .has_value());
        return id;
    }

    bool has(Life& life, const RecordId& id)
    {
        const auto record = life.store->find_record(id);
        return record.has_value() && *record && existence((*record)->shown) == Existence::alive &&
               (*record)->pending.empty();
    }
};

TEST_F(CopiedDevice, BothLivesGoOnAndNothingIsLostOrDoubled)
{
    // The same chance in both lives makes the same journal: what a copied file holds.
    model::Chance chance_a(11);
    model::Chance chance_b(11);
    auto a = live("a", chance_a);
    auto b = live("b", chance_b);
    (void)sync(a);
    (void)sync(b);
    const auto by_a = put(a, "Aurora");
    const auto by_b = put(b, "Baikal");
    ASSERT_EQ(a.store->own_journal("forum").value()->head.id, b.store->own_journal("forum").value()->head.id);
    chance_b = model::Chance(12);
    for (auto* life : {&a, &b, &a, &b}) EXPECT_TRUE(sync(*life).up_to_date);
    const auto later_a = put(a, "Cerrado");
    const auto later_b = put(b, "Delta");
    for (auto* life : {&a, &b, &a, &b}) EXPECT_TRUE(sync(*life).up_to_date);
    for (auto* life : {&a, &b})
        for (const auto& id : {by_a, by_b, later_a, later_b}) EXPECT_TRUE(has(*life, id));
    EXPECT_NE(a.store->own_journal("forum").value()->head.id, b.store->own_journal("forum").value()->head.id);
    EXPECT_EQ(centre_store_->head("forum").value().number, 4u);
}

TEST_F(CopiedDevice, OnePutBackFromACopySendsWhatItWritesAfterwards)
{
    model::Chance chance_lost(11);
    model::Chance chance_back(11);
    auto lost = live("lost", chance_lost);
    (void)sync(lost);
    const auto first = put(lost, "Aurora");
    const auto second = put(lost, "Baikal");
    EXPECT_TRUE(sync(lost).up_to_date);

    // The copy was made before either was written, and wrote one more since it is back.
    auto back = live("back", chance_back);
    (void)sync(back);
    const auto third = put(back, "Cerrado");
    const auto progress = sync(back);
    EXPECT_TRUE(progress.up_to_date);
    EXPECT_EQ(progress.accepted, 1u);
    for (const auto& id : {first, second, third}) EXPECT_TRUE(has(back, id));
    EXPECT_EQ(centre_store_->head("forum").value().number, 3u);
}

TEST_F(CopiedDevice, DeletingWhatOneHasJustUndeletedIsNoConflictWithOneself)
{
    model::Chance chance_a(11);
    auto a = live("a", chance_a);
    (void)sync(a);
    const auto id = put(a, "Aurora");
    (void)sync(a);
    ASSERT_TRUE(a.replica->write("forum", {{Change::Kind::remove, id, "enterprise", {}}}).has_value());
    (void)sync(a);
    ASSERT_TRUE(a.replica->write("forum", {{Change::Kind::put, id, "enterprise", {{"city", Value::text("Perm")}}}})
                    .has_value());
    ASSERT_TRUE(a.replica->write("forum", {{Change::Kind::remove, id, "enterprise", {}}}).has_value());
    EXPECT_TRUE(sync(a).up_to_date);
    EXPECT_EQ(existence(a.store->find_record(id).value()->shown), Existence::deleted);
    EXPECT_EQ(existence(centre_store_->find_record(id).value()->shown), Existence::deleted);
}

}  // namespace
}  // namespace indaba::tests
