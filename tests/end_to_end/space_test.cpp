// Which spaces a device holds: as its person chooses, and as the centre grants, changes and takes away, while the
// device is connected and while it is not.
#include "client/home.hpp"
#include "platform/system.hpp"
#include "sync/store/store.hpp"
#include "tests/end_to_end/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <functional>

namespace indaba::tests {
namespace {

using testing::HasSubstr;

class Spaces : public testing::Test {
protected:
    Spaces()
    {
        for (const auto* space : {"forum", "ministers"}) centre.operate({"space", "add", space, "--kind", "event"});
        centre.operate({"person", "add", "Amina", "--role", "forum=editor"});
        centre.operate({"person", "add", "Boris", "--role", "forum=editor", "--role", "ministers=editor"});
        centre.start();
        amina.enrol(centre, "Amina");
        boris.enrol(centre, "Boris");
        for (const auto* device : {&amina, &boris}) (void)device->json({"sync"});
    }

    void set_role(const std::string& change) const { centre.operate({"person", "add", "Amina", "--role", change}); }
    [[nodiscard]] boost::json::value space(const std::string& name) const
    {
        const auto spaces = amina.json({"space", "list"});
        for (const auto& space : spaces.as_array())
            if (text_at(space, "name") == name) return space;
        return nullptr;
    }
    [[nodiscard]] std::size_t listed() const { return amina.json({"list", "enterprise"}).as_array().size(); }
    [[nodiscard]] std::size_t found(const std::string& word) const
    {
        return amina.json({"search", word}).as_array().size();
    }
    /// A record that both edited without knowing of each other, and Amina knows it.
    std::string dispute()
    {
        const auto id = boris.done({"put", "enterprise", "--space", "forum", "name=Aurora"});
        (void)boris.json({"sync"});
        (void)amina.json({"sync"});
        boris.done({"put", "enterprise", "--id", id, "city=Recife"});
        amina.done({"put", "enterprise", "--id", id, "city=Natal"});
        (void)boris.json({"sync"});
        (void)amina.json({"sync"});
        EXPECT_EQ(amina.json({"conflicts"}).as_array().size(), 1u);
        return id;
    }
    void expect_nothing_of_the_forum() const
    {
        EXPECT_EQ(listed(), 0u);
        EXPECT_EQ(found("aurora"), 0u);
        EXPECT_TRUE(amina.json({"conflicts"}).as_array().empty());
        EXPECT_EQ(number_at(amina.json({"status"}), "conflicts"), 0);
        EXPECT_EQ(number_at(amina.json({"status"}), "records"), 0);
    }
    /// What another process of the home brings about: asking again is what passes the time.
    static bool eventually(const std::function<bool()>& happened)
    {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (std::chrono::steady_clock::now() < deadline)
            if (happened()) return true;
        return false;
    }

    TemporaryDirectory directory;
    Centre centre{directory};
    Device amina{directory, "tablet"};
    Device boris{directory, "laptop"};
};

TEST_F(Spaces, what_is_dropped_leaves_the_device_and_comes_back_when_it_is_carried)
{
    const auto id = dispute();
    EXPECT_TRUE(at(space("forum"), "carried").as_bool());
    EXPECT_EQ(number_at(space("forum"), "records"), 1);
    const auto asked = amina.run({"space", "drop", "forum"});
    EXPECT_EQ(asked.code, 2);
    EXPECT_THAT(asked.out, HasSubstr("Leaves this device: 1 record of forum"));
    EXPECT_THAT(asked.err, HasSubstr("`indaba space drop forum --yes`"));
    EXPECT_EQ(listed(), 1u);

    amina.done({"put", "enterprise", "--id", id, "about=Unsent"});
    EXPECT_THAT(amina.done({"space", "drop", "forum", "--yes"}), HasSubstr("1 change not ruled on yet still sent"));
    expect_nothing_of_the_forum();
    EXPECT_EQ(amina.run({"get", id}).code, 1);
    EXPECT_FALSE(at(space("forum"), "carried").as_bool());
    EXPECT_EQ(number_at(space("forum"), "waiting"), 1);
    EXPECT_EQ(number_at(amina.json({"status"}), "only_here"), 1);
    const auto written = amina.run({"put", "enterprise", "name=A"});
    EXPECT_EQ(written.code, 1);
    EXPECT_THAT(written.err, HasSubstr("carry it first, `indaba space carry forum`"));

    const auto report = amina.json({"sync"});
    EXPECT_EQ(number_at(report, "accepted"), 1);
    EXPECT_EQ(number_at(report, "pulled"), 0);
    EXPECT_TRUE(at(report, "up_to_date").as_bool());
    expect_nothing_of_the_forum();
    EXPECT_EQ(number_at(amina.json({"status"}), "only_here"), 0);
    EXPECT_EQ(number_at(space("forum"), "centre_records"), 1);
    (void)boris.json({"sync"});
    EXPECT_EQ(text_at(at(boris.json({"get", id}), "fields"), "about"), "Unsent");

    centre.stop();
    const auto carried = amina.done({"space", "carry", "forum"});
    EXPECT_THAT(carried, HasSubstr("1 record at the centre, as of "));
    EXPECT_THAT(carried, HasSubstr("the next `indaba sync` brings it"));
    EXPECT_EQ(listed(), 0u);
    centre.start();
    (void)amina.json({"sync"});
    EXPECT_EQ(listed(), 1u);
    EXPECT_EQ(found("aurora"), 1u);
    EXPECT_EQ(amina.json({"conflicts"}).as_array().size(), 1u);
    expect_same_leaves(centre, {&amina, &boris}, "forum");
    EXPECT_EQ(amina.run({"space", "carry", "ministers"}).code, 2);
    EXPECT_EQ(amina.run({"space", "drop", "nowhere", "--yes"}).code, 2);
}

TEST_F(Spaces, a_sync_that_goes_on_takes_what_another_process_carries_and_leaves_what_it_drops)
{
    (void)dispute();
    const auto watching = amina.begin({"sync", "--watch", "--json"});
    ASSERT_TRUE(watching->wait_for_output("\"up_to_date\":true"));
    amina.done({"space", "drop", "forum", "--yes"});
    EXPECT_TRUE(eventually([&] { return at(space("forum"), "as_of").is_string(); }));
    boris.done({"put", "enterprise", "--space", "forum", "name=Baikal"});
    (void)boris.json({"sync"});
    expect_nothing_of_the_forum();
    amina.done({"space", "carry", "forum"});
    EXPECT_TRUE(eventually([&] { return listed() == 2; }));
    watching->signal(SIGINT);
    EXPECT_EQ(watching->finish().code, 0);
}

TEST_F(Spaces, roles_are_granted_changed_and_taken_away_while_the_device_is_connected)
{
    (void)dispute();
    boris.done({"put", "enterprise", "--space", "ministers", "name=Secret Works"});
    (void)boris.json({"sync"});
    const auto watching = amina.begin({"sync", "--watch", "--json"});
    ASSERT_TRUE(watching->wait_for_output("\"up_to_date\":true"));

    set_role("ministers=viewer");
    EXPECT_TRUE(eventually([&] { return found("secret") == 1; }));
    EXPECT_EQ(amina.run({"put", "enterprise", "--space", "ministers", "name=A"}).code, 3);
    set_role("ministers=editor");
    EXPECT_TRUE(eventually([&] { return text_at(space("ministers"), "role") == "editor"; }));
    amina.done({"put", "enterprise", "--space", "ministers", "name=A"});
    set_role("ministers=none");
    EXPECT_TRUE(eventually([&] { return space("ministers").is_null(); }));
    EXPECT_EQ(found("secret"), 0u);
    EXPECT_EQ(listed(), 1u);

    set_role("forum=viewer");
    EXPECT_TRUE(eventually([&] { return text_at(space("forum"), "role") == "viewer"; }));
    EXPECT_EQ(amina.run({"put", "enterprise", "--space", "forum", "name=A"}).code, 3);
    EXPECT_EQ(amina.json({"conflicts"}).as_array().size(), 1u);
    set_role("forum=none");
    EXPECT_TRUE(eventually([&] { return space("forum").is_null(); }));
    expect_nothing_of_the_forum();
    EXPECT_EQ(number_at(amina.json({"status"}), "only_here"), 0);
    watching->signal(SIGINT);
    EXPECT_EQ(watching->finish().code, 0);
}

TEST_F(Spaces, roles_are_granted_changed_and_taken_away_while_the_device_is_away)
{
    const auto id = dispute();
    boris.done({"put", "enterprise", "--space", "ministers", "name=Secret Works"});
    (void)boris.json({"sync"});

    set_role("ministers=editor");
    (void)amina.json({"sync"});
    EXPECT_EQ(found("secret"), 1u);
    amina.done({"put", "enterprise", "--space", "ministers", "name=Written as an editor"});
    set_role("ministers=viewer");
    EXPECT_EQ(number_at(amina.json({"sync"}), "refused"), 1);
    EXPECT_EQ(amina.json({"refused"}).as_array().size(), 1u);
    set_role("ministers=editor");
    EXPECT_EQ(number_at(amina.json({"sync"}), "accepted"), 1) << "it is tried again with the role";

    amina.done({"put", "enterprise", "--id", id, "about=Unsent"});
    EXPECT_EQ(number_at(amina.json({"status"}), "only_here"), 1);
    set_role("forum=none");
    set_role("ministers=none");
    const auto report = amina.json({"sync"});
    EXPECT_EQ(number_at(report, "pushed"), 1) << "it is still sent";
    EXPECT_EQ(number_at(report, "refused"), 1);
    EXPECT_TRUE(at(report, "up_to_date").as_bool());
    expect_nothing_of_the_forum();
    EXPECT_EQ(found("secret"), 0u);
    EXPECT_TRUE(amina.json({"space", "list"}).as_array().empty());
    EXPECT_EQ(text_at(amina.json({"refused"}).as_array()[0], "record"), id);
}

TEST_F(Spaces, a_device_without_contact_locks_until_it_has_contact)
{
    boris.done({"put", "enterprise", "--space", "ministers", "name=Secret Works"});
    const auto id = boris.done({"put", "enterprise", "--space", "forum", "name=Aurora"});
    (void)boris.json({"sync"});
    EXPECT_THAT(centre.operate({"space", "lease", "ministers", "--days", "7"}), HasSubstr("7 days without contact"));
    (void)boris.json({"sync"});
    boris.done({"put", "enterprise", "--space", "ministers", "name=Unsent"});
    const auto last_contact = [&](int days_ago) {
        constexpr std::int64_t kDay_ms = 24LL * 60 * 60 * 1000;
        const auto then_ms = platform::SystemClock().now_ms() - days_ago * kDay_ms;
        const auto home = client::Home::open(boris.home());
        platform::DatabaseOptions file;
        file.path = home->database_path();
        file.key = home->database_key();
        const auto store = sync::store::ReplicaStore::open(file, shared::Catalogue::builtin(), {});
        EXPECT_TRUE((*store)->begin().has_value());
        EXPECT_TRUE((*store)->save_lease_clock({then_ms, then_ms}).has_value());
        EXPECT_TRUE((*store)->commit().has_value());
    };
    last_contact(8);
    for (const Arguments& command : {Arguments{"list", "enterprise", "--json"},
                                     {"search", "aurora", "--json"},
                                     {"export", "enterprise", "--format", "jsonl"}}) {
        const auto ended = boris.run(command);
        EXPECT_EQ(ended.code, 3) << command.front();
        EXPECT_THAT(ended.out, HasSubstr("Aurora")) << "what is not locked is there";
        EXPECT_THAT(ended.out, testing::Not(HasSubstr("Secret")));
        EXPECT_EQ(
            ended.err,
            "indaba: not in contact with the centre for 7 days, as far as this device's clock says: run `indaba sync` "
            "to read ministers (writing goes on); if the clock was wrong, set it right and sync\n");
    }
    boris.done({"put", "enterprise", "--space", "ministers", "name=Written blindly"});
    EXPECT_EQ(boris.run({"get", id}).code, 0);
    last_contact(31);
    EXPECT_EQ(boris.run({"get", id}).code, 3);
    const auto edited = boris.json({"put", "enterprise", "--id", id, "city=Perm"});
    EXPECT_EQ(edited.as_object().size(), 1u);
    EXPECT_EQ(text_at(edited, "id"), id);
    EXPECT_EQ(number_at(boris.json({"status"}), "only_here"), 3);
    EXPECT_THAT(boris.done({"status"}), HasSubstr("; locked, as far as this device's clock says since "));
    EXPECT_EQ(number_at(boris.json({"sync"}), "accepted"), 3);
    EXPECT_EQ(boris.json({"list", "enterprise"}).as_array().size(), 4u);
    EXPECT_EQ(boris.run({"get", id}).code, 0);
}

}  // namespace
}  // namespace indaba::tests
