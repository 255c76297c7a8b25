// What an erasure could not finish while somebody was reading, the running centre finishes by itself.
#include "platform/sqlite_meta.hpp"
#include "server/commands.hpp"
#include "server/office.hpp"
#include "tests/unit/centre_fixture.hpp"

namespace indaba::server {

namespace {

class ErasureTest : public CentreTest {
protected:
    ErasureTest()
    {
        EXPECT_EQ(stored(written(ana_key_, 3)), 3u);
        EXPECT_TRUE(counter->ledger.store()
                        .each_record_after("forum", 0,
                                           [this](sync::StoredRecord&& record) {
                                               ids_.push_back(record.id.text());
                                               return true;
                                           })
                        .has_value());
    }
    [[nodiscard]] bool is_clean()
    {
        auto& database = counter->ledger.database();
        return *platform::meta_int64(database, "unclean") == *platform::meta_int64(database, "cleaned");
    }

    KeyPair ana_key_ = KeyPair::generate();
    DeviceId ana_ = enrolled(ana_key_, "Ana Silva");
    std::vector<std::string> ids_;
};

TEST_F(ErasureTest, is_finished_by_the_running_centre_when_whoever_read_has_ended)
{
    const auto office = *Office::open(*DataDirectory::open(data), clock, log, [](const std::function<void()>&) {});
    auto reader = std::move(*Ledger::open(data));
    auto reading = *platform::Transaction::read(reader.database());
    ASSERT_TRUE(platform::meta_int64(reading.database(), "unclean").has_value());
    ASSERT_TRUE(erase({data, {ids_.at(0)}}).has_value());
    office->refresh();
    EXPECT_FALSE(is_clean()) << "the reader may still want it";
    EXPECT_EQ(stored(written(ana_key_, 2)), 2u) << "nobody is kept from writing meanwhile";
    ASSERT_TRUE(reading.commit().has_value());
    office->refresh();
    EXPECT_TRUE(is_clean());
    EXPECT_TRUE(office->health().has_value());
}

}  // namespace

}  // namespace indaba::server
