#include "client/table_export.hpp"

#include "client/csv.hpp"
#include "client/json.hpp"

#include <algorithm>
#include <set>

namespace indaba::client {

using shared::Errc;
using shared::fail;

namespace {

/// Elements that a column of the whole set cannot carry: they would come back divided.
bool needs_own_column(const shared::Field& field, std::string_view element)
{
    return element.find_first_of(field.kind == shared::ValueKind::code ? ",;" : ";\r\n") != element.npos;
}

/// The column that a cell goes into.
std::string column_of(const shared::RecordType& type, const std::string& key)
{
    const auto parts = shared::key_parts(key);
    if (parts.element.empty()) return key;
    const auto* field = type.field(key);
    return field == nullptr || needs_own_column(*field, parts.element) ? key : std::string(parts.field);
}

std::vector<std::string> columns_of(const shared::RecordType& type, const std::set<std::string>& used)
{
    std::vector<std::string> columns{"id"};
    for (const auto& field : type.fields) {
        columns.push_back(field.name);
        for (const auto& name : used)
            if (name != field.name && shared::key_parts(name).field == field.name) columns.push_back(name);
    }
    for (const auto& name : used)  // of a newer program
        if (type.field(name) == nullptr) columns.push_back(name);
    return columns;
}

/// Empty if a cell has no column: another process wrote it since the columns were counted.
std::optional<std::vector<std::string>> row_of(const shared::RecordType& type, const std::vector<std::string>& columns,
                                               const RecordView& record)
{
    std::vector<std::string> row(columns.size());
    row[0] = record.id.text();
    for (const auto& [key, value] : record.cells) {
        const auto name = column_of(type, key);
        const auto place = std::ranges::find(columns, name);
        if (place == columns.end()) return std::nullopt;
        auto& cell = row[std::size_t(place - columns.begin())];
        const auto parts = shared::key_parts(key);
        if (parts.element.empty() || name == key) {
            cell = parts.element.empty() ? value.display() : "yes";
            continue;
        }
        const bool is_code = type.field(key)->kind == shared::ValueKind::code;
        cell += (cell.empty() ? "" : is_code ? "," : "; ") + std::string(parts.element);
    }
    for (auto& cell : row) cell = neutralised(cell);
    return row;
}

struct Output {
    const ExportOptions& options;
    const std::function<Result<void>(std::string_view)>& write;
    std::stop_token stop;
    std::size_t count = 0;
    std::optional<shared::Error> error;

    /// For Core::list: false ends it, with the reason in `error`.
    bool line(const std::string& text)
    {
        if (auto written = write(text); written.has_error()) error = std::move(written).error();
        if (stop.stop_requested()) error = fail(Errc::cancelled, "stopped");
        if (error) return false;
        ++count;
        if (options.progress) options.progress(count);
        return true;
    }
};

Result<void> export_csv(Core& core, const shared::RecordType& type, Output& output)
{
    const ListQuery query{output.options.type, {}, 0};
    std::set<std::string> used;
    INDABA_TRY(core.list(query, [&](RecordView&& record) {
        for (const auto& [key, value] : record.cells) used.insert(column_of(type, key));
        return !output.stop.stop_requested();
    }));
    const auto columns = columns_of(type, used);
    std::string header;
    append_csv_row(columns, header);
    INDABA_TRY(output.write(header));
    return core.list(query, [&](RecordView&& record) {
        const auto row = row_of(type, columns, record);
        if (!row) {
            output.error = fail(Errc::busy, "records changed while they were exported: try again");
            return false;
        }
        std::string text;
        append_csv_row(*row, text);
        return output.line(text);
    });
}

Result<void> export_json_lines(Core& core, Output& output)
{
    return core.list({output.options.type, {}, 0},
                     [&](RecordView&& record) { return output.line(boost::json::serialize(json_of(record)) + "\n"); });
}

}  // namespace

Result<std::size_t> export_records(Core& core, const ExportOptions& options,
                                   const std::function<Result<void>(std::string_view)>& write, std::stop_token stop)
{
    INDABA_TRY(core.catalogue().require_known(options.type));
    Output output{options, write, std::move(stop), 0, {}};
    switch (options.format) {
        case ExportFormat::csv: INDABA_TRY(export_csv(core, *core.catalogue().type(options.type), output)); break;
        case ExportFormat::jsonl: INDABA_TRY(export_json_lines(core, output)); break;
    }
    if (output.error) return *output.error;
    return output.count;
}

}  // namespace indaba::client
