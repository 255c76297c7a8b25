// Records as tables or lines, for other programs: CSV that `import` reads back, JSON lines that `put --from` reads
// back.
#pragma once

#include "client/core.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace indaba::client {

enum class ExportFormat : unsigned char { csv, jsonl };

struct ExportOptions {
    std::string type;
    ExportFormat format = ExportFormat::csv;
    std::function<void(std::size_t done)> progress;
};

/// Pieces of the text go to `write`, in order; its error ends the export. Answers the number of records.
/// CSV: column `id`, then the type's fields, then language versions and elements that need a column of their own.
[[nodiscard]] Result<std::size_t> export_records(Core& core, const ExportOptions& options,
                                                 const std::function<Result<void>(std::string_view)>& write,
                                                 std::stop_token stop = {});

}  // namespace indaba::client
