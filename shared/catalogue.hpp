// What records are made of: types, fields, rules, code lists and labels, read from shared/catalogue.json. Immutable
// once read, any thread. It judges values and never changes them; what it does not know (a newer program's types and
// fields) it lets pass, unless a person typed it: then ask `require_known` first.
#pragma once

#include "shared/name_index.hpp"
#include "shared/pattern.hpp"
#include "shared/value.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace indaba::shared {

/// Which of several leaves is shown; `precedence` takes the one that comes last in Field::precedence.
enum class Policy : std::uint8_t { latest, present, highest, lowest, precedence };

/// Text by language tag; always has "en".
using Labels = std::map<std::string, std::string, std::less<>>;
/// In that language, else in the one it is a variety of (pt-BR: pt), else in English.
[[nodiscard]] std::string_view label(const Labels& labels, std::string_view language);

struct Code {
    std::string code;
    Labels labels;
};

/// Closed, or with a pattern for further codes that have no label here.
struct CodeList {
    std::string name;
    Labels labels;
    std::vector<Code> codes;  ///< in the order to show them
    std::optional<Pattern> pattern;
    NameIndex<Code> by_code;

    [[nodiscard]] const Code* find(std::string_view code) const;
    [[nodiscard]] bool allows(std::string_view code) const;
};

struct Field {
    std::string name;
    Labels labels;
    ValueKind kind = ValueKind::text;  ///< of a set: what its elements are, code or text; their cells hold `true`
    bool required = false;
    bool set = false;        ///< each element is its own cell, `name/element`
    bool languages = false;  ///< each language version is its own cell, `name@pt`, beside or instead of `name`
    bool personal = false;   ///< about a person: kept out of logs and public exports
    bool title = false;      ///< part of what a record is called
    bool searched = false;
    bool listed = false;  ///< a column of a list
    std::string unit;     ///< of a number
    std::string code_list;
    std::string reference_type;       ///< the type a reference points to; empty: any
    std::optional<std::int64_t> min;  ///< of a number, or of a date's year
    std::optional<std::int64_t> max;
    std::size_t length = 0;  ///< most code points of a text; 0: limits::kValue_bytes alone
    std::optional<Pattern> pattern;
    Policy policy = Policy::latest;
    std::vector<std::string> precedence;  ///< codes, lowest first
    const CodeList* codes = nullptr;      ///< the list named code_list
};

enum class RuleKind : std::uint8_t {
    at_least,     ///< the first field is not less than, or before, the second; both of one kind
    needs,        ///< where the first is present the second is too
    any_present,  ///< at least one is present
};

/// Something that must hold between fields of one record, on the values it shows.
struct Rule {
    RuleKind kind;
    std::vector<std::string> fields;
};

struct RecordType {
    std::string name;
    Labels labels;
    Labels plurals;
    std::vector<Field> fields;  ///< in the order to show them
    std::vector<Rule> rules;
    NameIndex<Field> by_name;

    /// The field that a cell belongs to; null if it is not known.
    [[nodiscard]] const Field* field(std::string_view key) const;
};

/// A cell's key taken apart; at most one of language and element is not empty.
struct KeyParts {
    std::string_view field;
    std::string_view language;
    std::string_view element;
};
[[nodiscard]] KeyParts key_parts(std::string_view key);

/// A language tag in its usual case, such as pt, pt-BR, zh-Hant: language, then script or region or both (RFC 5646).
[[nodiscard]] bool is_language_tag(std::string_view tag);

using CellView = std::pair<std::string_view, const Value*>;
using NamedValue = std::pair<std::string, Value>;

/// Whether an error may repeat the value that it is about: to who wrote it, not to everybody.
enum class Quoting : unsigned char { values, nothing };

class Catalogue {
public:
    [[nodiscard]] static const Catalogue& builtin();
    [[nodiscard]] static Result<Catalogue> parse(std::string_view json);

    Catalogue(Catalogue&&) = default;
    Catalogue& operator=(Catalogue&&) = default;

    [[nodiscard]] std::span<const RecordType> types() const { return types_; }
    [[nodiscard]] const RecordType* type(std::string_view name) const;
    [[nodiscard]] const Field* field(std::string_view type, std::string_view key) const;
    [[nodiscard]] const CodeList* code_list(std::string_view name) const;

    /// An element of a set: present, whether known or not. Of anything else that is not known: latest.
    [[nodiscard]] Policy policy(std::string_view type, std::string_view key) const;
    [[nodiscard]] const std::vector<std::string>& precedence(std::string_view type, std::string_view key) const;

    // Errors are Errc::rule_broken and begin with the field's name. Unknown types and fields pass.

    [[nodiscard]] Result<void> check_value(std::string_view type, std::string_view key, const Value& value) const;
    /// Required fields and rules, on all cells that the record shows; `check_value` is not repeated. Cells in any
    /// order.
    [[nodiscard]] Result<void> check_record(std::string_view type, std::span<const CellView> cells) const;

    /// For what a person typed: usage for a type or a field that the catalogue does not have.
    [[nodiscard]] Result<const RecordType*> require_known(std::string_view type) const;
    [[nodiscard]] Result<const Field*> require_known(std::string_view type, std::string_view key) const;

    /// The cells that FIELD=VALUE writes, checked; for the command line and tables. `country=CN`; `title@pt=…`; of a
    /// code, its label does as well; `sectors=green-energy,water` adds two elements (elements that are text are
    /// separated by semicolons); `sectors/water=no` removes one. Empty text makes the cell absent, and of a whole set
    /// says nothing.
    [[nodiscard]] Result<std::vector<NamedValue>> parse_assignment(std::string_view type, std::string_view field,
                                                                   std::string_view text) const;

    /// What to call a record; its type's label if it has nothing better.
    [[nodiscard]] std::string title(std::string_view type, std::span<const CellView> cells) const;

private:
    Catalogue() = default;
    friend class CatalogueReader;

    std::vector<RecordType> types_;
    std::vector<CodeList> lists_;
    NameIndex<RecordType> types_by_name_;
    NameIndex<CodeList> lists_by_name_;
};

/// The same for a type found before: what loops over many cells of one record calls.
[[nodiscard]] Result<void> check_value(const RecordType& type, std::string_view key, const Value& value,
                                       Quoting quoting = Quoting::values);
[[nodiscard]] Result<void> check_record(const RecordType& type, std::span<const CellView> cells);
[[nodiscard]] Result<const Field*> require_known(const RecordType& type, std::string_view key);

/// Appends what a search looks at in a value that is there, and a line end. Of a type that is not known (null): every
/// text.
void append_searched(const RecordType* type, const Field* field, std::string_view key, const Value& value,
                     std::string& out);

/// What the catalogue says of one cell.
struct CellRule {
    const Field* field = nullptr;  ///< null if it is not known
    Policy policy = Policy::latest;
};
/// Of a type that is not known (null) as well.
[[nodiscard]] CellRule cell_rule(const RecordType* type, std::string_view key);

}  // namespace indaba::shared
