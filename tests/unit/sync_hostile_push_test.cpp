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
        set.journal = shared::journal_head(++journals_, "forum", device_key_.public_key(), digest_);
        set.previous = shared::first_hash(set.journal, digest_);
        for (auto& payload : payloads) set.entries.push_back({{1u << 20}, std::move(payload)});
        shared::seal(set, shared::entry_hashes(set, digest_).back(), device_key_);
        return shared::encode_change_set(set);
    }
    static shared::Bytes payload(const RecordId& id, std::vector<shared::Write> writes)
    {
        return shared::encode_transaction({{{id, "enterprise"}}, std::move(writes)}).value();
    }
    static shared::Write text_in(const std::string& key, const std::string& text,
                                 std::vector<TransactionName> bases = {})
    {
        return {0, key, Value::text(text), std::move(bases)};
    }
    static std::vector<shared::Write> creation() { return {{0, "!", Value::boolean(true), {}}, text_in("name", "A")}; }

    /// What the centre rules on these, pushed together; the last of them.
    Ruling last_ruling(std::vector<shared::Bytes> payloads)
    {
        const auto pushed = centre_->ingest(change_set(std::move(payloads)));
        EXPECT_TRUE(pushed.has_value()) << pushed.error().text;
        return pushed.has_value() && !pushed->fresh.empty() ? pushed->fresh.back() : Ruling();
    }
    Cells cells_of(const RecordId& id) { return centre_store_->find_record(id).value()->shown; }

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

TEST_F(HostilePush, ThatWritesNothingIsRefused)
{
    const auto ruling = last_ruling({shared::Bytes()});
    EXPECT_EQ(ruling.verdict, Verdict::refused);
    EXPECT_EQ(ruling.reason.code, Reason::Code::rule);
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

TEST_F(HostilePush, OfAValueTooManyForItsRecordIsRefused)
{
    const auto id = new_id();
    auto writes = creation();
    for (std::size_t i = 2; i < limits::kCells; ++i) writes.push_back(text_in("x" + std::to_string(10'000 + i), "A"));
    EXPECT_EQ(last_ruling({payload(id, writes)}).verdict, Verdict::accepted);
    EXPECT_EQ(cells_of(id).size(), limits::kCells);
    const auto ruling = last_ruling({payload(id, {text_in("y", "A")})});
    EXPECT_EQ(ruling.verdict, Verdict::refused);
    EXPECT_EQ(ruling.reason.code, Reason::Code::rule);
    EXPECT_EQ(cells_of(id).size(), limits::kCells);
    EXPECT_EQ(last_ruling({payload(id, {text_in("x10002", "B")})}).verdict, Verdict::accepted)
        << "what it has can change";
}

TEST_F(HostilePush, OfOneMoreEditThanAValueHoldsIsRefusedUntilSomebodySettles)
{
    const auto id = new_id();
    EXPECT_EQ(last_ruling({payload(id, creation())}).verdict, Verdict::accepted);
    std::vector<TransactionName> names;
    for (std::size_t i = 0; i < limits::kLeaves; ++i) {
        const auto ruling = last_ruling({payload(id, {text_in("city", "City " + std::to_string(i))})});
        EXPECT_EQ(ruling.verdict, Verdict::accepted) << i;
        names.push_back(ruling.name);
    }
    const auto one_more = payload(id, {text_in("city", "One more")});
    const auto ruling = last_ruling({one_more});
    EXPECT_EQ(ruling.verdict, Verdict::refused);
    EXPECT_EQ(ruling.reason.code, Reason::Code::too_many_leaves);
    EXPECT_EQ(ruling.reason.field, "city");
    EXPECT_EQ(cells_of(id).find("city")->leaves.size(), limits::kLeaves);
    EXPECT_EQ(last_ruling({payload(id, {text_in("city", "Settled", names)})}).verdict, Verdict::accepted);
    EXPECT_EQ(last_ruling({one_more}).verdict, Verdict::accepted);
}

TEST_F(HostilePush, ThatReplacesMoreOfWhatIsNotHereThanAValueRemembersIsRefused)
{
    const auto id = new_id();
    std::vector<TransactionName> bases;
    for (std::uint64_t i = 0; i < limits::kBases; ++i) bases.push_back({{7}, i + 1, i});
    EXPECT_EQ(last_ruling({payload(id, creation()), payload(id, {text_in("city", "A", bases)})}).verdict,
              Verdict::accepted);
    const auto ruling = last_ruling({payload(id, {text_in("city", "B", {{{8}, 1, 1}})})});
    EXPECT_EQ(ruling.verdict, Verdict::refused);
    EXPECT_EQ(ruling.reason.code, Reason::Code::too_many_leaves);
    EXPECT_EQ(cells_of(id).find("city")->unknown.size(), limits::kBases);
    EXPECT_EQ(last_ruling({payload(id, {text_in("city", "C")})}).verdict, Verdict::accepted);
}

TEST_F(HostilePush, IsRefusedWithoutTellingEverybodyWhoseNameItHeld)
{
    const auto id = new_id();
    const auto edits = [&](const std::string& key) {
        std::vector<shared::Bytes> payloads(limits::kLeaves + 1, payload(id, {{0, key, Value::boolean(true), {}}}));
        return last_ruling(std::move(payloads)).reason;
    };
    EXPECT_EQ(last_ruling({payload(id, creation())}).verdict, Verdict::accepted);
    const auto reason = edits("other_names/Qzvwkjh");
    EXPECT_EQ(reason.code, Reason::Code::too_many_leaves);
    EXPECT_EQ(reason.field, "other_names");
    EXPECT_EQ(reason.text.find("Qzvwkjh"), std::string::npos);
}

TEST_F(HostilePush, ThatReplacesWhatWasRefusedGoesOnNamingIt)
{
    const auto id = new_id();
    EXPECT_EQ(last_ruling({payload(id, creation())}).verdict, Verdict::accepted);
    const auto refused = last_ruling({payload(id, {{0, "country", Value::code("Atlantis"), {}}})});
    ASSERT_EQ(refused.verdict, Verdict::refused);
    EXPECT_EQ(refused.reason.field, "country");
    EXPECT_EQ(cells_of(id).find("country"), nullptr);
    EXPECT_EQ(last_ruling({payload(id, {{0, "country", Value::code("BR"), {refused.name}}})}).verdict,
              Verdict::accepted);
    EXPECT_EQ(cells_of(id).find("country")->unknown, std::vector{refused.name}) << "for it is not merged";
}

TEST_F(HostilePush, OfASmallEditToMoreThanOneMessageCarriesIsRefused)
{
    const std::string text(limits::kValue_bytes, 'x');
    shared::Transaction small;
    for (std::uint32_t record = 0; record < 5; ++record) {
        const auto id = new_id();
        auto writes = creation();
        for (int i = 0; i < 15; ++i) writes.push_back(text_in("x" + std::to_string(10 + i), text));
        EXPECT_EQ(last_ruling({payload(id, writes)}).verdict, Verdict::accepted);
        small.records.push_back({id, "enterprise"});
        small.writes.push_back({record, "city", Value::text("A"), {}});
    }
    const auto ruling = last_ruling({shared::encode_transaction(small).value()});
    EXPECT_EQ(ruling.verdict, Verdict::refused);
    EXPECT_EQ(cells_of(small.records[0].id).find("city"), nullptr);
    small.records.pop_back();
    small.writes.pop_back();
    EXPECT_EQ(last_ruling({shared::encode_transaction(small).value()}).verdict, Verdict::accepted);
}

/// Gives every entry the same name, as somebody makes it who looks for it long enough: a name has 64 bits.
class CollidingDigest final : public shared::Digest {
public:
    [[nodiscard]] shared::Hash sha256(shared::ByteView bytes) override
    {
        auto hash = real_.sha256(bytes);
        if (shared::as_text(bytes).find("indaba entry") != std::string_view::npos)
            std::ranges::fill(std::span(hash.bytes).first(8), std::uint8_t(7));
        return hash;
    }
    [[nodiscard]] bool verify(const shared::PublicKey& key, shared::ByteView message,
                              const shared::Signature& signature) override
    {
        return real_.verify(key, message, signature);
    }

private:
    model::CheapDigest real_;
};

class HostileNames : public HostilePush {
protected:
    /// What the centre answers to this entry of the journal, alone.
    Result<Centre::Ingested> push(std::uint64_t number, const shared::Hash& previous, const RecordId& id)
    {
        shared::ChangeSet set{head_, number, previous, {{{1u << 20}, payload(id, creation())}}, {}};
        last_ = shared::entry_hashes(set, colliding_).back();
        shared::seal(set, last_, device_key_);
        return colliding_centre_.ingest(shared::encode_change_set(set));
    }
    shared::Hash first_hash() { return shared::first_hash(head_, colliding_); }

    CollidingDigest colliding_;
    Centre colliding_centre_{{*centre_store_, authority_, clock_, colliding_, centre_key_, catalogue_, nullptr}};
    shared::JournalHead head_ = shared::journal_head(7, "forum", device_key_.public_key(), digest_);
    shared::Hash last_;  ///< of what was pushed
};

TEST_F(HostileNames, OfTwoEntriesAreNotTakenForEachOther)
{
    const auto first = new_id();
    const auto second = new_id();
    ASSERT_EQ(push(1, first_hash(), first)->fresh.size(), 1u);
    const auto pushed = push(1, first_hash(), second);
    ASSERT_TRUE(pushed.has_value()) << pushed.error().text;
    ASSERT_EQ(pushed->fresh.size(), 1u);
    EXPECT_EQ(pushed->fresh[0].verdict, Verdict::accepted);
    EXPECT_EQ(cells_of(second).find("name")->leaves.size(), 1u);
    EXPECT_EQ(push(1, first_hash(), first)->fresh.size(), 0u);
}

TEST_F(HostileNames, DoNotJoinWhatFollowsOneToTheOther)
{
    ASSERT_EQ(push(1, first_hash(), new_id())->fresh.size(), 1u);
    auto other = last_;
    other.bytes.back() ^= 1;
    const auto pushed = push(2, other, new_id());
    ASSERT_TRUE(pushed.has_value()) << pushed.error().text;
    EXPECT_TRUE(pushed->fresh.empty());
    EXPECT_EQ(pushed->expected, 1u);
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
