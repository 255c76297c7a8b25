// Records from tables (csv.hpp): the header row names fields, language versions (`title@pt`) or elements
// (`sectors/water`); a column `id` says which record a row changes. Nothing is written while any row is bad.
#pragma once

#include "client/core.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace indaba::client {

struct BadRow {
    std::size_t line = 0;  ///< of the file, from 1
    std::string text;      ///< the field, and what is wrong there
    shared::Errc code = shared::Errc::usage;  ///< rule_broken, or usage for a row that cannot be read
};

struct ImportOptions {
    std::string type;
    std::string space;     ///< as in Draft
    bool dry_run = false;  ///< check everything, write nothing
    std::function<void(std::size_t done, std::size_t total)> progress;
};

struct ImportReport {
    std::size_t rows = 0;
    std::size_t written = 0;    ///< all rows or, if some are bad or this was a dry run, none
    std::vector<BadRow> bad;
    PutNotes notes;
    std::vector<RecordId> ids;  ///< of what was written, in the order of the rows
};

/// Written in transactions of up to limits::kRecordsPerTransaction rows, all of them or none. An error of the table as
/// a whole (no header, an unknown column, broken quotes: usage), of the disk, or `cancelled` is the result's; those of
/// rows are in the report.
[[nodiscard]] Result<ImportReport> import_table(Core& core, std::string_view csv, const ImportOptions& options,
                                                std::stop_token stop = {});

}  // namespace indaba::client
