// Every rule is shown what it must find and what it must leave alone.
#include "tests/tidy/rules.hpp"

#include <gmock/gmock.h>

namespace indaba::tests::tidy {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> texts(const Findings& findings)
{
    std::vector<std::string> out;
    for (const auto& finding : findings) out.push_back(finding.text);
    return out;
}

auto arrows(std::string path, std::string text)
{
    return texts(check_arrows(make_source(std::move(path), std::move(text))));
}

auto calls(std::string path, std::string text)
{
    return texts(check_calls(make_source(std::move(path), std::move(text))));
}

std::string function_of(std::size_t lines)
{
    std::string text = "int f()\n{\n";
    for (std::size_t i = 0; i < lines; ++i) text += "    if (x) {\n";
    return text + "}\n";
}

}  // namespace

TEST(TidyArrows, follow_the_rooms)
{
    EXPECT_THAT(arrows("shared/a.cpp", "#include \"sync/merge.hpp\"\n"), ElementsAre("1: shared may not include sync"));
    EXPECT_THAT(arrows("sync/a.cpp", "\n#include \"platform/sqlite.hpp\"\n"),
                ElementsAre("2: sync may not include platform"));
    EXPECT_THAT(arrows("sync/a.cpp", "#include \"sync/store/store.hpp\"\n"), SizeIs(1));
    EXPECT_THAT(arrows("client/a.cpp", "#include \"server/people.hpp\"\n"), SizeIs(1));
    EXPECT_THAT(arrows("server/a.cpp", "#include \"client/core.hpp\"\n"), SizeIs(1));
    EXPECT_THAT(arrows("platform/a.cpp", "#include \"sync/merge.hpp\"\n"), SizeIs(1));
    EXPECT_THAT(arrows("server/a.cpp", "#include \"tests/fakes.hpp\"\n"), SizeIs(1));
    EXPECT_THAT(arrows("sync/a.cpp", "#include \"merge.hpp\"\n"), ElementsAre(HasSubstr("begin at the root")));

    EXPECT_THAT(arrows("sync/store/a.cpp", "#include \"platform/sqlite.hpp\"\n#include \"sync/a.hpp\"\n"), IsEmpty());
    EXPECT_THAT(arrows("client/a.cpp", "#include \"sync/store/store.hpp\"\n#include <vector>\n"), IsEmpty());
    EXPECT_THAT(arrows("tests/unit/a.cpp", "#include \"server/people.hpp\"\n#include <sqlite3.h>\n"), IsEmpty());
    EXPECT_THAT(arrows("shared/a.cpp", "// #include \"sync/merge.hpp\"\n"), IsEmpty());
}

TEST(TidyArrows, keep_foreign_libraries_in_their_rooms)
{
    EXPECT_THAT(arrows("sync/store/a.cpp", "#include <sqlite3.h>\n"), SizeIs(1));
    EXPECT_THAT(arrows("server/a.cpp", "#include <boost/beast/core.hpp>\n"), SizeIs(1));
    EXPECT_THAT(arrows("client/a.cpp", "#include <openssl/ssl.h>\n"), SizeIs(1));
    EXPECT_THAT(arrows("client/a.cpp", "#include <unistd.h>\n"), SizeIs(1));
    EXPECT_THAT(arrows("platform/a.cpp", "#include <CLI/CLI.hpp>\n"), SizeIs(1));
    EXPECT_THAT(arrows("sync/a.cpp", "#include <cereal/cereal.hpp>\n"), SizeIs(1));
    EXPECT_THAT(arrows("shared/a.cpp", "#include <boost/asio.hpp>\n#include <zstd.h>\n"), SizeIs(2));
    EXPECT_THAT(arrows("client/a.cpp", "#include <argon2.h>\n#include <libsecret/secret.h>\n"), SizeIs(2));
    EXPECT_THAT(arrows("platform/a.cpp", "#include <libsecret/secret.h>\n"), IsEmpty());

    EXPECT_THAT(arrows("platform/a.cpp", "#include <sqlite3.h>\n#include <sys/stat.h>\n#include <zstd.h>\n"),
                IsEmpty());
    EXPECT_THAT(arrows("shared/a.cpp", "#include <boost/json.hpp>\n#include <cereal/types/map.hpp>\n"), IsEmpty());
    EXPECT_THAT(arrows("server/a.cpp", "#include <boost/asio/awaitable.hpp>\n#include <fmt/format.h>\n"), IsEmpty());
}

TEST(TidyLimits, of_the_network_stand_in_one_file)
{
    const auto limits = [](std::string path, std::string text) {
        return texts(check_limits(make_source(std::move(path), std::move(text))));
    };
    for (const auto* line :
         {"constexpr Duration kLinger{2'000};", "    Duration idle{std::chrono::seconds(90)};",
          "constexpr std::int64_t kPause_ms = 60 * 1000;", "    std::size_t body_bytes = 16 * 1024;"}) {
        EXPECT_THAT(limits("platform/http_server.hpp", line), ElementsAre("1: belongs into shared/limits.hpp")) << line;
        EXPECT_THAT(limits("platform/files.cpp", line), IsEmpty());
    }
    for (const auto* line : {"    Duration idle = shared::limits::kStreamIdle;", "    std::size_t body_bytes = 0;",
                             "    std::uint64_t bytes = 16;", "constexpr std::size_t kCloseText_bytes = 123;",
                             "Duration(0)", "// Duration kLinger{2'000};"})
        EXPECT_THAT(limits("server/outbox.cpp", line), IsEmpty()) << line;
}

TEST(TidyArrows, hold_for_targets_too)
{
    EXPECT_THAT(arrows("sync/CMakeLists.txt", "target_link_libraries(indaba_sync PUBLIC indaba_platform)\n"),
                ElementsAre("1: sync may not link indaba_platform"));
    EXPECT_THAT(arrows("sync/store/CMakeLists.txt", "target_link_libraries(indaba_store PUBLIC indaba_platform)\n"),
                IsEmpty());
    EXPECT_THAT(arrows("client/CMakeLists.txt", "target_link_libraries(x indaba_sqlite3)\n"), SizeIs(1));
}

TEST(TidyCalls, keep_time_chance_and_threads_out_of_the_pure_rooms)
{
    EXPECT_THAT(calls("sync/a.cpp", "auto t = std::chrono::system_clock::now();\n"), SizeIs(1));
    EXPECT_THAT(calls("sync/a.cpp", "auto t = time(nullptr);\n"), SizeIs(1));
    EXPECT_THAT(calls("sync/a.cpp", "return std::time(nullptr);\n"), SizeIs(1));
    EXPECT_THAT(calls("sync/store/a.cpp", "#include <thread>\n#include <mutex>\n"), SizeIs(2));
    EXPECT_THAT(calls("server/a.cpp", "int n = rand();\nstd::system(\"ls\");\n"), SizeIs(2));
    EXPECT_THAT(calls("tests/a.cpp", "std::this_thread::sleep_for(1s);\n"), SizeIs(1));

    EXPECT_THAT(calls("sync/a.cpp", "auto t = event.time();\nint time();\nauto u = round_time(3);\n"), IsEmpty());
    EXPECT_THAT(calls("sync/a.cpp", "Result<Stamp> clock();\nClock& clock();\n"), IsEmpty());
    EXPECT_THAT(calls("sync/a.cpp", "if (a > clock()) f(a & time(0));\n"), SizeIs(2));
    EXPECT_THAT(calls("sync/a.cpp", "// system_clock\nauto s = \"rand()\";\nstatic_assert(true);\n"), IsEmpty());
    EXPECT_THAT(calls("platform/a.cpp", "#include <thread>\nstd::chrono::system_clock::now();\n"), IsEmpty());
    EXPECT_THAT(calls("platform/a.cpp", "std::this_thread::sleep_for(1s);\n"), IsEmpty());
}

TEST(TidyCalls, see_through_literals)
{
    EXPECT_THAT(calls("sync/a.cpp", "auto s = R\"x(\" rand() )\" )x\"; int n = rand();\n"), SizeIs(1));
    EXPECT_THAT(calls("sync/a.cpp", "int n = 1'000; int m = rand(); char c = '\\'';\n"), SizeIs(1));
    EXPECT_THAT(calls("sync/a.cpp", "/* rand() */ auto s = \"\\\"rand()\";\n"), IsEmpty());
}

TEST(TidySizes, measure_lines_functions_and_files)
{
    const auto sizes = [](std::string path, std::string text) {
        return check_sizes(make_source(std::move(path), std::move(text)));
    };
    EXPECT_THAT(sizes("sync/a.cpp", std::string(121, 'x')), SizeIs(1));
    EXPECT_THAT(sizes("sync/a.cpp", std::string(120, 'x')), IsEmpty());
    EXPECT_THAT(sizes("sync/a.cpp", "// "), IsEmpty());
    EXPECT_THAT(sizes("sync/a.cpp", function_of(71)), SizeIs(1));
    EXPECT_THAT(sizes("sync/a.cpp", function_of(70)), IsEmpty());
    EXPECT_THAT(sizes("sync/a.cpp", std::string(351, '\n')), SizeIs(1));
    EXPECT_THAT(sizes("tests/a.cpp", std::string(351, '\n')), IsEmpty());
    EXPECT_THAT(sizes("tests/a.cpp", std::string(501, '\n')), SizeIs(1));
}

TEST(TidyWords, find_unfinished_work_and_machine_paths)
{
    const auto words = [](std::string text) { return check_words(make_source("README.md", std::move(text))); };
    EXPECT_THAT(words("// TO"
                      "DO: later\n"),
                SizeIs(1));
    EXPECT_THAT(words("cd /wo"
                      "rk/main\n"),
                SizeIs(1));
    EXPECT_THAT(words("https://reg"
                      "istry.example\n"),
                SizeIs(1));
    EXPECT_THAT(words("MASTO"
                      "DON, network/x\n"),
                IsEmpty());
}

TEST(TidyNames, say_what_a_thing_is)
{
    const auto names = [](std::string path, std::string text) {
        return texts(check_names(make_source(std::move(path), "namespace indaba::sync {}\n" + std::move(text))));
    };
    EXPECT_THAT(names("sync/a.cpp", "class FeedManager {\n"), ElementsAre("2: 'FeedManager' does not say what it is"));
    EXPECT_THAT(names("sync/a.cpp", "enum class RowData : int\n"), SizeIs(1));
    EXPECT_THAT(names("sync/string_utils.cpp", ""), SizeIs(1));
    EXPECT_THAT(names("sync/Feed.cpp", ""), SizeIs(1));
    EXPECT_THAT(names("server/feed.cpp", ""), ElementsAre("1: has no namespace indaba::server"));
    EXPECT_THAT(names("sync/feed.cpp", "class Feed {\nstruct Datagram {\n"), IsEmpty());
}

TEST(TidyHeader, opens_with_what_it_is)
{
    const auto header = [](std::string text) { return check_header(make_source("sync/a.hpp", std::move(text))); };
    EXPECT_THAT(header("#pragma once\n"), SizeIs(1));
    EXPECT_THAT(header("// What it is.\n"), SizeIs(1));
    EXPECT_THAT(header("// What it is.\n#pragma once\nusing namespace std;\n"), SizeIs(1));
    EXPECT_THAT(header("// What it is.\n#pragma once\n"), IsEmpty());
    EXPECT_THAT(header("// What it is.\n#pragma once\nusing namespace std::chrono_literals;\n"), IsEmpty());
}

TEST(TidyHouse, wants_a_readme_and_every_source_built)
{
    const std::vector<Source> sources{
        make_source("sync/CMakeLists.txt", "add_library(indaba_sync merge.cpp deep/fold.cpp)\n"),
        make_source("sync/README.md", "# sync\n\nWhat it is.\n"),
        make_source("sync/merge.cpp", ""),
        make_source("sync/forgotten.cpp", ""),
        make_source("sync/deep/fold.cpp", ""),
    };
    const auto findings = check_house(sources);
    ASSERT_THAT(findings, SizeIs(2));
    EXPECT_EQ(findings[0].path, "sync/deep");
    EXPECT_EQ(findings[0].rule, "readme");
    EXPECT_EQ(findings[1].path, "sync/forgotten.cpp");
    EXPECT_EQ(findings[1].rule, "build");
}

TEST(TidyHouse, wants_a_readme_for_data_too)
{
    const std::vector<Source> sources{
        make_source("README.md", "# Project\n\nWhat it is.\n"),
        make_source("CMakePresets.json", "{}"),
        make_source("shared/facts/zones.csv", "name\n"),
        make_source("tests/fuzz/corpus/value/text", "a"),
        make_source(".ci/steps", "a"),
    };
    const auto findings = check_house(sources);
    ASSERT_THAT(findings, SizeIs(1));
    EXPECT_EQ(findings[0].path, "shared/facts");
    EXPECT_EQ(findings[0].rule, "readme");
}

TEST(TidyTopLevel, has_nothing_else)
{
    const std::vector<std::string> names{"README.md", "docs", "sync"};
    ASSERT_THAT(check_top_level(names), SizeIs(1));
    EXPECT_EQ(check_top_level(names)[0].path, "docs");
}

}  // namespace indaba::tests::tidy
