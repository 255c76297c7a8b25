#include "client/core.hpp"
#include "client/table_export.hpp"
#include "client/table_import.hpp"
#include "platform/files.hpp"
#include "sync/store/store.hpp"
#include "tests/unit/read_only.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace indaba::client {
namespace {

using shared::Errc;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;
using testing::UnorderedElementsAre;
using tests::ReadOnly;

/// A device that has met its centre once, and never again.
class CoreTest : public testing::Test {
protected:
    CoreTest()
    {
        Enrolment enrolment;
        enrolment.server = {"centre.invalid", 8443};
        enrolment.person = "Amina";
        enrolment.device_name = "tablet";
        const auto home = Home::create(path, *Home::prepare(path), enrolment);
        EXPECT_TRUE(home.has_value());
        grant(*home, "forum", "contributor");
        grant(*home, "directory", "viewer");
        core = *Core::open(path);
    }

    static void grant(const Home& home, const std::string& name, const std::string& role)
    {
        platform::DatabaseOptions file;
        file.path = home.database_path();
        file.create = true;
        file.key = home.database_key();
        const auto store = sync::store::ReplicaStore::open(file, shared::Catalogue::builtin(), {});
        sync::StoredSpace space;
        space.name = name;
        space.kind = "event";
        space.role = role;
        EXPECT_TRUE((*store)->begin().has_value());
        EXPECT_TRUE((*store)->save_space(space).has_value());
        EXPECT_TRUE((*store)->commit().has_value());
    }

    /// A company of the forum as the centre told it, with these cells.
    RecordId take(sync::Cells cells)
    {
        sync::StoredRecord record;
        record.id.bytes.fill(7);
        record.type = "enterprise";
        record.space = "forum";
        record.number = 1;
        record.shown = std::move(cells);
        core.reset();
        platform::DatabaseOptions file;
        const auto home = Home::open(path);
        file.path = home->database_path();
        file.key = home->database_key();
        const auto store = sync::store::ReplicaStore::open(file, shared::Catalogue::builtin(), {});
        EXPECT_TRUE((*store)->begin().has_value());
        EXPECT_TRUE((*store)->save_record(record).has_value());
        EXPECT_TRUE((*store)->commit().has_value());
        core = *Core::open(path);
        return record.id;
    }

    /// The longest text that a company's `about` may hold.
    static Value long_text(const std::string& last)
    {
        std::string text;
        for (int i = 1; i < 16'000; ++i) text += "创";
        return Value::text(text + last);
    }

    [[nodiscard]] Draft company(const std::string& name, std::vector<Cell> more = {}) const
    {
        more.emplace_back("name", Value::text(name));
        return {{}, "enterprise", {}, std::move(more)};
    }

    [[nodiscard]] std::vector<std::string> titles(const ListQuery& query) const
    {
        std::vector<std::string> titles;
        EXPECT_TRUE(core->list(query,
                               [&](RecordView&& record) {
                                   titles.push_back(record.title);
                                   return true;
                               })
                        .has_value());
        return titles;
    }

    tests::TemporaryDirectory directory;
    std::string path = directory.file("home");
    std::unique_ptr<Core> core;
};

TEST_F(CoreTest, shows_what_was_put_at_once_and_says_that_it_is_only_here)
{
    const auto ids = core->put({company("Ural Pumps", {{"sectors/water", Value::boolean(true)}})});
    ASSERT_TRUE(ids.has_value()) << ids.error().text;
    const auto record = core->get(ids->front());
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->title, "Ural Pumps");
    EXPECT_EQ(record->space, "forum");
    EXPECT_EQ(record->updated_by, "Amina");
    EXPECT_EQ(record->state, State::only_here);
    EXPECT_THAT(record->cells,
                ElementsAre(Pair("name", Value::text("Ural Pumps")), Pair("sectors/water", Value::boolean(true))));
    const auto status = core->status();
    EXPECT_EQ(status->records, 1u);
    EXPECT_EQ(status->only_here, 1u);
    EXPECT_EQ(status->accepted, 0u);
    EXPECT_EQ(status->last_contact_ms, 0);
}

TEST_F(CoreTest, puts_all_or_nothing)
{
    const auto ids = core->put({company("A"), {{}, "enterprise", {}, {{"country", Value::code("ZA")}}}});
    ASSERT_TRUE(ids.has_error());
    EXPECT_EQ(ids.error().code, Errc::rule_broken);
    EXPECT_THAT(ids.error().text, StartsWith("name: "));
    EXPECT_EQ(core->status()->records, 0u);
    EXPECT_EQ(core->put(std::vector<Draft>(1'001, company("A"))).error().code, Errc::usage);
    EXPECT_EQ(core->put({company("A"), {{}, "enterprise", "directory", {{"name", Value::text("B")}}}}).error().code,
              Errc::usage);
}

TEST_F(CoreTest, knows_where_its_person_may_write)
{
    auto elsewhere = company("A");
    elsewhere.space = "directory";
    EXPECT_EQ(core->put({elsewhere}).error().code, Errc::forbidden);
    elsewhere.space = "ministers";
    EXPECT_EQ(core->put({elsewhere}).error().code, Errc::usage);
    core.reset();
    grant(*Home::open(path), "summit", "editor");
    core = *Core::open(path);
    const auto unsaid = core->put({company("A")});
    ASSERT_TRUE(unsaid.has_error());
    EXPECT_EQ(unsaid.error().code, Errc::usage);
    EXPECT_THAT(unsaid.error().text, HasSubstr("forum, summit"));
}

TEST_F(CoreTest, lists_and_finds_what_is_asked_for)
{
    ASSERT_TRUE(
        core->put({company("Ural Pumps", {{"country", Value::code("RU")}, {"sectors/water", Value::boolean(true)}}),
                   company("Cape Mills", {{"country", Value::code("ZA")}}),
                   company("Cape Solar", {{"country", Value::code("ZA")}, {"founded", Value::date({2019, 5, 0})}})})
            .has_value());
    EXPECT_THAT(titles({"enterprise", {}, 0}), UnorderedElementsAre("Ural Pumps", "Cape Mills", "Cape Solar"));
    EXPECT_THAT(titles({"enterprise", {{"country", "South Africa"}}, 0}),
                UnorderedElementsAre("Cape Mills", "Cape Solar"));
    EXPECT_THAT(titles({"enterprise", {{"country", "ZA"}, {"founded", "2019-05"}}, 0}), ElementsAre("Cape Solar"));
    EXPECT_THAT(titles({"enterprise", {{"sectors", "water"}}, 0}), ElementsAre("Ural Pumps"));
    EXPECT_EQ(titles({"enterprise", {}, 2}).size(), 2u);
    EXPECT_EQ(core->list({"company", {}, 0}, [](RecordView&&) { return true; }).error().code, Errc::usage);
    const auto found = core->search("cape", 10);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->size(), 2u);
}

TEST_F(CoreTest, deletes_brings_back_and_remembers)
{
    const auto id = core->put({company("Ural Pumps")})->front();
    ASSERT_TRUE(core->remove(id).has_value());
    const auto gone = core->get(id);
    ASSERT_TRUE(gone.has_error());
    EXPECT_THAT(gone.error().text, HasSubstr("is deleted"));
    EXPECT_EQ(core->status()->records, 0u);
    EXPECT_EQ(core->remove(id).error().code, Errc::not_found);
    ASSERT_TRUE(core->resolve_existence(id, true, "still there").has_value());
    EXPECT_EQ(core->get(id)->title, "Ural Pumps");
    EXPECT_EQ(core->resolve_existence(id, true, "again").error().code, Errc::usage);
    const auto history = core->history(id, 0);
    ASSERT_TRUE(history.has_value());
    EXPECT_FALSE(history->complete);
    ASSERT_EQ(history->steps.size(), 3u);
    EXPECT_EQ(history->steps[0].device, "tablet");
    EXPECT_EQ(history->steps[1].cells, (std::vector<Cell>{{kExistenceField, Value::boolean(false)}}));
}

TEST_F(CoreTest, tells_a_conflict_of_a_deletion_with_an_edit_of_long_texts)
{
    const auto text = long_text("新");
    sync::Cells cells;
    cells.at("!").leaves = {{{{8}, 1, 1}, {5}, Value::boolean(false), {{{7}, 1, 1}}}};
    cells.at("name").leaves = {{{{7}, 1, 1}, {4}, Value::text("Ural Pumps"), {}}};
    for (const auto* key : {"about", "about@pt", "about@zh"}) cells.at(key).leaves = {{{{9}, 1, 1}, {6}, text, {}}};
    const auto id = take(std::move(cells));
    const auto conflicts = core->conflicts();
    ASSERT_TRUE(conflicts.has_value());
    ASSERT_EQ(conflicts->size(), 1u);
    ASSERT_EQ(conflicts->front().leaves.size(), 2u);
    const auto summary = std::string(conflicts->front().leaves[1].value.as_text());
    EXPECT_THAT(summary, StartsWith("edited: about = 创创"));
    EXPECT_THAT(summary, HasSubstr("创…, about@pt = 创"));
    EXPECT_LT(summary.size(), 1'100u);
    EXPECT_TRUE(core->get(id).has_value());
    EXPECT_TRUE(core->resolve_existence(id, true, "still there").has_value());
}

TEST_F(CoreTest, settles_a_conflict_of_long_texts)
{
    sync::Cells cells;
    cells.at("!").leaves = {{{{9}, 1, 1}, {5}, Value::boolean(true), {}}};
    cells.at("about").leaves = {{{{9}, 1, 1}, {5}, long_text("新"), {}},
                                {{{10}, 1, 1}, {6}, long_text("基"), {}},
                                {{{11}, 1, 1}, {7}, long_text("地"), {}}};
    cells.at("name").leaves = {{{{9}, 1, 1}, {5}, Value::text("Ural Pumps"), {}}};
    const auto id = take(std::move(cells));
    const auto settled = core->resolve(id, "about", {1, {}}, "the newest report");
    ASSERT_TRUE(settled.has_value()) << settled.error().text;
    EXPECT_TRUE(core->conflicts()->empty());
    std::string kept;
    std::string dropped;
    ASSERT_TRUE(core->list({"decision", {}, 0},
                           [&](RecordView&& decision) {
                               for (const auto& [key, value] : decision.cells) {
                                   if (key == "kept") kept = value.as_text();
                                   if (key == "dropped") dropped = value.as_text();
                               }
                               return true;
                           })
                    .has_value());
    EXPECT_EQ(kept, long_text("新").as_text());
    EXPECT_LE(dropped.size(), shared::limits::kValue_bytes);
    EXPECT_GT(dropped.size(), shared::limits::kValue_bytes - 8);
    EXPECT_THAT(dropped, testing::EndsWith("创…"));
}

TEST_F(CoreTest, answers_calmly_when_there_is_nothing_to_settle)
{
    const auto id = core->put({company("Ural Pumps")})->front();
    EXPECT_TRUE(core->conflicts()->empty());
    EXPECT_TRUE(core->refused()->empty());
    EXPECT_EQ(core->resolve(id, "name", {1, {}}, "why").error().code, Errc::not_found);
}

TEST_F(CoreTest, an_import_that_is_stopped_writes_nothing)
{
    std::string table = "name\n";
    for (int i = 0; i < 2'500; ++i) table += "Company " + std::to_string(i) + "\n";
    std::stop_source stop;
    ImportOptions options{"enterprise", {}, false, {}};
    options.progress = [&](std::size_t, std::size_t total) {
        EXPECT_EQ(total, 2'500u);
        stop.request_stop();
    };
    const auto report = import_table(*core, table, options, stop.get_token());
    ASSERT_TRUE(report.has_error());
    EXPECT_EQ(report.error().code, Errc::cancelled);
    EXPECT_EQ(core->status()->records, 0u);
    EXPECT_EQ(core->status()->written.changes(), 0u);
}

TEST_F(CoreTest, an_export_comes_back_as_it_was)
{
    ASSERT_TRUE(core->put({company("=A, \"B\"", {{"name@pt", Value::text("-x")},
                                                 {"other_names/one; two", Value::boolean(true)},
                                                 {"other_names/three", Value::boolean(true)},
                                                 {"sectors/mining", Value::boolean(true)},
                                                 {"sectors/water", Value::boolean(true)},
                                                 {"revenue", Value::decimal({15, 1})}})})
                    .has_value());
    std::string table;
    const auto count = export_records(*core, {"enterprise", ExportFormat::csv, {}}, [&](std::string_view text) {
        table += text;
        return Result<void>();
    });
    ASSERT_TRUE(count.has_value()) << count.error().text;
    const auto columns = table.substr(0, table.find("\r\n"));
    EXPECT_THAT(columns, StartsWith("id,name,name@pt,other_names,other_names/one; two,"));
    const auto before = core->search("B", 1)->front();
    const auto report = import_table(*core, table, {"enterprise", {}, false, {}});
    ASSERT_TRUE(report.has_value()) << report.error().text;
    EXPECT_TRUE(report->bad.empty()) << report->bad.front().text;
    EXPECT_EQ(core->get(before.id)->cells, before.cells);
    EXPECT_EQ(core->history(before.id, 0)->steps.size(), 1u) << "nothing was written that was there already";
}

TEST_F(CoreTest, a_home_that_may_only_be_read_is_read_and_left_as_it_is)
{
    const auto id = core->put({company("Ural Pumps")})->front();
    core.reset();
    const ReadOnly here(directory, path);
    auto opened = Core::open(path);
    ASSERT_TRUE(opened.has_value()) << opened.error().text;
    core = std::move(*opened);
    EXPECT_EQ(core->get(id)->title, "Ural Pumps");
    EXPECT_THAT(titles({"enterprise", {{"name", "Ural Pumps"}}, 0}), ElementsAre("Ural Pumps"));
    EXPECT_EQ(core->search("ural", 10)->size(), 1u);
    EXPECT_EQ(core->history(id, 1'000)->steps.size(), 1u);
    EXPECT_EQ(core->status()->only_here, 1u);
    EXPECT_TRUE(core->conflicts()->empty());
    EXPECT_TRUE(core->refused()->empty());
    EXPECT_TRUE(import_table(*core, "name\nA\n", {"enterprise", {}, true, {}}).has_value());
    for (const auto& error :
         {core->put({company("A")}).error(), core->remove(id).error(), *core->sync({}).error,
          core->resolve(id, "name", {1, {}}, "why").error(), core->resolve_existence(id, false, "why").error(),
          import_table(*core, "name\nA\n", {"enterprise", {}, false, {}}).error()}) {
        EXPECT_EQ(error.code, Errc::io);
        EXPECT_THAT(error.text, HasSubstr("may only be read"));
    }
    core.reset();
    EXPECT_FALSE(platform::exists(path + "/indaba.db-wal"));
    EXPECT_FALSE(platform::exists(path + "/indaba.db-shm"));
}

TEST_F(CoreTest, a_home_that_may_only_be_read_shows_what_an_open_process_wrote_last)
{
    const auto id = core->put({company("Ural Pumps")})->front();
    const ReadOnly here(directory, path);
    ASSERT_TRUE(core->put({{id, "enterprise", {}, {{"city", Value::text("Perm")}}}}).has_value());
    EXPECT_EQ((*Core::open(path))->get(id)->cells.size(), 2u) << "the -wal file of the first is read too";
}

TEST_F(CoreTest, a_log_that_cannot_be_read_is_not_passed_over)
{
    ASSERT_TRUE(core->put({company("Ural Pumps")}).has_value());
    std::filesystem::copy(path, directory.file("copy"));
    ASSERT_GT(std::filesystem::file_size(directory.file("copy/indaba.db-wal")), 0u);
    {
        const ReadOnly here(directory, directory.file("copy"));
        EXPECT_EQ((*Core::open(directory.file("copy")))->status()->records, 1u) << "as a killed process leaves it";
    }
    std::filesystem::remove(directory.file("copy/indaba.db-shm"));
    const ReadOnly here(directory, directory.file("copy"));
    const auto copy = Core::open(directory.file("copy"));
    ASSERT_TRUE(copy.has_error());
    EXPECT_EQ(copy.error().code, Errc::io);
    EXPECT_THAT(copy.error().text, HasSubstr("-wal: holds changes"));
}

TEST_F(CoreTest, a_sync_without_a_network_is_an_answer_and_no_failure)
{
    const auto report = core->sync({});
    EXPECT_FALSE(report.up_to_date);
    ASSERT_TRUE(report.error.has_value());
    EXPECT_GT(core->status()->last_attempt_ms, 0);
    EXPECT_EQ(core->status()->last_contact_ms, 0);
}

}  // namespace
}  // namespace indaba::client
