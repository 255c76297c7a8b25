// Two devices and a centre that may be put back from a backup behind their backs.
#pragma once

#include "tests/unit/device_lives.hpp"

namespace indaba::sync {

class RestoredCentre : public DeviceLives {
protected:
    Life a_ = live("a", 11);
    Life b_ = live("b", 12);

    void SetUp() override
    {
        DeviceLives::SetUp();
        sync_all();
    }

    void sync_all()
    {
        for (auto* life : {&a_, &b_, &a_, &b_}) EXPECT_TRUE(sync(*life).up_to_date);
    }

    /// As the feed tells it.
    static Cells word_of(Storage& storage, const RecordId& id)
    {
        auto record = storage.find_record(id).value();
        return record ? to_feed(std::move(*record), 0).cells : Cells();
    }
    /// Leaf for leaf, and nothing waits.
    void expect_same(const std::vector<RecordId>& ids)
    {
        for (auto* life : {&a_, &b_}) {
            for (const auto& id : ids) {
                EXPECT_EQ(word_of(*life->store, id), word_of(*centre_store_, id)) << id.text();
                const auto record = life->store->find_record(id).value();
                EXPECT_TRUE(!record || record->pending.empty());
            }
            const auto journals = life->store->own_journals("forum").value();
            for (const auto& journal : journals) EXPECT_EQ(journal.ruled, journal.last);
        }
    }
    void edit(Life& life, const RecordId& id, const std::string& key, const std::string& text)
    {
        EXPECT_TRUE(life.replica->write("forum", {{Change::Kind::put, id, "enterprise", {{key, Value::text(text)}}}})
                        .has_value());
    }
};

}  // namespace indaba::sync
