// What a device wrote in a session and the centre took unchanged is named to it, not sent back.
#include "tests/unit/device_lives.hpp"

namespace indaba::sync {
namespace {

class Echo : public DeviceLives {
protected:
    static constexpr std::size_t kText_bytes = 15'000;

    void write_much(Life& life, const RecordId& id, char letter)
    {
        std::string text(kText_bytes, letter);
        for (auto& each : text) each = char('a' + (each + chance_.below(26)) % 26);
        EXPECT_TRUE(life.replica
                        ->write("forum", {{Change::Kind::put,
                                           id,
                                           "enterprise",
                                           {{"name", Value::text("Aurora")}, {"about", Value::text(text)}}}})
                        .has_value());
    }
    /// Bytes that the device gets while it sends what waits.
    std::size_t heard(Life& life)
    {
        received_bytes_ = 0;
        EXPECT_TRUE(sync(life).up_to_date);
        return received_bytes_;
    }
};

TEST_F(Echo, SparesADeviceItsOwnWords)
{
    auto life = live("writer", 11);
    auto other = live("reader", 12);
    (void)sync(life);
    const auto id = new_id();
    write_much(life, id, 'a');
    EXPECT_LT(heard(life), kText_bytes / 4);
    EXPECT_TRUE(has(life, id));
    EXPECT_GT(heard(other), kText_bytes) << "who did not write it gets it whole";
}

TEST_F(Echo, SparesThemAlsoOnTheBranchOfACopy)
{
    auto life = live("writer", 11);
    (void)sync(life);
    (void)put(life, "Baikal");
    (void)sync(life);
    auto copied = copy(life, "copy");
    (void)put(life, "Cerrado");
    (void)sync(life);
    const auto id = new_id();
    write_much(copied, id, 'b');
    EXPECT_LT(heard(copied), kText_bytes / 4);
    EXPECT_TRUE(has(copied, id));
}

}  // namespace
}  // namespace indaba::sync
