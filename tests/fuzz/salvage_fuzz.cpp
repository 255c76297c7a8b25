// A device's database with some of its bytes written over: whatever is read of it joins, fits into a new database, and
// takes no more memory than a damaged file may cost. The input is a list of edits of one small file: four bytes say
// which page, where and how many bytes, and those follow; none: another page is put there, or the file is cut.
#include "platform/files.hpp"
#include "sync/salvaged.hpp"
#include "sync/store/salvage.hpp"
#include "tests/fuzz/allocation.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/session_world.hpp"
#include "tests/unit/temporary_directory.hpp"

#include <algorithm>
#include <array>
#include <fstream>

using namespace indaba;
using shared::Bytes;
using shared::ByteView;
using tests::fuzz::World;

namespace {

/// So small that rows have overflow pages and tables inner ones.
constexpr std::size_t kPage_bytes = 512;
constexpr std::uint64_t kSeed = 13;

/// A device that has synced, and written since.
class Salvaged {
public:
    Salvaged()
    {
        auto& device = world_.hostile;
        world_.connect(device);
        write_some(device, 1);
        (void)world_.carry(device);
        device.session.reset();
        write_some(device, 16);
        copy(device.store->database(), "file:" + directory_.file("large") + "?vfs=unix");
        platform::DatabaseOptions large;
        large.path = directory_.file("large");
        const auto database = platform::Database::open(large).value();
        INDABA_CHECK(database->execute("PRAGMA page_size = " + std::to_string(kPage_bytes)).has_value());
        copy(*database, directory_.file("small"));
        image_ = platform::read_file(directory_.file("small"), 1024 * 1024).value();
        INDABA_CHECK(image_.size() % kPage_bytes == 0);
    }

    [[nodiscard]] std::size_t size() const { return image_.size(); }
    [[nodiscard]] std::size_t written() const { return written_; }

    void damage(ByteView edits)
    {
        auto image = image_;
        const auto pages = image.size() / kPage_bytes;
        while (edits.size() >= 4) {
            const auto page = std::size_t(edits[0] | edits[1] << 8) % (pages + 1) * kPage_bytes;
            const auto at = std::size_t(edits[2]) * 2 + (edits[3] & 1u);
            auto size = std::min<std::size_t>(edits[3] >> 1, edits.size() - 4);
            const auto bytes = edits.subspan(4, size);
            edits = edits.subspan(4 + size);
            if (page >= image.size()) {
                image.resize(at * kPage_bytes / 4 % image.size() + 1);
                break;
            }
            if (size == 0)
                std::copy_n(image.begin() + std::ptrdiff_t(at % pages * kPage_bytes), kPage_bytes,
                            image.begin() + std::ptrdiff_t(page));
            size = std::min(size, kPage_bytes - at);
            std::copy_n(bytes.begin(), size, image.begin() + std::ptrdiff_t(page + at));
        }
        std::ofstream(path(), std::ios::binary)
            .write(reinterpret_cast<const char*>(image.data()), std::streamsize(image.size()));
    }

    shared::Result<sync::store::SalvagedFile> read()
    {
        platform::DatabaseOptions file;
        file.path = path();
        return sync::store::salvage(file, world_.hostile.signer.public_key(), world_.digest);
    }

    void check(const sync::Salvaged& found)
    {
        for (const auto& saved : found.journals) {
            auto last = shared::first_hash(saved.journal.head, world_.digest);
            std::uint64_t number = 0;
            for (const auto& entry : saved.chain) {
                INDABA_CHECK(entry.name.number == ++number && entry.name.journal == saved.journal.head.id);
                const auto payload = entry.original ? *entry.original : world_.digest.sha256(entry.payload);
                last = shared::entry_hash(last, number, entry.stamp, payload, world_.digest);
                INDABA_CHECK(last == entry.hash && entry.name.hash == last.prefix());
            }
            INDABA_CHECK(saved.journal.last == number && saved.journal.last_hash == last);
        }
        World::Device fresh(world_, kSeed);
        INDABA_CHECK(fresh.replica.adopt(std::move(found)).has_value());
    }

private:
    [[nodiscard]] std::string path() const { return directory_.file("damaged"); }

    void write_some(World::Device& device, std::uint8_t first)
    {
        for (std::uint8_t i = 0; i < 12; ++i) world_.write(device, std::uint8_t(first + i * 7));
        const auto id = shared::RecordId::make(1'760'000'000'000, std::array<std::uint8_t, 10>{first});
        sync::Change change{sync::Change::Kind::put, id, "enterprise", {{"name", shared::Value::text("Aurora")}}};
        change.cells.emplace_back("about", shared::Value::text(std::string(700, 'a') + std::string(700, 'b')));
        INDABA_CHECK(device.replica.write("forum", {std::move(change)}).has_value());
        written_ = device.written.size() + (written_ == 0 ? 1 : 2);
    }

    static void copy(platform::Database& database, const std::string& to)
    {
        INDABA_CHECK(database.execute("VACUUM INTO '" + to + "'").has_value());
    }

    tests::TemporaryDirectory directory_;
    World world_;
    Bytes image_;
    std::size_t written_ = 0;
};

}  // namespace

FUZZ(input)
{
    static Salvaged device;
    device.damage(input);
    const tests::fuzz::Allocation allocation;
    const auto read = device.read();
    INDABA_CHECK(allocation.peak_bytes() <= shared::limits::decoded_bytes(device.size()));
    if (input.empty()) INDABA_CHECK(read->found.journals.at(0).chain.size() == device.written());
    if (read.has_value()) device.check(read->found);
}
