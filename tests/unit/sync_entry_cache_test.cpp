// What a storage transaction keeps of the entries it looked at stays within a limit, however large they are.
#include "sync/entry_cache.hpp"
#include "tests/unit/device_lives.hpp"

namespace indaba::sync {
namespace {

class EntryCaching : public DeviceLives {
protected:
    /// One transaction of so many texts of so many characters, each of four bytes.
    void write(std::size_t texts, std::size_t characters)
    {
        std::string text;
        for (std::size_t i = 0; i < characters; ++i) text += "\U0001F33F";
        std::vector<Change> changes;
        for (std::size_t i = 0; i < texts; ++i)
            changes.push_back({Change::Kind::put,
                               new_id(),
                               "enterprise",
                               {{"about", Value::text(text)}, {"name", Value::text("Aurora")}}});
        const auto written = life_.replica->write("forum", changes);
        ASSERT_TRUE(written.has_value()) << written.error().text;
        names_.push_back(*written);
    }

    std::shared_ptr<const LoadedEntry> load(const TransactionName& name)
    {
        auto entry = cache_.load(name).value();
        seen_.emplace_back(entry);
        return entry;
    }

    /// Of what was loaded, what the cache keeps: how many and the bytes of their payloads.
    std::pair<std::size_t, std::size_t> kept()
    {
        std::pair<std::size_t, std::size_t> sum;
        for (const auto& place : seen_)
            if (const auto entry = place.lock()) {
                ++sum.first;
                sum.second += entry->entry().payload.size();
            }
        return sum;
    }

    Life life_ = live("a", 11);
    std::vector<TransactionName> names_;
    EntryCache cache_{*life_.store};
    std::vector<std::weak_ptr<const LoadedEntry>> seen_;
};

TEST_F(EntryCaching, KeepsTwoOfTheLargestAtMost)
{
    (void)sync(life_);
    for (int i = 0; i < 5; ++i) write(60, 16'000);
    const auto most = 2 * shared::limits::kTransaction_bytes;
    for (const auto& name : names_) {
        const auto entry = load(name);
        ASSERT_NE(entry, nullptr);
        EXPECT_GT(entry->entry().payload.size(), shared::limits::kTransaction_bytes * 9 / 10);
        EXPECT_EQ(cache_.load(name).value(), entry) << "not read twice";
        EXPECT_LE(kept().second, most);
    }
    EXPECT_EQ(seen_.front().lock(), nullptr);
}

TEST_F(EntryCaching, KeepsFewOfTheSmall)
{
    (void)sync(life_);
    for (int i = 0; i < 200; ++i) write(1, 10);
    std::size_t most = 0;
    for (const auto& name : names_) {
        ASSERT_NE(load(name), nullptr);
        most = std::max(most, kept().first);
    }
    EXPECT_EQ(most, 64u);
}

}  // namespace
}  // namespace indaba::sync
