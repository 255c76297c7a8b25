#include "tests/model/item.hpp"

#include <array>

namespace indaba::tests::model {

namespace {

using shared::Value;

constexpr auto kKeys = std::to_array<std::string_view>(
    {"name", "name@pt", "city", "tags/sun", "tags/wind", "peak", "floor", "status", "from", "until"});
constexpr auto kStates = std::to_array<std::string_view>({"draft", "submitted", "verified"});

constexpr std::string_view kNewerField = R"({"name": "grade", "labels": {"en": "Grade"}, "kind": "integer", "max": 100,
     "policy": "highest"}, )";
constexpr std::string_view kNewerType = R"({"name": "visit", "labels": {"en": "Visit"}, "plurals": {"en": "Visits"},
   "fields": [{"name": "name", "labels": {"en": "Name"}, "kind": "text", "required": true},
              {"name": "guests", "labels": {"en": "Guests"}, "kind": "integer", "max": 100}]},
)";

constexpr std::string_view kCatalogue = R"({
"types": [
  {"name": "item", "labels": {"en": "Item"}, "plurals": {"en": "Items"}, "fields": [
    {"name": "name", "labels": {"en": "Name"}, "kind": "text", "required": true, "languages": true,
     "title": true, "searched": true},
    {"name": "city", "labels": {"en": "City"}, "kind": "text"},
    {"name": "tags", "labels": {"en": "Tags"}, "kind": "text", "set": true},
    {"name": "peak", "labels": {"en": "Peak"}, "kind": "integer", "max": 1000, "policy": "highest"},
    {"name": "floor", "labels": {"en": "Floor"}, "kind": "decimal", "policy": "lowest"},
    {"name": "status", "labels": {"en": "Status"}, "kind": "code", "code_list": "states", "policy": "precedence",
     "precedence": ["draft", "submitted", "verified"]},
    {"name": "from", "labels": {"en": "From"}, "kind": "integer"},
    {"name": "until", "labels": {"en": "Until"}, "kind": "integer"}],
   "rules": [{"at_least": ["until", "from"]}]},
  {"name": "decision", "labels": {"en": "Decision"}, "plurals": {"en": "Decisions"}, "fields": [
    {"name": "record", "labels": {"en": "Record"}, "kind": "reference", "required": true},
    {"name": "type", "labels": {"en": "Type"}, "kind": "code", "code_list": "type_name"},
    {"name": "kind", "labels": {"en": "Kind"}, "kind": "code", "code_list": "decision_kind"},
    {"name": "cell", "labels": {"en": "Field"}, "kind": "text"},
    {"name": "kept", "labels": {"en": "Kept"}, "kind": "text"},
    {"name": "dropped", "labels": {"en": "Dropped"}, "kind": "text"},
    {"name": "reason", "labels": {"en": "Reason"}, "kind": "text", "required": true}]}],
"code_lists": [
  {"name": "states", "labels": {"en": "States"}, "codes":
    {"draft": {"en": "Draft"}, "submitted": {"en": "Submitted"}, "verified": {"en": "Verified"}}},
  {"name": "type_name", "labels": {"en": "Types"}, "codes": {"item": {"en": "Item"}, "decision": {"en": "Decision"}}},
  {"name": "decision_kind", "labels": {"en": "Kinds"}, "codes":
    {"choice": {"en": "Choice"}, "value": {"en": "Value"},
     "restore": {"en": "Restore"}, "delete": {"en": "Delete"}}}]})";

}  // namespace

const shared::Catalogue& catalogue()
{
    static const auto kRead = shared::Catalogue::parse(kCatalogue);
    return *kRead;
}

const shared::Catalogue& newer_catalogue()
{
    static const auto kRead = [] {
        std::string text(kCatalogue);
        text.insert(text.find(R"({"name": "city")"), kNewerField);
        text.insert(text.find(R"({"name": "decision")"), kNewerType);
        return shared::Catalogue::parse(text);
    }();
    return *kRead;
}

std::span<const std::string_view> item_keys() { return kKeys; }

Value item_value(std::string_view key, std::uint8_t choice)
{
    if (key.starts_with("tags/")) return choice % 3 == 0 ? Value() : Value::boolean(true);
    if (key == "name") return Value::text(std::string(1, char('a' + choice % 5)));
    if (choice % 8 == 7) return Value();
    if (key == kGrade || key == kGuests) return Value::integer(choice % 9);
    if (key == "peak") return Value::integer(std::int64_t(choice % 7) - 3);
    if (key == "floor")
        return choice % 2 == 0 ? Value::decimal({choice % 5 * 10 + 5, 1}) : Value::decimal({choice % 5, 0});
    if (key == "status") return Value::code(kStates[choice % kStates.size()]);
    if (key == "from" || key == "until") return Value::integer(choice % 5);
    return Value::text(std::string(1, char('a' + choice % 5)));
}

}  // namespace indaba::tests::model
