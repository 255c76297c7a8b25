#include "sync/store/cells_codec.hpp"

#include "shared/bytes.hpp"
#include "tests/unit/store_fixture.hpp"

#include <gmock/gmock.h>

namespace indaba::tests {
namespace {

using sync::store::decode_cells;
using sync::store::decode_names;
using sync::store::encode_cells;
using sync::store::encode_names;
using sync::store::InternedNames;
using testing::ElementsAre;
using testing::IsEmpty;

class StoreCells : public StoreTest {
protected:
    StoreCells() { must(store_->begin()); }

    [[nodiscard]] Cells round_trip(const Cells& cells)
    {
        const auto blob = must(encode_cells(cells, names_));
        InternedNames fresh(store_->database());  // as another process would read it
        return must(decode_cells(blob, fresh));
    }

    std::unique_ptr<ReplicaStore> store_ = open();
    InternedNames names_{store_->database()};
};

TEST_F(StoreCells, GoldenBytesOfAPlainRow)
{
    const auto by = name_of(0x1122334455667788, 3);
    const auto cells =
        cells_of({cell("!", {leaf(by, Value::boolean(true))}, 9), cell("name", {leaf(by, Value::text("Vale"))}, 9),
                  cell("sectors/water", {leaf(by, Value::boolean(true))}, 9)});
    EXPECT_EQ(shared::to_hex(must(encode_cells(cells, names_))),
              "01"                // format
              "0103"              // journal, number
              "0707070707070703"  // hash
              "0000030000000000"  // stamp
              "0903"              // feed number, count
              "04020401"          // ! true
              "08050156616c65"    // name
              "0c020401");              // sectors/water
}

TEST_F(StoreCells, GoldenBytesOfWhatIsPending)
{
    const std::vector pending{name_of(0x1122334455667788, 3), name_of(0x1122334455667788, 44)};
    const auto blob = must(encode_names(pending, names_));
    EXPECT_EQ(shared::to_hex(blob),
              "02"                  // count
              "01030707070707070703"      // journal, number, hash
              "012c070707070707072c");
    EXPECT_EQ(must(decode_names(blob, names_)), pending);
}

TEST_F(StoreCells, GoldenBytesOfExceptions)
{
    const auto first = name_of(1, 1);
    const auto second = name_of(1, 2);
    auto cells = cells_of({cell("!", {leaf(first, Value::boolean(true))}, 1),
                           cell("city", {leaf(first, Value::text("A")), leaf(second, Value::text("B"))}, 2),
                           cell("name", {leaf(first, Value::text("N"))}, 1),
                           cell("other_names/Old Name", {leaf(first, Value::boolean(true))}, 1),
                           cell("remark", {leaf(second, Value::text("R"))}, 2)});
    cells.at("remark").unknown = {first};
    EXPECT_EQ(shared::to_hex(must(encode_cells(cells, names_))),
              "0101010707070707070701000001000000000001"  // format, row clock
              "05"                                        // count
              "04020401"                                  // !
              "090c0202"                                  // city: own number, several: 2 leaves
              "010107070707070707010000010000000000"      // the first's name, stamp
              "02014100"                                  // A
              "010207070707070707020000020000000000"      // the second's
              "02014200"                                  // B
              "0c02014e"                                  // name
              "12084f6c64204e616d65020401"                // other_names/ and Old Name
              "1517"                                      // remark: own name, stamp, number; unknown
              "01020707070707070702000002000000000002"    // which are
              "020152"                                    // R
              "0101010707070707070701");                                             // its unknown
}

TEST_F(StoreCells, AnExceptionCostsLittle)
{
    Cells cells;
    for (int i = 0; i < 12; ++i)
        cells.at("field" + std::to_string(10 + i)) =
            cell("field" + std::to_string(10 + i), {leaf(name_of(1, 1), Value::text("value"))}, 100'000);
    const auto plain = must(encode_cells(cells, names_)).size();
    EXPECT_LE(plain, 12 * (1 + 1 + 6) + 24);
    cells.at("field15").leaves[0].name = name_of(1, 2);
    EXPECT_LE(must(encode_cells(cells, names_)).size(), plain + 18);
}

TEST_F(StoreCells, OddStatesComeBack)
{
    const auto a = name_of(11, 1);
    const auto b = name_of(12, 200);
    const auto c = name_of(~0ull, 3);
    std::vector<Cells> states;
    states.emplace_back();
    states.push_back(deleted(b, {a, c}));
    states.push_back(cells_of({cell("name", {}, 7)}));
    auto many = cells_of({cell("!", {leaf(a, Value::boolean(true)), leaf(b, Value::boolean(false))}, 1),
                          cell("name", {leaf(c, Value())}, ~0ull)});
    many.at("name").unknown = {a, b, c};
    auto& crowd = many.at("remark").leaves;
    for (std::uint8_t i = 1; i <= 64; ++i)
        crowd.push_back(leaf(name_of(20 + i, i), Value::text(std::string(i * 10, 'x'))));
    many.at("other_names/with/slash").leaves = {leaf(a, Value::boolean(true))};
    many.at("other_names/").leaves = {leaf(a, Value::boolean(true))};
    many.at("sectors/green-energy").leaves = {leaf(a, Value::boolean(true))};
    many.at("other_names/a~b").leaves = {leaf(a, Value::boolean(true))};
    many.at("future@xx").leaves = {leaf(b, must(Value::from_encoding("\x77kept")))};
    states.push_back(many);
    states.push_back(cells_of({cell("name", {leaf({}, Value::text("of no name"))}, 7)}));
    for (const auto& state : states) EXPECT_EQ(round_trip(state), state);
}

TEST_F(StoreCells, ARecordAtEveryLimitComesBack)
{
    Cells cells;
    for (int i = 0; i < 1'024; ++i)
        cells.at("other_names/Name " + std::to_string(i)).leaves = {
            leaf(name_of(std::uint64_t(i), 1), Value::boolean(true))};
    EXPECT_EQ(round_trip(cells), cells);
}

TEST_F(StoreCells, DamageIsCorruptAndNeverACrash)
{
    auto cells = deleted(name_of(2, 2), {name_of(1, 1)});
    cells.at("name").leaves = {leaf(name_of(1, 1), Value::text("Vale")), leaf(name_of(2, 2), Value::text("Vário"))};
    cells.at("other_names/Old Name").leaves = {leaf(name_of(2, 2), Value::boolean(true))};
    cells.at("remark").unknown = {name_of(1, 1)};
    const auto blob = must(encode_cells(cells, names_));
    for (std::size_t size = 0; size < blob.size(); ++size) {
        const auto cut = decode_cells(shared::ByteView(blob).first(size), names_);
        ASSERT_TRUE(cut.has_error()) << size;
        EXPECT_EQ(cut.error().code, Errc::corrupt);
    }
    for (std::size_t at = 0; at < blob.size(); ++at) {
        for (const int flip : {0x01, 0x80, 0xff}) {
            auto damaged = blob;
            damaged[at] ^= std::uint8_t(flip);
            const auto read = decode_cells(damaged, names_);
            if (read.has_error()) {
                EXPECT_EQ(read.error().code, Errc::corrupt) << at;
            }
        }
    }
}

TEST_F(StoreCells, ACorruptRowIsAnErrorAndNotACrash)
{
    must(store_->save_record(record(1, "enterprise", {{"name", "Vale"}})));
    must(store_->commit());
    must(store_->database().execute("UPDATE record SET shown = x'0163'"));
    const auto read = store_->find_record(record_id(1));
    ASSERT_TRUE(read.has_error());
    EXPECT_EQ(read.error().code, Errc::corrupt);
}

TEST_F(StoreCells, NamesOfARolledBackTransactionAreForgotten)
{
    EXPECT_EQ(must(names_.keys.number("undone")), 1u);
    store_->rollback();
    names_.rolled_back();
    must(store_->begin());
    EXPECT_EQ(must(names_.keys.find("undone")), std::nullopt);
    EXPECT_EQ(must(names_.keys.number("kept")), 1u);
    EXPECT_EQ(*must(names_.keys.name(1)), "kept");
    EXPECT_EQ(names_.keys.name(2).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace indaba::tests
