// The centre's own disk fails: its devices lose nothing, hear one line that sends nobody to their own disk, and its
// operator is told where it is.
#include "platform/async_loop.hpp"
#include "platform/http_client.hpp"
#include "tests/end_to_end/world.hpp"
#include "tests/hostile/hostile_device.hpp"
#include "tests/unit/file_size_limit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace indaba::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

class CentreInTrouble : public testing::Test {
protected:
    CentreInTrouble()
    {
        centre.operate({"space", "add", "forum", "--kind", "event"});
        centre.operate({"person", "add", "Amina", "--role", "forum=editor"});
        centre.start();
        amina.enrol(centre, "Amina");
        (void)amina.json({"sync"});
    }

    [[nodiscard]] platform::HttpResponse health() const
    {
        platform::EventLoop loop;
        const platform::ClientTls tls{platform::PinnedAuthority{content_of(centre.data() + "/authority.crt")}, {}};
        auto response =
            loop.run_for_result(platform::http_get(*platform::Address::parse(centre.address()), "/health", tls));
        EXPECT_TRUE(response.has_value());
        return response.has_value() ? *response : platform::HttpResponse();
    }

    TemporaryDirectory directory;
    Centre centre{directory};
    Device amina{directory, "tablet"};
};

TEST_F(CentreInTrouble, tells_its_devices_one_line_and_its_operator_the_rest)
{
    EXPECT_EQ(health().status, 200u);
    centre.stop();
    {
        const FileSizeLimit small(1024 * 1024);
        centre.start();
    }
    {
        HostileDevice writing(amina.home());
        for (int i = 0; i < 40; ++i)
            (void)writing.write(
                "forum", "enterprise",
                {{"name", shared::Value::text("Long")}, {"unheard_of", shared::Value::text(std::string(60'000, 'x'))}});
    }
    for (int round = 0; round < 2; ++round) {
        const auto ended = amina.run({"sync"});
        EXPECT_EQ(ended.code, 1);
        EXPECT_EQ(ended.err,
                  "indaba: the centre cannot store anything at the moment: what you wrote is kept here and "
                  "will be sent later; its operator must look at its disk\n");
        EXPECT_EQ(ended.out, "");
    }
    const auto asked = health();
    EXPECT_EQ(asked.status, 503u);
    EXPECT_THAT(asked.body, HasSubstr("\"status\":\"failed\""));
    EXPECT_THAT(asked.body, Not(HasSubstr("centre.db")));
    centre.stop();
    centre.start();
    EXPECT_EQ(health().status, 200u);
    EXPECT_TRUE(at(amina.json({"sync"}), "up_to_date").as_bool());
    EXPECT_EQ(feed_length(centre, "forum"), 40u);
}

}  // namespace
}  // namespace indaba::tests
