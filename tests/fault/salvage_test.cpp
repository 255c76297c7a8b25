// A disk that fails once while a device's database is salvaged, at any read: what is found is what was written, most of
// it all the same, and nothing on the disk is touched.
#include "sync/store/salvage.hpp"
#include "tests/fault/disk_vfs.hpp"
#include "tests/fault/script.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace indaba::tests::fault {
namespace {

using shared::Errc;
using sync::store::SalvagedFile;

using Entries = std::set<std::pair<shared::TransactionName, Bytes>>;

Entries entries_of(const SalvagedFile& salvaged)
{
    Entries entries;
    for (const auto& journal : salvaged.found.journals)
        for (const auto* part : {&journal.chain, &journal.detached})
            for (const auto& entry : *part) entries.emplace(entry.name, entry.payload);
    return entries;
}

/// Its device's key, which its journals tell.
shared::PublicKey author_of(const Script& script, const Files& files)
{
    Disk disk(files);
    const Mounted mounted(disk);
    const auto party = must(script.open(mounted.file(script.file)));
    auto& store = dynamic_cast<Device&>(*party).store();
    for (const auto& space : must(store.spaces()))
        if (const auto own = must(store.own_journal(space.name))) return own->head.author;
    throw std::runtime_error("the device has written nothing");
}

/// True if there was such a read.
bool check_salvage(const Files& files, const shared::PublicKey& author, std::size_t calls, const Entries& all)
{
    Disk disk(files);
    const Mounted mounted(disk);
    const auto file = mounted.file(session().device.file);
    model::CheapDigest digest;
    disk.set_fault({DiskFault::Kind::read_fails, calls});
    const auto salvaged = sync::store::salvage(file, author, digest);
    if (salvaged.has_error()) {
        EXPECT_TRUE(salvaged.error().code == Errc::io || salvaged.error().code == Errc::corrupt);
        EXPECT_TRUE(salvaged.error().text.starts_with(file.path + ": ")) << salvaged.error().text;
    } else {
        const auto found = entries_of(*salvaged);
        EXPECT_TRUE(std::ranges::includes(all, found)) << "nothing that nobody wrote";
        EXPECT_GE(found.size() + 16, all.size()) << "one page holds no more of these";
    }
    std::erase_if(disk.files(), [](const auto& one) { return one.second.empty(); });  // this VFS lets readers make one
    EXPECT_TRUE(disk.files() == files);
    disk.heal();
    EXPECT_EQ(entries_of(must(sync::store::salvage(file, author, digest))), all) << "it can be tried again";
    return disk.fired();
}

TEST(Salvage, FindsNothingButWhatWasWrittenThoughAReadFails)
{
    const auto& script = session().device;
    const auto& played = recording(script);
    std::size_t fired = 0;
    for (const auto* files : {&played.images.back(), &played.closed}) {
        const auto author = author_of(script, *files);
        Disk disk(*files);
        const Mounted mounted(disk);
        model::CheapDigest digest;
        const auto all = entries_of(must(sync::store::salvage(mounted.file(script.file), author, digest)));
        EXPECT_GT(all.size(), 10u);
        for (std::size_t calls = 0;; ++calls) {
            SCOPED_TRACE("after " + std::to_string(calls) + " reads");
            if (!check_salvage(*files, author, calls, all)) break;
            ++fired;
            if (HasFailure()) return;
        }
    }
    EXPECT_GT(fired, 100u);
}

}  // namespace
}  // namespace indaba::tests::fault
