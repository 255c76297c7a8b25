// What a device with a changed program may push: well-formed and signed, and still no harm to the centre or to anybody
// who follows it.
#include "tests/unit/device_lives.hpp"

#include "shared/limits.hpp"
#include "shared/transaction.hpp"

namespace indaba::sync {
namespace {

namespace limits = shared::limits;

class HostilePush : public DeviceLives {
protected:
    shared::Bytes change_set(std::vector<shared::Bytes> payloads)
    {
        shared::ChangeSet set;
        const auto author = device_key_.public_key();
        set.journal = {"forum", shared::journal_id(++journals_, "forum", author, digest_), author};
        set.previous = shared::first_hash(set.journal, digest_);
        for (auto& payload : payloads) set.entries.push_back({{1u << 20}, std::move(payload)});
        shared::seal(set, shared::entry_hashes(set, digest_).back(), device_key_);
        return shared::encode_change_set(set);
    }
    static shared::Bytes payload(const RecordId& id, std::vector<shared::Write> writes)
    {
        return shared::encode_transaction({{{id, "enterprise"}}, std::move(writes)}).value();
    }

    std::uint32_t journals_ = 0;
};

TEST_F(HostilePush, OfMoreEntriesThanCanBeAnsweredIsRefusedWhole)
{
    const shared::Bytes shortest(32);  // about as long as a transaction must be
    const auto entries = [&](std::size_t count) { return change_set(std::vector<shared::Bytes>(count, shortest)); };
    const auto pushed = centre_->ingest(entries(limits::kEntriesPerChangeSet + 1));
    ASSERT_TRUE(pushed.has_error());
    EXPECT_EQ(pushed.error().code, shared::Errc::too_large);
    EXPECT_EQ(centre_store_->head("forum").value().number, 0u);
    const auto most = centre_->ingest(entries(limits::kEntriesPerChangeSet));
    ASSERT_TRUE(most.has_value());
    Stored answer;
    answer.rulings = most->fresh;
    EXPECT_LT(encode_message(answer).size(), limits::kMessage_bytes);
}

TEST_F(HostilePush, UnderTheIdOfAnothersJournalIsRefusedAlsoBeforeTheCentreKnowsThat)
{
    auto author = live("author", 11);
    (void)sync(author);
    put(author, new_id(), "forum", "enterprise", "Aurora");
    const auto own = author.store->own_journal("forum").value()->head;
    model::CheapSigner thief(chance_);
    shared::ChangeSet set;
    set.journal = {own.space, own.id, thief.public_key()};
    set.previous = shared::first_hash(set.journal, digest_);
    set.entries = {{{1u << 20}, payload(new_id(), {{0, "name", Value::text("A"), {}}})}};
    shared::seal(set, shared::entry_hashes(set, digest_).back(), thief);
    EXPECT_EQ(centre_->ingest(shared::encode_change_set(set)).error().code, shared::Errc::untrusted);
    EXPECT_FALSE(centre_store_->find_journal(own.id).value().has_value());
    EXPECT_EQ(sync(author).accepted, 1u);
}

TEST_F(HostilePush, WhoseExistenceIsNeitherTrueNorFalseIsRefused)
{
    const auto pushed =
        centre_->ingest(change_set({payload(new_id(), {{0, std::string(shared::kExistence), Value::text("maybe"), {}},
                                                       {0, "name", Value::text("A"), {}}})}));
    ASSERT_TRUE(pushed.has_value());
    EXPECT_EQ(pushed->fresh.at(0).verdict, Verdict::refused);
}

TEST_F(HostilePush, ThatReplacesWithoutEndIsRefused)
{
    std::vector<TransactionName> bases;
    for (std::uint64_t i = 0; i <= limits::kBases; ++i) bases.push_back({{7}, i + 1, i});
    const shared::Transaction transaction{{{new_id(), "enterprise"}}, {{0, "name", Value::text("A"), bases}}};
    const auto encoded = shared::encode_transaction(transaction);
    ASSERT_TRUE(encoded.has_error());
    EXPECT_EQ(encoded.error().code, shared::Errc::too_large);
}

TEST_F(HostilePush, WithAFieldThatATerminalWouldObeyIsRefusedAndWhatFollowsIsNot)
{
    auto hostile = payload(new_id(), {{0, "!", Value::boolean(true), {}}, {0, "zzzz", Value::text("A"), {}}});
    const auto at = std::ranges::search(hostile, shared::as_bytes("zzzz")).begin();
    std::ranges::copy(shared::as_bytes("\x1b[2J"), at);
    const auto fine = payload(new_id(), {{0, "!", Value::boolean(true), {}}, {0, "name", Value::text("A"), {}}});
    const auto pushed = centre_->ingest(change_set({hostile, fine}));
    ASSERT_TRUE(pushed.has_value());
    ASSERT_EQ(pushed->fresh.size(), 2u);
    EXPECT_EQ(pushed->fresh[0].verdict, Verdict::refused);
    EXPECT_EQ(pushed->fresh[0].reason.text.find('\x1b'), std::string::npos);
    EXPECT_EQ(pushed->fresh[1].verdict, Verdict::accepted);
}

TEST_F(HostilePush, OfTheLongestElementsStillFitsIntoEverybodysMessages)
{
    auto a = live("a", 11);
    auto b = live("b", 12);
    (void)sync(a);
    for (int record = 0; record < 26; ++record) {
        Change change{Change::Kind::put, new_id(), "enterprise", {{"name", Value::text("Many names")}}};
        for (int i = 0; i < 1'000; ++i) {
            const auto number = std::to_string(i);
            change.cells.emplace_back("other_names/" + std::string(230 - number.size(), 'x') + number,
                                      Value::boolean(true));
        }
        ASSERT_TRUE(a.replica->write("forum", {change}).has_value());
    }
    EXPECT_TRUE(sync(a).up_to_date);
    largest_message_bytes_ = 0;
    EXPECT_TRUE(sync(b).up_to_date);
    EXPECT_LT(largest_message_bytes_, limits::kMessage_bytes);
    EXPECT_GT(largest_message_bytes_, 200u * 1'000);
}

}  // namespace
}  // namespace indaba::sync
