// What the centre stores of a person's in a day: counted with the entries themselves, over all their devices, and set
// by the operator.
#include "tests/unit/centre_fixture.hpp"

namespace indaba::server {

namespace {

using testing::HasSubstr;

class PersonQuotaTest : public CentreTest {
protected:
    [[nodiscard]] sync::Amount used(const std::string& person)
    {
        const auto id = counter->ledger.require_person(person)->id;
        return counter->quotas.allowance_of(id, sync::Day::of(clock.now_ms()))->used;
    }
    void allow(const std::string& person, std::uint64_t changes)
    {
        ASSERT_TRUE(set_person_quota({data, person, changes, {}}).has_value());
    }
};

TEST_F(PersonQuotaTest, counts_all_devices_of_a_person_and_nobody_elses)
{
    KeyPair laptop = KeyPair::generate();
    KeyPair tablet = KeyPair::generate();
    KeyPair other = KeyPair::generate();
    for (const auto* key : {&laptop, &tablet}) (void)enrolled(*key, "Ana Silva");
    (void)enrolled(other, "Bo Li");
    allow("Ana Silva", 5);
    EXPECT_EQ(stored(written(laptop, 3)), 3u);
    EXPECT_EQ(stored(written(tablet, 3)), 2u);
    EXPECT_EQ(stored(written(laptop, 1)), 0u);
    EXPECT_EQ(stored(written(other, 7, "brazil")), 7u);
    EXPECT_EQ(used("Ana Silva").changes, 5u);
    EXPECT_GT(used("Ana Silva").bytes, 5u * 20);
    EXPECT_EQ(used("Bo Li").changes, 7u);
    pass_a_day();
    EXPECT_EQ(used("Ana Silva").changes, 0u);
    EXPECT_EQ(stored(written(tablet, 9)), 5u);
}

TEST_F(PersonQuotaTest, what_is_refused_counts_for_whoever_has_no_role)
{
    KeyPair key = KeyPair::generate();
    ASSERT_TRUE(add_person({data, "Nobody", {}}).has_value());
    (void)enrolled(key, "Nobody");
    allow("Nobody", 4);
    const auto taken = counter->centre.ingest(written(key, 9));
    ASSERT_TRUE(taken.has_value());
    EXPECT_EQ(taken->fresh.size(), 4u);
    for (const auto& ruling : taken->fresh) EXPECT_EQ(ruling.verdict, sync::Verdict::refused);
    EXPECT_TRUE(taken->over_quota.has_value());
    EXPECT_EQ(stored(written(key, 1)), 0u);
}

TEST_F(PersonQuotaTest, holds_over_a_restart)
{
    KeyPair key = KeyPair::generate();
    (void)enrolled(key, "Ana Silva");
    allow("Ana Silva", 5);
    EXPECT_EQ(stored(written(key, 4)), 4u);
    restart();
    EXPECT_EQ(used("Ana Silva").changes, 4u);
    EXPECT_EQ(stored(written(key, 4)), 1u);
    restart();
    EXPECT_EQ(stored(written(key, 4)), 0u);
}

TEST_F(PersonQuotaTest, what_could_not_be_stored_is_not_counted)
{
    KeyPair key = KeyPair::generate();
    (void)enrolled(key, "Ana Silva");
    const auto set = written(key, 200);
    auto& database = counter->ledger.database();
    ASSERT_TRUE(database.execute("PRAGMA max_page_count = 1").has_value());  // no more than it has
    EXPECT_EQ(counter->centre.ingest(set).error().code, Errc::full);
    EXPECT_EQ(used("Ana Silva"), sync::Amount());
    ASSERT_TRUE(database.execute("PRAGMA max_page_count = 1000000").has_value());
    EXPECT_EQ(stored(set), 200u);
    EXPECT_EQ(used("Ana Silva").changes, 200u);
}

TEST_F(PersonQuotaTest, whoever_brings_what_nobody_known_wrote_answers_for_it)
{
    KeyPair carrier = KeyPair::generate();
    KeyPair colleague = KeyPair::generate();
    KeyPair lost = KeyPair::generate();
    const auto sender = enrolled(carrier, "Ana Silva");
    (void)enrolled(colleague, "Bo Li");
    revoke(enrolled(lost, "Bo Li"));
    EXPECT_EQ(stored(written(colleague, 2, "brazil"), sender), 2u);
    EXPECT_EQ(used("Ana Silva").changes, 0u);
    EXPECT_EQ(used("Bo Li").changes, 2u);
    allow("Ana Silva", 5);
    for (const std::size_t most : {2u, 2u, 1u, 0u, 0u}) {
        KeyPair invented = KeyPair::generate();
        EXPECT_EQ(stored(written(invented, 2), sender), most);
    }
    EXPECT_EQ(stored(written(lost, 2), sender), 0u);
    EXPECT_EQ(used("Ana Silva").changes, 5u);
    EXPECT_EQ(used("Bo Li").changes, 2u);
}

TEST_F(PersonQuotaTest, what_an_operator_brings_of_nobody_known_counts_for_nobody)
{
    KeyPair invented = KeyPair::generate();
    EXPECT_EQ(stored(written(invented, 2)), 2u);
    const sync::Writer nobody{platform::device_id(invented.public_key()), {}};
    EXPECT_EQ(counter->quotas.allowance(nobody, sync::Day::of(clock.now_ms())).value(), std::nullopt);
    EXPECT_FALSE(counter->centre.is_used_up(nobody).value());
    EXPECT_TRUE(counter->quotas.add(nobody, sync::Day::of(clock.now_ms()), {1, 1}).has_value());
    const auto stranger = platform::device_id(KeyPair::generate().public_key());
    EXPECT_EQ(stored(written(invented, 2), stranger), 2u);
    EXPECT_EQ(used("Ana Silva"), sync::Amount());
    EXPECT_EQ(used("Bo Li"), sync::Amount());
}

/// The messages of one kind that a session was sent.
template <class Kind>
std::vector<Kind> of_kind(std::vector<Bytes>& heard)
{
    std::vector<Kind> found;
    for (const auto& message : heard)
        if (const auto decoded = sync::decode_message(message); std::holds_alternative<Kind>(*decoded))
            found.push_back(std::get<Kind>(*decoded));
    heard.clear();
    return found;
}

TEST_F(PersonQuotaTest, a_session_that_stays_hears_of_a_new_day_and_of_a_larger_quota)
{
    KeyPair key = KeyPair::generate();
    const auto device = enrolled(key, "Ana Silva");
    allow("Ana Silva", 5);
    auto& sessions = counter->sessions;
    std::vector<Bytes> heard;
    const auto sink = [&](const Delivery& delivery) {
        heard.insert(heard.end(), delivery.send.begin(), delivery.send.end());
    };
    const auto id = sessions.open(device, sink);
    ASSERT_TRUE(id.has_value());
    sync::Hello hello;
    hello.program = "test";
    sessions.on_message(*id, sync::encode_message(hello));
    sessions.refresh();
    heard.clear();
    const auto push = sync::encode_message(sync::Push{written(key, 12)});
    for (const std::uint64_t through : {5u, 10u, 12u}) {
        sessions.on_message(*id, push);
        const auto answers = of_kind<sync::Stored>(heard);
        ASSERT_EQ(answers.size(), 1u);
        EXPECT_EQ(answers[0].through, through);
        if (through == 12) {
            EXPECT_EQ(answers[0].unstored, sync::Unstored::nothing);
            break;
        }
        EXPECT_EQ(answers[0].unstored, sync::Unstored::over_quota);
        EXPECT_EQ(answers[0].quota.until_ms, sync::Day::of(clock.now_ms()).end_ms());
        sessions.refresh();
        EXPECT_TRUE(of_kind<sync::Grants>(heard).empty());
        if (through == 5) pass_a_day();
        else allow("Ana Silva", 100);  // another process, as an operator's is
        sessions.refresh();
        EXPECT_EQ(of_kind<sync::Grants>(heard).size(), 1u);
        sessions.refresh();
        EXPECT_TRUE(of_kind<sync::Grants>(heard).empty()) << "once";
    }
    EXPECT_THAT(log_text(), HasSubstr("event=over_quota"));
    EXPECT_THAT(log_text(), testing::Not(HasSubstr("Ana")));
}

TEST_F(PersonQuotaTest, the_operator_reads_and_sets_it)
{
    KeyPair key = KeyPair::generate();
    (void)enrolled(key, "Ana Silva");
    EXPECT_EQ(stored(written(key, 3)), 3u);
    EXPECT_THAT(set_person_quota({data, "Ana Silva", {}, {}})->text,
                HasSubstr("at most 1000000 changes and 1000 MB a day, 3 changes and 1 KB today"));
    EXPECT_THAT(list_people(data)->text, testing::Not(HasSubstr("a day"))) << "as everybody's";
    const auto set = set_person_quota({data, "Ana Silva", 3, 50});
    ASSERT_TRUE(set.has_value());
    EXPECT_THAT(set->text, HasSubstr("at most 3 changes and 50 MB a day, 3 changes and 1 KB today: used up"));
    EXPECT_EQ(set->json.at("quota").at("used_up"), true);
    EXPECT_EQ(set_person_quota({data, "Ana Silva", 4, {}})->json.at("quota").at("mb").to_number<int>(), 50);
    EXPECT_THAT(list_people(data)->text, HasSubstr("Ana Silva  forum=editor  at most 4 changes and 50 MB a day"));
    EXPECT_EQ(list_people(data)->json.at(0).at("quota").at("changes_today").to_number<int>(), 3);
    EXPECT_EQ(list_people(data)->json.at(1).at("quota").at("changes").to_number<int>(), 1'000'000);
    EXPECT_EQ(set_person_quota({data, "Zoë", 1, {}}).error().code, Errc::not_found);
}

}  // namespace
}  // namespace indaba::server
