// The disk is full from any write of a session on: the call says so and nothing of it is there, what is there can be
// read, and once there is room the same call does what it would have done.
#include "tests/fault/disk_vfs.hpp"
#include "tests/fault/script.hpp"

#include <gtest/gtest.h>

namespace indaba::tests::fault {
namespace {

using shared::Errc;

/// One step with the disk full after so many writes; false once the step has no more of them.
bool check_full(const Script& script, std::size_t number, DiskFault fault, std::size_t& refused)
{
    const auto& played = recording(script);
    Disk disk(played.images[number - 1]);
    const Mounted mounted(disk);
    const auto file = mounted.file(script.file);
    const auto party = must(script.open(file));
    disk.set_fault(fault);
    const auto first = play(script, number, *party);
    if (first.has_error()) {
        ++refused;
        EXPECT_EQ(first.error(), fail(Errc::full, file.path + ": the disk is full; make room and try again"));
        EXPECT_EQ(must(content_of(party->database())), played.states[number - 1]) << "while it is full";
        EXPECT_TRUE(party->check().has_value());
        disk.heal();
        const auto again = play(script, number, *party);
        EXPECT_TRUE(again.has_value()) << again.error().text;
    }
    EXPECT_FALSE(party->database().broken().has_value());
    EXPECT_EQ(must(content_of(party->database())), played.states[number]);
    EXPECT_TRUE(party->check().has_value());
    return disk.fired();
}

void fill_everywhere(const Script& script, DiskFault::Kind kind)
{
    for (std::size_t number = 1; number <= script.steps.size(); ++number) {
        std::size_t refused = 0;
        for (std::size_t calls = 0;; calls = next_call(calls)) {
            SCOPED_TRACE(script.file + " " + script.steps[number - 1].name + ", full after " + std::to_string(calls));
            if (!check_full(script, number, {kind, calls}, refused)) {
                EXPECT_TRUE(refused > 0 || calls == 0) << "a step that writes must have been refused";
                break;
            }
            if (testing::Test::HasFailure()) return;
        }
    }
}

TEST(FullDisk, RefusesACallOfADeviceAndHarmsNothing) { fill_everywhere(session().device, DiskFault::Kind::full); }

TEST(FullDisk, RefusesACallOfACentreAndHarmsNothing) { fill_everywhere(session().centre, DiskFault::Kind::full); }

TEST(FullDisk, ThatTakesHalfAWriteHarmsNoDevice) { fill_everywhere(session().device, DiskFault::Kind::short_full); }

TEST(FullDisk, ThatTakesHalfAWriteHarmsNoCentre) { fill_everywhere(session().centre, DiskFault::Kind::short_full); }

/// Nothing can be made of it yet; with room it is made as ever.
TEST(FullDisk, RefusesANewFileUntilThereIsRoom)
{
    for (const auto* script : {&session().device, &session().centre}) {
        for (std::size_t calls = 0;; ++calls) {
            SCOPED_TRACE(script->file + " opens, full after " + std::to_string(calls));
            Disk disk;
            const Mounted mounted(disk);
            const auto file = mounted.file(script->file);
            disk.set_fault({DiskFault::Kind::full, calls});
            auto party = script->open(file);
            if (party.has_error()) {
                EXPECT_EQ(party.error().code, Errc::full) << party.error().text;
            }
            const bool fired = disk.fired();
            disk.heal();
            if (party.has_error()) party = script->open(file);
            ASSERT_TRUE(party.has_value()) << party.error().text;
            EXPECT_EQ(must(content_of((*party)->database())), recording(*script).states[0]);
            if (!fired) break;
            if (HasFailure()) return;
        }
    }
}

}  // namespace
}  // namespace indaba::tests::fault
