#include "shared/json_properties.hpp"

#include <algorithm>

namespace indaba::shared {

namespace json = boost::json;

JsonProperties::JsonProperties(const json::value& value, std::string where)
    : where_(std::move(where)), object_(value.if_object())
{
    if (object_ == nullptr) fault("is not an object");
}

const json::value* JsonProperties::take(std::string_view name)
{
    taken_.push_back(name);
    return object_ == nullptr ? nullptr : object_->if_contains(name);
}

std::string JsonProperties::text(std::string_view name)
{
    const auto* value = take(name);
    if (value == nullptr) return {};
    const auto* text = value->if_string();
    if (text == nullptr || text->empty()) {
        fault("needs a text as its " + std::string(name));
        return {};
    }
    if (name == "name") where_ += " " + std::string(*text);
    return std::string(*text);
}

bool JsonProperties::flag(std::string_view name)
{
    const auto* value = take(name);
    if (value == nullptr) return false;
    if (!value->is_bool()) fault("needs true or false as its " + std::string(name));
    return value->is_bool() && value->get_bool();
}

std::optional<std::int64_t> JsonProperties::number(std::string_view name)
{
    const auto* value = take(name);
    if (value == nullptr) return std::nullopt;
    if (const auto* number = value->if_int64()) return *number;
    fault("needs a whole number as its " + std::string(name));
    return std::nullopt;
}

std::vector<std::string> JsonProperties::texts(std::string_view name)
{
    std::vector<std::string> texts;
    for (const auto& item : items(name)) {
        const auto* text = item.if_string();
        if (text == nullptr || text->empty()) fault("needs texts as its " + std::string(name));
        else texts.emplace_back(*text);
    }
    return texts;
}

std::size_t JsonProperties::choice(std::string_view name, std::span<const std::string_view> choices)
{
    const auto chosen = text(name);
    if (chosen.empty()) return 0;
    const auto place = std::ranges::find(choices, chosen);
    if (place != choices.end()) return std::size_t(place - choices.begin());
    fault("has an unknown " + std::string(name) + ": " + chosen);
    return 0;
}

std::span<const json::value> JsonProperties::items(std::string_view name)
{
    const auto* value = take(name);
    if (value == nullptr) return {};
    if (const auto* array = value->if_array()) return {array->data(), array->size()};
    fault("needs a list as its " + std::string(name));
    return {};
}

const json::object* JsonProperties::object(std::string_view name)
{
    const auto* value = take(name);
    const auto* object = value == nullptr ? nullptr : value->if_object();
    if (object == nullptr) fault("needs an object as its " + std::string(name));
    return object;
}

Labels JsonProperties::labels(std::string_view name)
{
    const auto* value = take(name);
    if (value != nullptr) return labels_of(*value);
    fault("needs its " + std::string(name));
    return {};
}

Labels JsonProperties::labels_of(const json::value& value)
{
    Labels labels;
    const auto* object = value.if_object();
    if (object == nullptr || !object->contains("en")) fault("has labels without English");
    if (object == nullptr) return labels;
    for (const auto& [language, text] : *object) {
        if (!is_language_tag(language) || !text.is_string()) fault("has a label that is no text by language");
        else labels.emplace(language, text.get_string());
    }
    return labels;
}

void JsonProperties::fault(std::string_view why)
{
    if (fault_.empty()) fault_ = why;
}

Result<void> JsonProperties::finish() const
{
    const auto failed = [&](std::string_view why) { return fail(Errc::malformed, where_ + " " + std::string(why)); };
    if (!fault_.empty()) return failed(fault_);
    for (const auto& [name, value] : *object_)
        if (std::ranges::find(taken_, std::string_view(name)) == taken_.end())
            return failed("has an unknown property: " + std::string(name));
    return {};
}

}  // namespace indaba::shared
