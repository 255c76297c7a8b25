#include "platform/files.hpp"
#include "platform/paths.hpp"
#include "tests/unit/file_size_limit.hpp"
#include "tests/unit/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <optional>

namespace indaba::platform {
namespace {

using shared::as_bytes;
using shared::as_text;
using shared::Errc;
using tests::content_of;
using tests::mode_of;
using tests::TemporaryDirectory;

std::size_t entries(const TemporaryDirectory& directory)
{
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory.path())) ++count;
    return count;
}

TEST(Files, AFileIsReadUpToItsCap)
{
    const TemporaryDirectory directory;
    const std::string path = directory.file("a");
    ASSERT_TRUE(write_file_atomic(path, as_bytes("12345")));
    EXPECT_EQ(as_text(read_file(path, 5).value()), "12345");
    EXPECT_EQ(read_file(path, 4).error().code, Errc::too_large);
    EXPECT_EQ(read_file(directory.file("b"), 4).error().code, Errc::not_found);
    EXPECT_EQ(read_file(directory.path(), 4).error().code, Errc::usage);
    EXPECT_EQ(read_file("/dev/zero", 4).error().code, Errc::usage);
    EXPECT_FALSE(as_text(read_file("/proc/self/status", 100'000).value()).empty()) << "its size is told as 0";
    EXPECT_EQ(read_file("/proc/self/status", 10).error().code, Errc::too_large);
    EXPECT_EQ(as_text(read_to_end(path, 5).value()), "12345");
    EXPECT_EQ(read_to_end(path, 4).error().code, Errc::too_large);
    EXPECT_EQ(read_to_end(directory.file("b"), 4).error().code, Errc::not_found);
    EXPECT_EQ(read_to_end(directory.path(), 4).error().code, Errc::usage);
    EXPECT_EQ(read_to_end("/dev/zero", 100'000).error().code, Errc::too_large);
    EXPECT_TRUE(read_to_end("/dev/null", 0).value().empty());
}

TEST(Files, AWriteReplacesAllOrNothing)
{
    const TemporaryDirectory directory;
    const std::string path = directory.file("a");
    ASSERT_TRUE(write_file_atomic(path, as_bytes("old"), 0640));
    EXPECT_EQ(mode_of(path), 0640u);
    ASSERT_TRUE(write_file_atomic(path, as_bytes("new")));
    EXPECT_EQ(content_of(path), "new");
    EXPECT_EQ(entries(directory), 1u);

    const std::string taken = directory.file("taken");
    std::filesystem::create_directories(taken + "/inside");
    EXPECT_TRUE(write_file_atomic(taken, as_bytes("x")).has_error()) << "a directory cannot be renamed over";
    EXPECT_TRUE(exists(taken + "/inside"));
    EXPECT_EQ(entries(directory), 2u) << "no temporary file is left";
    EXPECT_EQ(write_file_atomic(directory.file("nowhere/a"), as_bytes("x")).error().code, Errc::not_found);
}

TEST(Files, AWriteThatFailsLeavesTheOldBytes)
{
    const TemporaryDirectory directory;
    const std::string path = directory.file("a");
    ASSERT_TRUE(write_file_atomic(path, as_bytes("old")));
    {
        const tests::FileSizeLimit limit(1000);
        EXPECT_EQ(write_file_atomic(path, Bytes(5000)).error().code, Errc::io);
    }
    EXPECT_EQ(content_of(path), "old");
    EXPECT_EQ(entries(directory), 1u);
    const auto nowhere = directory.file("nowhere/a");
    EXPECT_EQ(write_file_atomic(nowhere, as_bytes("new")).error().text, nowhere + ": there is no such file");
}

TEST(Files, SecretsAreForTheirOwnerAlone)
{
    const TemporaryDirectory directory;
    const std::string path = directory.file("key");
    const mode_t before = ::umask(0);
    ASSERT_TRUE(write_private_file(path, as_bytes("secret")));
    ASSERT_TRUE(create_private_file(directory.file("empty")));
    ::umask(before);
    EXPECT_EQ(mode_of(path), 0600u);
    EXPECT_EQ(mode_of(directory.file("empty")), 0600u);
    EXPECT_EQ(as_text(read_private_file(path, 100).value()), "secret");

    for (const unsigned mode : {0640u, 0604u, 0620u, 0601u}) {
        ::chmod(path.c_str(), mode);
        const auto refused = read_private_file(path, 100);
        ASSERT_TRUE(refused.has_error()) << std::oct << mode;
        EXPECT_EQ(refused.error().code, Errc::forbidden);
        EXPECT_NE(refused.error().text.find("chmod 600"), std::string::npos);
    }
    ASSERT_TRUE(write_private_file(path, as_bytes("again")));
    EXPECT_EQ(mode_of(path), 0600u);
}

TEST(Files, CreatingAPrivateFileKeepsWhatIsThere)
{
    const TemporaryDirectory directory;
    ASSERT_TRUE(write_private_file(directory.file("a"), as_bytes("kept")));
    ASSERT_TRUE(create_private_file(directory.file("a")));
    EXPECT_EQ(content_of(directory.file("a")), "kept");
}

TEST(Files, SymlinksAreNotFollowedToSecrets)
{
    const TemporaryDirectory directory;
    ASSERT_TRUE(write_private_file(directory.file("target"), as_bytes("mine")));
    std::filesystem::create_symlink(directory.file("target"), directory.file("link"));
    EXPECT_EQ(write_private_file(directory.file("link"), as_bytes("x")).error().code, Errc::forbidden);
    EXPECT_EQ(read_private_file(directory.file("link"), 100).error().code, Errc::forbidden);
    EXPECT_EQ(content_of(directory.file("target")), "mine");
    ASSERT_TRUE(write_file_atomic(directory.file("link"), as_bytes("x")));
    EXPECT_EQ(content_of(directory.file("target")), "mine") << "the link was replaced";
}

TEST(Files, PrivateDirectoriesAreMadeWithTheirParents)
{
    const TemporaryDirectory directory;
    const std::string path = directory.file("a/b/c");
    ASSERT_TRUE(make_private_directory(path));
    EXPECT_EQ(mode_of(path), 0700u);
    EXPECT_TRUE(make_private_directory(path)) << "there already is fine";
    ::chmod(path.c_str(), 0755);
    EXPECT_EQ(make_private_directory(path).error().code, Errc::forbidden);
    ASSERT_TRUE(write_private_file(directory.file("f"), {}));
    EXPECT_EQ(make_private_directory(directory.file("f")).error().code, Errc::usage);
}

TEST(Files, RemovingWhatIsNotThereIsFine)
{
    const TemporaryDirectory directory;
    ASSERT_TRUE(write_private_file(directory.file("a"), {}));
    EXPECT_TRUE(remove_file(directory.file("a")));
    EXPECT_TRUE(remove_file(directory.file("a")));
    EXPECT_FALSE(exists(directory.file("a")));
}

TEST(Files, ALockIsHeldByOne)
{
    const TemporaryDirectory directory;
    const std::string path = directory.file("lock");
    {
        auto first = FileLock::try_take(path);
        ASSERT_TRUE(first);
        EXPECT_EQ(FileLock::try_take(path).error().code, Errc::busy);
        const FileLock moved = std::move(*first);
        EXPECT_EQ(FileLock::try_take(path).error().code, Errc::busy);
    }
    EXPECT_TRUE(FileLock::try_take(path));
}

/// An environment variable's value while it lives.
class Environment {
public:
    Environment(const char* name, const char* value) : name_(name)
    {
        if (const char* before = std::getenv(name)) before_ = before;
        value ? ::setenv(name, value, 1) : ::unsetenv(name);
    }
    ~Environment() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

private:
    const char* name_;
    std::optional<std::string> before_;
};

TEST(Files, ALockIsSharedOrHeldAlone)
{
    const tests::TemporaryDirectory directory;
    const std::string path = directory.file("lock");
    {
        const auto first = FileLock::share(path, {});
        ASSERT_TRUE(first);
        EXPECT_TRUE(FileLock::share(path, {}));
        EXPECT_EQ(FileLock::take(path, std::chrono::milliseconds(20)).error().code, Errc::busy);
    }
    const auto alone = FileLock::take(path, {});
    ASSERT_TRUE(alone);
    EXPECT_EQ(FileLock::share(path, std::chrono::milliseconds(20)).error().code, Errc::busy);
}

TEST(Files, OneTakesTheOthersPlace)
{
    const tests::TemporaryDirectory directory;
    ASSERT_TRUE(write_file_atomic(directory.file("old"), as_bytes("old")));
    ASSERT_TRUE(write_file_atomic(directory.file("new"), as_bytes("new")));
    ASSERT_TRUE(replace_file(directory.file("new"), directory.file("old")));
    EXPECT_EQ(tests::content_of(directory.file("old")), "new");
    EXPECT_FALSE(exists(directory.file("new")));
    EXPECT_EQ(replace_file(directory.file("new"), directory.file("old")).error().code, Errc::not_found);
    EXPECT_EQ(tests::content_of(directory.file("old")), "new");
}

TEST(FreeBytes, AreAskedOfTheFileSystemOfAFile)
{
    const tests::TemporaryDirectory directory;
    EXPECT_GT(free_bytes(directory.path()).value(), 0u);
    EXPECT_EQ(free_bytes(directory.file("nothing")).error().code, Errc::not_found);
}

TEST(Paths, TheHomeIsNamedOrTheSystems)
{
    const Environment person("HOME", "/people/thandi");
    const Environment data("XDG_DATA_HOME", nullptr);
    const Environment home("INDABA_HOME", nullptr);
    EXPECT_EQ(default_client_home().value(), "/people/thandi/.local/share/indaba");
    const Environment relative("XDG_DATA_HOME", "data");
    EXPECT_EQ(default_client_home().value(), "/people/thandi/.local/share/indaba");
    const Environment absolute("XDG_DATA_HOME", "/data");
    EXPECT_EQ(default_client_home().value(), "/data/indaba");
    const Environment named("INDABA_HOME", "/stick/indaba");
    EXPECT_EQ(default_client_home().value(), "/stick/indaba");
    const Environment here("INDABA_HOME", "here");
    EXPECT_EQ(default_client_home().value(), (std::filesystem::current_path() / "here").string());
}

}  // namespace
}  // namespace indaba::platform
