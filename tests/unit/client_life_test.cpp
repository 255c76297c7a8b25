// A copied home, or a database put back from a copy, goes on in a new journal with its first command, without a
// contact; one that was only moved does not.
#include "client/life.hpp"

#include "platform/file_identity.hpp"
#include "tests/unit/protected_home.hpp"

#include <gmock/gmock.h>

namespace indaba::client {
namespace {

class LifeTest : public ProtectionTest {
protected:
    static RecordId put(const std::string& home)
    {
        const auto core = Core::open(home);
        EXPECT_TRUE(core.has_value());
        return (*core)->put({{{}, "enterprise", {}, {{"name", Value::text("Aurora")}}}})->front();
    }

    [[nodiscard]] static std::unique_ptr<sync::store::ReplicaStore> store_of(const Home& home)
    {
        platform::DatabaseOptions file;
        file.path = home.database_path();
        file.key = home.database_key();
        return std::move(*sync::store::ReplicaStore::open(file, shared::Catalogue::builtin(), {}));
    }

    /// The one that is written now.
    [[nodiscard]] static shared::JournalId journal(const std::string& directory)
    {
        const auto home = Home::open(directory);
        return store_of(*home)->own_journal("forum").value()->head.id;
    }

    [[nodiscard]] static std::size_t entries(const std::string& directory)
    {
        const auto home = Home::open(directory);
        const auto store = store_of(*home);
        std::size_t count = 0;
        for (const auto& journal : store->own_journals("forum").value()) count += journal.last;
        return count;
    }

    static void note(const std::string& directory)
    {
        const auto home = Home::open(directory);
        note_written(*home, *store_of(*home));
    }

    const std::string database = path + "/indaba.db";
};

TEST_F(LifeTest, goes_on_in_its_journal_however_often_it_is_opened_or_moved)
{
    const auto first = journal(path);
    put(path);
    EXPECT_EQ(journal(path), first);
    const auto moved = directory.file("moved");
    fs::rename(path, moved);
    put(moved);
    EXPECT_EQ(journal(moved), first);
    EXPECT_EQ(entries(moved), 3u);
    EXPECT_EQ(tests::mode_of(moved + "/life.json"), 0600u);
}

TEST_F(LifeTest, of_a_copied_home_is_a_new_one_at_once)
{
    const auto first = journal(path);
    const auto copy = copied(path, "copy");
    if (platform::file_identity(database).empty()) GTEST_SKIP() << "this system does not tell a file from its copy";
    put(copy);
    EXPECT_NE(journal(copy), first);
    const auto second = journal(copy);
    put(copy);
    EXPECT_EQ(journal(copy), second) << "once";
    put(path);
    EXPECT_EQ(journal(path), first) << "of the two the one that stayed goes on as it was";
}

TEST_F(LifeTest, of_a_database_put_back_without_what_stood_beside_it_is_a_new_one)
{
    const auto first = journal(path);
    fs::remove(path + "/life.json");
    put(path);
    EXPECT_NE(journal(path), first);
}

TEST_F(LifeTest, of_a_database_put_back_into_its_own_file_is_a_new_one_if_it_has_less)
{
    const auto first = journal(path);
    const auto before = tests::content_of(database);
    put(path);
    put(path);
    note(path);  // as every contact with the centre does
    {
        std::ofstream file(database, std::ios::binary | std::ios::trunc);
        file << before;
    }
    ASSERT_EQ(entries(path), 1u);
    put(path);
    EXPECT_NE(journal(path), first);
    const auto second = journal(path);
    note(path);
    put(path);
    EXPECT_EQ(journal(path), second);
}

TEST_F(LifeTest, with_a_note_that_makes_no_sense_is_a_new_one_and_says_nothing)
{
    const auto first = journal(path);
    for (const auto* text : {"", "{", "[]", "{\"life\":\"17\"}", "{\"life\":17,\"file\":3,\"written\":\"x\"}"}) {
        {
            std::ofstream file(path + "/life.json", std::ios::trunc);
            file << text;
        }
        const auto before = journal(path);
        put(path);
        EXPECT_NE(journal(path), before) << text;
    }
    EXPECT_NE(journal(path), first);
    EXPECT_EQ(entries(path), 6u) << "nothing is lost";
}

TEST_F(LifeTest, is_left_alone_where_it_cannot_be_written_down)
{
    const auto first = journal(path);
    fs::remove(path + "/life.json");
    fs::create_directory(path + "/life.json");
    put(path);
    EXPECT_EQ(journal(path), first) << "and the first contact finds what there is to find";
}

}  // namespace
}  // namespace indaba::client
