// Reads catalogue.json into a Catalogue, and refuses one that does not hold together: Catalogue::parse.
#include "shared/catalogue.hpp"
#include "shared/cell_names.hpp"
#include "shared/json_properties.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace indaba::shared {

namespace {

constexpr std::array<std::string_view, 11> kKindNames = {"absent",  "text", "integer",   "decimal", "boolean",   "date",
                                                         "instant", "code", "reference", "place",   "attachment"};
constexpr std::array<std::string_view, 5> kPolicyNames = {"latest", "present", "highest", "lowest", "precedence"};
constexpr std::array<std::string_view, 3> kRuleNames = {"at_least", "needs", "any_present"};

bool is_ordered(ValueKind kind)
{
    return kind == ValueKind::integer || kind == ValueKind::decimal || kind == ValueKind::date ||
           kind == ValueKind::instant;
}

std::optional<Pattern> read_pattern(JsonProperties& properties)
{
    const auto source = properties.text("pattern");
    if (source.empty()) return std::nullopt;
    auto pattern = Pattern::parse(source);
    if (pattern.has_value()) return std::move(*pattern);
    properties.fault(pattern.error().text);
    return std::nullopt;
}

Result<Field> read_field(const boost::json::value& json, std::string where)
{
    JsonProperties properties(json, std::move(where));
    Field field;
    field.name = properties.text("name");
    field.labels = properties.labels("labels");
    field.kind = ValueKind(properties.choice("kind", kKindNames));
    field.required = properties.flag("required");
    field.set = properties.flag("set");
    field.languages = properties.flag("languages");
    field.personal = properties.flag("personal");
    field.title = properties.flag("title");
    field.searched = properties.flag("searched");
    field.listed = properties.flag("listed");
    field.unit = properties.text("unit");
    field.code_list = properties.text("code_list");
    field.reference_type = properties.text("reference_type");
    field.min = properties.number("min");
    field.max = properties.number("max");
    field.length = std::size_t(std::max<std::int64_t>(0, properties.number("length").value_or(0)));
    field.pattern = read_pattern(properties);
    field.policy = field.set ? Policy::present : Policy(properties.choice("policy", kPolicyNames));
    field.precedence = properties.texts("precedence");
    INDABA_TRY(properties.finish());
    return field;
}

Result<Rule> read_rule(const boost::json::value& json, std::string where)
{
    JsonProperties properties(json, std::move(where));
    Rule rule{};
    for (std::size_t i = 0; i < kRuleNames.size(); ++i) {
        auto fields = properties.texts(kRuleNames[i]);
        if (fields.empty()) continue;
        if (!rule.fields.empty()) properties.fault("holds two rules");
        rule = {RuleKind(i), std::move(fields)};
    }
    if (rule.fields.size() < 2 || (rule.kind != RuleKind::any_present && rule.fields.size() > 2))
        properties.fault("is between two fields");
    INDABA_TRY(properties.finish());
    return rule;
}

Result<RecordType> read_type(const boost::json::value& json, std::string where)
{
    JsonProperties properties(json, std::move(where));
    RecordType type;
    type.name = properties.text("name");
    type.labels = properties.labels("labels");
    type.plurals = properties.labels("plurals");
    for (const auto& item : properties.items("fields")) {
        INDABA_ASSIGN(auto field, read_field(item, properties.where() + " field"));
        type.fields.push_back(std::move(field));
    }
    for (const auto& item : properties.items("rules")) {
        INDABA_ASSIGN(auto rule, read_rule(item, properties.where() + " rule"));
        type.rules.push_back(std::move(rule));
    }
    INDABA_TRY(properties.finish());
    return type;
}

Result<CodeList> read_list(const boost::json::value& json, std::string where)
{
    JsonProperties properties(json, std::move(where));
    CodeList list;
    list.name = properties.text("name");
    list.labels = properties.labels("labels");
    list.pattern = read_pattern(properties);
    if (const auto* codes = properties.object("codes"))
        for (const auto& [code, labels] : *codes) list.codes.push_back({code, properties.labels_of(labels)});
    INDABA_TRY(properties.finish());
    return list;
}

Error broken(std::string_view where, std::string_view why)
{
    return fail(Errc::malformed, "the catalogue's " + std::string(where) + " " + std::string(why));
}

}  // namespace

/// Puts what was read together: names to things, things to each other.
class CatalogueReader {
public:
    Result<Catalogue> read(std::string_view text)
    {
        boost::system::error_code error;
        const auto json = boost::json::parse(text, error);
        if (error) return fail(Errc::malformed, "the catalogue is not JSON: " + error.message());
        JsonProperties properties(json, "catalogue");
        for (const auto& item : properties.items("types")) {
            INDABA_ASSIGN(auto type, read_type(item, "type"));
            catalogue_.types_.push_back(std::move(type));
        }
        for (const auto& item : properties.items("code_lists")) {
            INDABA_ASSIGN(auto list, read_list(item, "code list"));
            catalogue_.lists_.push_back(std::move(list));
        }
        INDABA_TRY(properties.finish());
        INDABA_TRY(link_lists());
        INDABA_TRY(link_types());
        return std::move(catalogue_);
    }

private:
    Result<void> link_lists()
    {
        for (auto& list : catalogue_.lists_) {
            if (!is_name(list.name) || !catalogue_.lists_by_name_.insert(list.name, &list))
                return broken(list.name, "is not a name or is there twice");
            for (const auto& code : list.codes) {
                if (code.code.empty() || code.code.find_first_of("/@,; ") != std::string::npos)
                    return broken(list.name, "has a code that cannot be one: " + code.code);
                if (!list.by_code.insert(code.code, &code)) return broken(list.name, "has twice: " + code.code);
            }
        }
        return {};
    }

    Result<void> link_types()
    {
        for (auto& type : catalogue_.types_)
            if (!is_name(type.name) || !catalogue_.types_by_name_.insert(type.name, &type))
                return broken(type.name, "is not a name or is there twice");
        for (auto& type : catalogue_.types_) {
            for (auto& field : type.fields) {
                const auto where = type.name + " " + field.name;
                if (!is_name(field.name) || !type.by_name.insert(field.name, &field))
                    return broken(where, "is not a name or is there twice");
                INDABA_TRY(link_field(field, where));
            }
            for (const auto& rule : type.rules) INDABA_TRY(check_rule(type, rule));
        }
        return {};
    }

    Result<void> link_field(Field& field, std::string_view where)
    {
        const bool is_text = field.kind == ValueKind::text;
        const bool is_code = field.kind == ValueKind::code;
        const bool is_number = field.kind == ValueKind::integer || field.kind == ValueKind::decimal;
        field.codes = catalogue_.code_list(field.code_list);
        if (field.kind == ValueKind::absent) return broken(where, "needs a kind");
        if (is_code != (field.codes != nullptr))
            return broken(where, "needs a code list if it is a code, and only then");
        if (field.set && !is_text && !is_code) return broken(where, "is a set of neither texts nor codes");
        if (field.languages && (field.set || !is_text)) return broken(where, "has languages but is not one text");
        if ((field.length != 0 || field.pattern) && !is_text)
            return broken(where, "has a length or pattern but is no text");
        if ((field.min || field.max) && !is_number && field.kind != ValueKind::date)
            return broken(where, "has a range but is neither number nor date");
        if (!field.unit.empty() && !is_number) return broken(where, "has a unit but is no number");
        if (!field.reference_type.empty() &&
            (field.kind != ValueKind::reference || catalogue_.type(field.reference_type) == nullptr))
            return broken(where, "refers to a type that is not there");
        return check_policy(field, where);
    }

    static Result<void> check_policy(const Field& field, std::string_view where)
    {
        const bool by_size = field.policy == Policy::highest || field.policy == Policy::lowest;
        if (by_size && !is_ordered(field.kind)) return broken(where, "has a policy by size but no size");
        if (field.policy == Policy::present && !field.set) return broken(where, "has the policy of a set but is none");
        if ((field.policy == Policy::precedence) == field.precedence.empty())
            return broken(where, "needs a precedence if its policy says so, and only then");
        if (std::set(field.precedence.begin(), field.precedence.end()).size() != field.precedence.size())
            return broken(where, "has a code twice in its precedence");
        for (const auto& code : field.precedence)
            if (field.codes == nullptr || field.codes->find(code) == nullptr)
                return broken(where, "has a precedence that is not in its code list: " + code);
        return {};
    }

    static Result<void> check_rule(const RecordType& type, const Rule& rule)
    {
        for (const auto& name : rule.fields)
            if (type.by_name.find(name) == nullptr) return broken(type.name, "has a rule about no field: " + name);
        const auto kind_of = [&](std::size_t i) { return type.field(rule.fields[i])->kind; };
        if (rule.kind == RuleKind::at_least && (!is_ordered(kind_of(0)) || kind_of(0) != kind_of(1)))
            return broken(type.name, "compares two fields that have no common size");
        return {};
    }

    Catalogue catalogue_;
};

Result<Catalogue> Catalogue::parse(std::string_view json) { return CatalogueReader().read(json); }

}  // namespace indaba::shared
