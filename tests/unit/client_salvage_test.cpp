// A damaged home gets a new database, all of it or nothing, killed before every call by which it touches a file.
#include "client/salvage.hpp"

#include "platform/files.hpp"
#include "tests/unit/cut_off.hpp"
#include "tests/unit/protected_home.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>

namespace indaba::client {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using tests::CutOff;

constexpr std::size_t kPage_bytes = 4096;

class SalvageHome : public ProtectionTest {
protected:
    [[nodiscard]] static std::string database_of(const std::string& home) { return home + "/indaba.db"; }

    [[nodiscard]] std::size_t pages() const { return fs::file_size(database_of(path)) / kPage_bytes; }

    static void zero_page(const std::string& home, std::size_t page)
    {
        std::fstream file(database_of(home), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(std::streamoff((page - 1) * kPage_bytes));
        file << std::string(kPage_bytes, '\0');
    }

    /// One that makes the home useless and harms nothing that is only there.
    [[nodiscard]] std::size_t page_that_stops_everything()
    {
        for (std::size_t page = 2; page <= pages(); ++page) {
            const auto where = copied(path, "probe");
            zero_page(where, page);
            const bool opens = Core::open(where).has_value();
            const auto report = salvage(where, {});
            if (!opens && report.has_value() && report->spaces.size() == 1 && report->spaces[0].waiting == 1)
                return page;
        }
        return 0;
    }
};

TEST_F(SalvageHome, that_is_whole_is_left_alone)
{
    const auto before = tests::content_of(database_of(path));
    const auto report = salvage(path, {});
    ASSERT_TRUE(report.has_value()) << report.error().text;
    EXPECT_TRUE(report->healthy);
    EXPECT_EQ(tests::content_of(database_of(path)), before);
    EXPECT_EQ(names(path), names(copied(path, "same")));
}

TEST_F(SalvageHome, whose_first_page_is_gone_keeps_the_file)
{
    zero_page(path, 1);
    const auto before = tests::content_of(database_of(path));
    const auto all = names(path);
    const auto report = salvage(path, {});
    ASSERT_TRUE(report.has_error());
    EXPECT_EQ(report.error().code, Errc::corrupt);
    EXPECT_THAT(report.error().text, HasSubstr("keep the file, and enrol this device anew in another directory"));
    EXPECT_EQ(tests::content_of(database_of(path)), before);
    EXPECT_THAT(names(path), testing::IsSubsetOf(std::vector<std::string>({"data.key", "device.key", "enrolment.json",
                                                                           "indaba.db", "indaba.db-shm",
                                                                           "indaba.db-wal", "life.json", "use.lock"})));
}

TEST_F(SalvageHome, that_is_cut_short_or_empty_is_told)
{
    for (const auto left : {pages() * kPage_bytes - 1, pages() / 2 * kPage_bytes, kPage_bytes}) {
        SCOPED_TRACE(left);
        const auto where = copied(path, "short");
        fs::resize_file(database_of(where), left);
        const auto report = salvage(where, {});
        ASSERT_TRUE(report.has_value()) << report.error().text;
        EXPECT_FALSE(report->healthy);
        EXPECT_TRUE(Core::open(where).has_value());
    }
    const auto where = copied(path, "empty");
    fs::resize_file(database_of(where), 0);
    const auto report = salvage(where, {});
    ASSERT_TRUE(report.has_error());
    EXPECT_THAT(report.error().text, HasSubstr("missing or empty"));
}

TEST_F(SalvageHome, keeps_the_damaged_file_aside_for_its_owner_alone_and_can_be_repeated)
{
    const auto page = page_that_stops_everything();
    ASSERT_GT(page, 1u);
    for (int round = 1; round <= 2; ++round) {
        zero_page(path, page);
        const auto damaged = tests::content_of(database_of(path));
        const auto report = salvage(path, {});
        ASSERT_TRUE(report.has_value()) << report.error().text;
        EXPECT_EQ(report->kept_as, path + "/indaba.db.damaged-" + std::to_string(round));
        EXPECT_EQ(tests::content_of(report->kept_as), damaged);
        EXPECT_EQ(tests::mode_of(report->kept_as), 0600u);
        EXPECT_EQ(tests::mode_of(database_of(path)), 0600u);
        expect_opens(path, {});
        EXPECT_TRUE(salvage(path, {})->healthy);
        if (round == 1 && fs::file_size(database_of(path)) < page * kPage_bytes) break;
    }
}

TEST_F(SalvageHome, under_a_passphrase_needs_it)
{
    const auto page = page_that_stops_everything();
    ASSERT_GT(page, 1u);
    ASSERT_TRUE(set(path, kFirst));
    zero_page(path, page);
    EXPECT_EQ(salvage(path, {}).error().code, Errc::untrusted);
    const auto report = salvage(path, says(kFirst));
    ASSERT_TRUE(report.has_value()) << report.error().text;
    expect_tells_nothing(path);
    EXPECT_TRUE(Core::open(path, says(kFirst)).has_value());
}

TEST_F(SalvageHome, that_somebody_works_in_is_left_alone)
{
    const auto core = Core::open(path);
    ASSERT_TRUE(core.has_value());
    const auto report = salvage(path, {});
    ASSERT_TRUE(report.has_error());
    EXPECT_EQ(report.error().code, Errc::busy);
}

/// Copied with its -wal file, as a killed process leaves it: what stands in that alone is saved too.
TEST_F(SalvageHome, with_a_log_is_moved_aside_with_it_and_the_log_counts)
{
    const auto page = page_that_stops_everything();
    ASSERT_GT(page, 1u);
    std::string where;
    {
        const auto core = Core::open(path);
        ASSERT_TRUE((*core)->put({{{}, "enterprise", {}, {{"name", Value::text("In the log")}}}}).has_value());
        where = copied(path, "killed");
    }
    ASSERT_TRUE(platform::exists(database_of(where) + "-wal"));
    // A page that the log has as well would be read from there.
    const auto report = [&] {
        for (std::size_t i = 2; i <= pages(); ++i) {
            const auto copy = copied(where, "damaged");
            zero_page(copy, i);
            auto salvaged = salvage(copy, {});
            if (salvaged.has_value() && !salvaged->healthy) return salvaged;
        }
        return salvage(where, {});
    }();
    ASSERT_TRUE(report.has_value()) << report.error().text;
    ASSERT_FALSE(report->healthy);
    ASSERT_EQ(report->spaces.size(), 1u);
    EXPECT_EQ(report->spaces[0].waiting, 2u);
    EXPECT_THAT(names(directory.file("damaged")), Contains("indaba.db.damaged-1-wal"));
    EXPECT_TRUE(Core::open(directory.file("damaged")).has_value());
}

TEST_F(SalvageHome, cut_off_anywhere_is_as_it_was_or_new)
{
    const auto page = page_that_stops_everything();
    ASSERT_GT(page, 1u);
    zero_page(path, page);
    const auto damaged = tests::content_of(database_of(path));
    bool was_old = false;
    for (int n = 0;; ++n) {
        SCOPED_TRACE(testing::Message() << "before change " << n);
        const auto where = copied(path, "cut");
        const auto end = CutOff::before_change(n, [&] { return salvage(where, {}).has_value(); });
        if (end == CutOff::End::impossible) GTEST_SKIP() << "this system lets nobody trace a process";
        ASSERT_NE(end, CutOff::End::failed);
        if (Core::open(where).has_error()) {
            was_old = true;
            EXPECT_EQ(tests::content_of(database_of(where)), damaged);
            ASSERT_TRUE(salvage(where, {}).has_value()) << "and can be repeated";
        }
        expect_opens(where, {});
        EXPECT_EQ(tests::content_of(database_of(where) + ".damaged-1"), damaged);
        EXPECT_THAT(names(where), Not(Contains("indaba.db.new")));
        EXPECT_THAT(names(where), Not(Contains("indaba.db.salvaged")));
        EXPECT_THAT(names(where), Not(Contains("indaba.db.damaged-2")));
        if (HasFailure() || end == CutOff::End::done) break;
    }
    EXPECT_TRUE(was_old);
}

}  // namespace
}  // namespace indaba::client
