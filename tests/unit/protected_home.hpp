// A home with one record in it, for the tests of how its keys are kept. One thread.
#pragma once

#include "client/core.hpp"
#include "client/protection.hpp"
#include "platform/sqlite.hpp"
#include "sync/store/store.hpp"
#include "tests/unit/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace indaba::client {

namespace fs = std::filesystem;
using platform::Secret;
using shared::as_bytes;
using shared::Errc;

/// The tests are about files; what a guess costs is platform's.
inline constexpr platform::PassphraseCost kCheap{8, 1};
inline constexpr const char* kMarker = "Kryptos Pumps 7391";
inline constexpr const char* kFirst = "первая фраза";
inline constexpr const char* kSecond = "a second passphrase";

inline AskPassphrase says(std::string text)
{
    return [text = std::move(text)] { return Result<Secret>(Secret(as_bytes(text))); };
}

/// A home with one record, nobody in it.
class ProtectionTest : public testing::Test {
protected:
    ProtectionTest()
    {
        Enrolment enrolment;
        enrolment.server = {"centre.invalid", 8443};
        enrolment.person = "Amina";
        enrolment.device_name = "tablet";
        const auto home = Home::create(path, *Home::prepare(path), enrolment);
        EXPECT_TRUE(home.has_value());
        raw_key = home->database_key();
        pem = tests::content_of(path + "/device.key");
        platform::DatabaseOptions file;
        file.path = home->database_path();
        file.create = true;
        file.key = home->database_key();
        {
            const auto store = sync::store::ReplicaStore::open(file, shared::Catalogue::builtin(), {});
            sync::StoredSpace space;
            space.name = "forum";
            space.kind = "event";
            space.role = "contributor";
            EXPECT_TRUE((*store)->begin().has_value());
            EXPECT_TRUE((*store)->save_space(space).has_value());
            EXPECT_TRUE((*store)->commit().has_value());
        }
        const auto core = Core::open(path);
        id = (*core)->put({{{}, "enterprise", {}, {{"name", Value::text(kMarker)}}}})->front();
    }

    [[nodiscard]] bool set(const std::string& where, const std::string& text) const
    {
        return set_passphrase(where, Secret(as_bytes(text)), kCheap).has_value();
    }

    /// The record is there and whole.
    void expect_opens(const std::string& where, const AskPassphrase& ask) const
    {
        const auto core = Core::open(where, ask);
        ASSERT_TRUE(core.has_value()) << core.error().text;
        const auto record = (*core)->get(id);
        ASSERT_TRUE(record.has_value()) << record.error().text;
        EXPECT_EQ(record->title, kMarker);
    }

    static std::set<std::string> names(const std::string& where)
    {
        std::set<std::string> names;
        for (const auto& entry : fs::directory_iterator(where)) names.insert(entry.path().filename().string());
        return names;
    }

    void expect_tells_nothing(const std::string& where) const
    {
        for (const auto& entry : fs::directory_iterator(where)) {
            const auto content = tests::content_of(entry.path().string());
            EXPECT_EQ(content.find(kMarker), std::string::npos) << entry.path();
            EXPECT_EQ(content.find("PRIVATE KEY"), std::string::npos) << entry.path();
            EXPECT_EQ(content.find(shared::as_text(raw_key)), std::string::npos) << entry.path();
        }
    }

    [[nodiscard]] std::string copied(const std::string& from, const std::string& name) const
    {
        const auto to = directory.file(name);
        fs::remove_all(to);
        fs::copy(from, to, fs::copy_options::recursive);
        fs::permissions(to, fs::perms::owner_all);
        return to;
    }

    tests::TemporaryDirectory directory;
    std::string path = directory.file("home");
    platform::Key32 raw_key{};
    std::string pem;
    RecordId id;
};

}  // namespace indaba::client
