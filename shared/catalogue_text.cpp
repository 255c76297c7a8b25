// Between cells and what people type and read: assignments, titles, searched text.
#include "shared/catalogue.hpp"

#include <algorithm>

namespace indaba::shared {

namespace {

Error broken(const Field& field, std::string_view why)
{
    return fail(Errc::rule_broken, field.name + ": " + std::string(why));
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kSpace = " \t\r\n";
    const auto first = text.find_first_not_of(kSpace);
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; }

char upper(char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; }

bool equal_but_for_case(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

/// The code that is meant: itself, in other case, or by its label in any language.
std::string_view meant_code(const CodeList& list, std::string_view text)
{
    if (list.find(text) != nullptr) return text;
    const auto means = [&](const Code& code) {
        return equal_but_for_case(code.code, text) || std::ranges::any_of(code.labels, [&](const auto& label) {
                   return equal_but_for_case(label.second, text);
               });
    };
    const auto place = std::ranges::find_if(list.codes, means);
    return place == list.codes.end() ? text : std::string_view(place->code);
}

/// A tag in its usual case: pt-BR, zh-Hans.
std::string usual_case(std::string_view tag)
{
    std::string text(tag);
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('-', begin), text.size());
        const bool is_region = begin > 0 && end - begin == 2;
        const bool is_script = begin > 0 && end - begin == 4;
        for (auto i = begin; i < end; ++i)
            text[i] = is_region || (is_script && i == begin) ? upper(text[i]) : lower(text[i]);
        begin = end + 1;
    }
    return text;
}

/// Line ends as one character, so that a table saved on another system gives the same value.
std::string with_plain_line_ends(std::string_view text)
{
    std::string plain(text);
    for (auto place = plain.find("\r\n"); place != std::string::npos; place = plain.find("\r\n", place))
        plain.erase(place, 1);
    return plain;
}

Result<Value> parse_scalar(const Field& field, std::string_view text)
{
    auto parsed = field.kind == ValueKind::text   ? parse_value(field.kind, with_plain_line_ends(text))
                  : field.kind == ValueKind::code ? parse_value(field.kind, meant_code(*field.codes, trimmed(text)))
                                                  : parse_value(field.kind, trimmed(text));
    if (parsed.has_error()) return broken(field, parsed.error().text);
    return parsed;
}

std::string element_key(const Field& field, std::string_view element)
{
    const auto plain = trimmed(element);
    return field.name + "/" + std::string(field.kind == ValueKind::code ? meant_code(*field.codes, plain) : plain);
}

std::vector<NamedValue> parse_elements(const Field& field, std::string_view text)
{
    const auto separators = field.kind == ValueKind::code ? ",;" : ";";
    std::vector<NamedValue> cells;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(separators), text.size());
        const auto element = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (element.empty()) continue;
        auto key = element_key(field, element);
        if (std::ranges::find(cells, key, &NamedValue::first) == cells.end())
            cells.emplace_back(std::move(key), Value::boolean(true));
    }
    return cells;
}

Result<NamedValue> parse_element(const Field& field, std::string_view element, std::string_view text)
{
    auto flag = parse_value(ValueKind::boolean, trimmed(text));
    if (flag.has_error()) return broken(field, "expected yes to add an element, no to remove it");
    const bool is_there = !flag->is_absent() && flag->as_boolean();
    return NamedValue{element_key(field, element), is_there ? Value::boolean(true) : Value()};
}

/// The plain version, else English, else the one whose language comes first.
const Value* best_version(const Field& field, std::span<const CellView> cells)
{
    const CellView* best = nullptr;
    const auto rank = [](const CellView& cell) {
        const auto language = key_parts(cell.first).language;
        return std::pair(language.empty() ? 0 : language == "en" ? 1 : 2, language);
    };
    for (const auto& cell : cells) {
        const auto parts = key_parts(cell.first);
        if (parts.field != field.name || !parts.element.empty() || cell.second->is_absent()) continue;
        if (best == nullptr || rank(cell) < rank(*best)) best = &cell;
    }
    return best == nullptr ? nullptr : best->second;
}

void append_code(const CodeList& list, std::string_view code, std::string& out)
{
    const auto* known = list.find(code);
    out.append(known == nullptr ? code : label(known->labels, "en"));
}

void append_searched_text(const Field& field, std::string_view key, const Value& value, std::string& out)
{
    const auto text = field.set ? key_parts(key).element : std::string_view();
    if (field.kind == ValueKind::code && (field.set || value.kind() == ValueKind::code))
        append_code(*field.codes, field.set ? text : value.as_text(), out);
    else if (field.set) out.append(text);
    else if (value.kind() == ValueKind::text) out.append(value.as_text());
    else out.append(value.display());
}

}  // namespace

Result<std::vector<NamedValue>> Catalogue::parse_assignment(std::string_view type_name, std::string_view key,
                                                            std::string_view text) const
{
    INDABA_ASSIGN(const auto* known, require_known(type_name));
    INDABA_ASSIGN(const auto* known_field, shared::require_known(*known, key));
    const auto& field = *known_field;
    const auto parts = key_parts(key);
    std::vector<NamedValue> cells;
    if (field.set && parts.field.size() == key.size()) {
        cells = parse_elements(field, text);
    } else if (field.set && !parts.element.empty()) {
        INDABA_ASSIGN(auto cell, parse_element(field, parts.element, text));
        cells.push_back(std::move(cell));
    } else {
        auto name = parts.language.empty() ? std::string(key) : field.name + "@" + usual_case(parts.language);
        INDABA_ASSIGN(auto value, parse_scalar(field, text));
        cells.emplace_back(std::move(name), std::move(value));
    }
    for (const auto& [name, value] : cells) INDABA_TRY(shared::check_value(*known, name, value));
    return cells;
}

std::string Catalogue::title(std::string_view type_name, std::span<const CellView> cells) const
{
    const auto* known = type(type_name);
    if (known == nullptr) return std::string(type_name);
    std::string title;
    for (const auto& field : known->fields) {
        if (!field.title) continue;
        const auto* value = best_version(field, cells);
        if (value == nullptr) continue;
        if (!title.empty()) title += ", ";
        title += value->display();
    }
    return title.empty() ? std::string(label(known->labels, "en")) : title;
}

void append_searched(const RecordType* type, const Field* field, std::string_view key, const Value& value,
                     std::string& out)
{
    const bool searched = type == nullptr ? value.kind() == ValueKind::text : field != nullptr && field->searched;
    if (!searched) return;
    if (field == nullptr) out.append(value.as_text());
    else append_searched_text(*field, key, value, out);
    out += '\n';
}

}  // namespace indaba::shared
