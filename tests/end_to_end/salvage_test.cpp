// A home whose database is damaged, with real processes: every command says what to do, `indaba salvage` saves what can
// be read of what is only there, and after the next syncs the centre has it exactly once, whichever page was lost.
#include "tests/end_to_end/two_delegates.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace indaba::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kPage_bytes = 4096;

class Salvage : public TwoDelegates {
protected:
    std::string put(const Device& device, const Arguments& cells)
    {
        Arguments arguments{"put", "enterprise"};
        arguments.insert(arguments.end(), cells.begin(), cells.end());
        return text_at(device.json(arguments), "id");
    }

    /// Records of both at the centre, and then edits on Amina's tablet alone.
    void write()
    {
        for (int i = 0; i < 20; ++i) old.push_back(put(amina, {fmt::format("name=Old {}", i), about}));
        theirs = put(boris, {"name=Volga"});
        for (const auto* device : {&amina, &boris, &amina}) (void)device->json({"sync"});
        for (int i = 0; i < 20; ++i) fresh.push_back(put(amina, {fmt::format("name=New {}", i), about}));
        for (int i = 0; i < 20; i += 2) put(amina, {"--id", fresh[std::size_t(i)], fmt::format("city=City {}", i)});
        put(amina, {"--id", theirs, "city=Samara"});
        put(amina, {"--id", old.front(), "about=" + std::string(6'000, 'l')});
        amina.done({"delete", old.back()});
    }
    static constexpr int kEdits = 20 + 10 + 3;

    [[nodiscard]] static std::size_t pages(const Device& device)
    {
        return fs::file_size(device.home() + "/indaba.db") / kPage_bytes;
    }

    static void zero_page(const Device& device, std::size_t page)
    {
        std::fstream file(device.home() + "/indaba.db", std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(std::streamoff((page - 1) * kPage_bytes));
        file << std::string(kPage_bytes, '\0');
    }

    [[nodiscard]] Device copied(const Device& device, const std::string& name) const
    {
        Device copy(directory, name);
        fs::copy(device.home(), copy.home(), fs::copy_options::recursive);
        fs::permissions(copy.home(), fs::perms::owner_all);
        return copy;
    }

    struct Counts {
        std::int64_t waiting = 0;
        std::int64_t again = 0;
        std::int64_t unreadable = 0;
    };
    static Counts counts_of(const boost::json::value& answer)
    {
        Counts counts;
        for (const auto& space : at(answer, "spaces").as_array()) {
            counts.waiting += number_at(space, "waiting");
            counts.again += number_at(space, "again");
            counts.unreadable += number_at(space, "unreadable");
        }
        return counts;
    }

    void expect_everything_at(const Device& device)
    {
        for (std::size_t i = 0; i < fresh.size(); ++i) {
            const auto shown = device.json({"get", fresh[i]});
            EXPECT_EQ(text_at(at(shown, "fields"), "name"), fmt::format("New {}", i));
            if (i % 2 == 0) {
                EXPECT_EQ(text_at(at(shown, "fields"), "city"), fmt::format("City {}", i));
            }
        }
        EXPECT_EQ(text_at(at(device.json({"get", theirs}), "fields"), "city"), "Samara");
        EXPECT_EQ(text_at(at(device.json({"get", old.front()}), "fields"), "about"), std::string(6'000, 'l'));
        EXPECT_EQ(device.run({"get", old.back()}).code, 1);
        EXPECT_EQ(device.json({"list", "enterprise"}).as_array().size(), 20u + 1u + 20u - 1u);
        EXPECT_TRUE(device.json({"conflicts"}).as_array().empty());
    }

    const std::string about = "about=" + std::string(300, 'x');
    std::vector<std::string> old;
    std::vector<std::string> fresh;
    std::string theirs;
};

TEST_F(Salvage, of_any_page_brings_what_can_be_read_to_the_centre_once)
{
    write();
    std::size_t stopped = 0;
    std::vector<Device> behind_hole;
    std::vector<Device> complete;
    for (std::size_t page = 2; page <= pages(amina); ++page) {
        SCOPED_TRACE(fmt::format("page {}", page));
        const auto device = copied(amina, fmt::format("page-{}", page));
        zero_page(device, page);
        if (const auto status = device.run({"status"}); status.code != 0) {
            ++stopped;
            EXPECT_EQ(status.code, 1);
            EXPECT_THAT(status.err, HasSubstr("Run `indaba salvage`: it saves what can be read of what is only here"));
            EXPECT_EQ(std::count(status.err.begin(), status.err.end(), '\n'), 1);
        }
        const auto salvaged = device.run({"salvage", "--json"});
        const auto answer = boost::json::parse(salvaged.out);
        ASSERT_FALSE(at(answer, "healthy").as_bool());
        EXPECT_EQ(number_at(answer, "unreadable_pages"), 1);
        EXPECT_TRUE(fs::exists(text_at(answer, "kept_as")));
        const auto counts = counts_of(answer);
        EXPECT_LE(counts.waiting + counts.again, kEdits);
        EXPECT_GE(counts.waiting + counts.again + counts.unreadable, kEdits)
            << "and accepted ones, which it cannot know";
        EXPECT_EQ(at(answer, "complete").as_bool(), counts.unreadable == 0);
        EXPECT_EQ(salvaged.code, counts.unreadable == 0 ? 0 : 3);
        (void)device.json({"status"});
        const bool all_saved = counts.waiting + counts.again == kEdits;
        if (all_saved && counts.again > 0) behind_hole.push_back(device);
        else if (all_saved) complete.push_back(device);
        if (HasFailure()) return;
    }
    EXPECT_GT(stopped, pages(amina) / 3);
    ASSERT_GT(behind_hole.size(), 0u);
    ASSERT_GT(complete.size(), 10u);

    // What is written again first, and then the same edits from copies that still have them under their names.
    const std::vector<const Device*> order{&behind_hole.front(), &complete.front(), &complete.back(), &amina};
    for (const auto* device : order) {
        EXPECT_TRUE(at(device->json({"sync"}), "up_to_date").as_bool());
        EXPECT_TRUE(at(device->json({"sync"}), "up_to_date").as_bool());
        EXPECT_EQ(number_at(device->json({"status"}), "refused"), 0);
        (void)boris.json({"sync"});
        expect_everything_at(boris);
        expect_everything_at(*device);
    }
    for (const auto* device : order) (void)device->json({"sync"});
    (void)boris.json({"sync"});
    for (const auto* device : order) EXPECT_EQ(everything_shown(*device), everything_shown(boris));
}

TEST_F(Salvage, says_plainly_what_is_saved_and_what_is_not)
{
    write();
    std::size_t page = 2;
    for (; page <= pages(amina); ++page) {
        const auto probe = copied(amina, fmt::format("probe-{}", page));
        zero_page(probe, page);
        if (counts_of(boost::json::parse(probe.run({"salvage", "--json"}).out)).unreadable > 1) break;
    }
    const auto lost = copied(amina, "lost");
    zero_page(lost, page);
    const auto ended = lost.run({"salvage"});
    EXPECT_EQ(ended.code, 3);
    const auto& said = ended.out;
    EXPECT_THAT(said, testing::ContainsRegex("forum: [0-9]+ edits saved, which the next sync sends.*; [0-9]+ edits "
                                             "cannot be read\\."));
    EXPECT_THAT(said, HasSubstr("The damaged database (1 of "));
    EXPECT_THAT(said, HasSubstr("Keep that file: "));
    EXPECT_THAT(said, Not(HasSubstr("remove")));
    EXPECT_EQ(lost.done({"salvage"}), "The database is not damaged: nothing was done.");
    EXPECT_TRUE(at(lost.json({"sync"}), "up_to_date").as_bool());
    EXPECT_EQ(number_at(lost.json({"status"}), "only_here"), 0);
}

TEST_F(Salvage, tells_to_remove_the_damaged_file_only_if_nothing_else_was_in_it)
{
    put(amina, {"name=Aurora"});
    (void)amina.json({"sync"});
    centre.operate({"person", "add", "Amina", "--role", "forum=viewer"});
    put(amina, {"name=Baikal"});
    (void)amina.json({"sync"});
    ASSERT_EQ(amina.json({"refused"}).as_array().size(), 1u);
    std::size_t removable = 0;
    std::size_t kept = 0;
    for (std::size_t page = 2; page <= pages(amina); ++page) {
        SCOPED_TRACE(fmt::format("page {}", page));
        const auto device = copied(amina, fmt::format("page-{}", page));
        zero_page(device, page);
        const auto salvaged = device.run({"salvage"});
        const bool may_go = salvaged.out.find("then remove that file") != std::string::npos;
        if (salvaged.code == 3) {
            ++kept;
            EXPECT_FALSE(may_go);
            EXPECT_THAT(salvaged.out, HasSubstr("cannot be read."));
            EXPECT_THAT(salvaged.out, HasSubstr("cannot be read.\n"));
            EXPECT_THAT(salvaged.out, HasSubstr("Keep that file: "));
            continue;
        }
        ASSERT_EQ(salvaged.code, 0);
        EXPECT_THAT(salvaged.out, HasSubstr("1 refused, as before."));
        removable += may_go ? 1 : 0;
        (void)device.json({"sync"});
        EXPECT_EQ(device.json({"refused"}).as_array().size(), 1u);
        EXPECT_EQ(number_at(at(device.json({"status"}), "written"), "changes"), 2);
        if (HasFailure()) return;
    }
    EXPECT_GT(kept, 0u);
    EXPECT_GT(removable, 0u);
}

TEST_F(Salvage, without_a_first_page_or_a_file_keeps_what_is_there_and_says_what_is_left)
{
    write();
    zero_page(amina, 1);
    const auto failed = amina.run({"salvage"});
    EXPECT_EQ(failed.code, 1);
    EXPECT_THAT(failed.err, HasSubstr("nothing can be read of it, not even its first page: keep the file, and enrol"));
    EXPECT_EQ(std::count(failed.err.begin(), failed.err.end(), '\n'), 1);
    EXPECT_TRUE(fs::exists(amina.home() + "/indaba.db"));
    fs::remove(amina.home() + "/indaba.db");
    EXPECT_THAT(amina.run({"salvage"}).err, HasSubstr("missing or empty"));
}

TEST_F(Salvage, waits_for_nobody_who_works_in_the_home)
{
    write();
    const auto watching = amina.begin({"sync", "--watch"});
    ASSERT_TRUE(watching->wait_for_output("\n"));
    const auto busy = amina.run({"salvage"});
    EXPECT_EQ(busy.code, 1);
    EXPECT_THAT(busy.err, HasSubstr("another process works in this home"));
    watching->signal(SIGINT);
    EXPECT_EQ(watching->finish().code, 0);
}

}  // namespace
}  // namespace indaba::tests
