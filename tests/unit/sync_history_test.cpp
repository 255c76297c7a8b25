// What a device is told of a record's history, however long it is.
#include "tests/unit/device_lives.hpp"

namespace indaba::sync {
namespace {

class LongHistory : public DeviceLives {
protected:
    /// Carries a question and what it leads to; what the device then knows.
    std::optional<HistoryAnswer> ask(Life& life, const RecordId& id)
    {
        ClientSession device(*life.replica, {"test", true, {}});
        ServerSession centre(*centre_, peer());
        auto said = device.start().send;
        for (auto& question : device.ask_history(id).send) said.push_back(std::move(question));
        for (; !said.empty(); ++turns_) {
            std::vector<Bytes> answers;
            for (const auto& message : said)
                for (auto& answer : centre.on_message(message).send) answers.push_back(std::move(answer));
            said.clear();
            for (const auto& answer : answers) {
                auto more = device.on_message(answer);
                EXPECT_FALSE(more.error) << more.error->text;
                for (auto& next : more.send) said.push_back(std::move(next));
            }
        }
        return device.history();
    }

    int turns_ = 0;
};

TEST_F(LongHistory, IsToldToItsEndInTheOrderOfTheRulings)
{
    auto life = live("writer", 11);
    (void)sync(life);
    const auto id = put(life, "Aurora");
    constexpr std::size_t kEdits = 60;
    for (std::size_t i = 0; i < kEdits; ++i) {
        std::string about(15'990, 'a');
        about += std::to_string(i);
        ASSERT_TRUE(
            life.replica->write("forum", {{Change::Kind::put, id, "enterprise", {{"about", Value::text(about)}}}})
                .has_value());
    }
    ASSERT_TRUE(sync(life).up_to_date);
    const auto told = ask(life, id);
    ASSERT_TRUE(told.has_value());
    EXPECT_FALSE(told->more);
    ASSERT_EQ(told->entries.size(), kEdits + 1);
    for (std::size_t i = 0; i <= kEdits; ++i) EXPECT_EQ(told->entries[i].name.number, i + 1);
    EXPECT_GT(turns_, 1);
}

}  // namespace
}  // namespace indaba::sync
