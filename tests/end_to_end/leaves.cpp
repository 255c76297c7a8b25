// What the stores hold, looked at from behind: the programs' own commands would show a bug of theirs on both sides
// alike.
#include "client/home.hpp"
#include "server/data_directory.hpp"
#include "sync/store/store.hpp"
#include "tests/end_to_end/world.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

namespace indaba::tests {

namespace {

using Lines = std::map<std::string, std::string>;

std::string name_text(const shared::TransactionName& name)
{
    return fmt::format("{:016x}.{}.{:016x}", name.journal.value, name.number, name.hash);
}

/// One line a cell: its leaves with who wrote them, when, and what.
void add_lines(const sync::StoredRecord& record, const sync::Cells& cells, Lines& lines)
{
    for (const auto& cell : cells) {
        auto& line = lines[record.id.text() + " " + record.type + " " + cell.key];
        for (const auto& leaf : cell.leaves) {
            line += fmt::format(" {}@{}={}", name_text(leaf.name), leaf.stamp.value, leaf.value.display());
            for (const auto& saw : leaf.saw) line += " saw " + name_text(saw);
        }
    }
}

Lines centre_lines(const Centre& centre, const std::string& space, std::vector<shared::RecordId>& ids)
{
    Lines lines;
    const auto directory = server::DataDirectory::open(centre.data());
    EXPECT_TRUE(directory.has_value());
    const auto store = directory->open_store();
    EXPECT_TRUE(store.has_value()) << store.error().text;
    const auto read = (*store)->each_record_after(space, 0, [&](sync::StoredRecord&& record) {
        ids.push_back(record.id);
        add_lines(record, record.shown, lines);
        return true;
    });
    EXPECT_TRUE(read.has_value());
    return lines;
}

Lines device_lines(const Device& device, const std::vector<shared::RecordId>& ids)
{
    Lines lines;
    const auto home = client::Home::open(device.home());
    EXPECT_TRUE(home.has_value());
    platform::DatabaseOptions file;
    file.path = home->database_path();
    file.key = home->database_key();
    const auto store = sync::store::ReplicaStore::open(file, shared::Catalogue::builtin(), {});
    EXPECT_TRUE(store.has_value()) << store.error().text;
    for (const auto& id : ids) {
        const auto record = (*store)->find_record(id);
        EXPECT_TRUE(record.has_value());
        if (!*record) continue;
        EXPECT_TRUE((*record)->pending.empty()) << device.name() << " has something pending on " << id.text();
        add_lines(**record, (*record)->shown, lines);
    }
    return lines;
}

}  // namespace

void expect_same_leaves(const Centre& centre, const std::vector<const Device*>& devices, const std::string& space)
{
    std::vector<shared::RecordId> ids;
    const auto expected = centre_lines(centre, space, ids);
    EXPECT_FALSE(expected.empty());
    for (const auto* device : devices) {
        const auto found = device_lines(*device, ids);
        for (const auto& [key, line] : expected) {
            const auto here = found.find(key);
            if (here == found.end()) ADD_FAILURE() << device->name() << " lacks " << key;
            else EXPECT_EQ(here->second, line) << device->name() << ": " << key;
        }
        for (const auto& [key, line] : found)
            EXPECT_TRUE(expected.contains(key)) << device->name() << " alone has " << key;
    }
}

std::uint64_t feed_length(const Centre& centre, const std::string& space)
{
    const auto store = server::DataDirectory::open(centre.data())->open_store();
    EXPECT_TRUE(store.has_value()) << store.error().text;
    const auto head = (*store)->head(space);
    EXPECT_TRUE(head.has_value());
    return head->number;
}

}  // namespace indaba::tests
