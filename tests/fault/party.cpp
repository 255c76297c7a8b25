#include "tests/fault/party.hpp"

#include "tests/model/item.hpp"

#include <algorithm>

namespace indaba::tests::fault {

using shared::Errc;

namespace {

constexpr std::uint64_t kCentreSeed = 1'000;
constexpr std::size_t kEverything = 100'000;

Result<void> check_integrity(platform::Database& database)
{
    auto check = database.statement("PRAGMA integrity_check");
    INDABA_ASSIGN(const bool row, check.step());
    if (row && check.text(0) == "ok") return {};
    return fail(Errc::corrupt, database.path() + ": " + std::string(row ? check.text(0) : "nothing"));
}

Result<std::vector<std::string>> column(platform::Database& database, const std::string& sql)
{
    std::vector<std::string> values;
    auto rows = database.prepare(sql);
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return values;
        values.emplace_back(rows.text(0));
    }
}

/// A query for every row of a table as one text.
Result<std::string> rows_of(platform::Database& database, const std::string& table)
{
    INDABA_ASSIGN(const auto columns, column(database, "SELECT name FROM pragma_table_info('" + table + "')"));
    std::string all;
    for (const auto& name : columns) all += (all.empty() ? "quote(\"" : "||','||quote(\"") + name + "\")";
    // Row 10 of FTS5 counts the rows of its segments, and one more for an insertion that was rolled back.
    std::string where = table == "search_data" ? " WHERE id <> 10" : "";
    // Whether its -wal file is still to be emptied after a wipe is not what it holds.
    if (table == "meta") where = " WHERE key NOT IN ('unclean', 'cleaned')";
    return "SELECT " + all + " FROM \"" + table + "\"" + where;
}

}  // namespace

Result<shared::Hash> content_of(platform::Database& database)
{
    std::string all;
    INDABA_ASSIGN(const auto tables,
                  column(database,
                         "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%USING%' "
                         "ORDER BY name"));
    for (const auto& table : tables) {
        all += table + "\n";
        INDABA_ASSIGN(const auto query, rows_of(database, table));
        INDABA_ASSIGN(const auto rows, column(database, query));
        for (const auto& row : rows) all += row + "\n";
    }
    return model::CheapDigest().sha256(shared::as_bytes(all));
}

void Party::at_step(std::size_t number)
{
    clock_.set(1'760'000'000'000 + std::int64_t(number) * 1'000);
    chance_ = model::Chance(number);
}

Device::Device(std::unique_ptr<sync::store::ReplicaStore> store, model::Chance key)
    : store_(std::move(store)), signer_(key),
      replica_({*store_, clock_, chance_, digest_, signer_, centre_key_, model::catalogue()})
{
    model::Chance centre(kCentreSeed);
    centre_key_ = model::CheapSigner(centre).public_key();
}

Result<std::unique_ptr<Device>> Device::open(const platform::DatabaseOptions& file, std::uint64_t seed,
                                             const sync::store::StoreOptions& options)
{
    INDABA_ASSIGN(auto store, sync::store::ReplicaStore::open(file, model::catalogue(), options));
    return std::unique_ptr<Device>(new Device(std::move(store), model::Chance(seed)));
}

Result<void> Device::check()
{
    INDABA_TRY(check_integrity(database()));
    std::vector<shared::RecordId> listed;
    sync::store::ListFilter filter;
    filter.type = model::kItem;
    INDABA_TRY(store_->queries().list(filter, [&](sync::StoredRecord&& record) {
        listed.push_back(record.id);
        return true;
    }));
    INDABA_ASSIGN(auto found, store_->queries().search(kEveryName, kEverything));
    std::ranges::sort(listed);
    std::ranges::sort(found);
    if (listed == found) return {};
    return fail(Errc::corrupt, database().path() + ": a list shows " + std::to_string(listed.size()) +
                                   " records, a search finds " + std::to_string(found.size()));
}

CentreParty::CentreParty(std::unique_ptr<sync::store::CentreStore> store, model::Chance key)
    : store_(std::move(store)), signer_(key),
      centre_({*store_, authority_, clock_, digest_, signer_, model::catalogue()})
{
}

Result<std::unique_ptr<CentreParty>> CentreParty::open(const platform::DatabaseOptions& file)
{
    INDABA_ASSIGN(auto store, sync::store::CentreStore::open(file, model::catalogue()));
    return std::unique_ptr<CentreParty>(new CentreParty(std::move(store), model::Chance(kCentreSeed)));
}

Result<void> CentreParty::check() { return check_integrity(database()); }

}  // namespace indaba::tests::fault
