// Bits flip in a file at rest: what is read is what was written, or the call says that the file is damaged and names
// it. Nothing else is shown, and nothing ends the process.
#include "tests/fault/disk_vfs.hpp"
#include "tests/fault/script.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace indaba::tests::fault {
namespace {

using shared::Errc;

constexpr std::size_t kPage_bytes = 4096;

/// Everything that opening, reading and checking a damaged file says.
Result<shared::Hash> read_all(const Script& script, const platform::DatabaseOptions& file)
{
    INDABA_ASSIGN(const auto party, script.open(file));
    INDABA_ASSIGN(const auto content, content_of(party->database()));
    INDABA_TRY(party->check());
    return content;
}

/// True if the damage was told.
bool check_damage(const Script& script, const Files& files, const std::vector<shared::Hash>& right)
{
    Disk disk(files);
    const Mounted mounted(disk);
    const auto file = mounted.file(script.file);
    const auto content = read_all(script, file);
    if (content.has_error()) {
        EXPECT_EQ(content.error().code, Errc::corrupt) << content.error().text;
        EXPECT_TRUE(content.error().text.starts_with(file.path + ": ")) << content.error().text;
        return true;
    }
    EXPECT_TRUE(std::ranges::find(right, *content) != right.end()) << "shows what never was";
    return false;
}

/// One bit of every page, at a place by chance. Nobody misses a page that is free.
void flip_in_every_page(const Script& script)
{
    const auto& played = recording(script);
    const auto pages = played.closed.at(script.file).size() / kPage_bytes;
    model::Chance chance(44);
    std::size_t told = 0;
    for (std::size_t page = 0; page < pages; ++page) {
        SCOPED_TRACE(script.file + " page " + std::to_string(page + 1));
        Files files = played.closed;
        files[script.file][page * kPage_bytes + chance.below(kPage_bytes)] ^= std::uint8_t(1u << chance.below(8));
        told += check_damage(script, files, {played.states.back()}) ? 1 : 0;
        if (testing::Test::HasFailure()) return;
    }
    EXPECT_GT(pages, 20u);
    EXPECT_GT(told, pages * 3 / 4);
}

TEST(DamagedPage, OfADeviceIsToldAndNeverShown) { flip_in_every_page(session().device); }

TEST(DamagedPage, OfAnEncryptedCentreIsToldAndNeverShown) { flip_in_every_page(session().centre); }

TEST(DamagedPage, OfTheHeadIsToldOrHarmsNothing)
{
    const auto& script = session().device;
    const auto& played = recording(script);
    for (std::size_t at = 0; at < 100; ++at) {
        SCOPED_TRACE(at);
        Files files = played.closed;
        files[script.file][at] ^= 0x40;
        (void)check_damage(script, files, {played.states.back()});
    }
}

TEST(DamagedPage, PutInAnothersPlaceIsTold)
{
    const auto& script = session().device;
    const auto& played = recording(script);
    Files files = played.closed;
    auto& content = files[script.file];
    std::copy_n(content.begin() + 5 * kPage_bytes, kPage_bytes, content.begin() + 6 * kPage_bytes);
    EXPECT_TRUE(check_damage(script, files, {played.states.back()}));
}

TEST(DamagedPage, OfAFileCutShortIsTold)
{
    for (const auto* script : {&session().device, &session().centre}) {
        const auto& played = recording(*script);
        const auto size = played.closed.at(script->file).size();
        for (const auto left : {size - 1, size - kPage_bytes, size / 2, kPage_bytes, kPage_bytes - 1, std::size_t(1)}) {
            SCOPED_TRACE(script->file + " cut to " + std::to_string(left));
            Files files = played.closed;
            files[script->file].resize(left);
            EXPECT_TRUE(check_damage(*script, files, {played.states.back()}));
        }
    }
}

/// A -wal file counts up to its first damaged frame. Before pages of it were moved, what is left is an earlier state,
/// which the centre finds out by its feed's chain; afterwards it may be a mixture that only a full check finds.
TEST(DamagedWal, ShowsAnEarlierStateOrIsTold)
{
    const auto& script = session().device;
    const auto& played = recording(script);
    const std::string wal = script.file + "-wal";
    model::Chance chance(45);
    std::size_t shown = 0;
    for (std::size_t moment = 0; moment < played.images.size(); ++moment) {
        if (played.images[moment].at(script.file).size() > kPage_bytes) break;
        for (int i = 0; i < 100; ++i) {
            const auto at = chance.below(played.images[moment].at(wal).size());
            SCOPED_TRACE("after step " + std::to_string(moment) + ", byte " + std::to_string(at));
            Files files = played.images[moment];
            files[wal][at] ^= std::uint8_t(1u << chance.below(8));
            shown += check_damage(script, files, played.states) ? 0 : 1;
        }
    }
    EXPECT_GT(shown, 100u);
}

/// A write that the disk said it had done and had not: there is no promise but this.
TEST(LostWrite, EndsNoProgramAndIsToldWhereItIsNoticed)
{
    const auto& script = session().device;
    const auto& played = recording(script);
    std::size_t told = 0;
    for (std::size_t number = 1; number <= script.steps.size(); ++number) {
        for (std::size_t calls = 0;; calls = next_call(calls)) {
            SCOPED_TRACE(script.steps[number - 1].name + ", lost after " + std::to_string(calls));
            Disk disk(played.images[number - 1]);
            const Mounted mounted(disk);
            const auto file = mounted.file(script.file);
            {
                const auto party = must(script.open(file));
                disk.set_fault({DiskFault::Kind::write_lost, calls});
                (void)play(script, number, *party);
            }
            if (!disk.fired()) break;
            disk.heal();
            const auto content = read_all(script, file);
            if (content.has_value()) continue;
            ++told;
            EXPECT_EQ(content.error().code, Errc::corrupt) << content.error().text;
            EXPECT_TRUE(content.error().text.starts_with(file.path + ": ")) << content.error().text;
            if (HasFailure()) return;
        }
    }
    EXPECT_GT(told, 0u);
}

}  // namespace
}  // namespace indaba::tests::fault
