// An operator erases a record: it is gone from the centre's files and from every device that comes, each of which says
// so, and a backup that is restored does not bring it back.
#include "platform/files.hpp"
#include "tests/end_to_end/two_delegates.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace indaba::tests {
namespace {

using testing::HasSubstr;

class Erasure : public TwoDelegates {
protected:
    Erasure()
    {
        record = text_at(amina.json({"put", "enterprise", "name=Qzvwkjh Ltd", "country=ZA"}), "id");
        amina.done({"put", "enterprise", "name=Aurora", "country=ZA"});
        for (const auto* device : {&amina, &boris}) (void)device->json({"sync"});
        boris.done({"put", "enterprise", "--id", record, "city=Qzvwkjhburg"});
        for (const auto* device : {&boris, &amina}) (void)device->json({"sync"});
    }

    /// Its files are not encrypted.
    [[nodiscard]] bool is_on_centres_disk() const
    {
        const auto files = content_of(centre.data() + "/centre.db") + content_of(centre.data() + "/centre.db-wal");
        return files.find("Qzvwkjh") != std::string::npos;
    }
    [[nodiscard]] std::size_t unconfirmed() const
    {
        const auto list = boost::json::parse(centre.operate({"erasures", "--json"}));
        return at(list.as_array().at(0), "unconfirmed").as_array().size();
    }
    void expect_gone(const Device& device) const
    {
        EXPECT_EQ(device.json({"search", "qzvwkjh"}).as_array().size(), 0u);
        const auto asked = device.run({"get", record});
        EXPECT_EQ(asked.code, 1);
        EXPECT_THAT(asked.err, HasSubstr("erased by order of the centre"));
        EXPECT_EQ(number_at(device.json({"status"}), "records"), 1);
    }

    std::string record;
};

TEST_F(Erasure, reaches_the_centre_and_every_device_and_each_confirms)
{
    const auto watching = amina.begin({"sync", "--watch", "--json"});
    ASSERT_TRUE(watching->wait_for_output("\"up_to_date\":true"));
    EXPECT_TRUE(is_on_centres_disk());
    const auto said = centre.operate({"erase", record});
    EXPECT_THAT(said, HasSubstr("erased " + record));
    EXPECT_THAT(said, HasSubstr("'laptop' of Boris"));
    EXPECT_TRUE(watching->wait_for_output("\"erased\":1")) << "who is connected, at once";
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (unconfirmed() != 1 && std::chrono::steady_clock::now() < deadline) {  // its receipt is on the way
    }
    EXPECT_EQ(unconfirmed(), 1u);
    watching->signal(SIGINT);
    EXPECT_EQ(watching->finish().code, 0);
    EXPECT_FALSE(is_on_centres_disk());
    expect_gone(amina);

    const auto told = boris.done({"sync"});
    EXPECT_THAT(told, HasSubstr("1 record erased here for good, as the centre ordered"));
    expect_gone(boris);
    EXPECT_EQ(unconfirmed(), 0u);
    EXPECT_THAT(centre.operate({"erasures"}), HasSubstr("every device has confirmed"));
    EXPECT_THAT(centre.operate({"erase", record}), HasSubstr("unchanged"));
    EXPECT_EQ(number_at(boris.json({"sync"}), "erased"), 0);
    EXPECT_EQ(everything_shown(amina), everything_shown(boris));
    expect_same_leaves(centre, {&amina, &boris}, "forum");
}

/// Of what was wanted of it nothing is left that a person could do anything about.
TEST_F(Erasure, refuses_an_edit_that_was_on_its_way_and_sends_nobody_to_an_empty_list)
{
    centre.operate({"erase", record});
    amina.done({"put", "enterprise", "--id", record, "city=Durban"});
    const auto said = amina.done({"sync"});
    EXPECT_THAT(said, HasSubstr("1 change sent, 0 accepted, 1 refused"));
    EXPECT_THAT(said, HasSubstr("\n1 change to an erased record was refused."));
    EXPECT_THAT(said, testing::Not(HasSubstr("indaba refused")));
    EXPECT_TRUE(amina.json({"refused"}).as_array().empty());
    EXPECT_EQ(number_at(at(amina.json({"status"}), "written"), "refused"), 1);
    EXPECT_EQ(number_at(amina.json({"sync"}), "refused_erased"), 0);
}

TEST_F(Erasure, of_what_is_not_there_is_wrong_usage)
{
    for (const auto* id : {"0192f1a0-7c3e-7b1d-8a52-3f0c9d2e4b01", "rubbish", ""}) {
        const auto refused = centre.try_operate({"erase", id});
        EXPECT_EQ(refused.code, 2) << refused.err;
        EXPECT_EQ(std::ranges::count(refused.err, '\n'), 1) << refused.err;
    }
    EXPECT_EQ(centre.operate({"erasures"}), "nothing was erased");
}

TEST_F(Erasure, of_several_is_one_order_run_and_of_one_that_is_not_there_nothing)
{
    const auto second = text_at(amina.json({"put", "enterprise", "name=Baikal", "country=ZA"}), "id");
    const auto third = text_at(amina.json({"put", "enterprise", "name=Caspian", "country=ZA"}), "id");
    (void)amina.json({"sync"});
    for (const auto* wrong : {"0192f1a0-7c3e-7b1d-8a52-3f0c9d2e4b01", "rubbish"}) {
        EXPECT_EQ(centre.try_operate({"erase", record, wrong, second}).code, 2);
        EXPECT_EQ(centre.operate({"erasures"}), "nothing was erased");
        EXPECT_TRUE(is_on_centres_disk());
    }
    EXPECT_THAT(centre.operate({"erase", second}), HasSubstr("erased " + second + ", with the decisions about it"));
    (void)boris.json({"sync"});
    const auto said = boost::json::parse(centre.operate({"erase", record, second, third, record, "--json"}));
    EXPECT_EQ(number_at(said, "records"), 2);
    const auto& orders = at(said, "orders").as_array();
    ASSERT_EQ(orders.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_EQ(text_at(orders.at(i), "record"), (std::array{record, second, third})[i]);
    EXPECT_EQ(at(orders.at(0), "unconfirmed").as_array().size(), 2u);
    EXPECT_EQ(at(orders.at(1), "unconfirmed").as_array().size(), 1u) << "Boris has been there since";
    const auto again = centre.operate({"erase", record, third});
    EXPECT_THAT(again, HasSubstr("unchanged: " + record));
    EXPECT_THAT(again, HasSubstr("unchanged: " + third));
    EXPECT_EQ(number_at(amina.json({"sync"}), "erased"), 3);
    EXPECT_FALSE(is_on_centres_disk());
    expect_gone(amina);
}

TEST_F(Erasure, waits_for_whoever_writes_the_orders_beside_the_database)
{
    std::vector<std::string> ids{record};
    for (const auto* name : {"name=Baikal", "name=Caspian", "name=Dnieper"})
        ids.push_back(text_at(amina.json({"put", "enterprise", name, "country=ZA"}), "id"));
    (void)amina.json({"sync"});
    std::vector<std::unique_ptr<Process>> erasing;
    {
        const auto writing =
            platform::FileLock::take(centre.data() + "/erasures.lock", std::chrono::seconds(0)).value();
        for (const auto& id : ids) erasing.push_back(centre.begin({"erase", id}));
        for (const auto& id : ids)
            for (int tries = 0; centre.operate({"erasures"}).find(id) == std::string::npos; ++tries)
                ASSERT_LT(tries, 1000);
        EXPECT_EQ(content_of(centre.data() + "/erasures.txt"), "");
    }
    for (const auto& one : erasing) EXPECT_EQ(one->finish().code, 0);
    for (const auto& id : ids) EXPECT_THAT(content_of(centre.data() + "/erasures.txt"), HasSubstr(id));
}

TEST_F(Erasure, is_repeated_when_an_older_backup_is_restored)
{
    centre.operate({"backup", backup});
    centre.operate({"erase", record});
    const auto orders = content_of(centre.data() + "/erasures.txt");
    EXPECT_THAT(orders, HasSubstr(record));
    for (const auto* device : {&amina, &boris}) (void)device->json({"sync"});
    centre.kill();
    std::filesystem::rename(centre.data(), directory.file("lost"));

    // The devices bring the orders back.
    centre.operate({"restore", backup});
    EXPECT_TRUE(is_on_centres_disk());
    centre.start();
    (void)boris.json({"sync"});
    EXPECT_FALSE(is_on_centres_disk());
    (void)amina.json({"sync"});
    (void)boris.json({"sync"});
    EXPECT_EQ(unconfirmed(), 0u);
    for (const auto* device : {&amina, &boris}) expect_gone(*device);
    expect_same_leaves(centre, {&amina, &boris}, "forum");
    centre.stop();

    // And so does the file beside the database, before anybody has come.
    std::filesystem::rename(centre.data(), directory.file("lost again"));
    std::filesystem::create_directory(centre.data());
    std::filesystem::permissions(centre.data(), std::filesystem::perms::owner_all);
    std::ofstream(centre.data() + "/erasures.txt") << orders;
    std::filesystem::permissions(centre.data() + "/erasures.txt",
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    centre.operate({"restore", backup});
    EXPECT_FALSE(is_on_centres_disk());
    EXPECT_THAT(centre.operate({"erasures"}), HasSubstr(record));

    std::ofstream(centre.data() + "/erasures.txt", std::ios::app) << "rubbish\n";
    const auto refused = centre.try_operate({"run", "--listen", "127.0.0.1:0"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("line 2, is not an order to erase"));
}

}  // namespace
}  // namespace indaba::tests
