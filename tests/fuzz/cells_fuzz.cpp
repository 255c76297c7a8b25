// A record's cells and pending names as a damaged or foreign database file holds them. Whatever is accepted is written
// and read again the same.
#include "sync/store/cells_codec.hpp"
#include "sync/store/store.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace indaba;

namespace {

/// A few names under small numbers, as many as an input may mean.
struct Names {
    Names()
    {
        platform::DatabaseOptions file;
        file.path = "file:/indaba-fuzz-cells?vfs=memdb";
        file.create = true;
        store = sync::store::ReplicaStore::open(file, shared::Catalogue::builtin(), {.search_index = false}).value();
        INDABA_CHECK(store->begin().has_value());
        names.emplace(store->database());
        for (std::uint64_t i = 1; i <= 4; ++i) INDABA_CHECK(names->journals.number(i * 0x1122334455667788).has_value());
        for (const auto* key : {"!", "name", "sectors", "title"}) INDABA_CHECK(names->keys.number(key).has_value());
    }
    std::unique_ptr<sync::store::ReplicaStore> store;
    std::optional<sync::store::InternedNames> names;
};

}  // namespace

FUZZ(input)
{
    static Names fixed;
    auto& names = *fixed.names;
    if (const auto cells = sync::store::decode_cells(input, names); cells.has_value()) {
        const auto again = sync::store::encode_cells(*cells, names);
        INDABA_CHECK(again.has_value());
        INDABA_CHECK(sync::store::decode_cells(*again, names).value() == *cells);
    }
    if (const auto list = sync::store::decode_names(input, names); list.has_value()) {
        const auto again = sync::store::encode_names(*list, names);
        INDABA_CHECK(again.has_value());
        INDABA_CHECK(sync::store::decode_names(*again, names).value() == *list);
    }
}
