// The power goes at every write, sync, truncation and removal of a session, or the process is killed there, and again
// while what is left is opened: then it is the state before or after the transaction in hand, and nothing that was
// acknowledged is gone.
#include "tests/fault/disk_vfs.hpp"
#include "tests/fault/platter.hpp"
#include "tests/fault/script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace indaba::tests::fault {
namespace {

/// The moments that are over at an operation of the history: the opening counts as one.
std::size_t moments_over(const Recording& played, std::size_t at)
{
    return std::size_t(std::ranges::upper_bound(played.ends, at) - played.ends.begin());
}

/// The moment that a state is of, among those that a cut there may leave; nothing: none of them.
std::optional<std::size_t> moment_of(const Recording& played, const shared::Hash& state, std::size_t cut_at)
{
    const auto over = moments_over(played, cut_at);
    const auto begun = std::min(over, played.states.size() - 1);
    for (auto moment = over == 0 ? 0 : over - 1; moment <= begun; ++moment)
        if (played.states[moment] == state) return moment;
    return std::nullopt;
}

/// Opens what was left and checks it; then the step that was cut off is taken again.
Result<void> check_survivors(const Script& script, const Recording& played, const Files& files, std::size_t cut_at)
{
    Disk disk(files);
    const Mounted mounted(disk);
    INDABA_ASSIGN(const auto party, script.open(mounted.file(script.file)));
    INDABA_ASSIGN(const auto state, content_of(party->database()));
    const auto moment = moment_of(played, state, cut_at);
    if (!moment) return fail(shared::Errc::corrupt, "neither the state before nor the state after");
    INDABA_TRY(party->check());
    if (*moment == script.steps.size()) return {};
    INDABA_TRY(play(script, *moment + 1, *party));
    INDABA_ASSIGN(const auto next, content_of(party->database()));
    if (next != played.states[*moment + 1]) return fail(shared::Errc::corrupt, "goes on to another state");
    return {};
}

std::string where(const Script& script, const Recording& played, std::size_t cut_at)
{
    const auto over = moments_over(played, cut_at);
    const auto step = over == 0 ? "opens" : over > script.steps.size() ? "closes" : script.steps[over - 1].name;
    return script.file + " " + step + ", cut before operation " + std::to_string(cut_at);
}

/// What is wrong after which cut.
std::vector<std::string> cut_everywhere(const Script& script, Cut cut, std::size_t every = 1)
{
    const auto& played = recording(script);
    std::vector<std::string> wrong;
    model::Chance chance(42);
    Platter platter({});
    for (std::size_t at = 0; at <= played.history.size(); ++at) {
        const auto survived =
            at % every == 0 ? check_survivors(script, played, platter.after(cut, chance), at) : Result<void>();
        if (survived.has_error()) wrong.push_back(where(script, played, at) + ": " + survived.error().text);
        if (at < played.history.size()) platter.apply(played.history[at]);
    }
    return wrong;
}

/// After every `every`-th torn cut, the power goes again at each operation of opening and closing what was left.
std::vector<std::string> cut_twice(const Script& script, std::size_t every)
{
    const auto& played = recording(script);
    std::vector<std::string> wrong;
    model::Chance chance(43);
    Platter platter({});
    for (std::size_t at = 0; at <= played.history.size(); ++at) {
        if (at % every == 0) {
            Disk disk(platter.after(Cut::torn, chance));
            Platter again(disk.files());
            {
                const Mounted mounted(disk);
                (void)must(script.open(mounted.file(script.file)));
            }
            for (std::size_t second = 0; second <= disk.history().size(); ++second) {
                const auto survived = check_survivors(script, played, again.after(Cut::torn, chance), at);
                if (survived.has_error())
                    wrong.push_back(where(script, played, at) + ", again before operation " + std::to_string(second) +
                                    " of opening: " + survived.error().text);
                if (second < disk.history().size()) again.apply(disk.history()[second]);
            }
        }
        if (at < played.history.size()) platter.apply(played.history[at]);
    }
    return wrong;
}

using testing::IsEmpty;

TEST(PowerLoss, OfADeviceLeavesTheStateBeforeOrAfter)
{
    EXPECT_THAT(cut_everywhere(session().device, Cut::unsynced_lost), IsEmpty());
}

TEST(PowerLoss, OfADeviceWithTornWritesLeavesTheStateBeforeOrAfter)
{
    EXPECT_THAT(cut_everywhere(session().device, Cut::torn), IsEmpty());
}

TEST(PowerLoss, OfACentreLeavesTheStateBeforeOrAfter)
{
    EXPECT_THAT(cut_everywhere(session().centre, Cut::unsynced_lost), IsEmpty());
}

TEST(PowerLoss, OfACentreWithTornWritesLeavesTheStateBeforeOrAfter)
{
    EXPECT_THAT(cut_everywhere(session().centre, Cut::torn), IsEmpty());
}

TEST(PowerLoss, AgainWhileADeviceRecoversChangesNothing) { EXPECT_THAT(cut_twice(session().device, 67), IsEmpty()); }

TEST(PowerLoss, AgainWhileACentreRecoversChangesNothing) { EXPECT_THAT(cut_twice(session().centre, 29), IsEmpty()); }

TEST(Kill, OfADeviceLeavesTheStateBeforeOrAfter)
{
    EXPECT_THAT(cut_everywhere(session().device, Cut::killed, 3), IsEmpty());
}

TEST(Kill, OfACentreLeavesTheStateBeforeOrAfter)
{
    EXPECT_THAT(cut_everywhere(session().centre, Cut::killed), IsEmpty());
}

/// The checks above would notice: a store that does not sync forgets what it acknowledged, or is torn for good.
TEST(PowerLoss, IsNoticedWhereNothingIsSynced)
{
    Script careless = session().centre;
    careless.open = [](platform::DatabaseOptions file) {
        file.synchronous_off = true;
        return session().centre.open(file);
    };
    EXPECT_THAT(cut_everywhere(careless, Cut::unsynced_lost), testing::Not(IsEmpty()));
    EXPECT_THAT(cut_everywhere(careless, Cut::torn), testing::Not(IsEmpty()));
    EXPECT_THAT(cut_everywhere(careless, Cut::killed), IsEmpty()) << "a killed process needs no sync";
}

TEST(PowerLoss, StrikesASessionThatCheckpointsAndTruncates)
{
    for (const auto* script : {&session().device, &session().centre}) {
        const auto& played = recording(*script);
        const auto count = [&](DiskStep::Kind kind, const std::string& file) {
            return std::ranges::count_if(played.history, [&](const DiskStep& step) {
                return step.kind == kind && step.file == script->file + file;
            });
        };
        EXPECT_GT(count(DiskStep::Kind::write, ""), 50) << "pages moved out of the -wal file";
        EXPECT_GT(count(DiskStep::Kind::sync, ""), 1);
        EXPECT_GE(count(DiskStep::Kind::sync, "-wal"), std::ptrdiff_t(script->steps.size()));
        EXPECT_GT(count(DiskStep::Kind::remove, "-wal"), 0);
    }
}

}  // namespace
}  // namespace indaba::tests::fault
