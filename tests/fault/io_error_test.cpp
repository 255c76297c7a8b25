// The disk fails once, at any read, write, sync, truncation or removal of a session: the call says so, nothing is tried
// again although the disk works, the file is kept, and when the program is started again it holds the state before or
// after the call, and after it if the call was acknowledged.
#include "tests/fault/disk_vfs.hpp"
#include "tests/fault/script.hpp"

#include <gtest/gtest.h>

namespace indaba::tests::fault {
namespace {

using shared::Errc;

void expect_told(const shared::Error& error, const std::string& path)
{
    EXPECT_EQ(error.code, Errc::io) << error.text;
    EXPECT_TRUE(error.text.starts_with(path + ": the disk failed (code ")) << error.text;
    EXPECT_TRUE(error.text.ends_with("keep the file, check the disk")) << error.text;
}

/// What was opened again is one of two states, and the next step goes as ever.
void expect_whole(const Script& script, const platform::DatabaseOptions& file, std::size_t before, std::size_t after)
{
    const auto& played = recording(script);
    const auto party = script.open(file);
    ASSERT_TRUE(party.has_value()) << party.error().text;
    const auto state = must(content_of((*party)->database()));
    ASSERT_TRUE(state == played.states[before] || state == played.states[after]);
    EXPECT_TRUE((*party)->check().has_value());
    const auto moment = state == played.states[after] ? after : before;
    if (moment == script.steps.size()) return;
    const auto next = play(script, moment + 1, **party);
    ASSERT_TRUE(next.has_value()) << next.error().text;
    EXPECT_EQ(must(content_of((*party)->database())), played.states[moment + 1]);
}

/// One step with a fault in it, and the closing; false once neither has such a call any more.
bool check_failure(const Script& script, std::size_t number, DiskFault fault)
{
    const auto& played = recording(script);
    Disk disk(played.images[number - 1]);
    const Mounted mounted(disk);
    const auto file = mounted.file(script.file);
    auto party = must(script.open(file));
    disk.set_fault(fault);
    const auto stepped = play(script, number, *party);
    const auto broken = party->database().broken();
    if (stepped.has_error()) {
        expect_told(stepped.error(), file.path);
        EXPECT_TRUE(broken.has_value());
    }
    if (broken) {
        EXPECT_TRUE(disk.fired());
        for (int i = 0; i < 2; ++i) EXPECT_EQ(play(script, number, *party).error(), *broken) << "for good";
    }
    party.reset();
    disk.heal();
    expect_whole(script, file, stepped.has_error() ? number - 1 : number, number);
    return disk.fired();
}

void fail_everywhere(const Script& script, DiskFault::Kind kind)
{
    std::size_t fired = 0;
    for (std::size_t number = 1; number <= script.steps.size(); ++number) {
        for (std::size_t calls = 0;; calls = next_call(calls)) {
            SCOPED_TRACE(script.file + " " + script.steps[number - 1].name + ", fails after " + std::to_string(calls));
            if (!check_failure(script, number, {kind, calls})) break;
            ++fired;
            if (testing::Test::HasFailure()) return;
        }
    }
    EXPECT_GT(fired, 0u);
}

TEST(DiskFailure, AtAWriteOfADeviceIsForGood) { fail_everywhere(session().device, DiskFault::Kind::write_fails); }
TEST(DiskFailure, AtAWriteOfACentreIsForGood) { fail_everywhere(session().centre, DiskFault::Kind::write_fails); }
TEST(DiskFailure, AtAReadOfADeviceIsForGood) { fail_everywhere(session().device, DiskFault::Kind::read_fails); }
TEST(DiskFailure, AtAReadOfACentreIsForGood) { fail_everywhere(session().centre, DiskFault::Kind::read_fails); }
TEST(DiskFailure, AtASyncOfADeviceIsForGood) { fail_everywhere(session().device, DiskFault::Kind::sync_fails); }
TEST(DiskFailure, AtASyncOfACentreIsForGood) { fail_everywhere(session().centre, DiskFault::Kind::sync_fails); }
TEST(DiskFailure, AtATruncationIsForGood) { fail_everywhere(session().device, DiskFault::Kind::truncate_fails); }
TEST(DiskFailure, AtARemovalHarmsNothing) { fail_everywhere(session().device, DiskFault::Kind::remove_fails); }

TEST(DiskFailure, WhileAFileIsOpenedLeavesItForTheNextTime)
{
    using Kind = DiskFault::Kind;
    for (const auto* script : {&session().device, &session().centre}) {
        const auto last = script->steps.size();
        for (const auto kind : {Kind::write_fails, Kind::read_fails, Kind::sync_fails, Kind::remove_fails}) {
            for (std::size_t calls = 0;; ++calls) {
                SCOPED_TRACE(script->file + " fault " + std::to_string(int(kind)) + " after " + std::to_string(calls));
                Disk disk(recording(*script).images[last]);
                const Mounted mounted(disk);
                const auto file = mounted.file(script->file);
                disk.set_fault({kind, calls});
                auto party = script->open(file);
                if (party.has_error()) expect_told(party.error(), file.path);
                else party->reset();
                disk.heal();
                expect_whole(*script, file, last, last);
                if (!disk.fired()) break;
                if (HasFailure()) return;
            }
        }
    }
}

}  // namespace
}  // namespace indaba::tests::fault
