#include "client/json.hpp"
#include "shared/limits.hpp"

#include <gtest/gtest.h>

namespace indaba::client {
namespace {

RecordId id() { return *RecordId::parse("01931a2b-0000-7000-8000-000000000001"); }

TEST(Json, a_record_has_the_members_of_the_contract)
{
    RecordView record{id(), "enterprise", "forum", "A", {}, 1'700'000'000'123, "Amina", State::only_here, {}};
    record.cells = {{"employees", Value::integer(7)},
                    {"name", Value::text("A")},
                    {"name@pt", Value::text("B")},
                    {"revenue", Value::decimal({2175, 1})},
                    {"sectors/mining", Value::boolean(true)},
                    {"sectors/water", Value::boolean(true)}};
    EXPECT_EQ(boost::json::serialize(json_of(record)),
              R"({"id":"01931a2b-0000-7000-8000-000000000001","type":"enterprise","space":"forum",)"
              R"("fields":{"employees":7,"name":"A","name@pt":"B","revenue":"217.5","sectors":["mining","water"]},)"
              R"("updated_at":"2023-11-14T22:13:20.123Z","updated_by":"Amina","state":"only_here","conflicts":[]})");
}

TEST(Json, a_conflict_has_the_members_of_the_contract)
{
    const Conflict conflict{
        id(),
        "enterprise",
        "A",
        "city",
        {{1, Value::text("X"), "Amina", "tablet", 1'000, true}, {2, Value(), "Boris", "laptop", 2'000, false}},
        {}};
    EXPECT_EQ(
        boost::json::serialize(json_of(std::vector{conflict})),
        R"([{"record":"01931a2b-0000-7000-8000-000000000001","type":"enterprise","field":"city","leaves":[)"
        R"({"number":1,"value":"X","by":"Amina","device":"tablet","at":"1970-01-01T00:00:01Z","shown":true},)"
        R"({"number":2,"value":null,"by":"Boris","device":"laptop","at":"1970-01-01T00:00:02Z","shown":false}]}])");
}

TEST(Json, a_removed_element_is_not_among_those_present)
{
    const auto fields = fields_json({{"sectors/mining", Value::boolean(true)}, {"sectors/water", Value()}});
    EXPECT_EQ(boost::json::serialize(fields), R"({"sectors":["mining"],"sectors/water":null})");
}

TEST(Json, a_device_that_never_met_the_centre_says_null)
{
    const auto status = json_of(Status{});
    EXPECT_TRUE(status.at("last_contact").is_null());
    EXPECT_TRUE(status.at("last_attempt").is_null());
    for (const char* name :
         {"device", "person", "spaces", "records", "only_here", "accepted", "refused", "conflicts", "server"})
        EXPECT_TRUE(status.contains(name)) << name;
}

TEST(Json, a_sync_has_the_figures_of_the_contract)
{
    auto report = json_of(SyncReport{});
    for (const char* name : {"pushed", "accepted", "refused", "pulled", "conflicts", "bytes_sent", "bytes_received",
                             "round_trips", "duration_ms", "up_to_date", "handshake_round_trips"})
        EXPECT_TRUE(report.contains(name)) << name;
    EXPECT_FALSE(report.contains("error"));
    SyncReport offline;
    offline.error = shared::fail(shared::Errc::unreachable, "no connection");
    EXPECT_EQ(json_of(offline).at("error").as_string(), "no connection");
}

TEST(Json, SaysByHowMuchTheClockIsOff)
{
    SyncReport report;
    report.clock_offset_ms = -7;
    EXPECT_EQ(json_of(report).at("clock_offset_ms").as_int64(), -7);
    EXPECT_TRUE(json_of(report).at("clock_warning").is_null());
    report.clock_warning = clock_warning(-3'600'000);
    EXPECT_EQ(json_of(report).at("clock_warning").as_string(),
              "This device's clock is 60 min ahead of the centre's: its times are corrected; please set it.");
    EXPECT_FALSE(clock_warning(shared::limits::kClockLead_ms));
    Status status;
    status.clock_offset_ms = 8;
    EXPECT_EQ(json_of(status).at("clock_offset_ms").as_int64(), 8);
}

}  // namespace
}  // namespace indaba::client
