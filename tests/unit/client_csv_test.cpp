#include "client/csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace indaba::client {
namespace {

using testing::ElementsAre;

std::vector<std::vector<std::string>> rows_of(std::string_view text)
{
    std::vector<std::vector<std::string>> rows;
    CsvReader reader(text);
    CsvRow row;
    for (;;) {
        const auto is_there = reader.next(row);
        if (is_there.has_error() || !*is_there) return rows;
        rows.push_back(row.cells);
    }
}

TEST(Csv, reads_quotes_commas_and_line_ends)
{
    EXPECT_THAT(rows_of("a,b\r\n\"x, \"\"y\"\"\",\"two\nlines\"\n"),
                ElementsAre(ElementsAre("a", "b"), ElementsAre("x, \"y\"", "two\nlines")));
}

TEST(Csv, reads_a_last_row_without_line_end_and_empty_cells)
{
    EXPECT_THAT(rows_of("a,,\n,b,"), ElementsAre(ElementsAre("a", "", ""), ElementsAre("", "b", "")));
}

TEST(Csv, skips_a_byte_order_mark_and_blank_lines)
{
    EXPECT_THAT(rows_of("\xEF\xBB\xBFname\n\n\r\n创新\n"), ElementsAre(ElementsAre("name"), ElementsAre("创新")));
}

TEST(Csv, says_on_which_line_a_row_begins)
{
    CsvReader reader("a\n\"x\ny\"\nz\n");
    CsvRow row;
    for (const std::size_t line : {1u, 2u, 4u}) {
        ASSERT_TRUE(*reader.next(row));
        EXPECT_EQ(row.line, line);
    }
}

TEST(Csv, takes_a_quote_inside_a_plain_cell_for_itself)
{
    EXPECT_THAT(rows_of("the place \"Moss\",x\n"), ElementsAre(ElementsAre("the place \"Moss\"", "x")));
}

TEST(Csv, refuses_quotes_out_of_place)
{
    for (const char* text : {"\"a\"b\n", "x\n\"a\n"}) {
        CsvReader reader(text);
        CsvRow row;
        auto read = reader.next(row);
        while (read.has_value() && *read) read = reader.next(row);
        ASSERT_TRUE(read.has_error()) << text;
        EXPECT_EQ(read.error().code, shared::Errc::malformed);
        EXPECT_THAT(read.error().text, testing::StartsWith("line "));
    }
}

TEST(Csv, refuses_what_is_not_utf8)
{
    CsvReader reader("caf\xe9\n");
    CsvRow row;
    EXPECT_TRUE(reader.next(row).has_error());
}

TEST(Csv, writes_what_it_reads)
{
    const std::vector<std::string> cells{"plain", "", "a,b", "say \"x\"", "two\r\nlines", " spaces "};
    std::string text;
    append_csv_row(cells, text);
    append_csv_row({""}, text);
    EXPECT_THAT(rows_of(text), ElementsAre(testing::ElementsAreArray(cells), ElementsAre("")));
}

TEST(Csv, neutralises_formulas_and_restores_every_text)
{
    EXPECT_EQ(neutralised("=1+1"), "'=1+1");
    EXPECT_EQ(neutralised("+27 11"), "'+27 11");
    EXPECT_EQ(neutralised("-5"), "'-5");
    EXPECT_EQ(neutralised("@x"), "'@x");
    EXPECT_EQ(neutralised("\tx"), "'\tx");
    EXPECT_EQ(neutralised("plain - text"), "plain - text");
    for (const char* text : {"=1", "'=1", "''=1", "'quoted'", "", "'", "plain", "-", "\r", "'-"})
        EXPECT_EQ(restored(neutralised(text)), text);
}

}  // namespace
}  // namespace indaba::client
