// What the keyring of a desktop says when there is none; with a real one: tests/end_to_end/keyring_test.cpp.
#include "platform/key_store.hpp"
#include "tests/unit/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace indaba::platform {
namespace {

using namespace std::chrono_literals;
using shared::Errc;

class KeyStoreTest : public testing::Test {
protected:
    KeyStoreTest()
    {
        ::setenv("XDG_RUNTIME_DIR", directory.path().c_str(), 1);
        ::unsetenv("DBUS_SESSION_BUS_ADDRESS");
        ::unsetenv("DISPLAY");
    }
    tests::TemporaryDirectory directory;
};

TEST_F(KeyStoreTest, says_that_there_is_no_desktop)
{
    EXPECT_EQ(stored_key("home").error().code, Errc::unreachable);
    EXPECT_EQ(store_key("home", "a home", {1, 2, 3}).error().code, Errc::unreachable);
    EXPECT_EQ(drop_key("home").error().code, Errc::unreachable);
}

/// A session that takes connections and says nothing.
TEST_F(KeyStoreTest, waits_no_longer_than_it_is_told_to)
{
    sockaddr_un address{AF_UNIX, {}};
    const auto path = directory.file("bus");
    ASSERT_LT(path.size(), sizeof(address.sun_path));
    std::ranges::copy(path, address.sun_path);
    const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    ASSERT_EQ(::listen(listener, 8), 0);
    ::setenv("DBUS_SESSION_BUS_ADDRESS", ("unix:path=" + path).c_str(), 1);
    const auto began = std::chrono::steady_clock::now();
    const auto answer = stored_key("home", 100ms);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
    ASSERT_TRUE(answer.has_error());
    EXPECT_EQ(answer.error().code, Errc::timed_out) << answer.error().text;
    struct sigaction now{};
    ASSERT_EQ(::sigaction(SIGPIPE, nullptr, &now), 0);
    EXPECT_EQ(now.sa_handler, SIG_DFL) << "a program in a pipe ends as before";
    ::close(listener);
}

}  // namespace
}  // namespace indaba::platform
