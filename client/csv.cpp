#include "client/csv.hpp"

#include "shared/bytes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace indaba::client {

namespace {

/// Cells of a row: as many as a record can have. A row of commas would take 32 times its bytes.
constexpr std::size_t kRowCells = 1'024;

constexpr std::string_view kFormulaStarts = "=+-@\t\r";

shared::Error broken(std::size_t line, const char* what)
{
    return shared::fail(shared::Errc::malformed, fmt::format("line {}: {}", line, what));
}

/// Apostrophes, then something that begins a formula.
bool looks_like_formula(std::string_view cell)
{
    const auto at = cell.find_first_not_of('\'');
    return at != cell.npos && kFormulaStarts.find(cell[at]) != kFormulaStarts.npos;
}

}  // namespace

CsvReader::CsvReader(std::string_view text) : rest_(text)
{
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
}

shared::Result<bool> CsvReader::next(CsvRow& row)
{
    while (rest_.starts_with('\n') || rest_.starts_with('\r')) end_of_row();
    if (rest_.empty()) return false;
    row = {line_, {}};
    do {
        INDABA_ASSIGN(auto text, cell());
        if (!shared::is_utf8(text)) return broken(line_, "this is not UTF-8 text: save the table as UTF-8");
        if (row.cells.size() == kRowCells) return broken(line_, "more than 1,024 cells in a row");
        row.cells.push_back(std::move(text));
    } while (!end_of_row());
    return true;
}

shared::Result<std::string> CsvReader::cell()
{
    if (rest_.starts_with('"')) return quoted_cell();
    const auto size = std::min(rest_.find_first_of(",\r\n"), rest_.size());
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
}

shared::Result<std::string> CsvReader::quoted_cell()
{
    const auto began = line_;
    std::string text;
    rest_.remove_prefix(1);
    for (;;) {
        const auto size = rest_.find('"');
        if (size == rest_.npos) return broken(began, "a quoted cell that does not end");
        line_ += std::size_t(std::count(rest_.begin(), rest_.begin() + std::ptrdiff_t(size), '\n'));
        text += rest_.substr(0, size);
        rest_.remove_prefix(size + 1);
        if (!rest_.starts_with('"')) break;
        text += '"';
        rest_.remove_prefix(1);
    }
    if (!rest_.empty() && std::string_view(",\r\n").find(rest_[0]) == std::string_view::npos)
        return broken(line_, "text after the closing quote of a cell");
    return text;
}

/// After a cell: true at the end of a row, which is then behind us.
bool CsvReader::end_of_row()
{
    if (rest_.starts_with(',')) {
        rest_.remove_prefix(1);
        return false;
    }
    if (rest_.starts_with('\r')) rest_.remove_prefix(1);
    if (rest_.starts_with('\n')) rest_.remove_prefix(1);
    ++line_;
    return true;
}

void append_csv_row(const std::vector<std::string>& cells, std::string& out)
{
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) out += ',';
        const auto& cell = cells[i];
        // A row of one empty cell would read back as a blank line.
        if (cell.find_first_of(",\"\r\n") == cell.npos && !(cell.empty() && cells.size() == 1)) {
            out += cell;
            continue;
        }
        out += '"';
        for (const char c : cell) {
            if (c == '"') out += '"';
            out += c;
        }
        out += '"';
    }
    out += "\r\n";
}

std::string neutralised(std::string_view cell)
{
    return looks_like_formula(cell) ? "'" + std::string(cell) : std::string(cell);
}

std::string restored(std::string_view cell)
{
    if (cell.starts_with('\'') && looks_like_formula(cell)) cell.remove_prefix(1);
    return std::string(cell);
}

}  // namespace indaba::client
