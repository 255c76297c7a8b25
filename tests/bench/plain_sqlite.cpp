#include "tests/bench/plain_sqlite.hpp"

#include "platform/sqlite.hpp"
#include "shared/check.hpp"

#include <chrono>
#include <filesystem>

namespace indaba::bench {

namespace {

constexpr const char* kSchema =
    "CREATE TABLE enterprise(id BLOB PRIMARY KEY, about TEXT, city TEXT, country TEXT, employees INTEGER, founded "
    "TEXT, name TEXT, offers TEXT,"
    " registry_kind TEXT, registry_number TEXT, sectors TEXT, status TEXT, website TEXT);"
    "CREATE INDEX enterprise_name ON enterprise(name);";
constexpr const char* kSearchSchema =
    "CREATE VIRTUAL TABLE found USING fts5(name, city, registry_number, about, offers);";

std::string_view field(const Row& row, std::size_t i) { return row.fields[i].second; }

void insert(platform::Database& database, const Row& row, bool search)
{
    auto insert =
        database.statement("INSERT INTO enterprise VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
    insert.bind(1, shared::ByteView(row.id.bytes));
    for (std::size_t i = 0; i < row.fields.size(); ++i) insert.bind(int(i) + 2, field(row, i));
    insert.bind(5, std::stoll(row.fields[3].second));
    INDABA_CHECK(insert.run().has_value());
    if (!search) return;
    auto index = database.statement(
        "INSERT INTO found(rowid, name, city, registry_number, about, offers) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
    index.bind_all(database.last_insert_rowid(), field(row, 5), field(row, 1), field(row, 8), field(row, 0),
                   field(row, 6));
    INDABA_CHECK(index.run().has_value());
}

}  // namespace

double insert_plainly(const PlainSqlite& how, std::span<const Row> rows)
{
    platform::DatabaseOptions options;
    options.path = how.path;
    options.create = true;
    auto opened = platform::Database::open(options);
    INDABA_CHECK(opened.has_value());
    auto& database = **opened;
    INDABA_CHECK(database.execute(kSchema).has_value());
    if (how.search) INDABA_CHECK(database.execute(kSearchSchema).has_value());
    const auto began = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < rows.size(); i += how.rows_per_transaction) {
        INDABA_CHECK(database.begin().has_value());
        for (const auto& row : rows.subspan(i, std::min(how.rows_per_transaction, rows.size() - i)))
            insert(database, row, how.search);
        INDABA_CHECK(database.commit().has_value());
    }
    const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    INDABA_CHECK(database.checkpoint(platform::Database::Checkpoint::truncate).has_value());
    return seconds;
}

double file_bytes(const std::string& path)
{
    double bytes = 0;
    for (const auto* suffix : {"", "-wal"})
        if (std::filesystem::exists(path + suffix)) bytes += double(std::filesystem::file_size(path + suffix));
    return bytes;
}

}  // namespace indaba::bench
