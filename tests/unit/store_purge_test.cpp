// What a device may not hold any more, or does not want to, is in none of its files.
#include "platform/sqlite_meta.hpp"
#include "tests/unit/store_fixture.hpp"

namespace indaba::tests {
namespace {

class StorePurge : public StoreTest, public testing::WithParamInterface<int> {
protected:
    /// Both files as they lie on the disk.
    [[nodiscard]] std::string on_disk() const
    {
        return content_of(directory_.file("store.db")) + content_of(directory_.file("store.db-wal"));
    }
    [[nodiscard]] bool is_on_disk(const std::string& text) const { return on_disk().find(text) != std::string::npos; }
    static StoredRecord numbered(int i, const std::string& space, const std::string& name)
    {
        auto one = record(0, "enterprise", {{"about", name + " " + std::string(100, 'x')}, {"name", name}}, space);
        one.number = std::uint64_t(i) + 1;
        one.id.bytes[1] = std::uint8_t(i);
        one.id.bytes[2] = std::uint8_t(i >> 8);
        one.id.bytes[3] = space == "brics" ? 1 : 2;
        return one;
    }
    void purge()
    {
        must(store_->begin());
        must(store_->purge_space("brics"));
        must(store_->commit());
    }

    std::unique_ptr<ReplicaStore> store_ = open();
};

// So few that all wait to be indexed, and more than may.
INSTANTIATE_TEST_SUITE_P(Records, StorePurge, testing::Values(3, 600));

TEST_P(StorePurge, LeavesNoWordBehind)
{
    for (int i = 0; i < GetParam(); ++i) {
        save(*store_, {numbered(i, "brics", "Qzvwkjh" + std::to_string(i))});
        if (i < 100) save(*store_, {numbered(i, "forum", "Ordinary" + std::to_string(i))});
    }
    must(store_->remember_seen({}, {{numbered(0, "brics", "").id, "qzvwkey", {name_of(5, 1)}}}));
    EXPECT_EQ(must(store_->queries().search("qzvwkjh", 10)).size(), std::size_t(std::min(GetParam(), 10)));
    EXPECT_TRUE(is_on_disk("Qzvwkjh"));
    EXPECT_TRUE(is_on_disk("qzvwkey"));
    if (GetParam() > 256) {
        EXPECT_TRUE(is_on_disk("qzvwkjh")) << "the index has it";
    }
    must(store_->database().checkpoint(platform::Database::Checkpoint::truncate));
    const auto before = on_disk().size();
    purge();
    EXPECT_TRUE(must(store_->queries().search("qzvwkjh", 10)).empty());
    EXPECT_EQ(must(store_->queries().search("ordinary", 10)).size(), std::size_t(std::min(GetParam(), 10)));
    EXPECT_FALSE(is_on_disk("Qzvwkjh"));
    EXPECT_FALSE(is_on_disk("qzvwk"));
    EXPECT_TRUE(must(store_->seen_leaves(numbered(0, "brics", "").id, "qzvwkey")) == std::nullopt);
    if (GetParam() > 256) {
        EXPECT_LT(on_disk().size(), before) << "and the room is given back";
    }
    save(*store_, {numbered(GetParam(), "forum", "Ordinary again")});
    EXPECT_EQ(must(store_->queries().search("again", 10)).size(), 1u);
}

TEST_P(StorePurge, OfOneRecordThatIsErasedLeavesNoWordBehind)
{
    auto entry = StoredEntry{name_of(5, 1), "brics", hash_of(1), {}, {}, {}, {}};
    const std::string written = "qzvwkwritten" + std::string(std::size_t(GetParam()) * 4, 'x');
    entry.payload.assign(written.begin(), written.end());
    must(store_->begin());
    StoredJournal journal;
    journal.head = {"brics", entry.name.journal, {}};
    journal.own = true;
    must(store_->save_journal(journal));
    must(store_->add_entry(entry));
    must(store_->commit());
    for (int i = 0; i < GetParam(); ++i)
        save(*store_, {numbered(i, "brics", (i == 1 ? "Qzvwkjh" : "Ordinary") + std::to_string(i))});
    const auto gone = numbered(1, "brics", "").id;
    must(store_->remember_seen({}, {{gone, "qzvwkey", {name_of(5, 1)}}}));
    EXPECT_TRUE(is_on_disk("Qzvwkjh"));
    EXPECT_TRUE(is_on_disk("qzvwkwritten"));
    EXPECT_FALSE(must(store_->is_erased(gone)));
    const sync::Erasure order{gone, 7, {}};
    must(store_->begin());
    must(store_->redact_entry(entry.name, {1, 2}, hash_of(9)));
    must(store_->erase_record(order));
    must(store_->commit());
    EXPECT_FALSE(is_on_disk("Qzvwkjh"));
    EXPECT_FALSE(is_on_disk("qzvwk"));
    EXPECT_FALSE(must(store_->find_record(gone)).has_value());
    EXPECT_TRUE(must(store_->queries().search("qzvwkjh", 10)).empty());
    EXPECT_EQ(must(store_->queries().search("ordinary", 10)).size(), std::size_t(std::min(GetParam() - 1, 10)));
    const auto left = must(store_->find_entry(entry.name));
    EXPECT_EQ(left->payload, (sync::Bytes{1, 2}));
    EXPECT_EQ(left->original, hash_of(9));
    EXPECT_EQ(left->hash, entry.hash);
    must(store_->begin());
    must(store_->redact_entry(entry.name, {}, hash_of(8)));
    must(store_->commit());
    EXPECT_EQ(must(store_->find_entry(entry.name))->original, hash_of(9)) << "as it was written";
    EXPECT_TRUE(must(store_->is_erased(gone)));
    EXPECT_EQ(must(store_->erasure_state()).digest, sync::add_to_digest(0, gone));
}

TEST_P(StorePurge, OfARecordThatWasDeletedBeforeLeavesNoWordBehind)
{
    const auto fill = [&](const std::string& space) {
        for (int i = 0; i < GetParam(); ++i)
            save(*store_, {numbered(i, space, (i == 1 ? "Qzvwkjh" : "Ordinary") + std::to_string(i))});
        auto gone = numbered(1, space, "");
        gone.shown.clear();
        gone.shown.at("!").leaves = {{name_of(5, 2), {}, Value::boolean(false), {}}};
        save(*store_, {gone});
        return gone.id;
    };
    (void)fill("brics");
    purge();
    EXPECT_FALSE(is_on_disk("qzvwkjh"));
    const auto gone = fill("forum");
    must(store_->begin());
    must(store_->erase_record({gone, 7, {}}));
    must(store_->commit());
    EXPECT_FALSE(is_on_disk("qzvwkjh"));
    EXPECT_EQ(must(store_->queries().search("ordinary", 10)).size(), std::size_t(std::min(GetParam() - 1, 10)));
}

TEST_F(StorePurge, ReachesFormerVersionsToo)
{
    for (int round = 0; round < 60; ++round) {
        std::vector<StoredRecord> edited;
        for (int i = 0; i < 40; ++i) {
            // Longer and shorter by turns, and some in overflow pages.
            const auto size = std::size_t(i * 7 + round * (i % 5 == 0 ? 150 : 3)) % 9'000;
            edited.push_back(numbered(i, "forum", (i % 8 == 1 ? "Qzvwkjh" : "Ordinary") + std::string(size, 'x')));
            if (i % 8 == 1) edited.back().pending = {name_of(5, std::uint8_t(round))};
        }
        save(*store_, edited);
    }
    must(store_->begin());
    for (int i = 1; i < 40; i += 8) must(store_->erase_record({numbered(i, "forum", "").id, i, {}}));
    must(store_->commit());
    EXPECT_FALSE(is_on_disk("Qzvwkjh"));
    EXPECT_FALSE(is_on_disk("qzvwkjh"));
    EXPECT_TRUE(is_on_disk("Ordinary"));
}

TEST_F(StorePurge, IsFinishedLaterWhereSomebodyRead)
{
    save(*store_, {numbered(1, "brics", "Qzvwkjh"), numbered(2, "forum", "Ordinary")});
    const auto reader = open();
    for (const bool at_next_open : {false, true}) {
        auto reading = must(platform::Transaction::read(reader->database()));
        EXPECT_EQ(must(reader->find_record(numbered(2, "forum", "").id))->number, 3u);
        purge();
        EXPECT_TRUE(is_on_disk("Qzvwkjh")) << "the reader may still want it";
        EXPECT_EQ(store_->clean_up().error().code, Errc::busy);
        must(reading.commit());
        if (at_next_open) {
            store_.reset();
            store_ = open();
        } else {
            must(store_->clean_up());
        }
        EXPECT_FALSE(is_on_disk("Qzvwkjh"));
        save(*store_, {numbered(1, "brics", "Qzvwkjh")});
    }
}

TEST_F(StorePurge, GoesOnBesideSomebodyWhoReads)
{
    save(*store_, {numbered(1, "brics", "Qzvwkjh")});
    const auto reader = open();
    auto reading = must(platform::Transaction::read(reader->database()));
    EXPECT_EQ(must(reader->find_record(numbered(1, "brics", "").id))->number, 2u);
    purge();
    EXPECT_EQ(must(reader->find_record(numbered(1, "brics", "").id))->number, 2u);
    must(reading.commit());
    EXPECT_FALSE(must(reader->find_record(numbered(1, "brics", "").id)).has_value());
}

}  // namespace
}  // namespace indaba::tests
