#include "tests/unit/store_fixture.hpp"

#include <gmock/gmock.h>

namespace indaba::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class StoreSearch : public StoreTest {
protected:
    void add(std::uint8_t id, const std::string& name, const std::string& about = {})
    {
        save(*store_, {record(id, "enterprise",
                              about.empty() ? Texts{{"name", name}} : Texts{{"about", about}, {"name", name}})});
    }
    std::vector<int> found(const std::string& text, std::size_t limit = 50)
    {
        std::vector<int> numbers;
        for (const auto& id : must(store_->queries().search(text, limit))) numbers.push_back(id.bytes[15]);
        return numbers;
    }
    /// More than may wait, so that everything before is in the index itself.
    void fill()
    {
        must(store_->begin());
        for (int i = 0; i < 300; ++i) must(store_->save_record(filler(i, 0x02)));
        must(store_->commit());
    }
    static StoredRecord filler(int i, std::uint8_t kind)
    {
        auto one = record(0, "enterprise", {{"name", "Filler number" + std::to_string(i)}}, "filler");
        one.id.bytes[0] = kind;
        one.id.bytes[1] = std::uint8_t(i);
        one.id.bytes[2] = std::uint8_t(i >> 8);
        return one;
    }
    [[nodiscard]] std::int64_t count(const char* table)
    {
        auto row = store_->database().prepare(std::string("SELECT count(*) FROM ") + table);
        EXPECT_TRUE(must(row.step()));
        return row.int64(0);
    }

    using Texts = std::vector<std::pair<std::string, std::string>>;
    std::unique_ptr<ReplicaStore> store_ = open();
};

/// The same must hold whether the records wait to be indexed or are.
class StoreSearchScripts : public StoreSearch, public testing::WithParamInterface<bool> {
protected:
    void ready()
    {
        if (GetParam()) fill();
    }
};

TEST_P(StoreSearchScripts, FindsWhatPeopleMean)
{
    add(1, "Mineração São João");
    add(2, "Объединённая металлургическая компания");
    add(3, "हिन्दी शिक्षा संस्थान");
    add(4, "شركة الطاقة المتجددة");
    add(5, "金砖国家创新基地");
    add(6, "شرکت انرژی می‌سازد");
    add(7, "カタカナ・テスト東京");
    add(8, "ＡＢＣ１２３ Limited");
    ready();
    EXPECT_THAT(found("mineracao"), ElementsAre(1));
    EXPECT_THAT(found("sao JOAO"), ElementsAre(1));
    EXPECT_THAT(found("São Jo"), ElementsAre(1));
    EXPECT_THAT(found("объединенная"), ElementsAre(2));
    EXPECT_THAT(found("КОМПАНИЯ"), ElementsAre(2));
    EXPECT_THAT(found("हिन्दी"), ElementsAre(3));
    EXPECT_THAT(found("शिक्षा"), ElementsAre(3));
    EXPECT_THAT(found("न्दी"), IsEmpty()) << "a fragment of a word is not a word";
    EXPECT_THAT(found("الطاقة"), ElementsAre(4));
    EXPECT_THAT(found("الطاقه"), ElementsAre(4));
    EXPECT_THAT(found("創新"), IsEmpty());
    EXPECT_THAT(found("创新"), ElementsAre(5));
    EXPECT_THAT(found("国家创新基地"), ElementsAre(5));
    EXPECT_THAT(found("地"), ElementsAre(5));
    EXPECT_THAT(found("新"), ElementsAre(5));
    EXPECT_THAT(found("انرژي"), ElementsAre(6)) << "Arabic yeh finds Persian yeh";
    EXPECT_THAT(found("میسازد"), ElementsAre(6));
    EXPECT_THAT(found("東京"), ElementsAre(7));
    EXPECT_THAT(found("テスト"), ElementsAre(7));
    EXPECT_THAT(found("abc123"), ElementsAre(8));
}

TEST_P(StoreSearchScripts, EveryWordCountsAndTheLastMayBeABeginning)
{
    add(1, "Vale mining company", "iron ore");
    add(2, "Vale training institute");
    ready();
    EXPECT_THAT(found("vale"), UnorderedElementsAre(1, 2));
    EXPECT_THAT(found("vale min"), ElementsAre(1));
    EXPECT_THAT(found("min vale"), IsEmpty()) << "only the last word is a beginning";
    EXPECT_THAT(found("ore vale"), ElementsAre(1));
    EXPECT_THAT(found("vale nothing"), IsEmpty());
    EXPECT_THAT(found(""), IsEmpty());
    EXPECT_THAT(found(" ,;- "), IsEmpty());
    EXPECT_THAT(found("vale", 1), SizeIs(1));
    EXPECT_THAT(found("vale", 0), IsEmpty());
}

TEST_P(StoreSearchScripts, TitlesComeFirstThenTheNewest)
{
    add(1, "Solar panels");
    add(2, "Something", "about solar panels");
    add(3, "Solar water");
    add(4, "Other thing", "with solar light");
    ready();
    EXPECT_THAT(found("solar"), ElementsAre(3, 1, 4, 2));
    EXPECT_THAT(found("solar", 3), ElementsAre(3, 1, 4));
}

TEST_P(StoreSearchScripts, NoTextIsQueryLanguage)
{
    add(1, "Say \"hello\" AND wave");
    ready();
    for (const std::string hostile :
         {"\"", "\"\"\"", "hello\" OR \"x", "text:hello", "hello*", "^hello", "-hello", "NEAR(hello wave)", "(hello",
          "hello)", "{text}:hello", "\xff\xfe", "hello\xc3", "\xee\x80\x80", "\xed\xa0\x80", "'; DROP TABLE record; --",
          "hello + wave", "\xf0\x9f\x98\x80"}) {
        const auto result = store_->queries().search(hostile, 10);
        EXPECT_TRUE(result.has_value()) << hostile;
    }
    EXPECT_TRUE(store_->queries().search(std::string(1, '\0') + "hello", 10).has_value());
    EXPECT_TRUE(store_->queries().search(std::string(100'000, 'x'), 10).has_value());
    EXPECT_THAT(found("\"hello\" wave"), ElementsAre(1));
    EXPECT_THAT(found("and"), ElementsAre(1));
    EXPECT_THAT(found("hello OR nothing"), IsEmpty()) << "OR is a word like any other";
}

TEST_P(StoreSearchScripts, FollowsEditsDeletionsAndRestorations)
{
    add(1, "Before");
    ready();
    add(1, "After");
    EXPECT_THAT(found("before"), IsEmpty());
    EXPECT_THAT(found("after"), ElementsAre(1));
    ready();
    EXPECT_THAT(found("before"), IsEmpty());
    EXPECT_THAT(found("after"), ElementsAre(1));
    auto gone = record(1, "enterprise", {});
    gone.shown = deleted(name_of(5, 2), {name_of(5, 1)});
    save(*store_, {gone});
    EXPECT_THAT(found("after"), IsEmpty());
    ready();
    EXPECT_THAT(found("after"), IsEmpty());
    add(1, "After all");
    EXPECT_THAT(found("after"), ElementsAre(1));
}

INSTANTIATE_TEST_SUITE_P(WaitingOrIndexed, StoreSearchScripts, testing::Bool(),
                         [](const auto& with) { return with.param ? "Indexed" : "Waiting"; });

TEST_F(StoreSearch, LanguageVersionsSetsAndLabelsAreSearchedOtherFieldsNot)
{
    auto one = record(1, "enterprise", {{"name", "Company"}, {"name@pt", "Empresa"}, {"remark", "secret"}});
    one.shown.at("other_names/Old Firm").leaves = {leaf(name_of(5, 1), Value::boolean(true))};
    one.shown.at("other_names/Dropped Firm").leaves = {leaf(name_of(5, 1), Value())};
    save(*store_, {one, record(2, "a type of tomorrow", {{"whatever", "unheard"}})});
    EXPECT_THAT(found("empresa"), ElementsAre(1));
    EXPECT_THAT(found("old firm"), ElementsAre(1));
    EXPECT_THAT(found("dropped"), IsEmpty());
    EXPECT_THAT(found("secret"), IsEmpty());
    EXPECT_THAT(found("unheard"), ElementsAre(2));
}

TEST_F(StoreSearch, AnOpenTransactionFindsWhatItWrote)
{
    must(store_->begin());
    must(store_->save_record(record(1, "enterprise", {{"name", "Unwritten"}})));
    EXPECT_THAT(found("unwritten"), ElementsAre(1));
    store_->rollback();
    EXPECT_THAT(found("unwritten"), IsEmpty());
}

TEST_F(StoreSearch, FewWaitAndNothingIsIndexedWithoutNeed)
{
    constexpr const char* kBeyond = "record WHERE rid > (SELECT upto FROM indexed)";
    add(1, "Name");
    EXPECT_EQ(count("stale") + count(kBeyond), 1) << "a new record is noted nowhere";
    fill();
    EXPECT_EQ(count("stale") + count(kBeyond), 0);
    auto again = record(1, "enterprise", {{"name", "Name"}, {"remark", "not searched"}});
    save(*store_, {again});
    EXPECT_EQ(count("stale"), 0);
    add(1, "Other name");
    EXPECT_EQ(count("stale"), 1);
    for (int i = 0; i < 300; ++i) add(1, "Name " + std::to_string(i));
    EXPECT_LT(count("stale"), 256);
    for (int i = 0; i < 300; ++i) save(*store_, {filler(i, 0x03)});
    EXPECT_LT(count(kBeyond), 256);
    EXPECT_THAT(found("name 299"), ElementsAre(1));
    EXPECT_THAT(found("name 298"), IsEmpty());
    EXPECT_THAT(found("number0"), SizeIs(2));
    EXPECT_THAT(found("number299"), SizeIs(2));
}

TEST_F(StoreSearch, ARowNumberThatComesAgainDoesNotFindTheOldText)
{
    add(1, "Purged");
    fill();
    must(store_->begin());
    must(store_->purge_space("filler"));
    must(store_->purge_space("brics"));
    must(store_->commit());
    add(2, "Successor");
    EXPECT_THAT(found("purged"), IsEmpty());
    EXPECT_THAT(found("successor"), ElementsAre(2));
    EXPECT_THAT(found("filler"), IsEmpty());
}

TEST_F(StoreSearch, ADifferentVersionIsRebuiltAndNoIndexIsDropped)
{
    add(1, "Rebuilt");
    must(store_->database().execute(
        "UPDATE meta SET value = 1 WHERE key = 'search_version'; UPDATE indexed SET upto = 1"));
    EXPECT_THAT(found("rebuilt"), IsEmpty());
    store_ = open();
    EXPECT_THAT(found("rebuilt"), ElementsAre(1));
    store_ = open(false);
    EXPECT_EQ(store_->queries().search("rebuilt", 10).error().code, Errc::usage);
    add(2, "Written without an index");
    store_ = open();
    EXPECT_THAT(found("rebuilt"), ElementsAre(1));
    EXPECT_THAT(found("written"), ElementsAre(2));
}

}  // namespace
}  // namespace indaba::tests
