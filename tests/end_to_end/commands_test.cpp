// The commands where they meet files, other processes and a connection that stays.
#include "tests/end_to_end/world.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

namespace indaba::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kSpace = "forum";

class Commands : public testing::Test {
protected:
    Commands()
    {
        centre.operate({"space", "add", kSpace, "--kind", "event"});
        for (const char* person : {"Amina", "Boris"})
            centre.operate({"person", "add", person, "--role", kSpace + "=editor"});
        centre.start();
        amina.enrol(centre, "Amina");
        boris.enrol(centre, "Boris");
        for (const auto* device : {&amina, &boris}) (void)device->json({"sync"});
    }

    [[nodiscard]] std::string file(const std::string& name, const std::string& content) const
    {
        std::ofstream(directory.file(name)) << content;
        return directory.file(name);
    }

    TemporaryDirectory directory;
    Centre centre{directory};
    Device amina{directory, "tablet"};
    Device boris{directory, "laptop"};
};

TEST_F(Commands, real_tables_come_in_and_go_out_and_in_again)
{
    for (const char* type : {"organisation", "meeting"}) {
        const auto table = fmt::format("shared/facts/{}s.csv", type);
        const auto rows = std::ranges::count(content_of(table), '\n') - 1;
        const auto imported = amina.json({"import", type, table});
        EXPECT_EQ(number_at(imported, "written"), rows);
        const auto before = amina.done({"export", type, "--format", "jsonl"});
        const auto out = file("out.csv", amina.done({"export", type}) + "\r\n");
        EXPECT_EQ(number_at(amina.json({"import", type, out}), "rows"), rows);
        EXPECT_EQ(amina.done({"export", type, "--format", "jsonl"}), before)
            << "an import of what was exported changes nothing";
        (void)amina.done({"put", "--from", file("out.jsonl", before)});
        EXPECT_EQ(amina.done({"export", type, "--format", "jsonl"}), before);
    }
    EXPECT_EQ(amina.json({"list", "meeting", "--where", "country=ZA"}).as_array().size(), 3u);
}

TEST_F(Commands, cells_that_look_like_formulas_are_neutral_outside_and_themselves_inside)
{
    const auto id = amina.done({"put", "enterprise", "name==1+1", "remark=@x", "about=two\nlines, \"quoted\""});
    const auto table = amina.done({"export", "enterprise"});
    EXPECT_THAT(table, AllOf(HasSubstr(",'=1+1,"), HasSubstr(",'@x"), HasSubstr("\"two\nlines, \"\"quoted\"\"\"")));
    amina.done({"put", "enterprise", "--id", id, "name=other", "remark="});
    amina.done({"import", "enterprise", file("back.csv", table + "\r\n")});
    const auto fields = at(amina.json({"get", id}), "fields");
    EXPECT_EQ(text_at(fields, "name"), "=1+1");
    EXPECT_EQ(text_at(fields, "remark"), "@x");
}

TEST_F(Commands, a_table_with_bad_rows_names_them_and_writes_nothing)
{
    const auto table = file("bad.csv", "name,country,employees\nA,ZA,1\nB,Atlantis,2\n,ZA,3\nC,ZA,many\nD,ZA\n");
    const auto ended = amina.run({"import", "enterprise", table});
    EXPECT_EQ(ended.code, 3);
    for (const char* line : {":3: country: ", ":4: name: ", ":5: employees: ", ":6: 2 cells"})
        EXPECT_THAT(ended.err, HasSubstr(table + line));
    EXPECT_THAT(ended.err, HasSubstr("4 of 5 rows bad; nothing was written"));
    EXPECT_EQ(number_at(amina.json({"status"}), "records"), 0);
    const auto unknown = amina.run({"import", "enterprise", file("unknown.csv", "name,colour\nA,red\n")});
    EXPECT_THAT(unknown.err, HasSubstr("colour: "));
    const auto dry = amina.json({"import", "enterprise", file("fine.csv", "name\nA\n"), "--dry-run"});
    EXPECT_EQ(number_at(dry, "rows"), 1);
    EXPECT_EQ(number_at(dry, "written"), 0);
    EXPECT_EQ(number_at(amina.json({"status"}), "records"), 0);
}

TEST_F(Commands, a_long_table_is_written_in_pieces)
{
    std::string table = "name,country\n";
    for (int i = 0; i < 2'500; ++i) table += fmt::format("Company {},ZA\n", i);
    EXPECT_EQ(number_at(amina.json({"import", "enterprise", file("long.csv", table)}), "written"), 2'500);
    EXPECT_EQ(number_at(amina.json({"sync"}), "pushed"), 3);
    EXPECT_EQ(number_at(boris.json({"sync"}), "pulled"), 2'500);
    EXPECT_EQ(boris.json({"list", "enterprise", "--limit", "7"}).as_array().size(), 7u);
}

TEST_F(Commands, lines_of_one_put_are_one_transaction)
{
    const auto some =
        file("some.jsonl",
             "{\"type\":\"talent\",\"fields\":{\"name\":\"A\"}}\n\n"
             "{\"type\":\"enterprise\",\"fields\":{\"name\":\"B\",\"sectors\":[\"water\",\"mining\"]}}\n");
    EXPECT_EQ(at(amina.json({"put", "--from", some}), "ids").as_array().size(), 2u);
    EXPECT_EQ(number_at(amina.json({"sync"}), "pushed"), 1);
    const auto half = amina.run({"put", "--from", "-"},
                                "{\"type\":\"talent\",\"fields\":{\"name\":\"C\"}}\n"
                                "{\"type\":\"talent\",\"fields\":{\"experience\":-1}}\n");
    EXPECT_EQ(half.code, 3);
    EXPECT_THAT(half.err, StartsWith("indaba: line 2: experience: "));
    EXPECT_EQ(amina.json({"list", "talent"}).as_array().size(), 1u);
    std::string many;
    for (int i = 0; i < 1'001; ++i) many += "{\"type\":\"talent\",\"fields\":{\"name\":\"N\"}}\n";
    const auto bad = amina.run({"put", "--from", "-"}, many + R"({"id":"0199c82d-0e48-7ae8-a582-43e2e191be40"})");
    EXPECT_EQ(bad.code, 2);
    EXPECT_EQ(amina.json({"list", "talent"}).as_array().size(), 1u) << "all of it or nothing";
    EXPECT_EQ(at(amina.json({"put", "--from", file("many.jsonl", many)}), "ids").as_array().size(), 1'001u);
    EXPECT_EQ(number_at(amina.json({"sync"}), "pushed"), 2);
}

TEST_F(Commands, like_mistakes_end_alike)
{
    const auto id = amina.done({"put", "talent", "name=Abebe"});
    const auto unquoted = file("unquoted.csv", "name,city\n\"A,B\n");
    const std::vector<Arguments> wrong_use{
        {"put", "enterprse", "name=A"},
        {"put", "enterprise", "name=A", "colour=red"},
        {"put", "--from", file("type.jsonl", R"({"type":"enterprse","fields":{"name":"A"}})")},
        {"put", "--from", file("field.jsonl", R"({"type":"talent","fields":{"colour":"red"}})")},
        {"put", "--from", file("id.jsonl", R"({"type":"talent","id":"17","fields":{"name":"A"}})")},
        {"put", "--from", file("broken.jsonl", R"({"type":"talent")")},
        {"put", "--from", directory.path()},
        {"import", "enterprse", file("fine.csv", "name\nA\n")},
        {"import", "enterprise", file("field.csv", "name,colour\nA,red\n")},
        {"import", "enterprise", file("cells.csv", "name,city\nA\n")},
        {"import", "enterprise", file("latin.csv", "name\n\xE9\n")},
        {"import", "enterprise", unquoted},
        {"import", "enterprise", directory.path()},
        {"list", "enterprse"},
        {"list", "enterprise", "--where", "colour=red"},
        {"export", "enterprse"},
        {"get", "17"},
        {"resolve", id, "colour", "--keep", "1", "--reason", "why"}};
    for (const auto& arguments : wrong_use) {
        const auto ended = amina.run(arguments);
        EXPECT_EQ(ended.code, 2) << arguments[0] << " " << arguments[1] << ": " << ended.err;
    }
    const std::vector<Arguments> against_a_rule{
        {"put", "enterprise", "name=A", "country=Atlantis"},
        {"put", "--from", file("rule.jsonl", R"({"type":"talent","fields":{"experience":-1}})")},
        {"import", "enterprise", file("rule.csv", "name,country\nA,Atlantis\n")}};
    for (const auto& arguments : against_a_rule) EXPECT_EQ(amina.run(arguments).code, 3) << arguments[1];
    const std::string nowhere = "01931a2b-0000-7000-8000-000000000001";
    const std::vector<Arguments> not_here{{"get", nowhere},
                                          {"delete", nowhere},
                                          {"resolve", nowhere, "--restore", "--reason", "why"},
                                          {"put", "--from", directory.file("nothing.jsonl")}};
    for (const auto& arguments : not_here) EXPECT_EQ(amina.run(arguments).code, 1) << arguments[0];
    EXPECT_EQ(number_at(amina.json({"status"}), "records"), 1);
}

TEST_F(Commands, input_may_come_through_a_pipe_and_begin_with_a_byte_order_mark)
{
    const std::string mark = "\xEF\xBB\xBF";
    const auto line = mark + "{\"type\":\"talent\",\"fields\":{\"name\":\"A\"}}\n";
    for (const char* from : {"-", "/dev/stdin", "/dev/fd/0"}) amina.done({"put", "--from", from}, line);
    amina.done({"put", "--from", file("marked.jsonl", line)});
    for (const char* from : {"-", "/dev/stdin"}) amina.done({"import", "talent", from}, mark + "name\nB\n");
    EXPECT_EQ(amina.json({"list", "talent"}).as_array().size(), 6u);
}

TEST_F(Commands, an_id_that_is_not_here_makes_a_record_and_is_remarked_on)
{
    const std::string id = "01931a2b-0000-7000-8000-000000000001";
    const auto created = amina.run({"put", "talent", "--id", id, "name=Abebe"});
    EXPECT_EQ(created.code, 0);
    EXPECT_EQ(created.out, id + "\n");
    EXPECT_EQ(created.err, "No record " + id + " was here: created it\n");
    EXPECT_EQ(amina.done({"put", "talent", "--id", id, "city=Harar"}), id);
    const auto other = amina.run({"put", "--json", "talent", "--id", "01931a2b-0000-7000-8000-000000000002", "name=B"});
    EXPECT_EQ(other.out, "{\"id\":\"01931a2b-0000-7000-8000-000000000002\"}\n");
    const auto table = file("ids.csv",
                            "id,name\n01931a2b-0000-7000-8000-000000000003,C\n"
                            "01931a2b-0000-7000-8000-000000000004,D\n" +
                                id + ",Abebe\n");
    EXPECT_EQ(amina.run({"import", "talent", table}).err, "2 records were not here under their ids: created them\n");
}

TEST_F(Commands, a_record_brought_back_says_what_is_still_to_come)
{
    const auto id = amina.done({"put", "talent", "name=Abebe", "city=Harar"});
    (void)amina.json({"sync"});
    amina.done({"delete", id});
    amina.done({"put", "talent", "--id", id, "city=Adama"});  // not yet sent: everything is back at once
    EXPECT_EQ(text_at(at(amina.json({"get", id}), "fields"), "name"), "Abebe");
    for (const bool by_put : {true, false}) {
        amina.done({"delete", id});
        (void)amina.json({"sync"});
        const auto ended = by_put ? amina.run({"put", "talent", "--id", id, "city=Harar"})
                                  : amina.run({"resolve", id, "--restore", "--reason", "by mistake"});
        EXPECT_EQ(ended.code, 0);
        EXPECT_EQ(ended.err,
                  "Restored " + id + ": its other fields return, and are checked, with the next `indaba sync`\n");
        (void)amina.json({"sync"});
        EXPECT_EQ(text_at(at(amina.json({"get", id}), "fields"), "name"), "Abebe");
    }
    EXPECT_THAT(amina.done({"list", "decision"}), HasSubstr("by mistake  Abebe  ")) << "no id where a name is known";
    const auto history = amina.done({"history", id});
    EXPECT_THAT(history, AllOf(HasSubstr("\n  created, city = Harar"), HasSubstr("\n  restored, city = Adama")));
    EXPECT_THAT(history, testing::Not(HasSubstr("created or restored")));
    (void)boris.json({"sync"});
    EXPECT_THAT(boris.done({"history", id, "--local"}), HasSubstr("\n  restored"));
}

TEST_F(Commands, the_numbers_of_a_status_add_up)
{
    const auto id = amina.done({"put", "talent", "name=Abebe"});
    amina.done({"put", "talent", "name=Almaz"});
    (void)amina.json({"sync"});
    amina.done({"put", "talent", "name=Berhane"});
    amina.done({"delete", id});
    EXPECT_THAT(amina.done({"status"}),
                HasSubstr("\n2 records: 1 accepted; 2 only here (1 of them a deletion); 0 refused; 0 conflicts\n"));
}

TEST_F(Commands, say_what_there_is_to_who_asks_for_something_else)
{
    const auto id = amina.done({"put", "talent", "name=Abebe"});
    amina.done({"delete", id});
    const std::vector<std::tuple<Arguments, int, std::string>> mistakes{
        {{}, 2, "indaba: say what to do: enrol, put, get,"},
        {{"--json"}, 2, "indaba: say what to do: enrol, put, get,"},
        {{"lst", "talent"}, 2, "indaba: there is no command 'lst'. Did you mean `list`? There are enrol,"},
        {{"hsitory", id}, 2, "Did you mean `history`?"},
        {{"frobnicate"}, 2, "indaba: there is no command 'frobnicate'. There are enrol,"},
        {{"put"}, 2, "indaba put TYPE FIELD=VALUE…, with one of enterprise,"},
        {{"put", "name=Abebe"}, 2, "indaba put TYPE FIELD=VALUE…, with one of enterprise,"},
        {{"export", "talent", "--format", "xml"}, 2, "--format xml: there is no such format: use csv or jsonl"},
        {{"delete", id}, 1, "is deleted already"}};
    for (const auto& [arguments, code, text] : mistakes) {
        const auto ended = amina.run(arguments);
        EXPECT_EQ(ended.code, code) << text;
        EXPECT_THAT(ended.err, HasSubstr(text));
        EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
        EXPECT_EQ(ended.out, "");
    }
}

TEST_F(Commands, somebody_without_a_role_is_told_so)
{
    centre.operate({"person", "add", "Chaltu"});
    Device chaltu(directory, "phone");
    chaltu.enrol(centre, "Chaltu");
    EXPECT_THAT(chaltu.run({"put", "talent", "name=A"}).err, HasSubstr("knows no space yet: run `indaba sync`"));
    (void)chaltu.json({"sync"});
    const auto ended = chaltu.run({"put", "talent", "name=A"});
    EXPECT_EQ(ended.code, 3);
    EXPECT_THAT(ended.err, HasSubstr("you have no role in any space: ask your organiser"));
}

TEST_F(Commands, several_processes_write_into_one_home_at_once)
{
    const auto watching = amina.begin({"sync", "--watch", "--json"});
    ASSERT_TRUE(watching->wait_for_output("\"up_to_date\":true"));
    constexpr int kWriters = 6;
    constexpr int kEach = 8;
    for (int round = 0; round < kEach; ++round) {
        std::vector<std::unique_ptr<Process>> writers;
        for (int i = 0; i < kWriters; ++i)
            writers.push_back(amina.begin({"put", "talent", fmt::format("name=Writer {} {}", i, round)}));
        writers.push_back(amina.begin({"sync", "--json"}));
        for (const auto& writer : writers) {
            const auto ended = writer->finish();
            EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
        }
    }
    (void)amina.json({"sync"});
    (void)boris.json({"sync"});
    EXPECT_EQ(boris.json({"list", "talent"}).as_array().size(), std::size_t(kWriters * kEach));
    watching->signal(SIGINT);
    EXPECT_EQ(watching->finish().code, 0);
    expect_same_leaves(centre, {&amina, &boris}, kSpace);
    EXPECT_EQ(feed_length(centre, kSpace), std::uint64_t(kWriters * kEach));
}

TEST_F(Commands, a_device_that_watches_sends_and_sees_changes_as_they_happen)
{
    const auto sends = amina.begin({"sync", "--watch", "--json"});
    const auto sees = boris.begin({"sync", "--watch", "--json"});
    for (const auto* process : {sends.get(), sees.get()})
        ASSERT_TRUE(const_cast<Process*>(process)->wait_for_output("\"up_to_date\":true"));
    amina.done({"put", "talent", "name=Abebe"});
    ASSERT_TRUE(sends->wait_for_output("\"pushed\":1"));
    ASSERT_TRUE(sees->wait_for_output("\"pulled\":1"));
    EXPECT_EQ(boris.json({"list", "talent"}).as_array().size(), 1u);

    centre.stop();
    ASSERT_TRUE(sees->wait_for_output("\"error\""));
    for (const char* name : {"name=Almaz", "name=Berhane", "name=Chaltu"}) amina.done({"put", "talent", name});
    centre.start();
    ASSERT_TRUE(sees->wait_for_output("\"pulled\":3", std::chrono::seconds(60))) << sees->output();
    EXPECT_EQ(boris.json({"list", "talent"}).as_array().size(), 4u);
    for (auto* process : {sends.get(), sees.get()}) {
        process->signal(SIGINT);
        EXPECT_EQ(process->finish().code, 0);
    }
}

TEST_F(Commands, ask_for_enrolment_first)
{
    const Device stranger(directory, "stranger");
    for (const Arguments& command : {Arguments{"status"}, {"list", "talent"}, {"put", "talent", "name=A"}, {"sync"}}) {
        const auto ended = stranger.run(command);
        EXPECT_EQ(ended.code, 1);
        EXPECT_THAT(ended.err, HasSubstr("indaba enrol"));
    }
    EXPECT_EQ(stranger.run({"frobnicate"}).code, 2);
    EXPECT_EQ(stranger.run({"--help"}).code, 0);
}

}  // namespace
}  // namespace indaba::tests
