// Two delegates of one forum: offline work, reconciled. The steps are one story, so they are one test.
#include "tests/end_to_end/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace indaba::tests {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

const std::string kSpace = "forum-2026";

class Scenario : public testing::Test {
protected:
    Scenario()
    {
        centre.operate({"space", "add", kSpace, "--kind", "event", "--title", "Forum 2026"});
        centre.operate({"person", "add", "Amina", "--role", kSpace + "=contributor"});
        centre.operate({"person", "add", "Boris", "--role", kSpace + "=editor"});
        centre.operate({"person", "add", "Clara", "--role", kSpace + "=organiser"});
        centre.start();
        desk.enrol(centre, "Clara");
        (void)desk.json({"sync"});
        pumps = desk.done({"put", "enterprise", "name=Ural Pumps", "country=RU", "city=Perm", "sectors=manufacturing"});
        mills = desk.done({"put", "enterprise", "name=Cape Mills", "country=ZA"});
        (void)desk.json({"sync"});
    }

    /// Every command of a device without a network: at once, and not a word of it.
    static void expect_calm(const Device& device)
    {
        for (const Arguments& command :
             {Arguments{"status"}, {"list", "enterprise"}, {"search", "pumps"}, {"conflicts"}, {"refused"}}) {
            const auto ended = device.run(command);
            EXPECT_EQ(ended.code, 0);
            for (const auto& text : {ended.out, ended.err})
                EXPECT_THAT(text,
                            AllOf(Not(HasSubstr("connection")), Not(HasSubstr("network")), Not(HasSubstr("error"))));
        }
    }

    static std::vector<std::string> sectors(const Device& device, const std::string& id)
    {
        std::vector<std::string> names;
        const auto record = device.json({"get", id});
        for (const auto& name : at(at(record, "fields"), "sectors").as_array()) names.emplace_back(name.as_string());
        return names;
    }

    void work_offline()
    {
        amina.done({"put", "enterprise", "name=Amina's Solar", "country=ET"});
        amina.done({"put", "talent", "name=Abebe", "skills=welding"});
        boris.done({"put", "enterprise", "name=Boris Steel", "country=RU"});
        boris.done({"put", "talent", "name=Borya"});
        amina.done({"put", "enterprise", "--id", pumps, "employees=120", "city=Kazan", "sectors=water"});
        boris.done({"put", "enterprise", "--id", pumps, "website=ural.example", "city=Ufa", "sectors=energy"});
        amina.done({"delete", mills});
        boris.done({"put", "enterprise", "--id", mills, "city=Cape Town"});
    }

    /// The conflicts of the story, as this device shows them.
    void expect_conflicts(const Device& device)
    {
        const auto conflicts = device.json({"conflicts"}).as_array();
        ASSERT_EQ(conflicts.size(), 2u) << boost::json::serialize(conflicts);
        for (const auto& conflict : conflicts) {
            const bool city = text_at(conflict, "record") == pumps;
            EXPECT_EQ(text_at(conflict, "field"), city ? "city" : "existence");
            std::vector<std::string> values;
            std::vector<std::string> authors;
            for (const auto& leaf : at(conflict, "leaves").as_array()) {
                values.push_back(text_at(leaf, "value"));
                authors.push_back(text_at(leaf, "by") + " on " + text_at(leaf, "device"));
                EXPECT_THAT(text_at(leaf, "at"), HasSubstr("T"));
            }
            EXPECT_THAT(authors, UnorderedElementsAre("Amina on tablet", "Boris on laptop"));
            if (city) EXPECT_THAT(values, UnorderedElementsAre("Kazan", "Ufa"));
            else EXPECT_THAT(values, UnorderedElementsAre("deleted", "edited: city = Cape Town"));
        }
    }

    void settle_on_one_and_see_on_the_other()
    {
        const auto conflicts = amina.json({"conflicts"}).as_array();
        int keep = 0;
        for (const auto& conflict : conflicts) {
            if (text_at(conflict, "field") != "city") continue;
            for (const auto& leaf : at(conflict, "leaves").as_array())
                if (text_at(leaf, "value") == "Ufa") keep = int(number_at(leaf, "number"));
        }
        ASSERT_GT(keep, 0);
        amina.done({"resolve", pumps, "city", "--keep", std::to_string(keep), "--reason", "asked the company"});
        boris.done({"resolve", mills, "--restore", "--reason", "still active"});
        for (const auto* device : {&amina, &boris, &amina}) (void)device->json({"sync"});
        for (const auto* device : {&amina, &boris}) {
            EXPECT_TRUE(device->json({"conflicts"}).as_array().empty());
            EXPECT_EQ(text_at(at(device->json({"get", pumps}), "fields"), "city"), "Ufa");
            EXPECT_EQ(text_at(at(device->json({"get", mills}), "fields"), "name"), "Cape Mills");
            const auto decisions = device->json({"list", "decision"}).as_array();
            ASSERT_EQ(decisions.size(), 2u);
            std::vector<std::string> reasons;
            for (const auto& decision : decisions) reasons.push_back(text_at(at(decision, "fields"), "reason"));
            EXPECT_THAT(reasons, UnorderedElementsAre("asked the company", "still active"));
        }
    }

    TemporaryDirectory directory;
    Centre centre{directory};
    Device desk{directory, "desk"};
    Device amina{directory, "tablet"};
    Device boris{directory, "laptop"};
    std::string pumps;
    std::string mills;
};

TEST_F(Scenario, two_delegates_meet_again)
{
    amina.enrol(centre, "Amina");
    boris.enrol(centre, "Boris");
    for (const auto* device : {&amina, &boris}) EXPECT_EQ(number_at(device->json({"sync"}), "pulled"), 2);
    centre.stop();

    work_offline();
    expect_calm(amina);
    expect_calm(boris);
    EXPECT_EQ(number_at(amina.json({"status"}), "only_here"), 4);
    EXPECT_EQ(text_at(amina.json({"get", pumps}), "state"), "only_here");
    const auto offline = amina.run({"sync"});
    EXPECT_EQ(offline.code, 1);
    EXPECT_EQ(offline.err, "No connection to localhost" + centre.address().substr(centre.address().rfind(':')) +
                               ". Everything is saved here; 4 changes wait.\n");
    const auto report = boost::json::parse(amina.run({"sync", "--json"}).out);
    EXPECT_FALSE(at(report, "up_to_date").as_bool());
    EXPECT_THAT(text_at(report, "error"), HasSubstr("onnection"));

    centre.start();
    for (const auto* device : {&amina, &boris, &amina, &boris}) {
        const auto synced = device->json({"sync"});
        EXPECT_TRUE(at(synced, "up_to_date").as_bool());
        EXPECT_EQ(number_at(synced, "refused"), 0);
    }
    expect_same_leaves(centre, {&amina, &boris}, kSpace);
    for (const auto* device : {&amina, &boris}) {
        EXPECT_THAT(sectors(*device, pumps), UnorderedElementsAre("energy", "manufacturing", "water"));
        const auto status = device->json({"status"});
        EXPECT_EQ(number_at(status, "only_here"), 0);
        EXPECT_EQ(number_at(status, "conflicts"), 2);
        EXPECT_EQ(number_at(status, "records"), 6);
        EXPECT_EQ(number_at(status, "accepted"), 6);
        expect_conflicts(*device);
    }
    EXPECT_EQ(everything_shown(amina), everything_shown(boris));
    settle_on_one_and_see_on_the_other();
    expect_same_leaves(centre, {&amina, &boris}, kSpace);
    EXPECT_EQ(everything_shown(amina), everything_shown(boris));
    centre.stop();
}

TEST_F(Scenario, history_is_whole_when_connected_and_honest_when_not)
{
    amina.enrol(centre, "Amina");
    (void)amina.json({"sync"});
    amina.done({"put", "enterprise", "--id", pumps, "city=Kazan"});
    (void)amina.json({"sync"});
    (void)desk.json({"sync"});
    const auto whole = desk.json({"history", pumps});
    EXPECT_TRUE(at(whole, "complete").as_bool());
    const auto& steps = at(whole, "steps").as_array();
    ASSERT_EQ(steps.size(), 2u) << boost::json::serialize(whole);
    EXPECT_EQ(text_at(steps[0], "by"), "Clara");
    EXPECT_EQ(text_at(at(steps[0], "fields"), "city"), "Perm");
    EXPECT_EQ(text_at(steps[1], "by"), "Amina");
    EXPECT_EQ(text_at(steps[1], "device"), "tablet");
    EXPECT_EQ(text_at(at(steps[1], "fields"), "city"), "Kazan");
    centre.stop();
    const auto here = amina.json({"history", pumps});
    EXPECT_FALSE(at(here, "complete").as_bool());
    EXPECT_EQ(at(here, "steps").as_array().size(), 2u);
}

TEST_F(Scenario, a_conflict_that_grew_since_it_was_looked_at_is_not_settled_unseen)
{
    for (auto* device : {&amina, &boris}) {
        device->enrol(centre, device == &amina ? "Amina" : "Boris");
        (void)device->json({"sync"});
    }
    amina.done({"put", "enterprise", "--id", pumps, "city=Kazan"});
    boris.done({"put", "enterprise", "--id", pumps, "city=Omsk"});
    desk.done({"put", "enterprise", "--id", pumps, "city=Tomsk"});
    for (auto* device : {&amina, &boris, &amina}) (void)device->json({"sync"});
    EXPECT_EQ(at(amina.json({"conflicts"}).as_array().at(0), "leaves").as_array().size(), 2u);
    (void)desk.json({"sync"});
    (void)amina.json({"sync"});
    const auto ended = amina.run({"resolve", pumps, "city", "--keep", "2", "--reason", "as agreed"});
    EXPECT_EQ(ended.code, 3);
    EXPECT_THAT(ended.err, HasSubstr("city: somebody else's edit has come since you looked"));
    EXPECT_EQ(at(amina.json({"conflicts"}).as_array().at(0), "leaves").as_array().size(), 3u);
    amina.done({"resolve", pumps, "city", "--keep", "2", "--reason", "as agreed"});
    EXPECT_TRUE(amina.json({"conflicts"}).as_array().empty());
}

TEST_F(Scenario, a_database_that_is_gone_is_missed_and_not_made_anew)
{
    std::filesystem::remove(desk.home() + "/indaba.db");
    for (const Arguments& command : {Arguments{"status"}, {"sync"}, {"put", "enterprise", "name=A"}}) {
        const auto ended = desk.run(command);
        EXPECT_EQ(ended.code, 1);
        EXPECT_THAT(ended.err, HasSubstr("indaba.db is missing"));
    }
    EXPECT_FALSE(std::filesystem::exists(desk.home() + "/indaba.db"));
}

TEST_F(Scenario, when_nothing_changed_a_sync_is_one_short_question_also_about_three_spaces)
{
    centre.operate({"space", "add", "directory", "--kind", "directory"});
    centre.operate({"space", "add", "za", "--kind", "country"});
    centre.operate({"person", "add", "Clara", "--role", "directory=viewer", "--role", "za=editor"});
    desk.done({"put", "enterprise", "--space", kSpace, "name=Last"});
    (void)desk.json({"sync"});
    EXPECT_EQ(at(desk.json({"status"}), "spaces").as_array().size(), 3u);
    const auto synced = desk.json({"sync"});
    EXPECT_EQ(number_at(synced, "round_trips"), 1);
    EXPECT_LE(number_at(synced, "bytes_sent") + number_at(synced, "bytes_received"), 300);
    EXPECT_EQ(number_at(synced, "handshake_round_trips"), 3);
}

}  // namespace
}  // namespace indaba::tests
