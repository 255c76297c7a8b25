// A directory with one database in it, for the tests of SQLite.
#pragma once

#include "platform/sqlite.hpp"
#include "tests/unit/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace indaba::platform {

inline Key32 key_of(std::uint8_t fill)
{
    Key32 key;
    key.fill(fill);
    return key;
}

class SqliteFixture : public testing::Test {
protected:
    DatabaseOptions options() const
    {
        DatabaseOptions options;
        options.path = directory_.file("store.db");
        options.create = true;
        options.busy_timeout_ms = 0;
        options.synchronous_off = true;
        return options;
    }

    std::unique_ptr<Database> open(const DatabaseOptions& options)
    {
        auto database = Database::open(options);
        if (!database) {
            ADD_FAILURE() << database.error().text;
            return nullptr;
        }
        return std::move(*database);
    }

    std::unique_ptr<Database> open_with_table()
    {
        auto database = open(options());
        EXPECT_TRUE(
            database->execute("CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT UNIQUE, blob BLOB, real REAL)"));
        return database;
    }

    static Result<void> insert(Database& database, std::int64_t id, std::string_view text)
    {
        return database.statement("INSERT INTO note(id, text) VALUES (?1, ?2)").bind_all(id, text).run();
    }

    static std::int64_t count(Database& database)
    {
        Statement count = database.statement("SELECT count(*) FROM note");
        EXPECT_TRUE(count.step().value());
        return count.int64(0);
    }

    tests::TemporaryDirectory directory_;
};

}  // namespace indaba::platform
