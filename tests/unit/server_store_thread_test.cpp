// The thread of the database runs its jobs in the order in which they were posted, whoever posts them.
#include "server/store_thread.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>

namespace indaba::server {

namespace {

TEST(StoreThreadTest, runs_what_a_job_posts_before_what_others_post_later)
{
    std::string order;
    std::promise<void> posted_inside;
    std::promise<void> posted_outside;
    {
        StoreThread thread;
        thread.post([&] {
            thread.post([&] { order += "inside "; });
            posted_inside.set_value();
            posted_outside.get_future().wait();
        });
        posted_inside.get_future().wait();
        thread.post([&] { order += "outside "; });
        posted_outside.set_value();
    }
    EXPECT_EQ(order, "inside outside ");
}

}  // namespace

}  // namespace indaba::server
