// What others wrote stays text on the screen of whoever reads it.
#include "client/shell.hpp"
#include "client/text.hpp"
#include "shared/code_points.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace indaba::client {
namespace {

const std::string kHostile =
    "x\x1b[2J\x1b]0;pwned\a\xff\xc2\x9b"
    "31m\u202eX\u2028Y\u2066Z";

/// Nothing a terminal obeys but our own line ends, and UTF-8.
void expect_plain(const std::string& text)
{
    EXPECT_TRUE(shared::is_utf8(text)) << text;
    for (std::string_view rest = text; !rest.empty();) {
        const auto point = shared::first_code_point(rest);
        EXPECT_FALSE(point.value != '\n' && shared::is_control(point.value)) << text;
        EXPECT_FALSE(shared::breaks_line(point.value)) << text;
        rest.remove_prefix(std::max<std::size_t>(point.size_bytes, 1));
    }
}

TEST(OneLine, KeepsEveryScriptAndNothingThatATerminalObeys)
{
    EXPECT_EQ(one_line("Завод № 1, 创新, हिन्दी, ‏عربي"),
              "Завод № 1, 创新, हिन्दी, ‏عربي");
    EXPECT_EQ(one_line(std::string_view("a\0b\tc\nd\x7f", 8)), "a b c d ");
    EXPECT_EQ(one_line("a\xc2\x85"
                       "b\u202e"
                       "c\u2069"
                       "d\u2028"),
              "a b c d ");
    EXPECT_EQ(one_line("a\xff\xc3"
                       "b\x9b\xe2\x82"),
              "a\ufffd\ufffd"
              "b\ufffd\ufffd\ufffd");
}

RecordView hostile_record()
{
    RecordView record;
    record.type = record.space = record.title = record.updated_by = kHostile;
    record.cells = {{kHostile, Value::text("v")}, {kHostile + "/" + kHostile, Value::boolean(true)}};
    Conflict conflict;
    conflict.type = conflict.title = conflict.field = kHostile;
    conflict.leaves.resize(2);
    conflict.leaves[0].by = conflict.leaves[0].device = kHostile;
    record.conflicts = {conflict};
    return record;
}

TEST(Text, OfARecordIsPlainWhateverItHolds)
{
    const auto record = hostile_record();
    const Titles titles = [](const RecordId&) { return std::optional<std::string>(kHostile); };
    expect_plain(text_of(record, shared::Catalogue::builtin(), titles));
    expect_plain(line_of(record, shared::Catalogue::builtin(), titles));
    expect_plain(text_of(record.conflicts[0]));
    expect_plain(cells_text(record.cells, false));
    Refusal refusal;
    refusal.type = refusal.title = refusal.reason = kHostile;
    refusal.cells = record.cells;
    expect_plain(text_of(refusal));
}

TEST(Text, OfAConflictIsACommandWhoseFieldIsOneWord)
{
    Conflict conflict;
    conflict.field = "title@pt-BR";
    EXPECT_NE(text_of(conflict).find(" title@pt-BR --keep"), std::string::npos);
    conflict.field = "names/A'; rm -rf ~";
    EXPECT_NE(text_of(conflict).find(R"( 'names/A'\''; rm -rf ~' --keep)"), std::string::npos);
}

TEST(Text, OfAStatusIsPlainWhateverTheCentreSays)
{
    Status status;
    status.person = status.device = status.server = kHostile;
    status.spaces.resize(1);
    status.spaces[0].name = status.spaces[0].title = status.spaces[0].kind = status.spaces[0].role = kHostile;
    expect_plain(text_of(status));
}

TEST(Text, OfAListCutsALongValueBetweenCharacters)
{
    RecordView record;
    record.type = "enterprise";
    std::string city;
    for (int i = 0; i < 70; ++i) city += "创";
    record.cells = {{"city", Value::text(city)}};
    expect_plain(line_of(record, shared::Catalogue::builtin(), [](const RecordId&) { return std::nullopt; }));
}

}  // namespace
}  // namespace indaba::client
