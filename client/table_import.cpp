#include "client/table_import.hpp"

#include "client/csv.hpp"
#include "shared/limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace indaba::client {

using shared::Errc;
using shared::fail;

namespace {

constexpr std::string_view kIdColumn = "id";
/// A piece of this much text stays well under limits::kTransaction_bytes with keys and bases around it.
constexpr std::size_t kPiece_bytes = shared::limits::kTransaction_bytes / 4;

struct Table {
    std::vector<std::string> columns;
    std::vector<CsvRow> rows;
};

Result<Table> read_table(const shared::Catalogue& catalogue, std::string_view csv, const std::string& type)
{
    CsvReader reader(csv);
    CsvRow header;
    INDABA_ASSIGN(const bool has_header, reader.next(header));
    if (!has_header) return fail(Errc::usage, "the table is empty: its first row must name the fields");
    Table table;
    for (auto& cell : header.cells) {
        auto name = restored(cell);
        if (name != kIdColumn) INDABA_TRY(catalogue.require_known(type, name));
        if (std::ranges::find(table.columns, name) != table.columns.end())
            return fail(Errc::usage, fmt::format("{}: two columns of that name", name));
        table.columns.push_back(std::move(name));
    }
    for (;;) {
        CsvRow row;
        INDABA_ASSIGN(const bool is_there, reader.next(row));
        if (!is_there) return table;
        table.rows.push_back(std::move(row));
    }
}

Result<Draft> draft_of_row(const shared::Catalogue& catalogue, const Table& table, const CsvRow& row,
                           const ImportOptions& options)
{
    if (row.cells.size() != table.columns.size())
        return fail(Errc::usage,
                    fmt::format("{} cells where the header has {}", row.cells.size(), table.columns.size()));
    Draft draft{{}, options.type, options.space, {}};
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const auto text = restored(row.cells[i]);
        if (text.empty()) continue;  // a table has no way to tell "clear it" from "not given"
        if (table.columns[i] == kIdColumn) {
            auto id = RecordId::parse(text);
            if (id.has_error()) return fail(Errc::usage, "id: " + id.error().text);
            draft.id = *id;
            continue;
        }
        INDABA_ASSIGN(auto cells, catalogue.parse_assignment(options.type, table.columns[i], text));
        for (auto& cell : cells) {
            const auto known = std::ranges::find(draft.cells, cell.first, &Cell::first);
            if (known == draft.cells.end()) draft.cells.push_back(std::move(cell));
            else *known = std::move(cell);
        }
    }
    return draft;
}

std::size_t weight(const Draft& draft)
{
    std::size_t bytes = 64;
    for (const auto& [key, value] : draft.cells) bytes += key.size() + value.encoding().size() + 16;
    return bytes;
}

/// The end of the piece that begins at `first`.
std::size_t piece_end(const std::vector<Draft>& drafts, std::size_t first)
{
    std::size_t bytes = 0;
    auto end = first;
    while (end < drafts.size() && end - first < shared::limits::kRecordsPerTransaction) {
        bytes += weight(drafts[end]);
        if (end > first && bytes > kPiece_bytes) break;
        ++end;
    }
    return end;
}

void write_pieces(Core& core, const std::vector<Draft>& drafts, const ImportOptions& options, std::stop_token stop,
                  ImportReport& report)
{
    while (report.written < drafts.size()) {
        if (stop.stop_requested()) {
            report.error =
                fail(Errc::cancelled, fmt::format("stopped after {} of {} records", report.written, drafts.size()));
            return;
        }
        const auto end = piece_end(drafts, report.written);
        const std::vector<Draft> piece(drafts.begin() + std::ptrdiff_t(report.written),
                                       drafts.begin() + std::ptrdiff_t(end));
        auto ids = core.put(piece);
        if (ids.has_error()) {
            report.error = std::move(ids).error();
            return;
        }
        std::ranges::move(*ids, std::back_inserter(report.ids));
        report.written = end;
        if (options.progress) options.progress(report.written, drafts.size());
    }
}

}  // namespace

Result<ImportReport> import_table(Core& core, std::string_view csv, const ImportOptions& options, std::stop_token stop)
{
    INDABA_TRY(core.catalogue().require_known(options.type));
    INDABA_ASSIGN(const auto table, read_table(core.catalogue(), csv, options.type));
    ImportReport report;
    report.rows = table.rows.size();
    std::vector<Draft> drafts;
    std::vector<std::size_t> lines;
    for (const auto& row : table.rows) {
        auto draft = draft_of_row(core.catalogue(), table, row, options);
        if (draft.has_error()) {
            report.bad.push_back({row.line, draft.error().text});
            continue;
        }
        drafts.push_back(std::move(*draft));
        lines.push_back(row.line);
    }
    INDABA_ASSIGN(const auto errors, core.check(drafts));
    for (const auto& [index, error] : errors) {
        // Where the records go is a question of the whole table, not of each row.
        if (error.code == Errc::forbidden || (error.code == Errc::usage && !drafts[index].id)) return error;
        report.bad.push_back({lines[index], error.text});
    }
    std::ranges::stable_sort(report.bad, {}, &BadRow::line);
    if (report.bad.empty() && !options.dry_run) write_pieces(core, drafts, options, stop, report);
    return report;
}

}  // namespace indaba::client
