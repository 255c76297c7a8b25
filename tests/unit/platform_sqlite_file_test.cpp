#include "platform/sqlite_copy.hpp"
#include "tests/unit/file_size_limit.hpp"
#include "tests/unit/read_only.hpp"
#include "tests/unit/sqlite_fixture.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <atomic>
#include <thread>

namespace indaba::platform {
namespace {

using shared::Errc;
using tests::content_of;
using tests::FileSizeLimit;
using tests::mode_of;

constexpr std::string_view kSecret = "Mbali Dlamini, +27 82 555 0100";

class SqliteFile : public SqliteFixture {};

TEST_F(SqliteFile, ADiskFailureIsForGood)
{
    auto database = open_with_table();
    ASSERT_TRUE(insert(*database, 1, "kept"));
    shared::Error first{Errc::usage, ""};
    {
        const FileSizeLimit limit(64 * 1024);
        auto transaction = Transaction::write(*database);
        Statement put = database->statement("INSERT INTO note(id, blob) VALUES (?1, zeroblob(200000))");
        Result<void> written = put.bind_all(2).run();
        if (written) written = transaction->commit();
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

TEST_F(SqliteFile, AFailureBehindACommitIsForGoodToo)
{
    DatabaseOptions eager = options();
    eager.wal_pages = 1;
    auto database = open(eager);
    ASSERT_TRUE(database->execute("CREATE TABLE note(id INTEGER PRIMARY KEY, text)"));
    for (int id = 0; id < 100; ++id) ASSERT_TRUE(insert(*database, id, std::string(5000, 'x')));
    ASSERT_TRUE(database->checkpoint(Database::Checkpoint::truncate));
    {
        const FileSizeLimit limit(100 * 1024);  // the -wal file stays below, what is moved out of it is beyond
        ASSERT_TRUE(insert(*database, 100, "durable"));
    }
    ASSERT_TRUE(database->broken().has_value());
    EXPECT_EQ(database->statement("SELECT 1").step().error().code, Errc::io);
    database.reset();
    EXPECT_EQ(count(*open(eager)), 101);
}

TEST_F(SqliteFile, TheWalFileIsCheckpointedOnItsWay)
{
    DatabaseOptions eager = options();
    eager.wal_pages = 10;
    auto database = open(eager);
    ASSERT_TRUE(database->execute("CREATE TABLE note(id INTEGER PRIMARY KEY, text)"));
    for (int id = 0; id < 200; ++id) ASSERT_TRUE(insert(*database, id, std::string(3000, 'x')));
    EXPECT_GT(content_of(eager.path).size(), 500'000u);
    EXPECT_LT(content_of(eager.path + "-wal").size(), 100'000u);
}

TEST_F(SqliteFile, WhatMayOnlyBeReadIsReadUntilSomebodyWritesAfterAll)
{
    auto writing = options();
    writing.path = directory_.file("of #1?%20/test.db");
    std::filesystem::create_directory(directory_.file("of #1?%20"));
    {
        auto database = open(writing);
        ASSERT_TRUE(database->execute("CREATE TABLE note(id INTEGER PRIMARY KEY, text)"));
        ASSERT_TRUE(insert(*database, 1, "kept"));
    }
    auto reading = writing;
    reading.create = false;
    reading.read_only = true;
    std::unique_ptr<Database> reader;
    {
        const tests::ReadOnly here(directory_, directory_.file("of #1?%20"));
        reader = open(reading);
        auto transaction = Transaction::read(*reader);
        EXPECT_EQ(count(*reader), 1);
        EXPECT_TRUE(transaction->commit());
        EXPECT_FALSE(exists(reading.path + "-wal"));
    }
    auto writer = open(writing);
    auto transaction = Transaction::read(*reader);
    ASSERT_TRUE(insert(*writer, 2, "later"));
    EXPECT_EQ(transaction->commit().error().code, Errc::busy);
    auto damaged = reading;
    damaged.path = directory_.file("of #1?%20/damaged.db");
    std::ofstream(damaged.path) << std::string(8192, 'x');
    const tests::ReadOnly here(directory_, directory_.file("of #1?%20"));
    const auto refused = Database::open(damaged);
    ASSERT_TRUE(refused.has_error());
    EXPECT_TRUE(refused.error().text.starts_with(damaged.path + ": ")) << refused.error().text;
}

TEST_F(SqliteFile, WhatCannotBeEncryptedIsRefused)
{
    DatabaseOptions memory;
    memory.create = true;
    memory.key = key_of(1);
    memory.path = "/sqlite_test_encrypted";
    memory.vfs = "memdb";
    EXPECT_EQ(Database::open(memory).error().code, Errc::usage);
    memory.path = "file:/sqlite_test_encrypted?vfs=memdb";
    memory.vfs.clear();
    EXPECT_EQ(Database::open(memory).error().code, Errc::usage);
    memory.path = "file:" + directory_.file("plain.db") + "?vfs=unix";
    EXPECT_EQ(Database::open(memory).error().code, Errc::usage);
}

TEST_F(SqliteFile, ACopyUnderAnotherKeyHoldsEverythingAndOpensWithThatKeyAlone)
{
    DatabaseOptions encrypted = options();
    encrypted.path = directory_.file("it's 100% = ours?.db");
    encrypted.key = key_of(1);
    const auto copy = directory_.file("copy, which isn't #1.db");
    {
        auto database = open(encrypted);
        ASSERT_TRUE(database->execute("CREATE TABLE note(id INTEGER PRIMARY KEY, text)"));
        for (int id = 1; id <= 100; ++id) ASSERT_TRUE(insert(*database, id * 7, kSecret));
        ASSERT_TRUE(copy_under_key(encrypted, copy, key_of(2))) << "the log of an open database is copied too";
    }
    EXPECT_EQ(mode_of(copy), 0600u);
    EXPECT_EQ(content_of(copy).find(kSecret), std::string::npos);
    EXPECT_EQ(copy_under_key(encrypted, copy, key_of(2)).error().text.find("hexkey"), std::string::npos);
    DatabaseOptions other = encrypted;
    other.path = copy;
    EXPECT_TRUE(Database::open(other).has_error());
    other.key = key_of(2);
    auto opened = open(other);
    EXPECT_EQ(count(*opened), 100);
    auto last = opened->statement("SELECT max(id) FROM note");
    ASSERT_TRUE(*last.step());
    EXPECT_EQ(last.int64(0), 700);
}

TEST_F(SqliteFile, NewFilesAreForTheirOwnerAlone)
{
    const mode_t before = ::umask(0);
    auto database = open_with_table();
    ::umask(before);
    ASSERT_TRUE(insert(*database, 1, "a"));
    for (const char* suffix : {"", "-wal", "-shm"}) {
        EXPECT_EQ(mode_of(directory_.file("store.db") + suffix), 0600u) << suffix;
    }
}

TEST_F(SqliteFile, AMissingFileIsNotMadeUnasked)
{
    DatabaseOptions missing = options();
    missing.create = false;
    EXPECT_EQ(Database::open(missing).error().code, Errc::not_found);
    EXPECT_TRUE(content_of(missing.path).empty());
    missing.create = true;
    missing.path = directory_.file("nowhere/store.db");
    EXPECT_EQ(Database::open(missing).error().code, Errc::not_found);
}

TEST_F(SqliteFile, DurabilityAndJournalAreAsPromised)
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
    EXPECT_EQ(pragma("PRAGMA journal_size_limit"), "16777216");
    EXPECT_EQ(pragma("PRAGMA cache_size"), "-16384");
}

TEST_F(SqliteFile, TheWalFileIsCutBack)
{
    auto database = open_with_table();
    ASSERT_TRUE(insert(*database, 1, "a"));
    EXPECT_FALSE(content_of(directory_.file("store.db-wal")).empty());
    ASSERT_TRUE(database->checkpoint(Database::Checkpoint::truncate));
    EXPECT_TRUE(content_of(directory_.file("store.db-wal")).empty());
}

TEST_F(SqliteFile, AnEncryptedFileShowsNothing)
{
    DatabaseOptions encrypted = options();
    encrypted.key = key_of(7);
    for (const bool checkpointed : {false, true}) {
        auto database = open(encrypted);
        EXPECT_TRUE(database->encrypted());
        ASSERT_TRUE(database->execute("CREATE TABLE IF NOT EXISTS note(id INTEGER PRIMARY KEY, text)"));
        ASSERT_TRUE(insert(*database, checkpointed, kSecret));
        const auto moved = checkpointed ? database->checkpoint(Database::Checkpoint::passive) : Result<void>();
        ASSERT_TRUE(moved);
        std::string bytes;
        for (const char* suffix : {"", "-wal", "-shm"}) bytes += content_of(encrypted.path + suffix);
        ASSERT_GT(bytes.size(), 8000u);
        EXPECT_EQ(bytes.find("Mbali"), std::string::npos);
        EXPECT_EQ(bytes.find("CREATE TABLE"), std::string::npos);
        EXPECT_EQ(bytes.find("SQLite format"), std::string::npos);
    }
    auto database = open(encrypted);
    EXPECT_EQ(count(*database), 2);
}

TEST_F(SqliteFile, AWrongKeyAndNoKeyAreRefusedAndHarmNothing)
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

TEST_F(SqliteFile, APlainFileIsNotOpenedWithAKey)
{
    ASSERT_TRUE(open_with_table());
    DatabaseOptions encrypted = options();
    encrypted.key = key_of(7);
    EXPECT_EQ(Database::open(encrypted).error().code, Errc::corrupt);
}

TEST_F(SqliteFile, AFileFromTheOtherKindOfProcessorOpens)
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

TEST_F(SqliteFile, AFlippedBitIsNoticed)
{
    DatabaseOptions encrypted = options();
    encrypted.key = key_of(7);
    {
        auto database = open(encrypted);
        ASSERT_TRUE(database->execute("CREATE TABLE note(id INTEGER PRIMARY KEY, text)"));
        for (int id = 0; id < 100; ++id) ASSERT_TRUE(insert(*database, id, std::string(500, 'x')));
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

TEST_F(SqliteFile, SharedMemoryDatabasesOfOneNameAreOne)
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

TEST_F(SqliteFile, ManyOpenANewFileAtOnce)
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
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(opened, 8);
}

}  // namespace
}  // namespace indaba::platform
