#include "shared/catalogue.hpp"

#include "shared/catalogue_json.hpp"
#include "shared/check.hpp"

#include <algorithm>

namespace indaba::shared {

namespace {

bool all_in(std::string_view text, char first, char last)
{
    return std::ranges::all_of(text, [=](char c) { return c >= first && c <= last; });
}

bool is_script(std::string_view part)
{
    return part.size() == 4 && all_in(part.substr(0, 1), 'A', 'Z') && all_in(part.substr(1), 'a', 'z');
}

bool is_region(std::string_view part)
{
    return (part.size() == 2 && all_in(part, 'A', 'Z')) || (part.size() == 3 && all_in(part, '0', '9'));
}

}  // namespace

std::string_view label(const Labels& labels, std::string_view language)
{
    for (auto tag = language; !tag.empty();) {
        if (const auto place = labels.find(tag); place != labels.end()) return place->second;
        const auto dash = tag.rfind('-');
        tag = tag.substr(0, dash == std::string_view::npos ? 0 : dash);
    }
    const auto english = labels.find("en");
    return english == labels.end() ? std::string_view() : english->second;
}

const Code* CodeList::find(std::string_view code) const { return by_code.find(code); }

bool CodeList::allows(std::string_view code) const
{
    return find(code) != nullptr || (pattern && pattern->matches(code));
}

KeyParts key_parts(std::string_view key)
{
    std::size_t end = 0;  // faster than find_first_of on keys as short as these
    while (end < key.size() && key[end] != '@' && key[end] != '/') ++end;
    if (end == key.size()) return {key, {}, {}};
    const auto rest = key.substr(end + 1);
    return key[end] == '@' ? KeyParts{key.substr(0, end), rest, {}} : KeyParts{key.substr(0, end), {}, rest};
}

bool is_language_tag(std::string_view tag)
{
    const auto next = [&] {
        const auto dash = tag.find('-');
        const auto part = tag.substr(0, dash);
        tag.remove_prefix(dash == std::string_view::npos ? tag.size() : dash + 1);
        return part;
    };
    if (tag.ends_with('-')) return false;
    const auto language = next();
    if ((language.size() != 2 && language.size() != 3) || !all_in(language, 'a', 'z')) return false;
    if (tag.empty()) return true;
    const auto second = next();
    if (tag.empty()) return is_script(second) || is_region(second);
    return is_script(second) && is_region(next()) && tag.empty();
}

const Field* RecordType::field(std::string_view key) const { return by_name.find(key_parts(key).field); }

const Catalogue& Catalogue::builtin()
{
    static const Catalogue catalogue = [] {
        auto read = parse(catalogue_json());
        INDABA_CHECK(read.has_value());
        return std::move(*read);
    }();
    return catalogue;
}

const RecordType* Catalogue::type(std::string_view name) const { return types_by_name_.find(name); }

const Field* Catalogue::field(std::string_view type_name, std::string_view key) const
{
    const auto* known = type(type_name);
    return known == nullptr ? nullptr : known->field(key);
}

const CodeList* Catalogue::code_list(std::string_view name) const { return lists_by_name_.find(name); }

CellRule cell_rule(const RecordType* type, std::string_view key)
{
    const auto parts = key_parts(key);
    const auto* field = type == nullptr ? nullptr : type->by_name.find(parts.field);
    if (!parts.element.empty()) return {field, Policy::present};
    return {field, field == nullptr ? Policy::latest : field->policy};
}

Policy Catalogue::policy(std::string_view type_name, std::string_view key) const
{
    return cell_rule(type(type_name), key).policy;
}

const std::vector<std::string>& Catalogue::precedence(std::string_view type_name, std::string_view key) const
{
    static const std::vector<std::string> none;
    const auto* known = field(type_name, key);
    return known == nullptr ? none : known->precedence;
}

}  // namespace indaba::shared
