// A CSV file from anywhere. Every cell that was read can be written and read again.
#include "client/csv.hpp"
#include "tests/fuzz/allocation.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace indaba;

FUZZ(input)
{
    tests::fuzz::within_bound(input, [](shared::ByteView bytes) {
        client::CsvReader reader(shared::as_text(bytes));
        client::CsvRow row;
        for (auto more = reader.next(row); more == true; more = reader.next(row)) {
        }
        return true;
    });
    client::CsvReader reader(shared::as_text(input));
    client::CsvRow row;
    while (true) {
        const auto more = reader.next(row);
        if (more.has_error() || !*more) return;
        std::string text = "header\r\n";  // a byte order mark in a cell is one only at the very beginning
        client::append_csv_row(row.cells, text);
        client::CsvReader again(text);
        client::CsvRow copy;
        INDABA_CHECK(again.next(copy) == true);
        INDABA_CHECK(again.next(copy) == true && copy.cells == row.cells);
        for (const auto& cell : row.cells) INDABA_CHECK(client::restored(client::neutralised(cell)) == cell);
    }
}
