// A damaged database's own journals in a new one: what can be read is at the centre exactly once in the end, under its
// own name wherever the centre may have it already.
#include "sync/salvaged.hpp"
#include "sync/store/salvage.hpp"
#include "tests/unit/device_lives.hpp"
#include "tests/unit/temporary_directory.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace indaba::sync {
namespace {

constexpr std::size_t kPage_bytes = 4096;

class Salvage : public DeviceLives {
protected:
    tests::TemporaryDirectory directory_;

    [[nodiscard]] platform::DatabaseOptions on_disk(const std::string& name) const
    {
        platform::DatabaseOptions file;
        file.path = directory_.file(name);
        file.create = true;
        file.key.emplace().fill(7);
        return file;
    }

    Life live_on(const platform::DatabaseOptions& file) { return DeviceLives::live_on(file, chance_.draw(), clock_); }

    [[nodiscard]] store::SalvagedFile read(const platform::DatabaseOptions& file)
    {
        return store::salvage(file, device_key_.public_key(), digest_).value();
    }

    /// A new life of what could be read.
    Life adopted(const Salvaged& found, const std::string& name)
    {
        auto life = live_on(on_disk(name));
        EXPECT_TRUE(life.replica->adopt(found).has_value());
        return life;
    }

    /// As if the page that holds it could not be read.
    static void lose_entry(const platform::DatabaseOptions& file, std::uint64_t number)
    {
        const auto database = platform::Database::open(file).value();
        ASSERT_TRUE(database->execute(fmt::format("DELETE FROM entry WHERE number = {}", number)).has_value());
    }

    /// As if the pages that a long one has to itself could not be read.
    static void lose_payload(const platform::DatabaseOptions& file, std::uint64_t number)
    {
        const auto database = platform::Database::open(file).value();
        const auto lost = fmt::format("UPDATE entry SET payload = NULL WHERE number = {}", number);
        ASSERT_TRUE(database->execute(lost).has_value());
    }

    [[nodiscard]] std::uint64_t head(const SpaceName& space) { return centre_store_->head(space).value().number; }

    [[nodiscard]] std::string city(Storage& storage, const RecordId& id)
    {
        const auto record = storage.find_record(id).value();
        const auto* cell = record ? record->shown.find("city") : nullptr;
        if (cell == nullptr || cell->leaves.empty()) return {};
        return cell->leaves.size() == 1 ? cell->leaves.front().value.display() : "in conflict";
    }

    void set_city(Life& life, const RecordId& id, const std::string& city)
    {
        const auto written =
            life.replica->write("forum", {{Change::Kind::put, id, "enterprise", {{"city", Value::text(city)}}}});
        ASSERT_TRUE(written.has_value()) << written.error().text;
    }

    /// A device that has synced, and then written of a new enterprise and, in an entry each, that it is in these
    /// cities.
    RecordId put_moving(Life& device, std::initializer_list<const char*> cities)
    {
        (void)sync(device);
        const auto id = put(device, "Aurora");
        for (const auto* city : cities) set_city(device, id, city);
        return id;
    }

    [[nodiscard]] static std::size_t standing(Life& life) { return life.store->standing_refused({}).value().size(); }
};

TEST_F(Salvage, AHealthyJournalIsSentUnderItsOwnNames)
{
    const auto file = on_disk("device.db");
    std::vector<RecordId> ids;
    {
        auto device = live_on(file);
        (void)sync(device);
        for (int i = 0; i < 3; ++i) ids.push_back(put(device, fmt::format("Company {}", i)));
        EXPECT_TRUE(sync(device).up_to_date);
        for (int i = 3; i < 6; ++i) ids.push_back(put(device, fmt::format("Company {}", i)));
    }
    const auto found = read(file);
    ASSERT_EQ(found.found.journals.size(), 1u);
    const auto& saved = found.found.journals.front();
    EXPECT_EQ(saved.chain.size(), 6u);
    EXPECT_EQ(saved.detached.size(), 0u);
    EXPECT_EQ(saved.unreadable, 0u);
    EXPECT_EQ(found.found.spaces.size(), 2u);

    auto again = adopted(found.found, "new.db");
    for (std::size_t i = 3; i < 6; ++i) {
        const auto record = again.store->find_record(ids[i]).value();
        ASSERT_TRUE(record.has_value());
        EXPECT_EQ(existence(record->shown), Existence::alive) << "what waits shows before any contact";
    }
    EXPECT_TRUE(sync(again).up_to_date);
    for (const auto& id : ids) EXPECT_TRUE(has(again, id));
    EXPECT_EQ(head("forum"), 6u);
    for (const auto& entry : saved.chain) EXPECT_TRUE(centre_store_->find_entry(entry.name).value().has_value());
    (void)put(again, "Later");
    EXPECT_TRUE(sync(again).up_to_date);
    EXPECT_NE(again.store->own_journal("forum").value()->head.id, saved.journal.head.id) << "a new life, a new journal";
}

TEST_F(Salvage, BringsBackWhatACentreThatWasPutBackHadInItsBackup)
{
    const auto file = on_disk("device.db");
    const auto older = back_up("older");
    std::vector<RecordId> ids;
    {
        auto device = live_on(file);
        (void)sync(device);
        for (int i = 0; i < 3; ++i) ids.push_back(put(device, fmt::format("Company {}", i)));
        (void)sync(device);
        ASSERT_TRUE(centre_store_->begin().has_value());
        ASSERT_TRUE(centre_store_->note_backed_up("forum", head("forum")).has_value());
        ASSERT_TRUE(centre_store_->commit().has_value());
        auto other = live("other", 5);
        (void)sync(other);
        (void)put(other, "After");
        (void)sync(other);
        EXPECT_EQ(sync(device).pulled, 1u);
        ASSERT_EQ(device.store->find_space("forum").value()->backed_up, 3u);
    }
    put_back(older);
    auto again = adopted(read(file).found, "new.db");
    EXPECT_TRUE(sync(again).up_to_date);
    for (const auto& id : ids) EXPECT_TRUE(has(again, id));
    EXPECT_EQ(head("forum"), 3u);
}

/// Columns are read by their places: this tells when a table's have moved.
TEST_F(Salvage, ReadsWhatADeviceKeepsBesideItsJournals)
{
    const auto file = on_disk("device.db");
    StoredSpace space{"archive", "organisation", "Archive of all", "editor", false, {}, {}, 17};
    space.lease_days = 45;
    StoredSpace other{"forum", "event", "Forum", "viewer", true, {}, {}, 4711};
    const StoredClock clock{{123'456}, -789};
    const LeaseClock leases{1'000, 2'000};
    StoredJournal journal;
    {
        auto device = live_on(file);
        (void)sync(device);
        put(device, "Aurora");
        ASSERT_TRUE(device.store->begin().has_value());
        for (const auto& one : {space, other}) ASSERT_TRUE(device.store->save_space(one).has_value());
        ASSERT_TRUE(device.store->save_clock(clock).has_value());
        ASSERT_TRUE(device.store->save_lease_clock(leases).has_value());
        journal = *device.store->own_journal("forum").value();
        ASSERT_TRUE(device.store->commit().has_value());
    }
    const auto found = read(file).found;
    ASSERT_EQ(found.spaces.size(), 2u);
    for (const auto& saved : found.spaces) {
        const auto& right = saved.name == space.name ? space : other;
        EXPECT_EQ(saved.name, right.name);
        EXPECT_EQ(saved.kind, right.kind);
        EXPECT_EQ(saved.title, right.title);
        EXPECT_EQ(saved.role, right.role);
        EXPECT_EQ(saved.carried, right.carried);
        EXPECT_EQ(saved.backed_up, right.backed_up);
        EXPECT_EQ(saved.lease_days, right.lease_days);
        EXPECT_EQ(saved.cursor, Cursor());
    }
    EXPECT_EQ(found.leases, leases);
    EXPECT_EQ(found.clock.offset_ms, clock.offset_ms);
    EXPECT_GT(found.clock.last, clock.last) << "of the entry, which is later";
    ASSERT_EQ(found.journals.size(), 1u);
    EXPECT_EQ(found.journals.front().journal.head.id, journal.head.id);
    EXPECT_EQ(found.journals.front().journal.last_hash, journal.last_hash);
}

TEST_F(Salvage, BehindAHoleIsWrittenAgainOnceTheCentreHasToldThatItDoesNotHaveIt)
{
    const auto file = on_disk("device.db");
    RecordId first;
    RecordId second;
    {
        auto device = live_on(file);
        (void)sync(device);
        first = put(device, "Aurora");
        set_city(device, first, "Perm");
        set_city(device, first, "Durban");  // replaces what will be lost
        second = put(device, "Baikal");
        set_city(device, second, "Harbin");
    }
    lose_entry(file, 2);
    const auto found = read(file);
    const auto& saved = found.found.journals.front();
    EXPECT_EQ(saved.chain.size(), 1u);
    EXPECT_EQ(saved.detached.size(), 3u);
    EXPECT_EQ(saved.unreadable, 1u);

    auto again = adopted(found.found, "new.db");
    EXPECT_EQ(standing(again), 3u) << "shown until the centre was met: Durban, Baikal, Harbin";
    const auto progress = sync(again);
    EXPECT_TRUE(progress.up_to_date);
    EXPECT_TRUE(sync(again).up_to_date);
    EXPECT_EQ(standing(again), 0u);
    for (auto* storage : {static_cast<Storage*>(again.store.get()), static_cast<Storage*>(centre_store_.get())}) {
        EXPECT_EQ(city(*storage, first), "Durban");
        EXPECT_EQ(city(*storage, second), "Harbin");
    }
    EXPECT_EQ(head("forum"), 3u) << "Aurora, and two transactions of what was behind the hole";
    EXPECT_TRUE(sync(again).up_to_date);
    EXPECT_EQ(head("forum"), 3u) << "once";
}

TEST_F(Salvage, WhatTheCentreHasAndNeverAnsweredKeepsItsNameAlsoBehindAHole)
{
    const auto file = on_disk("device.db");
    RecordId id;
    {
        auto device = live_on(file);
        id = put_moving(device, {"Perm", "Durban", "Harbin"});
        cut_after_ = 1;  // the centre takes the push, and its answer never comes
        (void)sync(device);
        EXPECT_EQ(device.store->own_journal("forum").value()->ruled, 0u);
    }
    ASSERT_EQ(head("forum"), 4u);
    lose_entry(file, 2);
    auto again = adopted(read(file).found, "new.db");
    EXPECT_TRUE(sync(again).up_to_date);
    EXPECT_TRUE(sync(again).up_to_date);
    EXPECT_EQ(head("forum"), 4u) << "nothing was written a second time";
    EXPECT_EQ(standing(again), 0u);
    EXPECT_EQ(city(*again.store, id), "Harbin");
    set_city(again, id, "Kazan");
    EXPECT_TRUE(sync(again).up_to_date);
    EXPECT_EQ(city(*centre_store_, id), "Kazan");
}

TEST_F(Salvage, WhatAnotherLifeBringsAfterAllIsNotThereTwice)
{
    const auto file = on_disk("device.db");
    RecordId id;
    {
        auto device = live_on(file);
        id = put_moving(device, {"Perm", "Durban"});
    }
    std::filesystem::copy_file(file.path, directory_.file("backup.db"));
    lose_entry(file, 2);
    auto again = adopted(read(file).found, "new.db");
    EXPECT_TRUE(sync(again).up_to_date);
    EXPECT_TRUE(sync(again).up_to_date);
    ASSERT_EQ(city(*centre_store_, id), "Durban");
    auto backup = live_on(on_disk("backup.db"));
    for (auto* life : {&backup, &again, &backup}) EXPECT_TRUE(sync(*life).up_to_date);
    for (auto* storage : {static_cast<Storage*>(again.store.get()), static_cast<Storage*>(centre_store_.get()),
                          static_cast<Storage*>(backup.store.get())})
        EXPECT_EQ(city(*storage, id), "Durban");
}

TEST_F(Salvage, ARecordWhoseMakingIsLostIsMadeAgainOrStandsRefusedForAPerson)
{
    const auto file = on_disk("device.db");
    RecordId id;
    {
        auto device = live_on(file);
        id = put_moving(device, {"Perm"});
    }
    lose_entry(file, 1);
    auto again = adopted(read(file).found, "new.db");
    EXPECT_TRUE(sync(again).up_to_date);
    EXPECT_TRUE(sync(again).up_to_date);
    ASSERT_GT(standing(again), 0u) << "it has no name any more";
    ASSERT_TRUE(again.replica->retry(id, {{"name", Value::text("Aurora")}}).has_value());
    EXPECT_TRUE(sync(again).up_to_date);
    EXPECT_EQ(standing(again), 0u);
    EXPECT_EQ(city(*centre_store_, id), "Perm");
}

TEST_F(Salvage, WhatWasRefusedStandsAndWhatWasDroppedDoesNot)
{
    const auto file = on_disk("device.db");
    RecordId kept;
    {
        auto device = live_on(file);
        (void)sync(device);
        grants_[1].role = "viewer";
        kept = put(device, "Aurora");
        const auto dropped = put(device, "Baikal");
        (void)sync(device);
        EXPECT_EQ(standing(device), 2u);
        ASSERT_TRUE(device.replica->drop_refused(dropped).has_value());
    }
    auto again = adopted(read(file).found, "new.db");
    ASSERT_EQ(standing(again), 1u);
    EXPECT_EQ(again.store->standing_refused({}).value().front().record, kept);
    EXPECT_TRUE(sync(again).up_to_date);
    EXPECT_EQ(standing(again), 1u);
}

/// A refusal is only here, so an entry with a ruling is missed as well, unless it is known that the centre accepted it.
TEST_F(Salvage, WhatCannotBeReadCountsUnlessTheCentreIsKnownToHaveAcceptedIt)
{
    const auto file = on_disk("device.db");
    {
        auto device = live_on(file);
        (void)sync(device);
        put(device, "Aurora");
        EXPECT_TRUE(sync(device).up_to_date);
        grants_[1].role = "viewer";
        put(device, "Baikal");
        (void)sync(device);
        EXPECT_EQ(standing(device), 1u);
        EXPECT_EQ(device.store->own_journal("forum").value()->ruled, 2u);
    }
    EXPECT_EQ(read(file).found.journals.front().unreadable, 0u);
    const auto copy = on_disk("copy.db");
    std::filesystem::copy_file(file.path, copy.path);
    lose_payload(copy, 1);
    EXPECT_EQ(read(copy).found.journals.front().unreadable, 0u) << "accepted";
    lose_payload(copy, 2);
    EXPECT_EQ(read(copy).found.journals.front().unreadable, 1u) << "refused";
    lose_entry(file, 1);
    EXPECT_EQ(read(file).found.journals.front().unreadable, 1u) << "nobody knows how it was ruled";
    lose_entry(file, 2);
    const auto found = read(file).found;
    EXPECT_EQ(found.journals.front().unreadable, 2u);
}

TEST_F(Salvage, ACopyWithAHoleBringsItsBranch)
{
    const auto file = on_disk("device.db");
    const auto copied = on_disk("copy.db");
    {
        auto device = live_on(file);
        (void)sync(device);
        (void)put(device, "Aurora");
        EXPECT_TRUE(sync(device).up_to_date);
    }
    std::filesystem::copy_file(file.path, copied.path);
    RecordId by_copy;
    {
        auto device = live_on(file);
        (void)put(device, "Baikal");
        EXPECT_TRUE(sync(device).up_to_date);
        auto copy = live_on(copied);
        by_copy = put(copy, "Cerrado");
        set_city(copy, by_copy, "Goiania");
        set_city(copy, by_copy, "Brasilia");
    }
    lose_entry(copied, 3);
    auto again = adopted(read(copied).found, "new.db");
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(sync(again).up_to_date);
    EXPECT_TRUE(has(again, by_copy));
    EXPECT_EQ(city(*centre_store_, by_copy), "Brasilia");
    EXPECT_EQ(standing(again), 0u);
}

TEST_F(Salvage, OfEveryPageInTurnSavesWhatCanBeReadAndTheCentreHasItOnce)
{
    const auto file = on_disk("device.db");
    std::vector<RecordId> ids;
    {
        auto device = live_on(file);
        (void)sync(device);
        for (int i = 0; i < 20; ++i) ids.push_back(put(device, fmt::format("Old {}", i)));
        EXPECT_TRUE(sync(device).up_to_date);
        for (int i = 20; i < 80; ++i) ids.push_back(put(device, fmt::format("New {}", i)));
        put(device, new_id(), "archive", "enterprise", std::string(150, 'a'));
        for (std::size_t i = 0; i < ids.size(); i += 4) set_city(device, ids[i], fmt::format("City {}", i));
    }
    const auto before = back_up("before");
    std::string content;
    {
        std::ifstream in(file.path, std::ios::binary);
        content.assign(std::istreambuf_iterator<char>(in), {});
    }
    const auto pages = content.size() / kPage_bytes;
    ASSERT_GT(pages, 30u);
    std::size_t complete = 0;
    for (std::size_t page = 1; page < pages; ++page) {  // the first is another matter
        SCOPED_TRACE(fmt::format("page {}", page + 1));
        auto damaged = content;
        std::fill_n(damaged.begin() + std::ptrdiff_t(page * kPage_bytes), kPage_bytes, '\0');
        const auto name = fmt::format("damaged-{}.db", page);
        std::ofstream(directory_.file(name), std::ios::binary) << damaged;
        put_back(before);
        put_back(back_up(fmt::format("before_{}", page)));
        const auto found = read(on_disk(name));
        EXPECT_EQ(found.found.nameless, 0u);
        std::uint64_t unreadable = 0;
        std::uint64_t chained = 0;
        std::uint64_t detached = 0;
        std::uint64_t accepted = 0;
        for (const auto& saved : found.found.journals) {
            unreadable += saved.unreadable;
            for (const auto& entry : saved.chain) ++(entry.ruling ? accepted : chained);
            for (const auto& entry : saved.detached) ++(entry.ruling ? accepted : detached);
        }
        EXPECT_EQ(chained + detached + accepted + unreadable, 101u) << "20 old, 60 new, 1 elsewhere, 20 cities";
        EXPECT_LT(unreadable, 40u) << "a page holds no more";
        auto again = adopted(found.found, fmt::format("new-{}.db", page));
        EXPECT_TRUE(sync(again).up_to_date);
        EXPECT_TRUE(sync(again).up_to_date);
        std::size_t there = 0;
        std::size_t cities = 0;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const auto record = centre_store_->find_record(ids[i]).value();
            there += record && existence(record->shown) == Existence::alive ? 1 : 0;
            const auto shown = city(*centre_store_, ids[i]);
            EXPECT_TRUE(shown.empty() || shown == fmt::format("City {}", i)) << shown;
            cities += shown.empty() ? 0 : 1;
        }
        // What is lost is at most a name or a city; a city whose record's name is lost stands refused.
        EXPECT_GE(there + cities + 1 + 2 * unreadable, ids.size() + 20 + 1);
        if (unreadable > 0) continue;
        ++complete;
        EXPECT_EQ(there, ids.size());
        EXPECT_EQ(cities, 20u);
        EXPECT_EQ(standing(again), 0u);
        if (detached == 0) {
            EXPECT_EQ(head("forum") + head("archive"), 20u + 81u);
        }
        if (HasFailure()) return;
    }
    EXPECT_GT(complete, pages / 2);
}

}  // namespace
}  // namespace indaba::sync
