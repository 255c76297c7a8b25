// A person's quota with real processes: what is over it stays on the device, is said in plain words and is sent once
// the operator allows more; nobody else notices.
#include "tests/end_to_end/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace indaba::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kSpace = "forum";

class Quota : public testing::Test {
protected:
    Quota()
    {
        centre.operate({"space", "add", kSpace, "--kind", "event"});
        for (const auto* person : {"Amina", "Boris"})
            centre.operate({"person", "add", person, "--role", kSpace + "=editor"});
        centre.start();
        amina.enrol(centre, "Amina");
        boris.enrol(centre, "Boris");
        for (const auto* device : {&amina, &boris}) (void)device->json({"sync"});
    }

    static void put_many(const Device& device, int count)
    {
        for (int i = 0; i < count; ++i) device.done({"put", "enterprise", "name=Company " + std::to_string(i)});
    }

    TemporaryDirectory directory;
    Centre centre{directory};
    Device amina{directory, "tablet"};
    Device boris{directory, "laptop"};
};

TEST_F(Quota, what_is_over_it_is_kept_and_said_and_sent_when_there_is_more)
{
    EXPECT_THAT(centre.operate({"person", "quota", "Amina", "--changes", "4"}), HasSubstr("at most 4 changes"));
    put_many(amina, 7);
    put_many(boris, 2);
    const auto report = amina.json({"sync"});
    EXPECT_EQ(number_at(report, "pushed"), 4);
    EXPECT_EQ(number_at(report, "accepted"), 4);
    EXPECT_FALSE(at(report, "up_to_date").as_bool());
    EXPECT_EQ(number_at(at(report, "over_quota"), "changes"), 4);
    const auto status = amina.json({"status"});
    EXPECT_EQ(number_at(at(status, "written"), "only_here"), 3);
    EXPECT_EQ(text_at(status, "over_quota_until"), text_at(at(report, "over_quota"), "until"));
    EXPECT_THAT(amina.done({"status"}), HasSubstr("The centre takes no more from you before "));

    EXPECT_EQ(number_at(boris.json({"sync"}), "accepted"), 2);
    const auto said = amina.run({"sync"});
    EXPECT_EQ(said.code, 0);
    EXPECT_THAT(said.out,
                HasSubstr("The centre takes no more from you today (4 changes and 1000.0 MB a day): what waits "
                          "is kept here and is sent with the first sync after "));
    EXPECT_EQ(amina.json({"list", "enterprise"}).as_array().size(), 9u) << "what Boris wrote is here, and all of hers";
    EXPECT_EQ(feed_length(centre, kSpace), 6u);

    centre.kill();
    centre.start();
    EXPECT_EQ(number_at(amina.json({"sync"}), "pushed"), 0) << "the count outlives the program";
    const auto listed = boost::json::parse(centre.operate({"person", "list", "--json"}));
    EXPECT_TRUE(at(at(listed.as_array()[0], "quota"), "used_up").as_bool());
    EXPECT_FALSE(at(at(listed.as_array()[1], "quota"), "used_up").as_bool());

    EXPECT_EQ(centre.try_operate({"person", "quota", "Amina", "--changes", "0"}).code, 2);
    centre.operate({"person", "quota", "Amina", "--changes", "100"});
    const auto rest = amina.json({"sync"});
    EXPECT_EQ(number_at(rest, "pushed"), 3);
    EXPECT_TRUE(at(rest, "up_to_date").as_bool());
    EXPECT_TRUE(at(rest, "over_quota").is_null());
    EXPECT_TRUE(at(amina.json({"status"}), "over_quota_until").is_null());
    (void)boris.json({"sync"});
    expect_same_leaves(centre, {&amina, &boris}, kSpace);
}

TEST_F(Quota, a_session_that_stays_sends_the_rest_as_soon_as_the_operator_allows_more)
{
    centre.operate({"person", "quota", "Amina", "--changes", "1"});
    put_many(amina, 3);
    const auto watching = amina.begin({"sync", "--watch", "--json"});
    ASSERT_TRUE(watching->wait_for_output("\"over_quota\":{\"changes\":1,"));
    EXPECT_THAT(amina.done({"status"}), HasSubstr("The centre takes no more from you before "));
    EXPECT_THAT(watching->output(), HasSubstr("\"accepted\":1,"));
    centre.operate({"person", "quota", "Amina", "--changes", "10"});
    ASSERT_TRUE(watching->wait_for_output("\"accepted\":3,"));
    EXPECT_EQ(number_at(at(amina.json({"status"}), "written"), "only_here"), 0);
    EXPECT_THAT(amina.done({"status"}), Not(HasSubstr("takes no more")));
}

}  // namespace
}  // namespace indaba::tests
