// What the centre orders to erase is gone everywhere, whatever was written about it, before or since; the chains hold,
// and what was written together with it stays.
#include "platform/files.hpp"
#include "sync/batch.hpp"
#include "tests/unit/restored_centre.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace indaba::sync {
namespace {

class Erasing : public RestoredCentre {
protected:
    /// In all that the file holds.
    bool holds(platform::Database& database, const std::string& text)
    {
        const auto path = directory_.file("copy" + std::to_string(++copies_));
        EXPECT_TRUE(database.execute("VACUUM INTO 'file:" + path + "?vfs=unix'").has_value());
        const auto bytes = platform::read_file(path, 64 * 1024 * 1024).value();
        return shared::as_text(bytes).find(text) != std::string_view::npos;
    }
    void expect_nobody_holds(const std::string& text)
    {
        EXPECT_FALSE(holds(centre_store_->database(), text)) << "the centre";
        EXPECT_FALSE(holds(a_.store->database(), text)) << "a";
        EXPECT_FALSE(holds(b_.store->database(), text)) << "b";
    }
    /// Both in one transaction.
    std::pair<RecordId, RecordId> put_two(Life& life, const std::string& first, const std::string& second)
    {
        const std::pair ids{new_id(), new_id()};
        EXPECT_TRUE(
            life.replica
                ->write("forum", {{Change::Kind::put, ids.first, "enterprise", {{"name", Value::text(first)}}},
                                  {Change::Kind::put, ids.second, "enterprise", {{"name", Value::text(second)}}}})
                .has_value());
        return ids;
    }
    std::vector<RecordId> put_many(Life& life, std::size_t count)
    {
        std::vector<RecordId> ids;
        std::vector<Change> changes;
        for (std::size_t i = 0; i < count; ++i) {
            ids.push_back(new_id());
            changes.push_back({Change::Kind::put, ids.back(), "enterprise", {{"name", Value::text("Aurora")}}});
        }
        EXPECT_TRUE(life.replica->write("forum", std::move(changes)).has_value());
        return ids;
    }
    /// Of a record that need not be at the centre yet.
    Erasure order(const RecordId& id)
    {
        Erasure order{id, clock_.now_ms(), {}};
        order.signature = centre_key_.sign(erasure_message(order));
        return order;
    }
    /// What a session would bring, without the orders.
    static Result<Replica::Applied> take_feed(Life& life, Centre& centre)
    {
        const auto cursor = life.store->find_space("forum").value()->cursor;
        const auto nothing = [](const Ruling&) { return false; };
        const auto batch = centre.next_batch({"forum", cursor.base, cursor.position, 1'000'000}, nothing).value();
        const auto bytes = encode_batch(batch);
        INDABA_ASSIGN(auto reader, BatchReader::open(bytes));
        return life.replica->take(reader);
    }

    /// b settled a conflict of the record that is returned, everybody heard of it, and the centre has lost that.
    RecordId put_back_to_before_a_decision()
    {
        const auto id = put(a_, "Qzvwkjh Ltd");
        sync_all();
        edit(a_, id, "city", "Qzvwkjhville");
        edit(b_, id, "city", "Qzvwkjhburg");
        sync_all();
        const auto backup = back_up("night");
        EXPECT_TRUE(b_.replica->settle(id, "city", Value::text("Qzvwkjhburg"), "they moved").has_value());
        sync_all();
        put_back(backup);
        return id;
    }

    tests::TemporaryDirectory directory_;
    int copies_ = 0;
};

TEST_F(Erasing, ReachesValuesLosersDecisionsAndJournals)
{
    const auto [gone, kept] = put_two(a_, "Qzvwkjh Ltd", "Aurora");
    sync_all();
    edit(a_, gone, "city", "Qzvwkjhville");
    edit(b_, gone, "city", "Qzvwkjhburg");
    sync_all();
    ASSERT_TRUE(a_.replica->settle(gone, "city", Value::text("Qzvwkjhburg"), "they moved").has_value());
    edit(b_, kept, "city", "Perm");
    sync_all();
    EXPECT_TRUE(holds(centre_store_->database(), "Qzvwkjh"));
    EXPECT_TRUE(holds(a_.store->database(), "Qzvwkjh"));

    const auto erased = centre_->erase({gone});
    ASSERT_TRUE(erased.has_value()) << erased.error().text;
    EXPECT_EQ(erased->records, 2u) << "the decision quotes it";
    EXPECT_EQ(erased->entries, 4u);
    EXPECT_EQ(sync(a_).erased, 2u);
    EXPECT_EQ(sync(b_).erased, 2u);
    expect_nobody_holds("Qzvwkjh");
    EXPECT_TRUE(has(a_, kept));
    EXPECT_TRUE(has(b_, kept));
    expect_same({gone, kept});
    EXPECT_EQ(word_of(*centre_store_, kept).find("city")->leaves.at(0).value, Value::text("Perm"));
    EXPECT_EQ(sync(a_).erased, 0u) << "once";
    EXPECT_EQ(confirmed_, 2u);
    EXPECT_EQ(centre_->erase({gone})->records, 0u) << "and that is no error";
    EXPECT_EQ(centre_->erase({new_id()}).error().code, shared::Errc::not_found);
    EXPECT_EQ(a_.replica->write("forum", {{Change::Kind::put, gone, "enterprise", {{"name", Value::text("Again")}}}})
                  .error()
                  .code,
              shared::Errc::not_found);
}

TEST_F(Erasing, ReachesWhatWasWrittenMeanwhile)
{
    const auto [gone, kept] = put_two(a_, "Qzvwkjh Ltd", "Aurora");
    sync_all();
    ASSERT_TRUE(centre_->erase({gone}).has_value());
    edit(b_, gone, "city", "Qzvwkjhburg");
    ASSERT_TRUE(
        b_.replica
            ->write("forum", {{Change::Kind::put, gone, "enterprise", {{"website", Value::text("qzvwkjh.example")}}},
                              {Change::Kind::put, kept, "enterprise", {{"city", Value::text("Surat")}}}})
            .has_value());
    const auto progress = sync(b_);
    EXPECT_EQ(progress.refused, 2u);
    EXPECT_EQ(progress.accepted, 1u) << "what is left of a transaction that was sent whole is written again";
    sync_all();
    expect_nobody_holds("zvwkjh");
    expect_same({gone, kept});
    EXPECT_EQ(word_of(*centre_store_, kept).find("city")->leaves.at(0).value, Value::text("Surat"));
}

TEST_F(Erasing, OfOneOfManyCostsOneMoreTransaction)
{
    const auto many = put_many(b_, 999);
    ASSERT_TRUE(centre_->take_erasures({order(many[500])}).has_value());  // just before they come
    const auto progress = sync(b_);
    EXPECT_EQ(progress.refused, 1u);
    EXPECT_EQ(progress.accepted, 1u);
    sync_all();
    EXPECT_EQ(b_.store->own_journal("forum").value()->last, 2u);
    EXPECT_TRUE(b_.store->standing_refused({}).value().empty());
    for (const auto& id : many) EXPECT_EQ(has(a_, id), id != many[500]);
    expect_same(many);
}

TEST_F(Erasing, IsWaitedForWhereTheRefusalIsHeardFirst)
{
    const auto [gone, kept] = put_two(b_, "Qzvwkjh Ltd", "Aurora");
    const auto other = put(b_, "Baikal");
    edit(b_, kept, "city", "Surat");
    const auto orders = std::vector{order(gone)};
    ASSERT_TRUE(centre_->take_erasures(orders).has_value());
    const auto journal = b_.store->own_journal("forum").value().value();
    const auto sent = b_.replica->outgoing(journal, 0, 1'000'000).value()->change_set;
    ASSERT_TRUE(centre_->ingest(sent).has_value());
    // Another process of this home was told so, and cut off.
    ASSERT_TRUE(take_feed(b_, *centre_).has_value());
    EXPECT_EQ(b_.store->standing_refused({}).value().size(), 3u);
    EXPECT_EQ(b_.store->own_journal("forum").value()->last, 3u) << "it would be refused again";
    ASSERT_TRUE(b_.replica->take_erasures(orders, 1).has_value());
    EXPECT_EQ(b_.store->own_journal("forum").value()->last, 4u);
    ASSERT_TRUE(b_.replica->take_erasures(orders, 1).has_value());
    EXPECT_EQ(b_.store->own_journal("forum").value()->last, 4u) << "once";
    sync_all();
    EXPECT_TRUE(b_.store->standing_refused({}).value().empty());
    expect_nobody_holds("zvwkjh");
    expect_same({gone, kept, other});
    EXPECT_EQ(word_of(*centre_store_, kept).find("city")->leaves.size(), 1u);
}

TEST_F(Erasing, LeavesTheRestToWhoeverHasTheRoleAgain)
{
    const auto [gone, kept] = put_two(b_, "Qzvwkjh Ltd", "Aurora");
    ASSERT_TRUE(centre_->take_erasures({order(gone)}).has_value());
    cut_after_ = 2;  // the rulings are not heard
    (void)sync(b_);
    cut_after_ = 0;
    grants_[1].role = "viewer";
    EXPECT_EQ(sync(b_).refused, 1u);
    EXPECT_EQ(b_.store->standing_refused({}).value().size(), 1u);
    grants_[1].role = "editor";
    sync_all();
    EXPECT_TRUE(b_.store->standing_refused({}).value().empty());
    expect_same({gone, kept});
    EXPECT_TRUE(has(a_, kept));
}

TEST_F(Erasing, ReachesWhatWasRefused)
{
    const auto gone = put(a_, "Qzvwkjh Ltd");
    sync_all();
    grants_[1].role = "viewer";
    edit(b_, gone, "city", "Qzvwkjhburg");
    (void)sync(b_);
    grants_[1].role = "editor";
    ASSERT_FALSE(b_.store->standing_refused({}).value().empty());
    EXPECT_GE(centre_->erase({gone})->entries, 2u);
    sync_all();
    EXPECT_TRUE(b_.store->standing_refused({}).value().empty());
    expect_nobody_holds("Qzvwkjh");
}

TEST_F(Erasing, ReachesWhatIsRefusedForAnotherReason)
{
    const auto gone = put(a_, "Aurora");
    sync_all();
    ASSERT_TRUE(centre_->erase({gone}).has_value());
    edit(b_, gone, "city", "Qzvwkjhburg");
    grants_[1].role = "viewer";
    (void)sync(b_);
    (void)sync(a_);
    EXPECT_EQ(centre_store_->erasure_state()->through, 1u);
    expect_nobody_holds("Qzvwkjh");
}

TEST_F(Erasing, ReachesADeviceThatHasLostTheRole)
{
    const auto gone = put(b_, "Qzvwkjh Ltd");
    sync_all();
    const auto forum = grants_.back();
    grants_.pop_back();
    (void)sync(b_);
    ASSERT_TRUE(holds(b_.store->database(), "Qzvwkjh")) << "it wrote it";
    ASSERT_TRUE(centre_->erase({gone}).has_value());
    (void)sync(b_);
    EXPECT_FALSE(holds(b_.store->database(), "Qzvwkjh"));
    grants_.push_back(forum);
    sync_all();
    expect_nobody_holds("Qzvwkjh");
}

TEST_F(Erasing, IsRepeatedByACentreThatWasPutBack)
{
    const auto [early, kept] = put_two(a_, "Qzvwkjh Ltd", "Aurora");
    sync_all();
    const auto backup = back_up("night");
    const auto [late, later] = put_two(b_, "Qzvwkjh Two", "Baikal");
    sync_all();
    ASSERT_TRUE(centre_->erase({early}).has_value());
    ASSERT_TRUE(centre_->erase({late}).has_value());
    sync_all();
    put_back(backup);
    EXPECT_TRUE(holds(centre_store_->database(), "Qzvwkjh"));
    sync_all();
    expect_nobody_holds("Qzvwkjh");
    expect_same({early, kept, late, later});
    EXPECT_TRUE(has(a_, kept));
    EXPECT_TRUE(has(a_, later)) << "what is left of an entry is sent again";
    EXPECT_EQ(centre_store_->erasure_state()->through, 2u);
}

TEST_F(Erasing, ReachesWhatWasDecidedWhereACentreThatWasPutBackDidNotKnow)
{
    const auto gone = put(a_, "Qzvwkjh Ltd");
    sync_all();
    edit(a_, gone, "city", "Qzvwkjhville");
    edit(b_, gone, "city", "Qzvwkjhburg");
    EXPECT_TRUE(sync(a_).up_to_date);
    EXPECT_TRUE(sync(b_).up_to_date);
    const auto backup = back_up("night");
    ASSERT_TRUE(centre_->erase({gone}).has_value());
    EXPECT_EQ(sync(a_).erased, 1u);
    put_back(backup);
    ASSERT_TRUE(b_.replica->settle(gone, "city", Value::text("Qzvwkjhburg"), "they moved").has_value());
    EXPECT_TRUE(sync(b_).up_to_date);
    EXPECT_TRUE(holds(centre_store_->database(), "Qzvwkjh"));
    sync_all();
    expect_nobody_holds("Qzvwkjh");
    EXPECT_EQ(centre_store_->erasure_state()->through, 2u) << "the decision too";
}

TEST_F(Erasing, ReachesWhatIsKeptAsideAsLostByTheCentre)
{
    const auto gone = put_back_to_before_a_decision();
    (void)sync(a_);  // b, who decided it, is away: a keeps the decision aside
    ASSERT_FALSE(a_.store->orphans().value().empty());
    ASSERT_TRUE(centre_->erase({gone}).has_value());
    (void)sync(a_);
    EXPECT_TRUE(a_.store->orphans().value().empty());
    EXPECT_FALSE(holds(a_.store->database(), "Qzvwkjh"));
    sync_all();
    expect_nobody_holds("Qzvwkjh");
}

TEST_F(Erasing, ForgetsDecisionsThatACentreWhichKnewTheOrderHasLost)
{
    const auto gone = put_back_to_before_a_decision();
    ASSERT_TRUE(centre_->erase({gone}).has_value());  // before anybody brought the decision
    (void)sync(a_);
    EXPECT_TRUE(a_.store->orphans().value().empty());
    sync_all();
    expect_nobody_holds("Qzvwkjh");
}

TEST_F(Erasing, GoesOnWhereACentreThatWasPutBackOrdersAnew)
{
    const auto first = put(a_, "Qzvwkjh One");
    const auto second = put(a_, "Qzvwkjh Two");
    sync_all();
    const auto backup = back_up("night");
    ASSERT_TRUE(centre_->erase({first}).has_value());
    EXPECT_EQ(sync(a_).erased, 1u);
    put_back(backup);
    ASSERT_TRUE(centre_->erase({second}).has_value());
    sync_all();
    expect_nobody_holds("Qzvwkjh");
    EXPECT_EQ(centre_store_->erasure_state()->through, 2u);
    EXPECT_EQ(a_.store->erasure_state().value(), centre_store_->erasure_state().value());
    EXPECT_EQ(b_.store->erasure_state().value(), centre_store_->erasure_state().value());
}

TEST_F(Erasing, ReachesADeviceThatWasPutBack)
{
    const auto gone = put(b_, "Qzvwkjh Ltd");
    sync_all();
    auto old = copy(b_, "old");
    ASSERT_TRUE(centre_->erase({gone}).has_value());
    sync_all();
    EXPECT_EQ(confirmed_, 1u);
    cut_after_ = 2;  // before the orders come
    (void)sync(old);
    EXPECT_EQ(confirmed_, 0u) << "it holds it again";
    EXPECT_EQ(sync(old).erased, 1u);
    EXPECT_EQ(confirmed_, 1u);
    EXPECT_FALSE(holds(old.store->database(), "Qzvwkjh"));
}

TEST_F(Erasing, ReachesADecisionWrittenInAnotherSpaceForItIsRefused)
{
    const auto gone = put(a_, "Aurora");
    sync_all();
    const auto decide = [&](Life& life, const SpaceName& space, const RecordId& id, const std::string& why) {
        EXPECT_TRUE(life.replica
                        ->write(space, {{Change::Kind::put,
                                         new_id(),
                                         "decision",
                                         {{"reason", Value::text(why)}, {"record", Value::reference(id)}}}})
                        .has_value());
        const auto journal = life.store->own_journal(space).value().value();
        (void)sync(life);
        std::optional<Ruling> ruling;
        EXPECT_TRUE(life.store
                        ->each_entry(journal.head.id, journal.last,
                                     [&](StoredEntry&& entry) {
                                         ruling = entry.ruling;
                                         return true;
                                     })
                        .has_value());
        return ruling.value().reason;
    };
    const auto elsewhere = decide(a_, "archive", gone, "Qzvwkjh told me");
    EXPECT_EQ(elsewhere.code, Reason::Code::rule);
    EXPECT_EQ(elsewhere.field, "record");
    EXPECT_EQ(elsewhere.text, "record: a decision belongs in the space of its record");
    EXPECT_EQ(decide(a_, "forum", new_id(), "of what never was").code, Reason::Code::no_record);
    EXPECT_EQ(decide(a_, "forum", gone, "Qzvwkjh told me").code, Reason::Code::none);
    EXPECT_TRUE(holds(centre_store_->database(), "Qzvwkjh"));
    EXPECT_EQ(centre_->erase({gone})->records, 2u);
    sync_all();
    expect_nobody_holds("Qzvwkjh");
}

TEST_F(Erasing, OfManyIsOrderedOnceEachOrNotAtAll)
{
    const auto [first, second] = put_two(a_, "Qzvwkjh One", "Qzvwkjh Two");
    sync_all();
    const auto refused = centre_->erase({first, new_id()});
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().code, shared::Errc::not_found);
    EXPECT_NE(refused.error().text.find("nothing was erased"), std::string::npos) << refused.error().text;
    EXPECT_TRUE(centre_store_->find_record(first).value().has_value());
    EXPECT_EQ(centre_->erase({first, second, first})->records, 2u);
    EXPECT_EQ(centre_store_->erasure_state()->through, 2u);
    sync_all();
    expect_nobody_holds("Qzvwkjh");
}

TEST_F(Erasing, ToldTwiceInOneMessageIsCarriedOutOnce)
{
    const auto id = put(a_, "Qzvwkjh Ltd");
    sync_all();
    const auto known = order(id);
    EXPECT_EQ(centre_->take_erasures({known, known})->records, 1u);
    EXPECT_EQ(centre_store_->erasure_state()->through, 1u);
    EXPECT_EQ(centre_->take_erasures({known})->records, 0u) << "and is known from then on";
}

TEST_F(Erasing, DoesNotOrderADecisionThatWasErasedBefore)
{
    const auto id = put(a_, "Aurora");
    sync_all();
    edit(a_, id, "city", "Perm");
    edit(b_, id, "city", "Kazan");
    sync_all();
    ASSERT_TRUE(b_.replica->settle(id, "city", Value::text("Kazan"), "they moved").has_value());
    sync_all();
    std::vector<RecordId> decisions;
    ASSERT_TRUE(centre_store_
                    ->each_record_after("forum", 0,
                                        [&](StoredRecord&& record) {
                                            if (record.type == "decision") decisions.push_back(record.id);
                                            return true;
                                        })
                    .has_value());
    ASSERT_EQ(decisions.size(), 1u);
    ASSERT_EQ(centre_->erase(decisions)->records, 1u);
    EXPECT_EQ(centre_->erase({id})->records, 1u);
    EXPECT_EQ(centre_store_->erasure_state()->through, 2u);
}

TEST_F(Erasing, IsOrderedByTheCentreAlone)
{
    const auto id = put(a_, "Aurora");
    sync_all();
    Erasure forged{id, 1, {}};
    forged.signature = device_key_.sign(erasure_message(forged));
    EXPECT_EQ(centre_->take_erasures({forged}).error().code, shared::Errc::untrusted);
    EXPECT_EQ(a_.replica->take_erasures({forged}, 1).error().code, shared::Errc::untrusted);
    EXPECT_TRUE(has(a_, id));
    EXPECT_TRUE(centre_store_->find_record(id).value().has_value());
}

}  // namespace
}  // namespace indaba::sync
