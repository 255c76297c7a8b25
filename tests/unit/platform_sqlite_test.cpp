#include "platform/sqlite_meta.hpp"
#include "tests/unit/sqlite_fixture.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <atomic>
#include <thread>

namespace indaba::platform {
namespace {

using shared::Errc;

class Sqlite : public SqliteFixture {};

TEST_F(Sqlite, ValuesComeBackAsTheyWere)
{
    auto database = open_with_table();
    const Bytes blob = {0, 1, 0xff};
    Statement put = database->statement("INSERT INTO note VALUES (?1, ?2, ?3, ?4)");
    ASSERT_TRUE(
        put.bind_all(std::uint64_t{0xffff'ffff'ffff'fffeu}, std::string_view("中\0文", 7), ByteView(blob), 2.5).run());
    ASSERT_TRUE(put.bind_all(2, std::string_view(), ByteView(), std::optional<double>()).run());
    EXPECT_EQ(database->last_insert_rowid(), 2);
    EXPECT_EQ(database->changes(), 1);

    Statement get = database->statement("SELECT id, text, blob, real FROM note ORDER BY id");
    ASSERT_TRUE(get.step().value());
    EXPECT_EQ(static_cast<std::uint64_t>(get.int64(0)), 0xffff'ffff'ffff'fffeu);
    EXPECT_EQ(get.text(1), std::string_view("中\0文", 7));
    EXPECT_EQ(Bytes(get.blob(2).begin(), get.blob(2).end()), blob);
    EXPECT_EQ(get.real(3), 2.5);
    ASSERT_TRUE(get.step().value());
    EXPECT_FALSE(get.is_null(1)) << "an empty text is not NULL";
    EXPECT_FALSE(get.is_null(2)) << "an empty blob is not NULL";
    EXPECT_TRUE(get.is_null(3));
    EXPECT_FALSE(get.step().value());
}

sqlite3* newest_handle = nullptr;

int remember_handle(sqlite3* handle, char**, const sqlite3_api_routines*)
{
    newest_handle = handle;
    return SQLITE_OK;
}

int prepared_statements(sqlite3* handle)
{
    int count = 0;
    for (sqlite3_stmt* at = sqlite3_next_stmt(handle, nullptr); at != nullptr; at = sqlite3_next_stmt(handle, at))
        ++count;
    return count;
}

TEST_F(Sqlite, AStatementIsPreparedOnce)
{
    const auto hook = reinterpret_cast<void (*)()>(remember_handle);
    sqlite3_auto_extension(hook);
    auto database = open_with_table();
    sqlite3_cancel_auto_extension(hook);
    const int before = prepared_statements(newest_handle);
    for (int id = 0; id < 100; ++id) ASSERT_TRUE(insert(*database, id, std::to_string(id)));
    EXPECT_EQ(prepared_statements(newest_handle), before + 1);
    {
        const Statement passing = database->prepare("SELECT 1");
        EXPECT_EQ(prepared_statements(newest_handle), before + 2);
    }
    EXPECT_EQ(prepared_statements(newest_handle), before + 1);
}

TEST_F(Sqlite, AStatementComesBackClean)
{
    auto database = open_with_table();
    ASSERT_TRUE(insert(*database, 1, "a"));
    ASSERT_TRUE(insert(*database, 2, "b"));
    const auto select = [&] {
        return database->statement("SELECT id FROM note WHERE ?1 IS NULL OR id = ?1 ORDER BY id");
    };
    {
        Statement first = select();
        ASSERT_TRUE(first.bind_all(2).step().value());
        EXPECT_EQ(first.int64(0), 2);
    }
    Statement again = select();
    ASSERT_TRUE(again.step().value());
    EXPECT_EQ(again.int64(0), 1) << "begins anew, without the former binding";
}

TEST_F(Sqlite, AStatementThatFailedToPrepareIsPreparedAgain)
{
    auto database = open(options());
    EXPECT_EQ(insert(*database, 1, "a").error().code, Errc::usage);
    ASSERT_TRUE(database->execute("CREATE TABLE note(id, text)"));
    EXPECT_TRUE(insert(*database, 1, "a"));
}

TEST_F(Sqlite, TheSameStatementNests)
{
    auto database = open_with_table();
    ASSERT_TRUE(insert(*database, 1, "a"));
    ASSERT_TRUE(insert(*database, 2, "b"));
    const auto all = [&] { return database->statement("SELECT id FROM note"); };
    int pairs = 0;
    for (Statement outer = all(); outer.step().value();) {
        for (Statement inner = all(); inner.step().value();) ++pairs;
    }
    EXPECT_EQ(pairs, 4);
}

TEST_F(Sqlite, AConstraintIsToldFromDamage)
{
    auto database = open_with_table();
    Statement put = database->statement("INSERT INTO note(id, text) VALUES (?1, ?2)");
    ASSERT_TRUE(put.bind_all(1, "a").run());
    EXPECT_EQ(put.bind_all(1, "b").run().error().code, Errc::rule_broken);
    EXPECT_TRUE(put.constraint_failed());
    EXPECT_TRUE(put.bind_all(2, "b").run());
    EXPECT_FALSE(put.constraint_failed());
}

TEST_F(Sqlite, ATransactionThatIsNotCommittedLeavesNothing)
{
    auto database = open_with_table();
    {
        auto transaction = Transaction::write(*database);
        ASSERT_TRUE(transaction);
        ASSERT_TRUE(insert(*database, 1, "a"));
    }
    EXPECT_FALSE(database->in_transaction());
    EXPECT_EQ(count(*database), 0);
    {
        auto transaction = Transaction::write(*database);
        ASSERT_TRUE(insert(*database, 1, "a"));
        ASSERT_TRUE(transaction->commit());
    }
    EXPECT_EQ(count(*database), 1);
}

TEST_F(Sqlite, ASecondWriterIsBusyAndAReaderSeesOneState)
{
    auto writer = open_with_table();
    auto other = open(options());
    DatabaseOptions reading = options();
    reading.read_only = true;
    reading.create = false;
    auto reader = open(reading);

    auto snapshot = Transaction::read(*reader);
    EXPECT_EQ(count(*reader), 0);
    auto transaction = Transaction::write(*writer);
    ASSERT_TRUE(insert(*writer, 1, "a"));
    EXPECT_EQ(Transaction::write(*other).error().code, Errc::busy);
    ASSERT_TRUE(transaction->commit());
    EXPECT_EQ(count(*reader), 0);
    ASSERT_TRUE(snapshot->commit());
    EXPECT_EQ(count(*reader), 1);
    EXPECT_TRUE(Transaction::write(*other));
    EXPECT_EQ(insert(*reader, 2, "b").error().code, Errc::forbidden);
}

TEST_F(Sqlite, AFullDiskEndsTheTransactionAndNothingElse)
{
    auto database = open_with_table();
    ASSERT_TRUE(insert(*database, 1, "kept"));
    ASSERT_TRUE(database->execute("PRAGMA max_page_count=10"));
    const std::string big(3000, 'x');
    {
        auto transaction = Transaction::write(*database);
        Result<void> inserted;
        for (int id = 2; id < 40 && inserted; ++id) inserted = insert(*database, id, big + std::to_string(id));
        ASSERT_TRUE(inserted.has_error());
        EXPECT_EQ(inserted.error().code, Errc::full);
    }
    EXPECT_FALSE(database->broken().has_value());
    EXPECT_EQ(count(*database), 1);
    ASSERT_TRUE(database->execute("PRAGMA max_page_count=1000"));
    EXPECT_TRUE(insert(*database, 2, big));
}

TEST_F(Sqlite, NothingRunsOnItsOwnAfterSqliteEndedTheTransaction)
{
    auto database = open_with_table();
    {
        auto transaction = Transaction::write(*database);
        ASSERT_TRUE(insert(*database, 1, "a"));
        auto clash = database->statement("INSERT OR ROLLBACK INTO note(id, text) VALUES (1, 'b')").run();
        ASSERT_EQ(clash.error().code, Errc::rule_broken);
        EXPECT_EQ(insert(*database, 2, "b").error(), clash.error()) << "it would be committed by itself";
        EXPECT_EQ(transaction->commit().error(), clash.error());
    }
    EXPECT_EQ(count(*database), 0);
    EXPECT_TRUE(insert(*database, 2, "b"));
}

TEST_F(Sqlite, AnInterruptCancels)
{
    auto database = open_with_table();
    Statement endless =
        database->prepare("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
    std::atomic<bool> over = false;
    std::thread other([&] {
        while (!over) database->interrupt();
    });
    const auto outcome = endless.step();
    over = true;
    other.join();
    ASSERT_TRUE(outcome.has_error());
    EXPECT_EQ(outcome.error().code, Errc::cancelled);
}

TEST_F(Sqlite, AFileSaysWhichProgramsMayOpenIt)
{
    auto database = open(options());
    EXPECT_FALSE(format_version(*database).value().has_value());
    EXPECT_TRUE(require_openable_by(*database, 1));
    {
        auto transaction = Transaction::write(*database);
        ASSERT_TRUE(set_format_version(*transaction, {5, 3}));
        ASSERT_TRUE(set_meta_int64(*transaction, "cursor", -9));
        ASSERT_TRUE(set_meta_blob(*transaction, "journal", Bytes{1, 2, 3}));
        ASSERT_TRUE(transaction->commit());
    }
    EXPECT_EQ(format_version(*database).value(), (FormatVersion{5, 3}));
    EXPECT_TRUE(require_openable_by(*database, 3));
    EXPECT_EQ(require_openable_by(*database, 2).error().code, Errc::unsupported);
    EXPECT_EQ(meta_int64(*database, "cursor").value(), -9);
    EXPECT_EQ(meta_blob(*database, "journal").value(), (Bytes{1, 2, 3}));
    EXPECT_FALSE(meta_blob(*database, "nothing").value().has_value());
    ASSERT_TRUE(database->execute("DELETE FROM meta WHERE key = 'version'"));
    EXPECT_EQ(format_version(*database).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace indaba::platform
