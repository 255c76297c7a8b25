// Tables as text: RFC 4180 in UTF-8, with or without a byte order mark, LF or CRLF; a quote inside a cell that does not
// begin with one stands for itself. Cells that a spreadsheet would take for a formula are neutralised on the way out
// and restored on the way in. One thread per object. Deliberately not: other separators, guessing encodings, what a
// column means (import.hpp).
#pragma once

#include "shared/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace indaba::client {

/// What some programs put before UTF-8 text.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct CsvRow {
    std::size_t line = 0;  ///< of the file, where the row begins, from 1
    std::vector<std::string> cells;
};

class CsvReader {
public:
    /// `text` must outlive the reader.
    explicit CsvReader(std::string_view text);

    /// Reads the next row that is not empty; false at the end. malformed, with the line, if a quote is out of place.
    [[nodiscard]] shared::Result<bool> next(CsvRow& row);

private:
    [[nodiscard]] shared::Result<std::string> cell();
    [[nodiscard]] shared::Result<std::string> quoted_cell();
    bool end_of_row();

    std::string_view rest_;
    std::size_t line_ = 1;
};

/// Appends one row and CRLF, quoted where needed.
void append_csv_row(const std::vector<std::string>& cells, std::string& out);

/// A leading `= + - @` TAB or CR gets an apostrophe before it. So does an apostrophe before one of these, so that
/// `restored` gives back every text.
[[nodiscard]] std::string neutralised(std::string_view cell);
[[nodiscard]] std::string restored(std::string_view cell);

}  // namespace indaba::client
