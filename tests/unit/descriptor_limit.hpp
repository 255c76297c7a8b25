// While it lives, this process and what it starts may open so few files and sockets; the hard limit stays.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace indaba::tests {

class DescriptorLimit {
public:
    explicit DescriptorLimit(rlim_t most)
    {
        EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
        const rlimit limit{most, before_.rlim_max};
        EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    }
    ~DescriptorLimit() { EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before_), 0); }
    DescriptorLimit(const DescriptorLimit&) = delete;
    DescriptorLimit& operator=(const DescriptorLimit&) = delete;

    [[nodiscard]] rlim_t hard() const { return before_.rlim_max; }

    /// The number that the next descriptor would get.
    [[nodiscard]] static rlim_t next_free()
    {
        const int probe = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::close(probe);
        return rlim_t(probe);
    }

private:
    rlimit before_{};
};

}  // namespace indaba::tests
