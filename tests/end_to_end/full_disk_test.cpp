// A disk without a byte left: what is there is read, what cannot be written is said so, and with room all goes on. The
// disk is a small one in memory, which needs the right to mount it.
#include "tests/end_to_end/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

namespace indaba::tests {
namespace {

using testing::HasSubstr;

class SmallDisk {
public:
    explicit SmallDisk(std::string path) : path_(std::move(path))
    {
        std::filesystem::create_directory(path_);
        mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=3m,mode=700") == 0;
    }
    ~SmallDisk()
    {
        if (mounted_) umount2(path_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    [[nodiscard]] bool mounted() const { return mounted_; }
    void fill() const
    {
        std::ofstream file(filler(), std::ios::binary);
        const std::string kilobyte(1024, 'x');
        while (file.write(kilobyte.data(), std::streamsize(kilobyte.size())).flush()) {
        }
    }
    void make_room() const { std::filesystem::remove(filler()); }

private:
    [[nodiscard]] std::string filler() const { return path_ + "/filler"; }

    std::string path_;
    bool mounted_ = false;
};

TEST(FullDisk, what_is_there_is_read_and_nothing_is_written)
{
    TemporaryDirectory directory;
    const SmallDisk disk(directory.file("tablet"));
    if (!disk.mounted()) GTEST_SKIP() << "mounting a small disk is not permitted here";
    Centre centre{directory};
    centre.operate({"space", "add", "forum", "--kind", "event"});
    centre.operate({"person", "add", "Amina", "--role", "forum=editor"});
    centre.start();
    Device amina{directory, "tablet"};
    amina.enrol(centre, "Amina");
    (void)amina.run({"sync"});
    const auto id = amina.done({"put", "enterprise", "name=Aurora"});
    disk.fill();
    for (const Arguments& command : {Arguments{"get", id},
                                     {"list", "enterprise"},
                                     {"search", "aurora"},
                                     {"status"},
                                     {"conflicts"},
                                     {"refused"},
                                     {"history", id},
                                     {"export", "enterprise"}})
        EXPECT_EQ(amina.run(command).code, 0) << command.front();
    EXPECT_THAT(amina.done({"get", id}), HasSubstr("Aurora"));
    for (const Arguments& command : {Arguments{"put", "enterprise", "name=Baikal"}, {"delete", id}, {"sync"}}) {
        const auto ended = amina.run(command);
        EXPECT_EQ(ended.code, 1) << command.front();
        EXPECT_THAT(ended.err, HasSubstr("the disk is full"));
    }
    disk.make_room();
    amina.done({"put", "enterprise", "name=Baikal"});
    EXPECT_EQ(amina.json({"list", "enterprise"}).as_array().size(), 2u);
}

}  // namespace
}  // namespace indaba::tests
