// A device that has met its centre once and chooses what it carries, with no centre in reach.
#include "client/core.hpp"
#include "client/json.hpp"
#include "client/text.hpp"
#include "sync/store/store.hpp"
#include "tests/unit/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace indaba::client {
namespace {

using shared::Errc;
using testing::HasSubstr;

class CoreSpaces : public testing::Test {
protected:
    CoreSpaces()
    {
        Enrolment enrolment;
        enrolment.server = {"centre.invalid", 8443};
        enrolment.person = "Amina";
        enrolment.device_name = "tablet";
        const auto home = Home::create(path, *Home::prepare(path), enrolment);
        platform::DatabaseOptions file;
        file.path = home->database_path();
        file.create = true;
        file.key = home->database_key();
        const auto store = sync::store::ReplicaStore::open(file, shared::Catalogue::builtin(), {});
        EXPECT_TRUE((*store)->begin().has_value());
        for (const auto& [name, role] :
             {std::pair("za", "viewer"), std::pair("forum", "contributor"), std::pair("lost", "")}) {
            sync::StoredSpace space{name, "event", std::string("The ") + name, role, true, {}, {}, 0};
            space.centre = {4'100, 2'100'000, 1'760'000'000'000};
            EXPECT_TRUE((*store)->save_space(space).has_value());
        }
        EXPECT_TRUE((*store)->commit().has_value());
        core = *Core::open(path);
    }

    Result<RecordId> put(const std::string& space = {})
    {
        auto ids = core->put({{{}, "enterprise", space, {{"name", Value::text("Ural Pumps")}}}});
        if (ids.has_error()) return ids.error();
        return ids->front();
    }
    SpaceView space(const std::string& name)
    {
        for (auto& view : core->spaces().value())
            if (view.name == name) return view;
        ADD_FAILURE() << "no space " << name;
        return {};
    }

    tests::TemporaryDirectory directory;
    std::string path = directory.file("home");
    std::unique_ptr<Core> core;
};

TEST_F(CoreSpaces, are_those_with_a_role_by_name)
{
    const auto spaces = core->spaces();
    ASSERT_EQ(spaces->size(), 2u);
    EXPECT_EQ((*spaces)[0].name, "forum");
    EXPECT_EQ((*spaces)[1].name, "za");
    EXPECT_EQ(core->carry_space("lost").error().code, Errc::not_found);
    EXPECT_EQ(core->drop_space("lost").error().code, Errc::not_found);
}

TEST_F(CoreSpaces, say_what_is_here_or_what_carrying_them_brings)
{
    ASSERT_TRUE(put().has_value());
    auto forum = space("forum");
    EXPECT_EQ(forum.records, 1u);
    EXPECT_GT(forum.bytes, 0u);
    EXPECT_EQ(forum.waiting, 1u);
    EXPECT_EQ(forum.as_of_ms, 0) << "of what is carried the centre says nothing";
    EXPECT_THAT(text_of(forum), HasSubstr("forum: The forum (event), contributor: carried, 1 record, "));
    EXPECT_THAT(text_of(forum), HasSubstr("; 1 change only here"));
    ASSERT_TRUE(core->drop_space("forum").has_value());
    forum = space("forum");
    EXPECT_EQ(text_of(forum),
              "forum: The forum (event), contributor: not carried, about 2.1 MB, 4100 records at the centre, as of "
              "2025-10-09T08:53:20Z; 1 change only here");
    const auto json = json_of(forum);
    for (const char* name :
         {"name", "title", "kind", "role", "carried", "records", "bytes", "centre_records", "centre_bytes", "as_of"})
        EXPECT_TRUE(json.contains(name)) << name;
    EXPECT_EQ(json.at("records"), 0);
    EXPECT_EQ(json.at("bytes"), 0);
    EXPECT_EQ(json.at("centre_records"), 4'100);
    forum.as_of_ms = 0;
    EXPECT_TRUE(json_of(forum).at("centre_bytes").is_null());
    EXPECT_THAT(text_of(forum), HasSubstr("size not known before the next `indaba sync`"));
}

TEST_F(CoreSpaces, nothing_is_read_or_written_in_what_is_dropped)
{
    const auto id = put();
    ASSERT_TRUE(id.has_value());
    ASSERT_TRUE(core->drop_space("forum").has_value());
    EXPECT_EQ(core->get(*id).error().code, Errc::not_found);
    EXPECT_TRUE(core->search("ural", 10)->empty());
    auto status = *core->status();
    EXPECT_EQ(status.records, 0u);
    EXPECT_EQ(status.only_here, 1u);
    EXPECT_EQ(status.written.only_here, 1u);
    EXPECT_THAT(text_of(status), HasSubstr("contributor, not carried on this device"));
    for (const char* where : {"forum", ""}) {
        const auto written = put(where);
        ASSERT_TRUE(written.has_error());
        EXPECT_EQ(written.error().code, Errc::not_found);
        EXPECT_THAT(written.error().text, HasSubstr("`indaba space carry forum`"));
    }
    EXPECT_THAT(core->remove(*id).error().text, HasSubstr("`indaba space carry forum`"));
    const auto checked = core->check({{{}, "enterprise", "forum", {{"name", Value::text("A")}}}});
    EXPECT_EQ(checked->size(), 1u);

    ASSERT_TRUE(core->carry_space("forum").has_value());
    EXPECT_EQ(core->get(*id)->state, State::only_here) << "what was written here needs no network to show again";
    EXPECT_EQ(core->search("ural", 10)->size(), 1u);
    EXPECT_TRUE(put().has_value());
}

TEST(SizeText, is_short)
{
    EXPECT_EQ(size_text(1), "1 byte");
    EXPECT_EQ(size_text(999), "999 bytes");
    EXPECT_EQ(size_text(1'040), "1.0 KB");
    EXPECT_EQ(size_text(2'149'000), "2.1 MB");
    EXPECT_EQ(size_text(12'345'678'901), "12345.7 MB");
}

}  // namespace
}  // namespace indaba::client
