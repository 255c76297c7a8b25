// Devices whose clock is wrong: years of difference to a centre in this process, whose clock a test can move.
#include "client/json.hpp"
#include "platform/async.hpp"
#include "tests/end_to_end/world.hpp"
#include "tests/unit/server_fixture.hpp"

#include <atomic>
#include <thread>

namespace indaba::tests {

using testing::HasSubstr;
using testing::Not;

namespace {

constexpr std::int64_t kYear_ms = 365 * shared::limits::kDay_ms;

}  // namespace

/// What a device's clock being ahead by so much is to the centre: a centre whose clock is behind.
class WrongClock : public server::ServerTest {
protected:
    WrongClock() : ana_(home, "ana")
    {
        start();
        network_ = std::thread([this] { run(serve(this)); });
    }
    ~WrongClock() override
    {
        done_ = true;
        look_.notify();
        network_.join();
    }

    /// The centre's clock is ahead of this machine's by so much from now on.
    void move_centre(std::int64_t ahead_ms)
    {
        ahead_ms_ = ahead_ms;
        is_moved_ = false;
        look_.notify();
        is_moved_.wait(false);
    }
    [[nodiscard]] std::int64_t centre_ms() { return platform::SystemClock().now_ms() + ahead_ms_; }

    void enrol_ana()
    {
        const auto invitation = server::invite({data, "Ana Silva", {}, 7});
        ana_.done({"enrol", "-", "--device", "laptop"}, invitation->text + "\n");
    }

    Device ana_;

private:
    static platform::Task<> serve(WrongClock* test)
    {
        while (!test->done_) {
            test->clock.ahead_ms = test->ahead_ms_;
            test->is_moved_ = true;
            test->is_moved_.notify_one();
            (void)co_await test->look_.wait();
        }
    }

    std::atomic<std::int64_t> ahead_ms_ = 0;
    std::atomic<bool> is_moved_ = false;
    std::atomic<bool> done_ = false;
    platform::Notifier look_{loop.executor()};
    std::thread network_;
};

TEST_F(WrongClock, is_told_of_once_and_shown_by_status_as_long_as_it_is_wrong)
{
    move_centre(-2 * kYear_ms);
    enrol_ana();
    const auto before_ms = centre_ms();
    EXPECT_THAT(ana_.done({"sync"}), HasSubstr("\nThis device's clock is 730 days ahead of the centre's: "));
    EXPECT_THAT(ana_.done({"sync"}), Not(HasSubstr("clock")));
    EXPECT_TRUE(at(ana_.json({"sync"}), "clock_warning").is_null());
    EXPECT_THAT(ana_.done({"status"}), HasSubstr("This device's clock is 730 days ahead of the centre's: "));
    const auto status = ana_.json({"status"});
    for (const char* time : {"last_contact", "last_attempt"}) {
        EXPECT_GE(text_at(status, time).substr(0, 19), client::time_text(before_ms).substr(0, 19)) << time;
        EXPECT_LE(text_at(status, time).substr(0, 19), client::time_text(centre_ms()).substr(0, 19)) << time;
    }

    move_centre(0);
    EXPECT_THAT(ana_.done({"sync"}), Not(HasSubstr("clock")));
    EXPECT_THAT(ana_.done({"status"}), Not(HasSubstr("clock")));

    move_centre(2 * kYear_ms);
    EXPECT_THAT(text_at(ana_.json({"sync"}), "clock_warning"), HasSubstr("730 days behind the centre's"));
    EXPECT_THAT(ana_.done({"sync"}), Not(HasSubstr("clock")));
}

}  // namespace indaba::tests
