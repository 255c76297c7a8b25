// What was deleted or written over is in no page any more, whatever rows, overflow pages and splits it went through.
#include "tests/unit/sqlite_fixture.hpp"

#include <fmt/format.h>

#include <iterator>
#include <map>
#include <random>
#include <set>

namespace indaba::platform {
namespace {

constexpr int kSteps = 4000;
constexpr std::string_view kMark = "Qzvwkjh";
constexpr std::size_t kToken_bytes = kMark.size() + 6;

class SqliteErased : public SqliteFixture, public testing::WithParamInterface<std::uint32_t> {
protected:
    /// A text that is written once, and what it is in.
    std::string fresh_token() { return fmt::format("{}{:06}", kMark, tokens_++); }
    std::string around(const std::string& token)
    {
        const auto kind = draw(20);
        const auto longest = kind < 12 ? draw(60) : kind < 18 ? draw(900) : draw(9'000);  // the last in overflow pages
        std::string text;
        do text += token;
        while (text.size() < longest);
        return text;
    }
    std::size_t draw(std::size_t end) { return chance_() % end; }

    void write(Database& database, std::int64_t id)
    {
        std::vector<std::string> tokens{fresh_token(), fresh_token(), fresh_token()};
        const auto key = around(tokens[0]);
        const auto value = around(tokens[1]);
        const auto other = around(tokens[2]);
        ASSERT_TRUE(database.statement("INSERT OR REPLACE INTO row VALUES (?1, ?2, ?3)")
                        .bind_all(id, std::string_view(key), std::string_view(value))
                        .run());
        ASSERT_TRUE(database.statement("INSERT OR REPLACE INTO leaf VALUES (?1, ?2)")
                        .bind_all(id, std::string_view(other))
                        .run());
        live_[id] = std::move(tokens);
    }
    void erase(Database& database, std::int64_t id)
    {
        ASSERT_TRUE(database.statement("DELETE FROM row WHERE id = ?1").bind_all(id).run());
        ASSERT_TRUE(database.statement("DELETE FROM leaf WHERE id = ?1").bind_all(id).run());
        live_.erase(id);
    }
    void go_through_a_life(Database& database)
    {
        ASSERT_TRUE(
            database.execute("CREATE TABLE row(id INTEGER PRIMARY KEY, key TEXT, value TEXT);"
                             "CREATE INDEX row_key ON row(key);"
                             "CREATE TABLE leaf(id INT, value TEXT, PRIMARY KEY(id)) WITHOUT ROWID;"));
        for (int step = 0; step < kSteps; ++step) {
            if (step % 40 == 0) {
                ASSERT_TRUE(database.execute(step == 0 ? "BEGIN" : "COMMIT; BEGIN"));
            }
            const auto id = std::int64_t(draw(kSteps / 3));
            if (live_.contains(id) && draw(3) == 0) erase(database, id);
            else write(database, id);
        }
        while (live_.size() > kSteps / 20) erase(database, std::next(live_.begin(), long(draw(live_.size())))->first);
        ASSERT_TRUE(database.execute("COMMIT"));
        ASSERT_TRUE(database.checkpoint(Database::Checkpoint::truncate));
    }

    [[nodiscard]] std::set<std::string> live() const
    {
        std::set<std::string> all;
        for (const auto& [id, tokens] : live_) all.insert(tokens.begin(), tokens.end());
        return all;
    }
    static std::set<std::string> tokens_in(Database& database)
    {
        std::set<std::string> found;
        auto pages = database.prepare("SELECT data FROM sqlite_dbpage");
        while (pages.step().value()) {
            const auto page = shared::as_text(pages.blob(0));
            for (auto at = page.find(kMark); at != page.npos; at = page.find(kMark, at + 1)) {
                const auto token = page.substr(at, kToken_bytes);
                const auto digits = token.substr(kMark.size());
                const bool is_whole =
                    token.size() == kToken_bytes && digits.find_first_not_of("0123456789") == digits.npos;
                if (is_whole) found.emplace(token);  // the end of another page cuts the rest
            }
        }
        return found;
    }

    std::mt19937 chance_{GetParam()};
    int tokens_ = 0;
    std::map<std::int64_t, std::vector<std::string>> live_;
};

INSTANTIATE_TEST_SUITE_P(Lives, SqliteErased, testing::Values(1, 2, 3));

TEST_P(SqliteErased, IsInNoPage)
{
    const auto database = open(options());
    go_through_a_life(*database);
    EXPECT_EQ(tokens_in(*database), live());
    EXPECT_EQ(tests::content_of(directory_.file("store.db-wal")), "");
}

TEST_P(SqliteErased, IsInNoPageOfAnEncryptedFile)
{
    auto encrypted = options();
    encrypted.key = key_of(3);
    const auto database = open(encrypted);
    go_through_a_life(*database);
    EXPECT_EQ(tokens_in(*database), live());
}

/// So what is deleted there later is in no page either.
TEST_P(SqliteErased, IsInNoPageOfACopy)
{
    auto database = open(options());
    go_through_a_life(*database);
    ASSERT_TRUE(database->execute("VACUUM INTO '" + directory_.file("copy.db") + "'"));
    auto copy = options();
    copy.path = directory_.file("copy.db");
    database = open(copy);
    while (!live_.empty()) erase(*database, live_.begin()->first);
    ASSERT_TRUE(database->checkpoint(Database::Checkpoint::truncate));
    EXPECT_EQ(tokens_in(*database), live());
}

}  // namespace
}  // namespace indaba::platform
