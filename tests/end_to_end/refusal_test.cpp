// What breaks a rule of the catalogue, or comes from somebody without the role, is refused where it stands, with the
// field and a reason; what comes with it is not.
#include "tests/end_to_end/world.hpp"
#include "tests/hostile/hostile_device.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace indaba::tests {
namespace {

using shared::Value;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kSpace = "forum";

class Refusal : public testing::Test {
protected:
    Refusal()
    {
        centre.operate({"space", "add", kSpace, "--kind", "event"});
        centre.operate({"space", "add", "ministers", "--kind", "organisation"});
        centre.operate({"person", "add", "Amina", "--role", kSpace + "=contributor"});
        centre.operate({"person", "add", "Boris", "--role", kSpace + "=viewer", "--role", "ministers=editor"});
        centre.start();
        amina.enrol(centre, "Amina");
        boris.enrol(centre, "Boris");
        for (const auto* device : {&amina, &boris}) (void)device->json({"sync"});
    }

    TemporaryDirectory directory;
    Centre centre{directory};
    Device amina{directory, "tablet"};
    Device boris{directory, "laptop"};
};

TEST_F(Refusal, put_names_the_field_and_writes_nothing)
{
    const std::vector<std::pair<Arguments, std::string>> wrong{
        {{"put", "enterprise", "country=RU"}, "name: "},
        {{"put", "enterprise", "name=A", "country=Atlantis"}, "country: "},
        {{"put", "enterprise", "name=A", "employees=-1"}, "employees: "},
        {{"put", "course", "title=A", "start=2026-05-02", "end=2026-05-01"}, "end: "}};
    for (const auto& [arguments, field] : wrong) {
        const auto ended = amina.run(arguments);
        EXPECT_EQ(ended.code, 3) << ended.err;
        EXPECT_THAT(ended.err, StartsWith("indaba: " + field));
        EXPECT_EQ(ended.out, "");
    }
    EXPECT_EQ(number_at(amina.json({"status"}), "records"), 0);
}

TEST_F(Refusal, the_centre_refuses_one_of_42_and_takes_the_others)
{
    std::string bad;
    {
        HostileDevice hostile(amina.home());
        for (int i = 1; i <= 42; ++i) {
            const auto country = Value::code(i == 17 ? "ATLANTIS" : "ZA");
            const auto id = hostile.write(kSpace, "enterprise",
                                          {{"country", country}, {"name", Value::text(fmt::format("Company {}", i))}});
            if (i == 17) bad = id;
        }
    }
    const auto report = amina.json({"sync"});
    EXPECT_EQ(number_at(report, "pushed"), 42);
    EXPECT_EQ(number_at(report, "accepted"), 41);
    EXPECT_EQ(number_at(report, "refused"), 1);
    EXPECT_TRUE(at(report, "up_to_date").as_bool());
    const auto refused = amina.json({"refused"}).as_array();
    ASSERT_EQ(refused.size(), 1u);
    EXPECT_EQ(text_at(refused[0], "record"), bad);
    EXPECT_EQ(text_at(refused[0], "field"), "country");
    EXPECT_THAT(text_at(refused[0], "reason"), HasSubstr("country"));
    EXPECT_EQ(text_at(amina.json({"get", bad}), "state"), "refused");
    const auto status = amina.json({"status"});
    EXPECT_EQ(number_at(status, "records"), 41);
    EXPECT_EQ(number_at(status, "accepted"), 41);
    EXPECT_EQ(number_at(status, "refused"), 1);
    EXPECT_EQ(number_at(status, "only_here"), 0);
    EXPECT_THAT(amina.done({"status"}),
                HasSubstr("41 records: 41 accepted; 0 only here; 1 refused (1 of them not among the records);"));

    EXPECT_EQ(number_at(boris.json({"sync"}), "pulled"), 41);
    EXPECT_EQ(boris.json({"list", "enterprise"}).as_array().size(), 41u);
    EXPECT_EQ(boris.run({"get", bad}).code, 1);

    amina.done({"put", "enterprise", "--id", bad, "name=Company 17", "country=ZA"});
    EXPECT_EQ(number_at(amina.json({"sync"}), "accepted"), 1);
    EXPECT_EQ(text_at(amina.json({"get", bad}), "state"), "accepted");
    EXPECT_EQ(number_at(amina.json({"status"}), "refused"), 0);
    EXPECT_TRUE(amina.json({"refused"}).as_array().empty()) << "what was put right no longer waits for a person";
    EXPECT_EQ(amina.json({"refused", "--all"}).as_array().size(), 1u);
    EXPECT_EQ(number_at(boris.json({"sync"}), "pulled"), 1);
    expect_same_leaves(centre, {&amina, &boris}, kSpace);
}

TEST_F(Refusal, a_viewer_cannot_write_here_and_what_is_pushed_anyway_is_refused)
{
    const auto ended = boris.run({"put", "enterprise", "--space", kSpace, "name=A"});
    EXPECT_EQ(ended.code, 3);
    EXPECT_THAT(ended.err, HasSubstr("viewer"));
    {
        HostileDevice hostile(boris.home());
        hostile.pretend_role(kSpace, "editor");
        (void)hostile.write(kSpace, "enterprise", {{"name", Value::text("Smuggled")}});
    }
    const auto report = boris.json({"sync"});
    EXPECT_EQ(number_at(report, "accepted"), 0);
    EXPECT_EQ(number_at(report, "refused"), 1);
    EXPECT_THAT(text_at(boris.json({"refused"}).as_array()[0], "reason"), HasSubstr("role"));
    EXPECT_TRUE(boris.json({"list", "enterprise"}).as_array().empty());
    (void)amina.json({"sync"});
    EXPECT_TRUE(amina.json({"list", "enterprise"}).as_array().empty());
}

TEST_F(Refusal, a_device_without_a_role_neither_receives_nor_writes)
{
    const auto secret = boris.done({"put", "enterprise", "--space", "ministers", "name=Secret Works"});
    (void)boris.json({"sync"});
    (void)amina.json({"sync"});
    EXPECT_EQ(amina.run({"get", secret}).code, 1);
    EXPECT_TRUE(amina.json({"search", "secret"}).as_array().empty());
    EXPECT_EQ(amina.run({"put", "enterprise", "--space", "ministers", "name=A"}).code, 2);
    {
        HostileDevice hostile(amina.home());
        hostile.pretend_role("ministers", "organiser");
        (void)hostile.write("ministers", "enterprise", {{"name", Value::text("Smuggled")}});
    }
    (void)amina.run({"sync", "--json"});
    EXPECT_EQ(amina.run({"get", secret}).code, 1);
    EXPECT_EQ(at(amina.json({"status"}), "spaces").as_array().size(), 1u);
    (void)boris.json({"sync"});
    EXPECT_EQ(boris.json({"list", "enterprise"}).as_array().size(), 1u);
}

TEST_F(Refusal, what_was_written_together_is_listed_whole_dropped_or_tried_again_with_the_role)
{
    std::vector<std::string> ids;
    const auto written = amina.json({"put", "--from", "-"}, R"({"type": "enterprise", "fields": {"name": "Aurora"}}
{"type": "enterprise", "fields": {"name": "Baikal"}}
{"type": "enterprise", "fields": {"name": "Cerrado"}}
)");
    for (const auto& id : at(written, "ids").as_array()) ids.emplace_back(id.as_string());
    centre.operate({"person", "add", "Amina", "--role", kSpace + "=viewer"});
    EXPECT_EQ(number_at(amina.json({"sync"}), "refused"), 1);
    EXPECT_EQ(amina.json({"refused"}).as_array().size(), 3u);
    for (const auto& id : ids) EXPECT_EQ(text_at(amina.json({"get", id}), "state"), "refused");
    const auto status = amina.json({"status"});
    EXPECT_EQ(number_at(status, "refused"), 3);
    EXPECT_EQ(number_at(at(status, "written"), "changes"), 1);
    EXPECT_EQ(number_at(at(status, "written"), "refused"), 1);
    EXPECT_EQ(amina.run({"refused", "retry", ids[0]}).code, 3);

    amina.done({"refused", "drop", ids[1]});
    EXPECT_EQ(amina.run({"refused", "drop", ids[1]}).code, 1);
    EXPECT_EQ(amina.run({"refused", "retry", ids[1]}).code, 1);
    EXPECT_EQ(amina.run({"refused", "retry", "nonsense"}).code, 2);
    EXPECT_EQ(amina.json({"refused"}).as_array().size(), 2u);
    EXPECT_EQ(amina.json({"refused", "--all"}).as_array().size(), 3u);

    centre.operate({"person", "add", "Amina", "--role", kSpace + "=editor"});
    EXPECT_EQ(number_at(amina.json({"sync"}), "accepted"), 1);
    EXPECT_TRUE(amina.json({"refused"}).as_array().empty());
    (void)boris.json({"sync"});
    EXPECT_EQ(boris.json({"list", "enterprise"}).as_array().size(), 2u);
}

TEST_F(Refusal, a_correction_is_written_again_with_the_rest_of_what_was_wanted)
{
    std::string id;
    {
        HostileDevice hostile(amina.home());
        id = hostile.write(
            kSpace, "enterprise",
            {{"city", Value::text("Durban")}, {"country", Value::code("ATLANTIS")}, {"name", Value::text("Aurora")}});
    }
    EXPECT_EQ(number_at(amina.json({"sync"}), "refused"), 1);
    EXPECT_EQ(amina.run({"refused", "retry", id, "country=ATLANTIS"}).code, 3);
    EXPECT_EQ(amina.run({"refused", "retry", id}).code, 3) << "it is against the same rule here";
    EXPECT_EQ(number_at(amina.json({"refused", "retry", id, "country=ZA"}), "records"), 1);
    EXPECT_EQ(number_at(amina.json({"sync"}), "accepted"), 1);
    (void)boris.json({"sync"});
    EXPECT_EQ(text_at(at(boris.json({"get", id}), "fields"), "city"), "Durban");
}

TEST_F(Refusal, a_role_taken_away_takes_the_records_away)
{
    amina.done({"put", "enterprise", "name=Cape Mills"});
    (void)amina.json({"sync"});
    (void)boris.json({"sync"});
    EXPECT_EQ(boris.json({"list", "enterprise"}).as_array().size(), 1u);
    centre.operate({"person", "add", "Boris", "--role", kSpace + "=none"});
    (void)boris.json({"sync"});
    EXPECT_TRUE(boris.json({"list", "enterprise"}).as_array().empty());
    EXPECT_EQ(at(boris.json({"status"}), "spaces").as_array().size(), 1u);
}

}  // namespace
}  // namespace indaba::tests
