// Who may what at a centre: by role and space, told by the operator's commands and asked as the centre asks.
#include "platform/sqlite_meta.hpp"
#include "server/enrolment.hpp"
#include "server/settings.hpp"
#include "tests/unit/centre_fixture.hpp"

namespace indaba::server {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class RegistryTest : public CentreTest {
protected:
    Registry& registry() { return counter->ledger.registry(); }
    [[nodiscard]] bool reads(const DeviceId& device, const SpaceName& space)
    {
        return registry().may_read(device, space).value();
    }
    [[nodiscard]] bool writes(const DeviceId& device, const SpaceName& space)
    {
        return registry().may_write(device, space).value();
    }
    [[nodiscard]] std::vector<SpaceName> granted(const DeviceId& device)
    {
        std::vector<SpaceName> spaces;
        for (const auto& grant : registry().grants(device).value()) spaces.push_back(grant.space);
        return spaces;
    }
    void set_roles(const std::string& person, std::vector<std::string> roles)
    {
        ASSERT_TRUE(add_person({data, person, std::move(roles)}).has_value());
    }

    KeyPair ana_key_ = KeyPair::generate();
    KeyPair bo_key_ = KeyPair::generate();
    DeviceId ana_ = enrolled(ana_key_, "Ana Silva");
    DeviceId bo_ = enrolled(bo_key_, "Bo Li");
};

TEST_F(RegistryTest, a_device_has_the_roles_of_its_person_in_their_spaces_and_no_others)
{
    EXPECT_TRUE(reads(ana_, "forum"));
    EXPECT_TRUE(writes(ana_, "forum"));
    EXPECT_FALSE(reads(ana_, "brazil"));
    EXPECT_FALSE(writes(ana_, "brazil"));
    EXPECT_TRUE(reads(bo_, "forum"));
    EXPECT_FALSE(writes(bo_, "forum")) << "a viewer";
    EXPECT_TRUE(writes(bo_, "brazil"));
    EXPECT_FALSE(writes(bo_, "nowhere"));
    EXPECT_THAT(granted(ana_), ElementsAre("forum"));
    EXPECT_THAT(granted(bo_), ElementsAre("brazil", "forum"));
    const auto stranger = platform::device_id(KeyPair::generate().public_key());
    EXPECT_FALSE(reads(stranger, "forum"));
    EXPECT_TRUE(granted(stranger).empty());
    EXPECT_THAT(registry().require_welcome(stranger).error().text, HasSubstr("not enrolled"));
}

TEST_F(RegistryTest, a_role_is_changed_and_taken_away_in_its_space_only)
{
    set_roles("Bo Li", {"forum=organiser"});
    EXPECT_TRUE(writes(bo_, "forum"));
    set_roles("Bo Li", {"forum=none"});
    EXPECT_FALSE(reads(bo_, "forum"));
    EXPECT_TRUE(writes(bo_, "brazil"));
    EXPECT_TRUE(writes(ana_, "forum"));
    EXPECT_THAT(granted(bo_), ElementsAre("brazil"));
}

TEST_F(RegistryTest, a_revoked_device_may_nothing_and_the_others_of_its_person_all_they_could)
{
    KeyPair other_key = KeyPair::generate();
    const auto other = enrolled(other_key, "Ana Silva");
    revoke(ana_);
    EXPECT_FALSE(reads(ana_, "forum"));
    EXPECT_FALSE(writes(ana_, "forum"));
    EXPECT_TRUE(granted(ana_).empty());
    EXPECT_THAT(registry().require_welcome(ana_).error().text, HasSubstr("revoked"));
    EXPECT_TRUE(writes(other, "forum"));
    EXPECT_TRUE(registry().require_welcome(other).has_value());
}

TEST_F(RegistryTest, what_counts_is_the_role_of_who_wrote_and_not_of_who_brings_it)
{
    const auto verdict = [&](KeyPair& author, const DeviceId& sender) {
        return counter->centre.ingest(written(author, 1), sender)->fresh.at(0).verdict;
    };
    EXPECT_EQ(verdict(ana_key_, bo_), sync::Verdict::accepted);
    EXPECT_EQ(verdict(bo_key_, ana_), sync::Verdict::refused) << "a viewer's, brought by an editor";
    revoke(ana_);
    EXPECT_EQ(verdict(ana_key_, bo_), sync::Verdict::refused);
}

TEST_F(RegistryTest, when_a_device_was_revoked_stays_as_it_was)
{
    revoke(ana_);
    const auto when = registry().find_device(ana_).value()->revoked_ms;
    pass_a_day();
    revoke(ana_);
    auto transaction = *Transaction::write(counter->ledger.database());
    const auto person = registry().find_person("Ana Silva").value()->id;
    EXPECT_EQ(registry().revoke_person(transaction, person, clock.now_ms())->devices, 0);
    ASSERT_TRUE(transaction.commit().has_value());
    EXPECT_EQ(registry().find_device(ana_).value()->revoked_ms, when);
}

TEST_F(RegistryTest, a_revoked_person_has_no_role_and_no_code_that_works)
{
    const auto now_ms = clock.now_ms();
    const auto person = registry().find_person("Ana Silva").value()->id;
    const auto hash = [&](std::uint8_t number) { return counter->digest.sha256(Bytes{number}); };
    auto transaction = *Transaction::write(counter->ledger.database());
    for (const std::uint8_t number : {1, 2})
        ASSERT_TRUE(registry().add_invitation(transaction, hash(number), person, now_ms, now_ms + 1'000).has_value());
    ASSERT_TRUE(registry().add_invitation(transaction, hash(3), person, now_ms - 10, now_ms - 5).has_value());
    const auto used = registry().find_invitation(hash(2)).value()->id;
    ASSERT_TRUE(registry().use_invitation(transaction, used, ana_, now_ms).has_value());
    const auto revoked = registry().revoke_person(transaction, person, now_ms);
    ASSERT_TRUE(transaction.commit().has_value());
    ASSERT_TRUE(revoked.has_value());
    EXPECT_EQ(revoked->devices, 1);
    EXPECT_EQ(revoked->roles, 1);
    EXPECT_EQ(revoked->invitations, 1) << "the used and the expired one are none";
    EXPECT_EQ(registry().find_invitation(hash(1)).value()->expires_ms, 0) << "whatever a clock will show";
    EXPECT_EQ(registry().find_invitation(hash(2)).value()->expires_ms, now_ms + 1'000);
    EXPECT_EQ(registry().find_invitation(hash(3)).value()->expires_ms, now_ms - 5);
    EXPECT_FALSE(writes(ana_, "forum"));
    EXPECT_TRUE(writes(bo_, "brazil"));
    EXPECT_TRUE(registry().find_person("Ana Silva").value()->roles.empty());
}

TEST_F(RegistryTest, an_invitation_is_found_by_its_whole_code_and_used_once)
{
    const auto person = registry().find_person("Bo Li").value()->id;
    shared::Hash one;
    one.bytes.fill(1);
    auto another = one;  // what the table looks it up by is the same
    another.bytes.back() = 2;
    auto transaction = *Transaction::write(counter->ledger.database());
    ASSERT_TRUE(registry().add_invitation(transaction, one, person, 1, 1'000).has_value());
    EXPECT_EQ(registry().find_invitation(another).value(), std::nullopt);
    ASSERT_TRUE(registry().add_invitation(transaction, another, person, 1, 2'000).has_value());
    EXPECT_EQ(registry().find_invitation(one).value()->expires_ms, 1'000);
    const auto found = registry().find_invitation(another).value();
    EXPECT_EQ(found->expires_ms, 2'000);
    EXPECT_EQ(found->device, std::nullopt);
    ASSERT_TRUE(registry().use_invitation(transaction, found->id, ana_, 10).has_value());
    ASSERT_TRUE(registry().use_invitation(transaction, found->id, bo_, 20).has_value());
    EXPECT_EQ(registry().find_invitation(another).value()->device, ana_);
    EXPECT_EQ(registry().find_invitation(another).value()->used_ms, 10);
}

TEST_F(RegistryTest, says_who_has_carried_out_which_orders_to_erase_and_since_when)
{
    const auto receipts = [&] {
        std::vector<std::pair<std::uint64_t, std::int64_t>> of_ana;
        for (const auto& receipt : registry().erased_receipts().value())
            if (receipt.device == ana_) of_ana.emplace_back(receipt.through, receipt.confirmed_ms);
        return of_ana;
    };
    const auto note = [&](const DeviceId& device, std::uint64_t through, std::int64_t now_ms) {
        ASSERT_TRUE(registry().note_erased(device, through, now_ms).has_value());
    };
    note(ana_, 0, 10);
    EXPECT_TRUE(receipts().empty());
    note(bo_, 9, 10);
    note(ana_, 2, 20);
    note(ana_, 2, 30);
    note(ana_, 5, 40);
    EXPECT_THAT(receipts(), ElementsAre(std::pair(2u, 20), std::pair(5u, 40)));
    note(ana_, 4, 50);
    EXPECT_THAT(receipts(), ElementsAre(std::pair(2u, 20), std::pair(4u, 50))) << "it was put back";
    note(ana_, 0, 60);
    EXPECT_TRUE(receipts().empty());
    EXPECT_EQ(registry().erased_receipts()->size(), 1u) << "the other's stays";
}

TEST_F(RegistryTest, what_a_newer_program_wrote_is_not_opened)
{
    auto transaction = *Transaction::write(counter->ledger.database());
    ASSERT_TRUE(platform::set_meta_int64(transaction, "registry_version", 1'000).has_value());
    ASSERT_TRUE(transaction.commit().has_value());
    EXPECT_EQ(Ledger::open(data).error().code, Errc::unsupported);
}

TEST_F(RegistryTest, a_centre_without_a_name_says_so)
{
    EXPECT_THAT(hosts(counter->ledger.database()).value(), ElementsAre("127.0.0.1", "localhost"));
    auto transaction = *Transaction::write(counter->ledger.database());
    ASSERT_TRUE(save_hosts(transaction, {}).has_value());
    EXPECT_EQ(hosts(counter->ledger.database()).error().code, Errc::corrupt);
}

/// Without the network around it.
class EnrolmentTest : public RegistryTest {
protected:
    EnrolmentTest()
    {
        auto transaction = *Transaction::write(counter->ledger.database());
        EXPECT_TRUE(save_port(transaction, 443).has_value());
        EXPECT_TRUE(transaction.commit().has_value());
    }

    /// `person`: whose the device says it is already.
    [[nodiscard]] Result<EnrolmentAnswer> enrol(const std::string& code, const KeyPair& key,
                                                const std::string& person = {})
    {
        return enrolment_.enrol({code, platform::make_signing_request(key), "laptop", person}, "192.0.2.1", 0);
    }

    Enrolment enrolment_{
        {registry(), counter->ledger.database(), clock, counter->digest, *counter->ledger.directory().authority()}};
};

TEST_F(EnrolmentTest, does_not_bring_a_revoked_device_back)
{
    revoke(ana_);
    const auto code = code_for("Ana Silva");
    const auto refused = enrol(code, ana_key_);
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().code, Errc::forbidden);
    EXPECT_THAT(refused.error().text, HasSubstr("revoked"));
    EXPECT_FALSE(writes(ana_, "forum"));
    EXPECT_TRUE(enrol(code, KeyPair::generate()).has_value()) << "the code is not used up";
}

TEST_F(EnrolmentTest, lets_no_revoked_device_in_of_which_it_has_never_heard)
{
    const auto key = KeyPair::generate();
    const auto id = platform::device_id(key.public_key());
    revoke(id);
    const auto when = clock.now_ms();
    pass_a_day();
    revoke(id);
    const auto code = code_for("Ana Silva");
    EXPECT_THAT(enrol(code, key).error().text, HasSubstr("revoked"));
    EXPECT_THAT(registry().require_welcome(id).error().text, HasSubstr("revoked"));
    EXPECT_EQ(registry().find_device(id).value(), std::nullopt);
    EXPECT_LE(registry().revocations().value().at(id), when) << "since the first time";
    EXPECT_FALSE(registry().is_revoked(ana_).value());
    EXPECT_TRUE(enrol(code, ana_key_).has_value()) << "the code is not used up";
}

TEST_F(EnrolmentTest, makes_nobody_elses_device_of_one_that_says_whose_it_is)
{
    const auto key = KeyPair::generate();
    const auto code = code_for("Bo Li");
    const auto refused = enrol(code, key, "Ana Silva");
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().code, Errc::forbidden);
    EXPECT_THAT(refused.error().text, Not(HasSubstr("Bo Li")));
    EXPECT_EQ(registry().find_device(platform::device_id(key.public_key())).value(), std::nullopt);
    EXPECT_EQ(enrol(code, key, "Bo Li")->person, "Bo Li") << "the code is not used up";
}

TEST_F(EnrolmentTest, takes_no_code_that_was_open_in_a_backup)
{
    const auto code = code_for("Ana Silva");
    const auto used = code_for("Ana Silva");
    ASSERT_TRUE(enrol(used, ana_key_).has_value());
    auto transaction = *Transaction::write(counter->ledger.database());
    ASSERT_TRUE(registry().end_invitations(transaction).has_value());
    ASSERT_TRUE(transaction.commit().has_value());
    clock.ahead_ms = -shared::limits::kDay_ms;
    EXPECT_THAT(enrol(code, KeyPair::generate()).error().text, HasSubstr("expired")) << "whatever the clock says";
    EXPECT_TRUE(enrol(used, ana_key_).has_value()) << "an answer that was lost on the way";
}

TEST_F(EnrolmentTest, waits_for_an_operator_without_counting_it_as_a_wrong_code)
{
    const auto code = code_for("Ana Silva");
    ASSERT_TRUE(counter->ledger.database().execute("PRAGMA busy_timeout = 0").has_value());
    {
        auto operators = *Ledger::open(data);
        const auto held = *Transaction::write(operators.database());
        for (std::size_t i = 0; i <= shared::limits::kWrongCodesPerAddress; ++i)
            EXPECT_EQ(enrol(code, KeyPair::generate()).error().code, Errc::timed_out);
    }
    EXPECT_TRUE(enrol(code, KeyPair::generate()).has_value());
}

TEST_F(EnrolmentTest, reads_no_request_longer_than_a_request_is)
{
    const auto request = [](std::size_t size) {
        return boost::json::serialize(
            boost::json::value{{"code", "x"}, {"csr_pem", std::string(size, 'x')}, {"device_name", "laptop"}});
    };
    EXPECT_TRUE(parse_enrolment(request(platform::kMaxPemBytes)).has_value());
    EXPECT_EQ(parse_enrolment(R"({"code":"x","csr_pem":"x","device_name":"x","person":"Ana"})")->person, "Ana");
    EXPECT_EQ(parse_enrolment(R"({"code":"x","csr_pem":"x","device_name":"x","person":1})").error().code,
              Errc::malformed);
    EXPECT_EQ(parse_enrolment(request(platform::kMaxPemBytes + 1)).error().code, Errc::too_large);
}

}  // namespace

}  // namespace indaba::server
