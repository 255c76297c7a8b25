// A device's database loses entries that were never sent: sync says what to do, the operator rules them lost beside the
// running centre, and what follows is sent. What was lost can be written again where it is still known.
#include "client/home.hpp"
#include "sync/store/store.hpp"
#include "tests/end_to_end/two_delegates.hpp"

#include <gmock/gmock.h>

#include <csignal>

namespace indaba::tests {
namespace {

using testing::HasSubstr;

class Lost : public TwoDelegates {
protected:
    Lost()
    {
        for (int i = 1; i <= 6; ++i)
            ids_.push_back(
                text_at(amina.json({"put", "enterprise", "name=Company " + std::to_string(i), "country=ZA"}), "id"));
    }

    /// As if the pages that held them could not be read any more.
    void damage(std::uint64_t from, std::uint64_t to) const
    {
        const auto home = client::Home::open(amina.home());
        ASSERT_TRUE(home.has_value());
        platform::DatabaseOptions file;
        file.path = home->database_path();
        file.key = home->database_key();
        const auto store = sync::store::ReplicaStore::open(file, shared::Catalogue::builtin(), {});
        ASSERT_TRUE(store.has_value());
        ASSERT_TRUE((*store)
                        ->database()
                        .execute("DELETE FROM entry WHERE number BETWEEN " + std::to_string(from) + " AND " +
                                 std::to_string(to))
                        .has_value());
    }
    [[nodiscard]] boost::json::array waiting() const
    {
        return boost::json::parse(centre.operate({"lost", "--json"})).as_array();
    }

    std::vector<std::string> ids_;
};

TEST_F(Lost, is_what_the_operator_rules_so_and_the_rest_is_sent)
{
    EXPECT_EQ(centre.operate({"lost"}), "nothing waits to be ruled lost");
    damage(2, 3);
    const auto report = amina.json({"sync"});
    EXPECT_FALSE(at(report, "up_to_date").as_bool());
    EXPECT_TRUE(report.as_object().find("error") == report.as_object().end());
    EXPECT_EQ(number_at(report, "accepted"), 1);
    const auto& missing = at(report, "missing").as_array();
    ASSERT_EQ(missing.size(), 1u);
    EXPECT_EQ(number_at(missing[0], "first"), 2);
    EXPECT_EQ(number_at(missing[0], "through"), 4);
    const auto journal = text_at(missing[0], "journal");
    EXPECT_THAT(amina.done({"sync"}), HasSubstr("ask the centre's operator to rule them lost (journal " + journal));
    amina.done({"put", "enterprise", "name=After", "country=ZA"});
    EXPECT_EQ(number_at(amina.json({"sync"}), "accepted"), 1) << "what is written now waits for nobody";

    const auto list = waiting();
    ASSERT_EQ(list.size(), 1u);
    EXPECT_EQ(text_at(list[0], "journal"), journal);
    EXPECT_EQ(text_at(list[0], "person"), "Amina");
    EXPECT_EQ(number_at(list[0], "through"), 4);
    EXPECT_THAT(centre.operate({"lost"}), HasSubstr("lost " + journal + " --through 4"));

    const auto watching = amina.begin({"sync", "--watch", "--json"});
    ASSERT_TRUE(watching->wait_for_output("\"missing\":[{"));
    EXPECT_THAT(centre.operate({"lost", journal, "--through", "4"}), HasSubstr("lost: changes 2 to 4"));
    ASSERT_TRUE(watching->wait_for_output("\"missing\":[]")) << "who is connected goes on at once";
    watching->signal(SIGINT);
    EXPECT_EQ(watching->finish().code, 0);
    EXPECT_TRUE(waiting().empty());
    EXPECT_TRUE(at(amina.json({"sync"}), "up_to_date").as_bool());

    EXPECT_THAT(amina.done({"refused"}), HasSubstr("ruled this part of its journal lost"));
    amina.done({"refused", "retry", ids_[3]});
    for (const auto* device : {&amina, &boris}) (void)device->json({"sync"});
    EXPECT_EQ(number_at(boris.json({"status"}), "records"), 5);
    EXPECT_EQ(everything_shown(amina), everything_shown(boris));
    expect_same_leaves(centre, {&amina, &boris}, "forum");
}

TEST_F(Lost, is_nothing_else_that_an_operator_names)
{
    const std::vector<Arguments> wrong{{"lost", "0123456789abcdef", "--through", "4"},
                                       {"lost", "rubbish", "--through", "4"},
                                       {"lost", "0123456789abcdef"},
                                       {"lost", "--through", "4"}};
    for (const auto& words : wrong) {
        const auto refused = centre.try_operate(words);
        EXPECT_EQ(refused.code, 2) << refused.err;
        EXPECT_EQ(std::ranges::count(refused.err, '\n'), 1) << refused.err;
    }
    damage(2, 3);
    (void)amina.json({"sync"});
    const auto journal = text_at(waiting().at(0), "journal");
    EXPECT_EQ(centre.try_operate({"lost", journal, "--through", "5"}).code, 2);
    EXPECT_EQ(waiting().size(), 1u);
}

}  // namespace
}  // namespace indaba::tests
