// A directory and its files without write permission for as long as this lives, as their owner sees it. The superuser
// may write all the same, so it becomes nobody meanwhile, and what is in the test's directory stays nobody's.
#pragma once

#include "tests/unit/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace indaba::tests {

class ReadOnly {
public:
    ReadOnly(const TemporaryDirectory& directory, const std::string& path) : path_(path)
    {
        if (::geteuid() == 0) {
            own(directory.path(), kNobody);
            for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path()))
                own(entry.path(), kNobody);
            become(kNobody);
        }
        permit(0400, 0500);
    }
    ~ReadOnly()
    {
        permit(0600, 0700);
        if (::getuid() == 0) become(0);
    }
    ReadOnly(const ReadOnly&) = delete;
    ReadOnly& operator=(const ReadOnly&) = delete;

private:
    static constexpr ::uid_t kNobody = 65534;
    static void own(const std::string& path, ::uid_t user) { EXPECT_EQ(::chown(path.c_str(), user, user), 0); }
    static void become(::uid_t user) { EXPECT_EQ(::seteuid(user), 0); }
    void permit(::mode_t files, ::mode_t directory) const
    {
        EXPECT_EQ(::chmod(path_.c_str(), 0700), 0);
        for (const auto& entry : std::filesystem::directory_iterator(path_))
            EXPECT_EQ(::chmod(entry.path().c_str(), files), 0);
        EXPECT_EQ(::chmod(path_.c_str(), directory), 0);
    }

    std::string path_;
};

}  // namespace indaba::tests
