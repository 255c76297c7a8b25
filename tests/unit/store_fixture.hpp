// Stores in a directory of the test's own, and short ways to say records, names and hashes.
#pragma once

#include "sync/store/store.hpp"
#include "tests/unit/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace indaba::tests {

using shared::Catalogue;
using shared::Errc;
using shared::Hash;
using shared::RecordId;
using shared::Stamp;
using shared::TransactionName;
using shared::Value;
using sync::Cell;
using sync::Cells;
using sync::Leaf;
using sync::StoredEntry;
using sync::StoredJournal;
using sync::StoredRecord;
using sync::StoredSpace;
using sync::store::CentreStore;
using sync::store::ReplicaStore;

/// The value, or a failed test.
template <class T>
T must(shared::Result<T> result)
{
    if (result.has_error()) throw std::runtime_error(result.error().text);
    return std::move(*result);
}
inline void must(shared::Result<void> result)
{
    if (result.has_error()) throw std::runtime_error(result.error().text);
}

inline RecordId record_id(std::uint8_t number)
{
    RecordId id;
    id.bytes = {0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, number};
    return id;
}

inline Hash hash_of(std::uint8_t first)
{
    Hash hash;
    hash.bytes.fill(7);
    hash.bytes[0] = first;
    return hash;
}

/// A transaction whose entry's hash is hash_of(number).
inline TransactionName name_of(std::uint64_t journal, std::uint8_t number)
{
    return {{journal}, number, hash_of(number).prefix()};
}

inline Leaf leaf(const TransactionName& name, Value value) { return {name, {name.number << 16}, std::move(value), {}}; }

inline Cell cell(std::string key, std::vector<Leaf> leaves, std::uint64_t number = 0)
{
    return {std::move(key), std::move(leaves), {}, number};
}

inline Cells cells_of(std::vector<Cell> list)
{
    Cells cells;
    for (auto& one : list) EXPECT_TRUE(cells.append(std::move(one)));
    return cells;
}

/// Alive, written whole by one transaction; `texts` in order of their keys.
inline StoredRecord record(std::uint8_t id, std::string type,
                           const std::vector<std::pair<std::string, std::string>>& texts, std::string space = "brics",
                           TransactionName by = name_of(5, 1))
{
    StoredRecord made{record_id(id), std::move(type), std::move(space), 0, {}, {}, {}};
    made.shown.at(shared::kExistence).leaves = {leaf(by, Value::boolean(true))};
    for (const auto& [key, text] : texts) made.shown.at(key).leaves = {leaf(by, Value::text(text))};
    return made;
}

inline Cells deleted(const TransactionName& by, std::vector<TransactionName> saw)
{
    Cells cells;
    auto gone = leaf(by, Value::boolean(false));
    gone.saw = std::move(saw);
    cells.at(shared::kExistence).leaves = {std::move(gone)};
    return cells;
}

class StoreTest : public testing::Test {
protected:
    [[nodiscard]] platform::DatabaseOptions file(const std::string& name = "store.db") const
    {
        platform::DatabaseOptions options;
        options.path = directory_.file(name);
        options.create = true;
        options.synchronous_off = true;
        options.busy_timeout_ms = 50;
        return options;
    }
    [[nodiscard]] std::unique_ptr<ReplicaStore> open(bool search_index = true) const
    {
        return must(ReplicaStore::open(file(), Catalogue::builtin(), {search_index}));
    }
    [[nodiscard]] std::unique_ptr<CentreStore> open_centre() const
    {
        return must(CentreStore::open(file("centre.db"), Catalogue::builtin()));
    }

    template <class Store>
    static void save(Store& store, const std::vector<StoredRecord>& records)
    {
        must(store.begin());
        for (const auto& one : records) must(store.save_record(one));
        must(store.commit());
    }

    TemporaryDirectory directory_;
};

}  // namespace indaba::tests
