// Reads the properties of one JSON object, strictly: after the first that is not what it should be everything reads as
// nothing, and `finish` says what was wrong, a property that nobody asked for included. One thread.
#pragma once

#include "shared/catalogue.hpp"

#include <boost/json.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace indaba::shared {

class JsonProperties {
public:
    /// `json` must outlive this; `where` names the object for the message.
    JsonProperties(const boost::json::value& json, std::string where);

    // Each reads as nothing (empty, false, 0) where the property is absent.

    [[nodiscard]] std::string text(std::string_view name);
    [[nodiscard]] bool flag(std::string_view name);
    [[nodiscard]] std::optional<std::int64_t> number(std::string_view name);
    [[nodiscard]] std::vector<std::string> texts(std::string_view name);
    /// The place of its text among `choices`.
    [[nodiscard]] std::size_t choice(std::string_view name, std::span<const std::string_view> choices);
    [[nodiscard]] std::span<const boost::json::value> items(std::string_view name);
    [[nodiscard]] const boost::json::object* object(std::string_view name);
    /// Must be there, with "en".
    [[nodiscard]] Labels labels(std::string_view name);
    [[nodiscard]] Labels labels_of(const boost::json::value& json);

    void fault(std::string_view why);
    [[nodiscard]] Result<void> finish() const;
    [[nodiscard]] const std::string& where() const { return where_; }

private:
    const boost::json::value* take(std::string_view name);

    std::string where_;
    const boost::json::object* object_;
    std::vector<std::string_view> taken_;
    std::string fault_;
};

}  // namespace indaba::shared
