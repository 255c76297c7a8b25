// Each change of how a home is kept, killed before every call by which it touches a file.
#include "tests/unit/cut_off.hpp"
#include "tests/unit/protected_home.hpp"
#include "tests/unit/read_only.hpp"

#include <gmock/gmock.h>

namespace indaba::client {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using tests::CutOff;

/// Kills `work` before each change that it makes to a file, each time on a fresh copy of the home. What is left must
/// open by one of two ways and hold the record, whoever looks first.
class CutOffTest : public ProtectionTest {
protected:
    void expect_survives(const std::function<bool(const std::string&)>& work, const AskPassphrase& before,
                         const AskPassphrase& after)
    {
        for (int n = 0;; ++n) {
            SCOPED_TRACE(testing::Message() << "before change " << n);
            const auto where = copied(path, "cut");
            const auto end = CutOff::before_change(n, [&] { return work(where); });
            if (end == CutOff::End::impossible) GTEST_SKIP() << "this system lets nobody trace a process";
            ASSERT_NE(end, CutOff::End::failed);
            const bool is_new = Home::open(where, before).has_error();
            expect_opens(where, is_new ? after : before);
            if (HasFailure()) return;
            EXPECT_THAT(names(where), Not(Contains("indaba.db.new"))) << "whoever opens it clears up";
            if (how_kept(where)->protection == Protection::passphrase) {
                expect_tells_nothing(where);
                const auto key = Home::open(where, is_new ? after : before)->database_key();
                for (const auto& name : names(where)) {
                    EXPECT_THAT(name, Not(HasSubstr("device.key"))) << "nor what is left of it";
                    EXPECT_THAT(name, Not(HasSubstr("data.key")));
                    EXPECT_EQ(tests::content_of(where + "/" + name).find(shared::as_text(key)), std::string::npos);
                }
            }
            if (end == CutOff::End::done) {
                EXPECT_TRUE(is_new || how_kept(where)->protection == Protection::permission);
                EXPECT_GT(n, 5) << "nothing was cut off";
                return;
            }
        }
    }
};

TEST_F(CutOffTest, a_passphrase_is_set_or_not)
{
    expect_survives([&](const std::string& where) { return set(where, kFirst); },
                    [] { return Result<Secret>(shared::fail(Errc::cancelled, "asked")); }, says(kFirst));
}

TEST_F(CutOffTest, a_passphrase_is_changed_or_not)
{
    ASSERT_TRUE(set(path, kFirst));
    expect_survives(
        [](const std::string& where) {
            return change_passphrase(where, says(kFirst), says(kSecond), kCheap).has_value();
        },
        says(kFirst), says(kSecond));
}

TEST_F(CutOffTest, a_passphrase_is_removed_or_not)
{
    ASSERT_TRUE(set(path, kFirst));
    expect_survives([](const std::string& where) { return remove_passphrase(where, says(kFirst)).has_value(); },
                    says(kFirst), {});
}

TEST_F(CutOffTest, what_clears_up_may_be_cut_off_too)
{
    int pending = 0;
    for (int n = 0;; ++n) {
        const auto half = copied(path, "half");
        const auto end = CutOff::before_change(n, [&] { return set(half, kFirst); });
        if (end == CutOff::End::impossible) GTEST_SKIP() << "this system lets nobody trace a process";
        if (end == CutOff::End::done) break;
        const bool is_half = platform::exists(half + "/keys.wrapped") && platform::exists(half + "/indaba.db.new");
        if (!is_half || ++pending % 3 != 1) continue;
        for (int m = 0;; ++m) {
            SCOPED_TRACE(testing::Message() << "before change " << n << ", then before change " << m);
            const auto where = copied(half, "cut");
            const auto again = CutOff::before_change(m, [&] { return Home::open(where, says(kFirst)).has_value(); });
            ASSERT_NE(again, CutOff::End::failed);
            expect_opens(where, says(kFirst));
            if (HasFailure()) return;
            expect_tells_nothing(where);
            if (again == CutOff::End::done) break;
        }
        const tests::ReadOnly nobody(directory, half);
        expect_opens(half, says(kFirst));
    }
    EXPECT_GT(pending, 0);
}

}  // namespace
}  // namespace indaba::client
