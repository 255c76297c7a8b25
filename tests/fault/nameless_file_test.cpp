// SQLite puts a long statement's journal into a file without a name, which the cipher does not know, unless it is told
// to keep what is temporary in memory.
#include "tests/fault/disk_vfs.hpp"
#include "tests/fault/script.hpp"

#include <gtest/gtest.h>

namespace indaba::tests::fault {
namespace {

TEST(NamelessFile, IsNotWrittenForALongStatementNorInASession)
{
    Disk disk;
    const Mounted mounted(disk);
    const auto database = must(platform::Database::open(mounted.file("long.db")));
    must(database->execute("CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT UNIQUE)"));
    {
        auto transaction = must(platform::Transaction::write(*database));
        auto insert = database->statement("INSERT INTO note VALUES (?1, ?2)");
        for (int i = 0; i < 1'000; ++i) {
            const auto text = std::string(400, 'x') + std::to_string(i);
            must(insert.bind_all(i, text).run());
        }
        must(transaction.commit());
    }
    auto transaction = must(platform::Transaction::write(*database));
    must(database->statement("UPDATE note SET text = text || 'y'").run());
    must(transaction.commit());
    (void)recording(session().device);
    (void)recording(session().centre);
    EXPECT_EQ(nameless_files(), 0u);
}

}  // namespace
}  // namespace indaba::tests::fault
