// The record type of random tests: a field for every policy, a required field, a range, a rule between two fields; and
// the decisions that settling writes. Pure functions.
#pragma once

#include "shared/catalogue.hpp"
#include "tests/model/chance.hpp"

#include <span>

namespace indaba::tests::model {

[[nodiscard]] const shared::Catalogue& catalogue();
inline constexpr std::string_view kItem = "item";

/// As the program's next version has it: an item's `grade` more, under `highest`, and visits.
[[nodiscard]] const shared::Catalogue& newer_catalogue();
inline constexpr std::string_view kGrade = "grade";
inline constexpr std::string_view kVisit = "visit";
inline constexpr std::string_view kGuests = "guests";

/// Keys that tests write to; the first is required.
[[nodiscard]] std::span<const std::string_view> item_keys();
/// A value that the field allows, the same for the same choice; often equal to another's, sometimes absent.
[[nodiscard]] shared::Value item_value(std::string_view key, std::uint8_t choice);

}  // namespace indaba::tests::model
