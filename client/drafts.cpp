#include "client/drafts.hpp"

#include "client/csv.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace indaba::client {

namespace json = boost::json;
using shared::Errc;
using shared::fail;

namespace {

/// What a member of `fields` says as typed text; nothing for null.
Result<std::optional<std::string>> typed_text(std::string_view field, const json::value& value)
{
    if (value.is_null()) return std::optional<std::string>{};
    if (value.is_string()) return std::optional(std::string(value.get_string()));
    if (value.is_bool()) return std::optional<std::string>(value.get_bool() ? "true" : "false");
    if (value.is_int64()) return std::optional(std::to_string(value.get_int64()));
    if (value.is_uint64()) return std::optional(std::to_string(value.get_uint64()));
    if (value.is_double()) return std::optional(fmt::format("{}", value.get_double()));
    return fail(Errc::usage, fmt::format("{}: expected text, a number, true, false, null or an array of texts", field));
}

/// Each element by its own key, so that separators inside one do not divide it.
Result<void> add_elements(const shared::Catalogue& catalogue, const std::string& type, const std::string& field,
                          const json::array& elements, std::vector<Cell>& cells)
{
    for (const auto& element : elements) {
        INDABA_ASSIGN(const auto text, typed_text(field, element));
        if (!text) continue;
        INDABA_ASSIGN(auto added, catalogue.parse_assignment(type, field + "/" + *text, "yes"));
        std::ranges::move(added, std::back_inserter(cells));
    }
    return {};
}

Result<std::vector<Cell>> cells_of_json(const shared::Catalogue& catalogue, const std::string& type,
                                        const json::object& fields)
{
    std::vector<Cell> cells;
    for (const auto& [name, value] : fields) {
        const std::string field(name);
        if (value.is_array()) {
            INDABA_TRY(add_elements(catalogue, type, field, value.get_array(), cells));
            continue;
        }
        INDABA_ASSIGN(const auto text, typed_text(field, value));
        INDABA_ASSIGN(auto added, catalogue.parse_assignment(type, field, text.value_or("")));
        std::ranges::move(added, std::back_inserter(cells));
    }
    return cells;
}

Result<std::string> text_member(const json::object& object, const char* name, const std::string& otherwise)
{
    const auto* value = object.if_contains(name);
    if (value == nullptr) return otherwise;
    if (!value->is_string()) return fail(Errc::usage, fmt::format("\"{}\" must be text", name));
    return std::string(value->get_string());
}

/// What an export holds besides; it says nothing to a new write.
bool is_remark(std::string_view name)
{
    constexpr std::array<std::string_view, 4> kRemarks{"updated_at", "updated_by", "state", "conflicts"};
    return std::ranges::find(kRemarks, name) != kRemarks.end();
}

}  // namespace

Result<std::vector<Cell>> cells_of_arguments(const shared::Catalogue& catalogue, const std::string& type,
                                             const std::vector<std::string>& assignments)
{
    INDABA_TRY(catalogue.require_known(type));
    std::vector<Cell> cells;
    for (const auto& assignment : assignments) {
        const auto at = assignment.find('=');
        if (at == assignment.npos || at == 0)
            return fail(Errc::usage, fmt::format("'{}' is not FIELD=VALUE", assignment));
        INDABA_ASSIGN(auto added,
                      catalogue.parse_assignment(type, assignment.substr(0, at), assignment.substr(at + 1)));
        for (auto& cell : added) {
            if (std::ranges::find(cells, cell.first, &Cell::first) != cells.end())
                return fail(Errc::usage, fmt::format("{}: given twice", cell.first));
            cells.push_back(std::move(cell));
        }
    }
    return cells;
}

Result<Draft> draft_of_json(const shared::Catalogue& catalogue, std::string_view line, const Draft& defaults)
{
    boost::system::error_code failed;
    const auto parsed = json::parse(json::string_view(line.data(), line.size()), failed);
    if (failed) return fail(Errc::usage, "this is not JSON: " + failed.message());
    if (!parsed.is_object()) return fail(Errc::usage, "expected an object: {\"type\": …, \"fields\": {…}}");
    const auto& object = parsed.get_object();
    for (const auto& [name, value] : object)
        if (name != "id" && name != "type" && name != "space" && name != "fields" && !is_remark(std::string_view(name)))
            return fail(Errc::usage,
                        fmt::format("\"{}\" is not known here: put it into \"fields\"", std::string_view(name)));
    Draft draft;
    INDABA_ASSIGN(draft.type, text_member(object, "type", defaults.type));
    INDABA_ASSIGN(draft.space, text_member(object, "space", defaults.space));
    INDABA_ASSIGN(const auto id, text_member(object, "id", ""));
    if (!id.empty()) {
        auto parsed_id = RecordId::parse(id);
        if (parsed_id.has_error()) return fail(Errc::usage, "id: " + parsed_id.error().text);
        draft.id = *parsed_id;
    }
    if (draft.type.empty()) return fail(Errc::usage, "\"type\" is missing");
    const auto* fields = object.if_contains("fields");
    if (fields == nullptr || !fields->is_object()) return fail(Errc::usage, "\"fields\" is missing");
    INDABA_ASSIGN(draft.cells, cells_of_json(catalogue, draft.type, fields->get_object()));
    return draft;
}

Result<std::vector<Draft>> drafts_of_json_lines(const shared::Catalogue& catalogue, std::string_view text,
                                                const Draft& defaults)
{
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    std::vector<Draft> drafts;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.find_first_not_of(" \t\r") == line.npos) continue;
        auto draft = draft_of_json(catalogue, line, defaults);
        if (draft.has_error()) return fail(draft.error().code, fmt::format("line {}: {}", number, draft.error().text));
        drafts.push_back(std::move(*draft));
    }
    return drafts;
}

std::size_t weight(const Draft& draft)
{
    std::size_t bytes = 64;
    for (const auto& [key, value] : draft.cells) bytes += key.size() + value.encoding().size() + 16;
    return bytes;
}

std::vector<std::vector<Draft>> pieces_of(std::vector<Draft> drafts)
{
    std::vector<std::vector<Draft>> pieces;
    std::size_t bytes = 0;
    for (auto& draft : drafts) {
        const bool fits = !pieces.empty() && bytes < kPiece_bytes && draft.space == pieces.back().back().space &&
                          pieces.back().size() < shared::limits::kRecordsPerTransaction;
        if (!fits) {
            pieces.emplace_back();
            bytes = 0;
        }
        bytes += weight(draft);
        pieces.back().push_back(std::move(draft));
    }
    return pieces;
}

}  // namespace indaba::client
