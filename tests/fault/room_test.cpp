// A disk with little room left refuses what comes from the centre before it refuses what the person writes; and what
// was written is still sent.
#include "shared/limits.hpp"
#include "sync/client_session.hpp"
#include "sync/server_session.hpp"
#include "tests/fault/disk_vfs.hpp"
#include "tests/fault/script.hpp"
#include "tests/model/item.hpp"

#include <gtest/gtest.h>

namespace indaba::tests::fault {
namespace {

using shared::Errc;
using shared::Value;

constexpr auto kReserve_bytes = shared::limits::kPullReserve_bytes;

class Room : public testing::Test {
protected:
    void SetUp() override
    {
        auto& store = centre_->store();
        must(store.begin());
        must(store.add_space({"forum", "event", "Forum"}));
        must(store.commit());
        EXPECT_FALSE(sync(*device_).error.has_value());
        EXPECT_FALSE(sync(*other_).error.has_value());
    }

    [[nodiscard]] std::unique_ptr<Device> open(const Mounted& mounted, std::uint64_t seed)
    {
        sync::store::StoreOptions options;
        if (seed == 1) options.free_bytes = [this] { return free_bytes_; };
        auto device = must(Device::open(mounted.file("device.db"), seed, options));
        device->at_step(seed);
        return device;
    }

    void write(Device& device, std::uint8_t number)
    {
        shared::RecordId id;
        id.bytes[15] = number;
        (void)must(device.replica().write(
            "forum", {{sync::Change::Kind::put, id, std::string(model::kItem), {{"name", Value::text("Aurora")}}}}));
    }

    struct Outcome {
        std::optional<shared::Error> error;
        sync::Progress progress;
    };
    /// Carries messages until both ends are silent.
    Outcome sync(Device& device)
    {
        sync::ClientSession client(device.replica(), {});
        const auto id = shared::device_of(device.replica().ports().signer.public_key(), digest_);
        const std::vector<sync::Replica::Grant> grants{{"forum", "event", "Forum", "editor"}};
        sync::ServerSession server(centre_->centre(),
                                   {id, [&] { return Result<std::vector<sync::Replica::Grant>>(grants); }});
        auto said = client.start();
        while (!said.close && !said.send.empty()) {
            std::vector<shared::Bytes> answers;
            for (const auto& message : said.send)
                for (auto& answer : server.on_message(message).send) answers.push_back(std::move(answer));
            said = {};
            for (const auto& answer : answers) {
                auto more = client.on_message(answer);
                for (auto& next : more.send) said.send.push_back(std::move(next));
                if (more.close) return {more.error, client.progress()};
            }
        }
        return {said.error, client.progress()};
    }

    Result<std::uint64_t> free_bytes_ = kReserve_bytes;
    model::CheapDigest digest_;
    Disk disks_[3];
    Mounted mounted_[3]{Mounted(disks_[0]), Mounted(disks_[1]), Mounted(disks_[2])};
    std::unique_ptr<CentreParty> centre_ = must(CentreParty::open(mounted_[2].file("centre.db")));
    std::unique_ptr<Device> device_ = open(mounted_[0], 1);
    std::unique_ptr<Device> other_ = open(mounted_[1], 2);
};

TEST_F(Room, RunsOutForPullsBeforeItDoesForOnesOwnEdits)
{
    write(*other_, 1);
    ASSERT_TRUE(sync(*other_).progress.up_to_date);
    free_bytes_ = kReserve_bytes - 1;
    write(*device_, 2);
    const auto before = must(device_->store().find_space("forum"))->cursor;

    const auto refused = sync(*device_);
    ASSERT_TRUE(refused.error.has_value());
    EXPECT_EQ(refused.error->code, Errc::full);
    EXPECT_NE(refused.error->text.find("device.db: less than 64 MiB are free on this disk"), std::string::npos)
        << refused.error->text;
    EXPECT_NE(refused.error->text.find("make room"), std::string::npos);
    EXPECT_EQ(refused.progress.pulled, 0u);
    EXPECT_FALSE(refused.progress.up_to_date);
    EXPECT_EQ(must(device_->store().find_space("forum"))->cursor, before);
    write(*device_, 3);

    free_bytes_ = kReserve_bytes;
    const auto done = sync(*device_);
    EXPECT_FALSE(done.error.has_value());
    EXPECT_TRUE(done.progress.up_to_date);
    EXPECT_EQ(done.progress.pulled, 2u) << "the other's, and what was sent while nothing was taken";
}

TEST_F(Room, ThatRanOutDoesNotKeepWhatWasWrittenFromBeingSent)
{
    write(*other_, 1);
    (void)sync(*other_);
    free_bytes_ = 0;
    for (std::uint8_t number = 2; number < 12; ++number) write(*device_, number);
    const auto refused = sync(*device_);
    EXPECT_EQ(refused.error.value().code, Errc::full);
    EXPECT_EQ(refused.progress.pushed, 10u);
    EXPECT_EQ(must(centre_->store().head("forum")).number, 11u) << "the centre has ruled on all of it";
    EXPECT_EQ(must(device_->store().queries().counts()).at(0).pending, 10u) << "and this device has not heard";
}

TEST_F(Room, ThatIsNotKnownStopsNothing)
{
    write(*other_, 1);
    (void)sync(*other_);
    free_bytes_ = fail(Errc::io, "cannot be asked");
    EXPECT_TRUE(sync(*device_).progress.up_to_date);
}

/// SQLite itself finds no room, at any write of taking a batch: what was written is sent all the same.
TEST_F(Room, FoundMissingWhileABatchIsTakenDoesNotEither)
{
    for (std::size_t calls = 0;; ++calls) {
        SCOPED_TRACE(calls);
        write(*other_, std::uint8_t(100 + calls));
        (void)sync(*other_);
        write(*device_, std::uint8_t(1 + calls));
        disks_[0].set_fault({DiskFault::Kind::full, calls});
        const auto refused = sync(*device_);
        const bool fired = disks_[0].fired();
        disks_[0].heal();
        if (!fired) break;
        // Met by no more than the checkpoint after the last commit, it stops nothing.
        if (refused.error) {
            EXPECT_EQ(refused.error->code, Errc::full);
        } else {
            EXPECT_TRUE(refused.progress.up_to_date);
        }
        EXPECT_EQ(refused.progress.pushed, 1u);
        EXPECT_TRUE(sync(*device_).progress.up_to_date);
        ASSERT_LT(calls, 60u);
    }
}

}  // namespace
}  // namespace indaba::tests::fault
