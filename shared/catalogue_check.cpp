// What may stand in a cell, and what must hold in a whole record.
#include "shared/catalogue.hpp"
#include "shared/cell_names.hpp"
#include "shared/transaction.hpp"

#include <algorithm>

namespace indaba::shared {

namespace {

Error broken(const Field& field, std::string_view why)
{
    return fail(Errc::rule_broken, field.name + ": " + std::string(why));
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f; }

/// What was written, for the message: short, on one line, and nothing about a person.
std::string quoted(const Field& field, std::string_view text, Quoting quoting)
{
    constexpr std::size_t kShown_bytes = 60;
    const auto is_hidden = [](char c) { return is_control(c) || c == '\n' || c == '\t'; };
    if (quoting == Quoting::nothing || field.personal || text.size() > kShown_bytes ||
        std::ranges::any_of(text, is_hidden))
        return "this";
    return '"' + std::string(text) + '"';
}

const char* kind_name(ValueKind kind)
{
    switch (kind) {
        case ValueKind::absent: return "nothing";
        case ValueKind::text: return "a text";
        case ValueKind::integer: return "a whole number";
        case ValueKind::decimal: return "a number";
        case ValueKind::boolean: return "true or false";
        case ValueKind::date: return "a date";
        case ValueKind::instant: return "a time";
        case ValueKind::code: return "a code";
        case ValueKind::reference: return "a reference to a record";
        case ValueKind::place: return "a place";
        case ValueKind::attachment: return "an attachment";
    }
    return "another kind of value";
}

Result<void> check_code(const Field& field, std::string_view code, Quoting quoting)
{
    if (field.codes->allows(code)) return {};
    return broken(field, quoted(field, code, quoting) + " is not in the list of " +
                             std::string(label(field.codes->labels, "en")));
}

std::size_t code_points(std::string_view text)
{
    return std::size_t(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

Result<void> check_text(const Field& field, std::string_view text, Quoting quoting)
{
    // Never fewer bytes than code points: most texts need no counting.
    if (field.length != 0 && text.size() > field.length && code_points(text) > field.length)
        return broken(field, "is longer than " + std::to_string(field.length) + " characters: shorten it");
    if (std::ranges::any_of(text, is_control)) return broken(field, "holds a control character: remove it");
    if (field.pattern && !field.pattern->matches(text))
        return broken(field, quoted(field, text, quoting) + " does not have the form that is expected");
    return {};
}

Result<void> check_range(const Field& field, bool above_min, bool below_max)
{
    if (!above_min) return broken(field, "is less than " + std::to_string(*field.min));
    if (!below_max) return broken(field, "is more than " + std::to_string(*field.max));
    return {};
}

Result<void> check_integer(const Field& field, std::int64_t number)
{
    return check_range(field, !field.min || number >= *field.min, !field.max || number <= *field.max);
}

Result<void> check_decimal(const Field& field, const Value& number)
{
    const auto bound = [](std::int64_t units) { return Value::decimal({units, 0}); };
    return check_range(field, !field.min || compare(number, bound(*field.min)) >= 0,
                       !field.max || compare(number, bound(*field.max)) <= 0);
}

Result<void> check_element(const Field& field, std::string_view element, Quoting quoting)
{
    if (field.kind == ValueKind::code) return check_code(field, element, quoting);
    if (!is_utf8(element)) return broken(field, "an element is not UTF-8 text");
    if (element.starts_with(' ') || element.ends_with(' '))
        return broken(field, "an element begins or ends with a space: remove it");
    INDABA_TRY(check_text(field, element, quoting));
    if (!is_element(element)) return broken(field, "an element holds a control character or line end: remove it");
    return {};
}

Result<void> check_key(const Field& field, std::string_view key, Quoting quoting)
{
    const auto parts = key_parts(key);
    if (key.size() > limits::kKey_bytes)
        return broken(field, "an element is longer than " +
                                 std::to_string(limits::kKey_bytes - parts.field.size() - 1) + " bytes: shorten it");
    const bool is_plain = parts.field.size() == key.size();
    if (field.set) {
        if (parts.element.empty()) return broken(field, "is a set: write " + field.name + "/ELEMENT");
        return {};
    }
    if (is_plain) return {};
    if (!field.languages || key[parts.field.size()] != '@')
        return broken(field, field.languages ? "is not a set" : "has neither elements nor language versions");
    if (!is_language_tag(parts.language))
        return broken(field,
                      quoted(field, parts.language, quoting) + " is not a language tag like pt, pt-BR or zh-Hans");
    return {};
}

Result<void> check_existence(const Value& value)
{
    if (value.kind() == ValueKind::boolean) return {};
    return fail(Errc::rule_broken, std::string(kExistence) + ": existence is true or false");
}

bool belongs_to(std::string_view key, std::string_view field)
{
    return key.starts_with(field) &&
           (key.size() == field.size() || key[field.size()] == '@' || key[field.size()] == '/');
}

bool is_present(std::span<const CellView> cells, std::string_view field)
{
    return std::ranges::any_of(
        cells, [&](const CellView& cell) { return belongs_to(cell.first, field) && !cell.second->is_absent(); });
}

const Value* plain_value(std::span<const CellView> cells, std::string_view field)
{
    const auto place = std::ranges::find(cells, field, &CellView::first);
    return place == cells.end() || place->second->is_absent() ? nullptr : place->second;
}

/// Not less as far as both are known: a month is not before any of its days.
bool is_at_least(const Value& value, const Value& other)
{
    if (value.kind() != other.kind()) return true;  // check_value has more to say about that
    if (value.kind() != ValueKind::date) return compare(value, other) >= 0;
    auto date = value.as_date();
    auto bound = other.as_date();
    if (date.month == 0 || bound.month == 0) date.month = bound.month = 0;
    if (date.month == 0 || date.day == 0 || bound.day == 0) date.day = bound.day = 0;
    return compare(Value::date(date), Value::date(bound)) >= 0;
}

Result<void> check_rule(const RecordType& type, const Rule& rule, std::span<const CellView> cells)
{
    const auto& first = *type.field(rule.fields.front());
    const auto& last = *type.field(rule.fields.back());
    switch (rule.kind) {
        case RuleKind::at_least: {
            const auto* value = plain_value(cells, first.name);
            const auto* other = plain_value(cells, last.name);
            if (value == nullptr || other == nullptr || is_at_least(*value, *other)) return {};
            return broken(first, "must not be less than or before " + last.name);
        }
        case RuleKind::needs:
            if (!is_present(cells, first.name) || is_present(cells, last.name)) return {};
            return broken(last, "is needed where " + first.name + " is given");
        case RuleKind::any_present: {
            std::string names;
            for (const auto& name : rule.fields) {
                if (is_present(cells, name)) return {};
                names += (names.empty() ? "" : ", ") + name;
            }
            return broken(first, "at least one of " + names + " is needed");
        }
    }
    return {};
}

}  // namespace

Result<void> check_value(const RecordType& type, std::string_view key, const Value& value, Quoting quoting)
{
    if (key == kExistence) return check_existence(value);
    const auto* field = type.field(key);
    if (field == nullptr) return {};
    INDABA_TRY(check_key(*field, key, quoting));
    if (value.is_absent()) return {};  // also of an element that a list no longer has
    if (field->set) {
        if (value.kind() == ValueKind::boolean && value.as_boolean())
            return check_element(*field, key_parts(key).element, quoting);
        return broken(*field, "an element is there (true) or absent");
    }
    if (value.kind() != field->kind) return broken(*field, std::string("must be ") + kind_name(field->kind));
    switch (field->kind) {
        case ValueKind::text: return check_text(*field, value.as_text(), quoting);
        case ValueKind::code: return check_code(*field, value.as_text(), quoting);
        case ValueKind::integer: return check_integer(*field, value.as_integer());
        case ValueKind::decimal: return check_decimal(*field, value);
        case ValueKind::date: return check_integer(*field, value.as_date().year);
        case ValueKind::absent:
        case ValueKind::boolean:
        case ValueKind::instant:
        case ValueKind::reference:
        case ValueKind::place:
        case ValueKind::attachment: return {};
    }
    return {};
}

Result<void> check_record(const RecordType& type, std::span<const CellView> cells)
{
    for (const auto& field : type.fields)
        if (field.required && !is_present(cells, field.name))
            return broken(field, "is missing: every " + type.name + " has one");
    for (const auto& rule : type.rules) INDABA_TRY(check_rule(type, rule, cells));
    return {};
}

Result<void> Catalogue::check_value(std::string_view type_name, std::string_view key, const Value& value) const
{
    const auto* known = type(type_name);
    if (known == nullptr) return key == kExistence ? check_existence(value) : Result<void>();
    return shared::check_value(*known, key, value);
}

Result<void> Catalogue::check_record(std::string_view type_name, std::span<const CellView> cells) const
{
    const auto* known = type(type_name);
    if (known == nullptr) return {};
    return shared::check_record(*known, cells);
}

Result<const RecordType*> Catalogue::require_known(std::string_view type_name) const
{
    if (const auto* known = type(type_name)) return known;
    std::string names;
    for (const auto& known : types_) names += (names.empty() ? "" : ", ") + known.name;
    return fail(Errc::usage, "there is no such type of record: use one of " + names);
}

Result<const Field*> Catalogue::require_known(std::string_view type_name, std::string_view key) const
{
    INDABA_ASSIGN(const auto* known, require_known(type_name));
    return shared::require_known(*known, key);
}

Result<const Field*> require_known(const RecordType& type, std::string_view key)
{
    if (const auto* field = type.field(key)) return field;
    std::string names;
    for (const auto& field : type.fields) names += (names.empty() ? "" : ", ") + field.name;
    return fail(Errc::usage, std::string(key_parts(key).field) + ": no such field; " + type.name + " has " + names);
}

}  // namespace indaba::shared
