// A device that has met its centre once and chooses what it carries, with no centre in reach.
#include "client/core.hpp"
#include "client/json.hpp"
#include "client/text.hpp"
#include "platform/system.hpp"
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
            if (space.name == "za") space.lease_days = 90;
            space.centre = {4'100, 2'100'000, 1'760'000'000'000};
            EXPECT_TRUE((*store)->save_space(space).has_value());
        }
        EXPECT_TRUE((*store)->commit().has_value());
        core = *Core::open(path);
    }

    /// What another process of this home does.
    template <class Change>
    void change(Change what)
    {
        const auto home = Home::open(path);
        platform::DatabaseOptions file;
        file.path = home->database_path();
        file.key = home->database_key();
        const auto store = sync::store::ReplicaStore::open(file, shared::Catalogue::builtin(), {});
        EXPECT_TRUE((*store)->begin().has_value());
        EXPECT_TRUE(what(**store).has_value());
        EXPECT_TRUE((*store)->commit().has_value());
    }
    /// The last contact with the centre was so long ago.
    void met(std::int64_t days_ago)
    {
        const auto then_ms = platform::SystemClock().now_ms() - days_ago * shared::limits::kDay_ms;
        change([&](sync::store::ReplicaStore& store) { return store.save_lease_clock({then_ms, then_ms}); });
    }
    /// The centre refused the only thing that was written here in the forum: nothing else is known of the record.
    void refuse(const RecordId& id)
    {
        change([&](sync::store::ReplicaStore& store) -> Result<void> {
            const auto journal = store.own_journal("forum").value()->head.id;
            std::optional<sync::StoredEntry> written;
            EXPECT_TRUE(store
                            .each_entry(journal, 1,
                                        [&](sync::StoredEntry&& entry) {
                                            written = std::move(entry);
                                            return false;
                                        })
                            .has_value());
            sync::Ruling ruling{1, written->name, journal.value, sync::Verdict::refused, {}, 1'760'000'000'000};
            ruling.reason = {sync::Reason::Code::rule, "name", "name: is taken"};
            EXPECT_TRUE(store.set_ruling(ruling).has_value());
            EXPECT_TRUE(store.stand_refused({written->name, id, {"!", "name"}}).has_value());
            return store.save_record({id, "enterprise", "forum", 0, {}, {}, {}});
        });
    }
    /// As the centre told it.
    RecordId take_from_za()
    {
        sync::StoredRecord record;
        record.id.bytes.fill(7);
        record.type = "enterprise";
        record.space = "za";
        record.number = 1;
        const shared::TransactionName by{{1}, 1, 1};
        record.shown.at(shared::kExistence).leaves = {{by, {}, Value::boolean(true), {}}};
        record.shown.at("name").leaves = {{by, {}, Value::text("Cape Pumps"), {}}};
        change([&](sync::store::ReplicaStore& store) { return store.save_record(record); });
        return record.id;
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
    EXPECT_EQ(core->carry_space("lost").error().code, Errc::forbidden);
    EXPECT_EQ(core->drop_space("lost").error().code, Errc::forbidden);
    EXPECT_EQ(core->space("lost").error().code, Errc::forbidden);
    for (const auto& error : {core->carry_space("nowhere").error(), core->drop_space("nowhere").error(),
                              core->space("nowhere").error(), put("nowhere").error()})
        EXPECT_EQ(error.code, Errc::usage) << error.text;
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

TEST_F(CoreSpaces, are_locked_one_by_one_when_their_lease_is_over)
{
    const auto id = put();
    ASSERT_TRUE(id.has_value());
    const auto other = take_from_za();
    met(26);
    EXPECT_TRUE(space("forum").lease_ends_soon);
    EXPECT_THAT(text_of(*core->status()), HasSubstr("; locks on 2"));
    EXPECT_FALSE(space("za").lease_ends_soon) << "it has a longer one";
    EXPECT_TRUE(core->require_leases().has_value());

    met(31);
    const auto refused = core->require_leases();
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().code, Errc::forbidden);
    EXPECT_EQ(refused.error().text,
              "not in contact with the centre for 30 days, as far as this device's clock says: run `indaba sync` to "
              "read forum (writing goes on); if the clock was wrong, set it right and sync");
    EXPECT_TRUE(space("forum").locked);
    EXPECT_FALSE(space("za").locked);
    EXPECT_THAT(text_of(*core->status()), HasSubstr("; locked, as far as this device's clock says since 2"));
    EXPECT_EQ(core->get(*id).error().code, Errc::forbidden);
    EXPECT_EQ(core->history(*id, 0).error().code, Errc::forbidden);
    EXPECT_EQ(core->resolve(*id, "name", {1, {}}, "").error().code, Errc::forbidden);
    EXPECT_EQ(core->title(*id), std::nullopt);
    EXPECT_EQ(core->status()->only_here, 1u) << "what is unsent is kept";
    EXPECT_TRUE(core->get(other).has_value()) << "and what is not locked goes on";
    EXPECT_EQ(core->search("pumps", 10)->size(), 1u);
    std::vector<std::string> listed;
    EXPECT_TRUE(core->list({"enterprise", {}, 1},
                           [&](RecordView&& record) {
                               listed.push_back(record.space);
                               return true;
                           })
                    .has_value());
    EXPECT_EQ(listed, std::vector<std::string>{"za"});

    met(1);
    EXPECT_TRUE(core->get(*id).has_value());
    EXPECT_TRUE(core->require_leases().has_value());
}

TEST_F(CoreSpaces, are_written_to_while_they_are_locked_and_show_nothing)
{
    const auto course = [&](std::optional<RecordId> id, const std::string& field, const std::string& date) {
        auto cells = shared::Catalogue::builtin().parse_assignment("course", field, date).value();
        if (!id) cells.emplace_back("title", Value::text("Pumps and valves"));
        return std::vector<Draft>{{id, "course", "forum", std::move(cells)}};
    };
    const auto id = core->put(course({}, "start", "2026-05-10"))->front();
    const auto gone = put("forum");
    ASSERT_TRUE(core->remove(*gone).has_value());
    const auto early = course(id, "end", "2026-05-09");
    EXPECT_EQ(core->put(early).error().code, Errc::rule_broken);
    EXPECT_EQ(core->check(early)->size(), 1u);

    met(31);
    EXPECT_TRUE(put("forum").has_value());
    EXPECT_TRUE(core->check(course(id, "end", "2026-05-12"))->empty());
    EXPECT_TRUE(core->put(course(id, "end", "2026-05-12")).has_value());
    EXPECT_TRUE(core->check(early)->empty()) << "what it is compared with is not told";
    EXPECT_TRUE(core->put(early).has_value());
    auto left = early;
    EXPECT_TRUE(core->put_all([&] { return Result<std::vector<Draft>>(std::exchange(left, {})); }).has_value());
    EXPECT_EQ(core->check({{id, "course", {}, {{"start", Value::text("soon")}}}})->size(), 1u) << "no such date";
    EXPECT_EQ(core->check({{{}, "course", "forum", {}}})->size(), 1u) << "a new one holds nothing yet";
    EXPECT_TRUE(core->remove(id).has_value());
    EXPECT_TRUE(core->remove(id).has_value()) << "nor that it was deleted";
    PutNotes notes;
    const Draft again{*gone, "enterprise", {}, {{"city", Value::text("Perm")}}};
    EXPECT_TRUE(core->put({again}, &notes).has_value());
    EXPECT_TRUE(lines_of(notes).empty());
    EXPECT_EQ(core->status()->written.only_here, 8u) << "what says nothing new is no change";
    EXPECT_TRUE(core->list({"enterprise", {}, 0},
                           [](RecordView&&) {
                               ADD_FAILURE();
                               return true;
                           })
                    .has_value());
    EXPECT_TRUE(core->search("pumps", 10)->empty());

    met(1);
    EXPECT_EQ(core->remove(id).error().code, Errc::not_found) << "deleted already";
    EXPECT_TRUE(core->get(*gone).has_value());
}

TEST_F(CoreSpaces, show_nothing_of_what_was_refused_there_while_they_are_locked)
{
    const auto id = put("forum");
    refuse(*id);
    EXPECT_EQ(core->get(*id)->state, State::refused);
    met(31);
    EXPECT_EQ(core->get(*id).error().code, Errc::forbidden);
    EXPECT_EQ(core->retry_refused(*id, {}).error().code, Errc::forbidden);
    EXPECT_TRUE(core->refused(Core::Refused::all)->empty());
    EXPECT_EQ(core->history(*id, 0).error().code, Errc::not_found);
    EXPECT_TRUE(core->drop_refused(*id).has_value());
}

TEST_F(CoreSpaces, are_written_to_hours_after_the_last_contact)
{
    const auto hours_ago_ms = platform::SystemClock().now_ms() - 2 * 60 * 60 * 1000;
    const auto lose_touch = [&] {
        change([&](sync::store::ReplicaStore& store) { return store.save_lease_clock({hours_ago_ms, hours_ago_ms}); });
    };
    const std::vector<Draft> drafts = {{{}, "enterprise", "forum", {{"name", Value::text("Ural Pumps")}}}};
    lose_touch();
    auto left = drafts;
    EXPECT_EQ(core->put_all([&] { return Result<std::vector<Draft>>(std::exchange(left, {})); })->size(), 1u);
    lose_touch();
    EXPECT_TRUE(core->put(drafts).has_value());
    lose_touch();
    EXPECT_TRUE(core->check(drafts)->empty());
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
