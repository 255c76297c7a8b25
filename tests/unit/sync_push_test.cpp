// How a device sends its journals to a centre that answers oddly.
#include "tests/unit/device_lives.hpp"

namespace indaba::sync {
namespace {

class Pushing : public DeviceLives {
protected:
    /// The centre's answers, but that it asks for every push of the forum's journal from the beginning.
    Actions answer(ServerSession& centre, const shared::Bytes& message)
    {
        auto decoded = decode_message(message);
        if (const auto* push = std::get_if<Push>(&*decoded)) {
            const auto head = shared::open_change_set(push->change_set, digest_)->set.journal;
            if (head.space == "forum") {
                ++pushes_;
                Stored again;
                again.journal = head.id;
                again.expected = 1;
                Actions actions;
                actions.send.push_back(encode_message(std::move(again)));
                return actions;
            }
        }
        return centre.on_message(message);
    }

    int pushes_ = 0;
};

TEST_F(Pushing, EndsWhereTheCentreAsksForTheSameForEverAndSaysSoAndEverythingElseIsSent)
{
    auto life = live("a", 11);
    (void)sync(life);
    const auto stuck = put(life, "Aurora");
    const auto other = new_id();
    put(life, other, "archive", "enterprise", "Baikal");
    ClientSession device(*life.replica, {});
    ServerSession centre(*centre_, peer());
    auto said = device.start();
    while (!said.close && !said.send.empty() && pushes_ < 1'000) {
        Actions next;
        for (const auto& message : said.send) {
            for (const auto& heard : answer(centre, message).send) {
                auto more = device.on_message(heard);
                next.send.insert(next.send.end(), more.send.begin(), more.send.end());
                next.close = next.close || more.close;
                if (more.error) next.error = more.error;
            }
        }
        said = std::move(next);
    }
    ASSERT_TRUE(said.close);
    EXPECT_FALSE(said.error.has_value());
    EXPECT_LT(pushes_, 100);
    EXPECT_EQ(device.progress().given_up, 1u);
    EXPECT_TRUE(has(life, other));
    EXPECT_FALSE(has(life, stuck));
    EXPECT_EQ(sync(life).accepted, 1u) << "another session, another try";
    EXPECT_TRUE(has(life, stuck));
}

}  // namespace
}  // namespace indaba::sync
