#include "client/table_import.hpp"

#include "client/csv.hpp"
#include "client/drafts.hpp"
#include "shared/limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace indaba::client {

using shared::Errc;
using shared::fail;

namespace {

constexpr std::string_view kIdColumn = "id";

/// A table that breaks its format was given by the person who asks: it is wrong use, as a wrong command line is.
Result<bool> next_row(CsvReader& reader, CsvRow& row)
{
    auto is_there = reader.next(row);
    if (is_there.has_error()) return fail(Errc::usage, is_there.error().text);
    return is_there;
}

Result<std::vector<std::string>> read_header(const shared::Catalogue& catalogue, CsvReader& reader,
                                             const std::string& type)
{
    CsvRow header;
    INDABA_ASSIGN(const bool has_header, next_row(reader, header));
    if (!has_header) return fail(Errc::usage, "the table is empty: its first row must name the fields");
    std::vector<std::string> columns;
    for (auto& cell : header.cells) {
        auto name = restored(cell);
        if (name != kIdColumn) INDABA_TRY(catalogue.require_known(type, name));
        if (std::ranges::find(columns, name) != columns.end())
            return fail(Errc::usage, fmt::format("{}: two columns of that name", name));
        columns.push_back(std::move(name));
    }
    return columns;
}

Result<Draft> draft_of_row(const shared::Catalogue& catalogue, const std::vector<std::string>& columns,
                           const CsvRow& row, const ImportOptions& options)
{
    if (row.cells.size() != columns.size())
        return fail(Errc::usage, fmt::format("{} cells where the header has {}", row.cells.size(), columns.size()));
    Draft draft{{}, options.type, options.space, {}};
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const auto text = restored(row.cells[i]);
        if (text.empty()) continue;  // a table has no way to tell "clear it" from "not given"
        if (columns[i] == kIdColumn) {
            auto id = RecordId::parse(text);
            if (id.has_error()) return fail(Errc::usage, "id: " + id.error().text);
            draft.id = *id;
            continue;
        }
        INDABA_ASSIGN(auto cells, catalogue.parse_assignment(options.type, columns[i], text));
        for (auto& cell : cells) {
            const auto known = std::ranges::find(draft.cells, cell.first, &Cell::first);
            if (known == draft.cells.end()) draft.cells.push_back(std::move(cell));
            else *known = std::move(cell);
        }
    }
    return draft;
}

/// Rows of a table as drafts, in pieces that each fit one transaction, so that a long table is never held whole.
class Pieces {
public:
    Pieces(const shared::Catalogue& catalogue, std::string_view csv, const ImportOptions& options)
        : catalogue_(catalogue), reader_(csv), options_(options)
    {
    }

    [[nodiscard]] Result<void> open()
    {
        INDABA_ASSIGN(columns_, read_header(catalogue_, reader_, options_.type));
        return {};
    }

    /// Fills `drafts` and the line of each; rows that are none go to `bad`. False: there were no more rows.
    [[nodiscard]] Result<bool> next(std::vector<Draft>& drafts, std::vector<std::size_t>& lines,
                                    std::vector<BadRow>& bad)
    {
        drafts.clear();
        lines.clear();
        CsvRow row;
        for (std::size_t bytes = 0; drafts.size() < shared::limits::kRecordsPerTransaction && bytes < kPiece_bytes;) {
            INDABA_ASSIGN(const bool is_there, next_row(reader_, row));
            if (!is_there) return !drafts.empty();
            ++rows_;
            auto draft = draft_of_row(catalogue_, columns_, row, options_);
            if (draft.has_error()) {
                bad.push_back({row.line, draft.error().text, draft.error().code});
                continue;
            }
            bytes += weight(*draft);
            drafts.push_back(std::move(*draft));
            lines.push_back(row.line);
        }
        return true;
    }

    [[nodiscard]] std::size_t rows() const { return rows_; }

private:
    const shared::Catalogue& catalogue_;
    CsvReader reader_;
    const ImportOptions& options_;
    std::vector<std::string> columns_;
    std::size_t rows_ = 0;
};

Result<void> check_all(Core& core, std::string_view csv, const ImportOptions& options, ImportReport& report)
{
    Pieces pieces(core.catalogue(), csv, options);
    INDABA_TRY(pieces.open());
    std::vector<Draft> drafts;
    std::vector<std::size_t> lines;
    for (;;) {
        INDABA_ASSIGN(const bool more, pieces.next(drafts, lines, report.bad));
        if (!more) break;
        INDABA_ASSIGN(const auto errors, core.check(drafts));
        for (const auto& [index, error] : errors) {
            // Where the records go is a question of the whole table, not of each row.
            if (error.code == Errc::forbidden || (error.code == Errc::usage && !drafts[index].id)) return error;
            report.bad.push_back({lines[index], error.text, error.code});
        }
    }
    report.rows = pieces.rows();
    std::ranges::stable_sort(report.bad, {}, &BadRow::line);
    return {};
}

Result<void> write_all(Core& core, std::string_view csv, const ImportOptions& options, std::stop_token stop,
                       ImportReport& report)
{
    Pieces pieces(core.catalogue(), csv, options);
    INDABA_TRY(pieces.open());
    std::vector<std::size_t> lines;
    std::size_t given = 0;
    const auto next = [&]() -> Result<std::vector<Draft>> {
        if (stop.stop_requested()) return fail(Errc::cancelled, "stopped; nothing was written");
        if (options.progress && given > 0) options.progress(given, report.rows);
        std::vector<Draft> drafts;
        INDABA_TRY(pieces.next(drafts, lines, report.bad));
        given += drafts.size();
        return drafts;
    };
    INDABA_ASSIGN(report.ids, core.put_all(next, &report.notes));
    report.written = report.ids.size();
    return {};
}

}  // namespace

Result<ImportReport> import_table(Core& core, std::string_view csv, const ImportOptions& options, std::stop_token stop)
{
    INDABA_TRY(core.catalogue().require_known(options.type));
    if (!options.dry_run) INDABA_TRY(core.require_writable());
    ImportReport report;
    INDABA_TRY(check_all(core, csv, options, report));
    if (!report.bad.empty() || options.dry_run) return report;
    INDABA_TRY(write_all(core, csv, options, std::move(stop), report));
    return report;
}

}  // namespace indaba::client
