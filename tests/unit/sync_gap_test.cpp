// A device whose database lost entries that were never sent: it says so and goes on, an operator rules them lost, and
// what follows is sent. What turns up after all is refused, and can be tried again.
#include "tests/unit/restored_centre.hpp"

namespace indaba::sync {
namespace {

class Gaps : public RestoredCentre {
protected:
    std::vector<RecordId> ids_;

    /// Written in this order, each in a transaction; none sent.
    void put_many(Life& life, std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i) ids_.push_back(put(life, "Company " + std::to_string(ids_.size() + 1)));
    }
    JournalId journal(Life& life) { return life.store->own_journal("forum").value()->head.id; }
    /// As damage to the file does it.
    static void lose(Life& life, std::uint64_t from, std::uint64_t to)
    {
        const auto where = " WHERE number BETWEEN " + std::to_string(from) + " AND " + std::to_string(to);
        ASSERT_TRUE(life.store->database().execute("DELETE FROM entry" + where).has_value());
    }
    std::vector<StandingRefusal> standing(Life& life) { return life.store->standing_refused({}).value(); }
    std::vector<TransactionName> ruled_as(Verdict verdict)
    {
        std::vector<TransactionName> names;
        EXPECT_TRUE(centre_store_
                        ->each_ruling("forum", 0, 1'000,
                                      [&](Ruling&& ruling) {
                                          if (ruling.verdict == verdict) names.push_back(ruling.name);
                                          return true;
                                      })
                        .has_value());
        return names;
    }
    /// Nothing waits, and everything that is here has a ruling.
    void expect_settled(Life& life)
    {
        for (const auto& own : life.store->own_journals("forum").value())
            EXPECT_TRUE(life.store
                            ->each_entry(own.head.id, 1,
                                         [&](StoredEntry&& entry) {
                                             EXPECT_TRUE(entry.ruling.has_value()) << entry.name.number;
                                             return true;
                                         })
                            .has_value());
        for (const auto& id : ids_) {
            const auto record = life.store->find_record(id).value();
            EXPECT_TRUE(!record || record->pending.empty());
        }
    }
};

TEST_F(Gaps, OneThatNobodyRuledHoldsUpNothingElse)
{
    put_many(a_, 10);
    const auto holed = journal(a_);
    lose(a_, 3, 5);
    const auto in_archive = new_id();
    put(a_, in_archive, "archive", "organisation", "Baikal");
    const auto from_b = put(b_, "Delta");
    (void)sync(b_);
    auto progress = sync(a_);
    EXPECT_TRUE(progress.up_to_date);
    ASSERT_EQ(progress.gaps.size(), 1u);
    EXPECT_EQ(progress.gaps.at(holed).after, 2u);
    EXPECT_EQ(progress.gaps.at(holed).through, 6u);
    EXPECT_EQ(progress.accepted, 3u);
    EXPECT_TRUE(has(a_, in_archive));
    EXPECT_TRUE(has(a_, from_b));
    const auto gone = a_.store->find_record(ids_[3]).value();
    EXPECT_TRUE(!gone || gone->shown.empty()) << "what is gone does not show";

    const auto later = put(a_, "Later");
    EXPECT_NE(journal(a_), holed) << "it goes on in a new journal";
    progress = sync(a_);
    EXPECT_EQ(progress.accepted, 1u);
    EXPECT_EQ(progress.gaps.size(), 1u);
    EXPECT_TRUE(has(a_, later));
    const auto gaps = centre_store_->gaps().value();
    ASSERT_EQ(gaps.size(), 1u);
    EXPECT_EQ(gaps[0].gap.journal.id, holed);
    EXPECT_EQ(gaps[0].gap.journal.author, device_key_.public_key());
    EXPECT_EQ(gaps[0].gap.after, 2u);
    EXPECT_EQ(gaps[0].gap.through, 6u);
}

TEST_F(Gaps, WhatFollowsIsSentOnceTheOperatorHasRuled)
{
    put_many(a_, 10);
    const auto holed = journal(a_);
    lose(a_, 3, 5);
    (void)sync(a_);
    EXPECT_EQ(centre_->rule_lost(holed, 5).error().code, shared::Errc::not_found);
    const auto ruled = centre_->rule_lost(holed, 6);
    ASSERT_TRUE(ruled.has_value()) << ruled.error().text;
    EXPECT_EQ(ruled->space, "forum");
    EXPECT_EQ(ruled->numbers.first, 3u);
    EXPECT_EQ(ruled->numbers.last, 6u);
    EXPECT_EQ(centre_->rule_lost(holed, 6).error().code, shared::Errc::not_found) << "once";
    EXPECT_TRUE(centre_store_->gaps().value().empty());

    const auto progress = sync(a_);
    EXPECT_TRUE(progress.up_to_date);
    EXPECT_TRUE(progress.gaps.empty());
    EXPECT_EQ(progress.accepted, 4u);
    EXPECT_EQ(progress.refused, 1u) << "the one behind the gap is here and could not be sent";
    for (const auto index : {0, 1, 6, 7, 8, 9}) EXPECT_TRUE(has(a_, ids_[std::size_t(index)])) << index;
    expect_settled(a_);
    const auto refused = standing(a_);
    ASSERT_EQ(refused.size(), 1u);
    EXPECT_EQ(refused[0].record, ids_[5]);
    EXPECT_EQ(a_.store->find_entry(refused[0].name).value()->ruling->reason.code, Reason::Code::lost);

    EXPECT_TRUE(a_.replica->retry(ids_[5], {}).has_value());
    sync_all();
    for (auto* life : {&a_, &b_}) EXPECT_TRUE(has(*life, ids_[5]));
    EXPECT_TRUE(standing(a_).empty());
    EXPECT_EQ(sync(a_).round_trips, 1u);
    expect_same({ids_[0], ids_[5], ids_[9]});
}

TEST_F(Gaps, ASessionThatStaysGoesOnWhenTheOperatorRules)
{
    put_many(a_, 6);
    const auto holed = journal(a_);
    lose(a_, 2, 3);
    ClientSession device(*a_.replica, {{}, true, {}});
    ServerSession centre(*centre_, peer());
    const auto talk = [&](Actions said) { carry_messages(device, centre, std::move(said)); };
    talk(device.start());
    EXPECT_EQ(device.progress().gaps.size(), 1u);
    ASSERT_TRUE(centre_->rule_lost(holed, 4).has_value());
    for (const auto& news : centre.on_change().send) talk(device.on_message(news));
    EXPECT_TRUE(device.progress().gaps.empty());
    EXPECT_TRUE(device.progress().up_to_date);
    EXPECT_TRUE(has(a_, ids_[4]));
    EXPECT_TRUE(has(a_, ids_[5]));
}

TEST_F(Gaps, OfWhatACopyLacksNothingIsShownOnceItIsRuledLost)
{
    put_many(a_, 5);
    const auto holed = journal(a_);
    lose(a_, 2, 3);
    auto other = copy(a_, "other");
    (void)sync(a_);
    ASSERT_TRUE(centre_->rule_lost(holed, 4).has_value());
    EXPECT_TRUE(sync(other).up_to_date);
    for (const auto index : {1u, 2u}) EXPECT_FALSE(other.store->find_record(ids_[index]).value().has_value()) << index;
    expect_settled(other);
}

TEST_F(Gaps, OfWhatGoesWhileASessionStaysNothingIsShownAnyMore)
{
    put_many(a_, 8);
    const auto holed = journal(a_);
    lose(a_, 2, 2);
    ClientSession device(*a_.replica, {{}, true, {}});
    ServerSession centre(*centre_, peer());
    carry_messages(device, centre, device.start());
    lose(a_, 5, 6);
    for (const auto through : {3u, 7u}) {
        ASSERT_TRUE(centre_->rule_lost(holed, through).has_value());
        for (const auto& news : centre.on_change().send) carry_messages(device, centre, device.on_message(news));
    }
    EXPECT_TRUE(device.progress().up_to_date);
    for (const auto index : {1u, 4u, 5u}) EXPECT_FALSE(a_.store->find_record(ids_[index]).value().has_value()) << index;
    for (const auto index : {0u, 3u, 7u}) EXPECT_TRUE(has(a_, ids_[index])) << index;
    expect_settled(a_);
}

TEST_F(Gaps, WhatTurnsUpAtLostNumbersIsRefusedOnceAndCanBeTriedAgain)
{
    put_many(a_, 10);
    auto old = copy(a_, "old");  // which still holds all of it
    const auto holed = journal(a_);
    lose(a_, 3, 5);
    (void)sync(a_);
    ASSERT_TRUE(centre_->rule_lost(holed, 6).has_value());
    (void)sync(a_);
    EXPECT_EQ(ruled_as(Verdict::lost).size(), 1u);

    const auto progress = sync(old);
    EXPECT_TRUE(progress.up_to_date);
    EXPECT_TRUE(sync(old).up_to_date);
    EXPECT_EQ(ruled_as(Verdict::lost).size(), 4u);
    EXPECT_EQ(ruled_as(Verdict::accepted).size(), 6u);
    expect_settled(old);
    EXPECT_EQ(standing(old).size(), 4u);
    for (const auto index : {2u, 3u, 4u, 5u}) EXPECT_TRUE(old.replica->retry(ids_[index], {}).has_value());
    for (auto* life : {&old, &a_, &b_}) EXPECT_TRUE(sync(*life).up_to_date);
    for (const auto& id : ids_) EXPECT_TRUE(has(b_, id));
    for (auto* life : {&old, &a_, &b_}) EXPECT_EQ(sync(*life).round_trips, 1u);
}

TEST_F(Gaps, WhatACopyBringsInTimeIsNoGap)
{
    put_many(a_, 10);
    auto old = copy(a_, "old");
    lose(a_, 3, 5);
    (void)sync(a_);
    EXPECT_EQ(centre_store_->gaps().value().size(), 1u);
    EXPECT_TRUE(sync(old).up_to_date);
    EXPECT_TRUE(centre_store_->gaps().value().empty()) << "it waits no more";
    const auto progress = sync(a_);
    EXPECT_TRUE(progress.up_to_date);
    EXPECT_TRUE(progress.gaps.empty());
    for (const auto& id : ids_) EXPECT_TRUE(has(a_, id));
    expect_settled(a_);
    EXPECT_EQ(ruled_as(Verdict::accepted).size(), 10u);
}

TEST_F(Gaps, AtTheBeginningAndSeveralAreRuledOneByOne)
{
    put_many(a_, 12);
    const auto holed = journal(a_);
    lose(a_, 1, 2);
    lose(a_, 5, 6);  // 7 stands alone
    lose(a_, 8, 9);
    for (const auto through : {3u, 7u, 10u}) {
        const auto progress = sync(a_);
        ASSERT_EQ(progress.gaps.size(), 1u);
        EXPECT_EQ(progress.gaps.begin()->second.through, through);
        ASSERT_TRUE(centre_->rule_lost(holed, through).has_value());
    }
    EXPECT_TRUE(sync(a_).gaps.empty());
    for (const auto index : {3u, 10u, 11u}) EXPECT_TRUE(has(a_, ids_[index]));
    EXPECT_EQ(standing(a_).size(), 3u);
    expect_settled(a_);
}

TEST_F(Gaps, AtTheEndWaitsForNobody)
{
    put_many(a_, 5);
    const auto holed = journal(a_);
    lose(a_, 4, 5);
    const auto progress = sync(a_);
    EXPECT_TRUE(progress.up_to_date);
    EXPECT_TRUE(progress.gaps.empty());
    EXPECT_TRUE(centre_store_->gaps().value().empty());
    const auto next = put(a_, "Next");
    EXPECT_NE(journal(a_), holed);
    EXPECT_EQ(sync(a_).accepted, 1u);
    EXPECT_TRUE(has(a_, next));
    expect_settled(a_);
}

TEST_F(Gaps, ALaterWriteReplacesWhatWasThereBeforeOneThatWasLostOrStandsBesideIt)
{
    const auto id = put(a_, "Aurora");
    edit(a_, id, "city", "Perm");
    sync_all();
    const auto holed = journal(a_);
    for (const auto* city : {"Kazan", "Omsk", "Tomsk"}) edit(a_, id, "city", city);
    ids_ = {id};
    lose(a_, 3, 3);
    (void)sync(a_);
    ASSERT_TRUE(centre_->rule_lost(holed, 4).has_value());
    sync_all();
    // What the lost ones replaced nobody can know: Perm and Tomsk are both there, for a person to settle.
    EXPECT_EQ(word_of(*centre_store_, id).find("city")->leaves.size(), 2u);
    expect_same({id});
    ASSERT_TRUE(a_.replica->settle(id, "city", Value::text("Tomsk"), "the latest").has_value());
    sync_all();
    EXPECT_EQ(word_of(*centre_store_, id).find("city")->leaves.size(), 1u);
    expect_same({id});
}

TEST_F(Gaps, ACentreThatWasPutBackIsToldAgain)
{
    put_many(a_, 2);
    sync_all();
    const auto backup = back_up("night");
    put_many(a_, 8);
    const auto holed = journal(a_);
    lose(a_, 4, 6);
    (void)sync(a_);
    ASSERT_TRUE(centre_->rule_lost(holed, 7).has_value());
    sync_all();
    put_back(backup);
    for (int i = 0; i < 2; ++i) {
        const auto progress = sync(a_);
        EXPECT_TRUE(progress.up_to_date);
        ASSERT_EQ(progress.gaps.size(), 1u);
        EXPECT_EQ(progress.gaps.at(holed).through, 7u);
    }
    EXPECT_EQ(standing(a_).size(), 0u) << "it waits for a ruling again";
    ASSERT_TRUE(centre_->rule_lost(holed, 7).has_value());
    sync_all();
    for (const auto index : {0u, 1u, 2u, 7u, 8u, 9u}) EXPECT_TRUE(has(b_, ids_[index])) << index;
    EXPECT_EQ(standing(a_).size(), 1u);
    expect_settled(a_);
}

TEST_F(Gaps, ABranchOfACopiedJournalHasItsOwn)
{
    put_many(a_, 2);
    (void)sync(a_);
    const auto holed = journal(a_);
    auto b = copy(a_, "other");
    put_many(a_, 6);
    (void)sync(a_);
    std::vector<RecordId> by_b;
    for (const auto* name : {"B3", "B4", "B5", "B6", "B7"}) by_b.push_back(put(b, name));
    ASSERT_EQ(journal(b), holed);
    lose(b, 4, 4);
    auto progress = sync(b);
    EXPECT_TRUE(progress.up_to_date);
    ASSERT_EQ(progress.gaps.size(), 1u);
    EXPECT_EQ(progress.gaps.at(holed).after, 3u);
    ASSERT_TRUE(centre_->rule_lost(holed, 5).has_value());
    progress = sync(b);
    EXPECT_TRUE(progress.gaps.empty());
    for (const auto index : {0u, 3u, 4u}) EXPECT_TRUE(has(b, by_b[index])) << index;
    (void)sync(a_);
    for (const auto& id : ids_) EXPECT_TRUE(has(a_, id)) << "what was ruled stays so";
    expect_settled(b);
    EXPECT_EQ(standing(b).size(), 1u);
}

TEST_F(Gaps, AreRuledOnceWhateverIsToldOfThemLater)
{
    put_many(a_, 5);
    const auto holed = journal(a_);
    lose(a_, 1, 2);
    (void)sync(a_);
    auto gap = centre_store_->gaps().value().at(0).gap;
    ASSERT_TRUE(centre_->rule_lost(holed, 3).has_value());
    gap.hash.bytes.back() ^= 1;  // beyond what names the entry
    const auto noted = centre_->note_missing(gap, {}, shared::device_of(device_key_.public_key(), digest_));
    ASSERT_TRUE(noted.has_value());
    EXPECT_TRUE(noted->known.has_value());
    EXPECT_TRUE(centre_store_->gaps().value().empty());
}

TEST_F(Gaps, OfOneJournalAreRuledWithoutTouchingAnothers)
{
    const auto me = shared::device_of(device_key_.public_key(), digest_);
    const auto first = shared::journal_head(1, "forum", device_key_.public_key(), digest_);
    const auto second = shared::journal_head(2, "forum", device_key_.public_key(), digest_);
    for (const auto& head : {first, second}) ASSERT_TRUE(centre_->note_missing({head, 0, 2, {}}, {}, me).has_value());
    ASSERT_TRUE(centre_->rule_lost(second.id, 2).has_value());
    const auto waiting = centre_store_->gaps().value();
    ASSERT_EQ(waiting.size(), 1u);
    EXPECT_EQ(waiting[0].gap.journal.id, first.id);
}

TEST_F(Gaps, OfTwoLivesAreRuledOneByOneAsTheyWereNoted)
{
    const auto me = shared::device_of(device_key_.public_key(), digest_);
    const Gap first{shared::journal_head(1, "forum", device_key_.public_key(), digest_), 0, 7, {{1}}};
    auto second = first;
    second.hash.bytes[0] = 2;
    for (const auto& gap : {first, second}) ASSERT_TRUE(centre_->note_missing(gap, {}, me).has_value());
    ASSERT_EQ(centre_store_->gaps().value().size(), 1u);
    EXPECT_EQ(centre_store_->gaps().value()[0].gap.hash, first.hash) << "what the operator was shown";
    ASSERT_TRUE(centre_->rule_lost(first.journal.id, 7).has_value());
    EXPECT_TRUE(centre_->note_missing(first, {}, me)->known.has_value());
    EXPECT_FALSE(centre_->note_missing(second, {}, me)->known.has_value());
    EXPECT_EQ(centre_store_->gaps().value().at(0).gap.hash, second.hash);
}

TEST_F(Gaps, WaitOnlyWhereWhatStoodBeforeIsHere)
{
    put_many(a_, 5);
    (void)sync(a_);
    const auto head = a_.store->own_journal("forum").value()->head;
    const auto me = shared::device_of(device_key_.public_key(), digest_);
    const auto note = [&](std::uint64_t after, const shared::Hash& hash) {
        const auto noted = centre_->note_missing({head, after, after + 7, {}}, hash, me);
        EXPECT_TRUE(noted.has_value());
        return noted->expected;
    };
    const auto here = a_.store->own_journal("forum").value()->last_hash;
    auto same_name = here;
    same_name.bytes.back() ^= 1;
    EXPECT_EQ(note(5, same_name), 1u) << "another entry of that name: a branch, to be sent from its beginning";
    EXPECT_EQ(note(3, {}), 1u);
    EXPECT_EQ(note(9, {}), 6u) << "the centre itself lacks what stood before";
    EXPECT_TRUE(centre_store_->gaps().value().empty());
    EXPECT_EQ(note(5, here), 6u);
    EXPECT_EQ(centre_store_->gaps()->size(), 1u);
}

/// A message that was altered on its way, where nobody noticed.
TEST_F(Gaps, ThatWereToldWronglyEndASessionAllTheSame)
{
    put_many(a_, 5);
    const auto holed = journal(a_);
    lose(a_, 1, 2);
    cut_after_ = 1;
    (void)sync(a_);
    cut_after_ = 0;
    std::optional<StoredEntry> behind;
    ASSERT_TRUE(a_.store
                    ->each_entry(holed, 3,
                                 [&](StoredEntry&& entry) {
                                     behind = std::move(entry);
                                     return false;
                                 })
                    .has_value());
    Gap gap{a_.store->find_journal(holed).value()->head, 0, 3, behind->hash};
    gap.hash.bytes.back() ^= 1;  // beyond what names the entry
    ASSERT_TRUE(centre_store_->begin().has_value());
    ASSERT_TRUE(centre_store_->end_gaps(holed, 3, 3).has_value());
    ASSERT_TRUE(centre_store_->commit().has_value());
    ASSERT_TRUE(centre_->note_missing(gap, {}, shared::device_of(device_key_.public_key(), digest_)).has_value());
    ASSERT_TRUE(centre_->rule_lost(holed, 3).has_value());
    const auto other = put(a_, "Delta");
    ClientSession device(*a_.replica, {});
    ServerSession centre(*centre_, peer());
    carry_messages(device, centre, device.start());
    EXPECT_EQ(device.progress().given_up, 1u);
    const auto record = centre_store_->find_record(other).value();
    EXPECT_TRUE(record.has_value()) << "which is in a new journal";
}

TEST_F(Gaps, AreToldByTheirOwnDeviceAloneAndNotWithoutEnd)
{
    model::CheapSigner other(chance_);
    const auto author = device_key_.public_key();
    const auto journal_in = [&](const SpaceName& space, std::uint32_t drawn) {
        return shared::journal_head(drawn, space, author, digest_);
    };
    Gap gap{journal_in("forum", 1), 0, 2, {}};
    const auto me = shared::device_of(device_key_.public_key(), digest_);
    EXPECT_EQ(centre_->note_missing(gap, {}, shared::device_of(other.public_key(), digest_)).error().code,
              shared::Errc::untrusted);
    for (const auto& [after, through] :
         std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 0}, {0, 1}, {1, 2}, {9, 8}, {~0ull, 5}, {0, ~0ull}}) {
        gap.after = after;
        gap.through = through;
        EXPECT_EQ(centre_->note_missing(gap, {}, me).error().code, shared::Errc::malformed) << after << " " << through;
    }
    gap.after = 0;
    gap.through = 2;
    gap.journal.id = shared::journal_head(1, "forum", other.public_key(), digest_).id;
    EXPECT_EQ(centre_->note_missing(gap, {}, me).error().code, shared::Errc::untrusted) << "the other's, unknown here";
    gap.journal = journal_in("nowhere", 1);
    EXPECT_TRUE(centre_->note_missing(gap, {}, me)->no_space);
    for (std::uint32_t i = 1; i <= 40; ++i) {
        gap.journal = journal_in("forum", i);
        EXPECT_EQ(centre_->note_missing(gap, {}, me)->expected, 1u);
    }
    const auto gaps = centre_store_->gaps().value();
    ASSERT_EQ(gaps.size(), shared::limits::kGapsPerDevice);
    EXPECT_EQ(gaps.back().gap.journal.id, gap.journal.id);
    EXPECT_EQ(centre_->note_missing(gap, {}, me)->expected, 1u);
    EXPECT_EQ(centre_store_->gaps().value().back().noted_ms, gaps.back().noted_ms) << "the first note stays";
    put_many(a_, 1);
    (void)sync(a_);
    gap.journal = a_.store->own_journal("forum").value()->head;
    gap.journal.space = "archive";
    EXPECT_EQ(centre_->note_missing(gap, {}, me).error().code, shared::Errc::untrusted);
}

}  // namespace
}  // namespace indaba::sync
