#include "platform/sqlite.hpp"
#include "platform/sqlite_meta.hpp"
#include "tests/unit/file_size_limit.hpp"
#include "tests/unit/temporary_directory.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <thread>

namespace indaba::platform {
namespace {

using shared::Errc;
using tests::content_of;
using tests::FileSizeLimit;
using tests::mode_of;
using tests::TemporaryDirectory;

constexpr std::string_view kSecret = "Mbali Dlamini, +27 82 555 0100";

Key32 key_of(std::uint8_t fill)
{
    Key32 key;
    key.fill(fill);
    return key;
}

class Sqlite : public testing::Test {
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
        EXPECT_TRUE(database->execute("CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT UNIQUE, blob BLOB, real REAL)"));
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

    TemporaryDirectory directory_;
};

TEST_F(Sqlite, ValuesComeBackAsTheyWere)
{
    auto database = open_with_table();
    const Bytes blob = {0, 1, 0xff};
    Statement put = database->statement("INSERT INTO note VALUES (?1, ?2, ?3, ?4)");
    ASSERT_TRUE(put.bind_all(std::uint64_t{0xffff'ffff'ffff'fffeu}, std::string("中\0文", 7), ByteView(blob), 2.5).run());
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
    for (sqlite3_stmt* at = sqlite3_next_stmt(handle, nullptr); at != nullptr; at = sqlite3_next_stmt(handle, at)) ++count;
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
    const auto select = [&] { return database->statement("SELECT id FROM note WHERE ?1 IS NULL OR id = ?1 ORDER BY id"); };
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
        for (Statement inner = all(); inner.step().value();) { ++pairs; }
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
        for (int id = 2; id < 40 && inserted; ++id) { inserted = insert(*database, id, big + std::to_string(id)); }
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

TEST_F(Sqlite, ADiskFailureIsForGood)
{
    auto database = open_with_table();
    ASSERT_TRUE(insert(*database, 1, "kept"));
    shared::Error first{Errc::usage, ""};
    {
        const FileSizeLimit limit(64 * 1024);
        auto transaction = Transaction::write(*database);
        Statement put = database->statement("INSERT INTO note(id, blob) VALUES (?1, zeroblob(200000))");
        Result<void> written = put.bind_all(2).run();
        if (written) { written = transaction->commit(); }
        ASSERT_TRUE(written.has_error());
        first = written.error();
    }
    EXPECT_EQ(first.code, Errc::io);
    ASSERT_TRUE(database->broken().has_value());
    EXPECT_EQ(*database->broken(), first);
    EXPECT_FALSE(database->in_transaction());
    // The disk works again, but nobody knows what is on it.
    EXPECT_EQ(insert(*database, 3, "x").error(), first);
    EXPECT_EQ(Transaction::write(*database).error(), first);
    EXPECT_EQ(database->execute("SELECT 1").error(), first);
    EXPECT_EQ(database->checkpoint(Database::Checkpoint::passive).error(), first);
    EXPECT_EQ(database->statement("SELECT 1").step().error(), first);
    database.reset();
    auto opened = open(options());
    EXPECT_EQ(count(*opened), 1);
}

TEST_F(Sqlite, NewFilesAreForTheirOwnerAlone)
{
    const mode_t before = ::umask(0);
    auto database = open_with_table();
    ::umask(before);
    ASSERT_TRUE(insert(*database, 1, "a"));
    for (const char* suffix : {"", "-wal", "-shm"}) {
        EXPECT_EQ(mode_of(directory_.file("store.db") + suffix), 0600u) << suffix;
    }
}

TEST_F(Sqlite, AMissingFileIsNotMadeUnasked)
{
    DatabaseOptions missing = options();
    missing.create = false;
    EXPECT_EQ(Database::open(missing).error().code, Errc::not_found);
    EXPECT_TRUE(content_of(missing.path).empty());
    missing.create = true;
    missing.path = directory_.file("nowhere/store.db");
    EXPECT_EQ(Database::open(missing).error().code, Errc::not_found);
}

TEST_F(Sqlite, DurabilityAndJournalAreAsPromised)
{
    DatabaseOptions durable = options();
    durable.synchronous_off = false;
    durable.key = key_of(1);
    auto database = open(durable);
    const auto pragma = [&](const char* sql) {
        Statement ask = database->prepare(sql);
        EXPECT_TRUE(ask.step().value());
        return std::string(ask.text(0));
    };
    EXPECT_EQ(pragma("PRAGMA journal_mode"), "wal");
    EXPECT_EQ(pragma("PRAGMA synchronous"), "2");
    EXPECT_EQ(pragma("PRAGMA foreign_keys"), "0");
    EXPECT_EQ(pragma("PRAGMA wal_autocheckpoint"), "4096");
    EXPECT_EQ(pragma("PRAGMA cache_size"), "-16384");
}

TEST_F(Sqlite, TheWalFileIsCutBack)
{
    auto database = open_with_table();
    ASSERT_TRUE(insert(*database, 1, "a"));
    EXPECT_FALSE(content_of(directory_.file("store.db-wal")).empty());
    ASSERT_TRUE(database->checkpoint(Database::Checkpoint::truncate));
    EXPECT_TRUE(content_of(directory_.file("store.db-wal")).empty());
}

TEST_F(Sqlite, AnEncryptedFileShowsNothing)
{
    DatabaseOptions encrypted = options();
    encrypted.key = key_of(7);
    for (const bool checkpointed : {false, true}) {
        auto database = open(encrypted);
        EXPECT_TRUE(database->encrypted());
        ASSERT_TRUE(database->execute("CREATE TABLE IF NOT EXISTS note(id INTEGER PRIMARY KEY, text)"));
        ASSERT_TRUE(insert(*database, checkpointed, kSecret));
        if (checkpointed) { ASSERT_TRUE(database->checkpoint(Database::Checkpoint::passive)); }
        std::string bytes;
        for (const char* suffix : {"", "-wal", "-shm"}) { bytes += content_of(encrypted.path + suffix); }
        ASSERT_GT(bytes.size(), 8000u);
        EXPECT_EQ(bytes.find("Mbali"), std::string::npos);
        EXPECT_EQ(bytes.find("CREATE TABLE"), std::string::npos);
        EXPECT_EQ(bytes.find("SQLite format"), std::string::npos);
    }
    auto database = open(encrypted);
    EXPECT_EQ(count(*database), 2);
}

TEST_F(Sqlite, AWrongKeyAndNoKeyAreRefusedAndHarmNothing)
{
    DatabaseOptions encrypted = options();
    encrypted.key = key_of(7);
    ASSERT_TRUE(open(encrypted)->execute("CREATE TABLE note(id, text); INSERT INTO note VALUES (1, 'a')"));
    const std::string before = content_of(encrypted.path);

    DatabaseOptions wrong = encrypted;
    wrong.key = key_of(8);
    auto refused = Database::open(wrong);
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().code, Errc::corrupt);
    EXPECT_NE(refused.error().text.find("cannot be opened with this key"), std::string::npos) << refused.error().text;
    wrong.key.reset();
    EXPECT_EQ(Database::open(wrong).error().code, Errc::corrupt);
    EXPECT_EQ(content_of(encrypted.path), before);
    EXPECT_EQ(count(*open(encrypted)), 1);
}

TEST_F(Sqlite, APlainFileIsNotOpenedWithAKey)
{
    ASSERT_TRUE(open_with_table());
    DatabaseOptions encrypted = options();
    encrypted.key = key_of(7);
    EXPECT_EQ(Database::open(encrypted).error().code, Errc::corrupt);
}

TEST_F(Sqlite, AFileFromTheOtherKindOfProcessorOpens)
{
    for (const char* cipher : {"aegis", "chacha20"}) {
        DatabaseOptions encrypted = options();
        encrypted.path = directory_.file(cipher);
        encrypted.key = key_of(7);
        sqlite3* handle = nullptr;
        ASSERT_EQ(sqlite3_open(encrypted.path.c_str(), &handle), SQLITE_OK);
        sqlite3mc_config(handle, "cipher", sqlite3mc_cipher_index(cipher));
        const std::string key = "raw:" + std::string(32, '\7');
        sqlite3_key(handle, key.data(), static_cast<int>(key.size()));
        ASSERT_EQ(sqlite3_exec(handle, "CREATE TABLE note(id, text)", nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(handle);
        auto database = open(encrypted);
        ASSERT_NE(database, nullptr) << cipher;
        EXPECT_TRUE(insert(*database, 1, "a")) << cipher;
        EXPECT_EQ(count(*open(encrypted)), 1) << cipher;
    }
}

TEST_F(Sqlite, AFlippedBitIsNoticed)
{
    DatabaseOptions encrypted = options();
    encrypted.key = key_of(7);
    {
        auto database = open(encrypted);
        ASSERT_TRUE(database->execute("CREATE TABLE note(id INTEGER PRIMARY KEY, text)"));
        for (int id = 0; id < 100; ++id) { ASSERT_TRUE(insert(*database, id, std::string(500, 'x'))); }
    }
    std::fstream file(encrypted.path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4 * 4096 + 100);
    file.put('!');
    file.close();
    auto database = open(encrypted);
    const auto sum = database->statement("SELECT sum(length(text)) FROM note").step();
    ASSERT_TRUE(sum.has_error());
    EXPECT_EQ(sum.error().code, Errc::corrupt) << sum.error().text;
}

TEST_F(Sqlite, SharedMemoryDatabasesOfOneNameAreOne)
{
    DatabaseOptions memory;
    memory.path = "file:/sqlite_test_shared?vfs=memdb";
    memory.create = true;
    auto first = open(memory);
    auto second = open(memory);
    ASSERT_TRUE(first->execute("CREATE TABLE note(id, text)"));
    ASSERT_TRUE(insert(*first, 1, "a"));
    EXPECT_EQ(count(*second), 1);
    memory.path = "/sqlite_test_other";
    memory.vfs = "memdb";
    EXPECT_EQ(insert(*open(memory), 1, "a").error().code, Errc::usage) << "another name, another database";
}

TEST_F(Sqlite, AnInterruptCancels)
{
    auto database = open_with_table();
    Statement endless =
        database->prepare("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
    std::atomic<bool> over = false;
    std::thread other([&] {
        while (!over) { database->interrupt(); }
    });
    const auto outcome = endless.step();
    over = true;
    other.join();
    ASSERT_TRUE(outcome.has_error());
    EXPECT_EQ(outcome.error().code, Errc::cancelled);
}

TEST_F(Sqlite, ManyOpenANewFileAtOnce)
{
    DatabaseOptions patient = options();
    patient.busy_timeout_ms = 20'000;
    patient.key = key_of(3);
    std::vector<std::thread> threads;
    std::atomic<int> opened = 0;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            auto database = Database::open(patient);
            if (!database) {
                ADD_FAILURE() << database.error().text;
                return;
            }
            if (auto made = (*database)->execute("CREATE TABLE IF NOT EXISTS note(id, text)"); !made) {
                ADD_FAILURE() << made.error().text;
                return;
            }
            ++opened;
        });
    }
    for (std::thread& thread : threads) { thread.join(); }
    EXPECT_EQ(opened, 8);
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
