// Where real cells differ from the model's, in words. Compares shapes only: calls nothing of sync that it would judge.
#pragma once

#include "sync/cells.hpp"
#include "tests/model/model.hpp"

#include <string>

namespace indaba::tests::model {

/// Empty if the cells hold exactly the model's leaves: names, stamps, values, and of deletions what they saw. Cells
/// without leaves count as not there.
[[nodiscard]] std::string difference(const Record& expected, const sync::Cells& actual);

/// Of a tombstone a device holds the existence cell only.
[[nodiscard]] Record as_carried(const Record& record);

/// A real record in the model's shape.
[[nodiscard]] Record as_model(const sync::Cells& cells);

}  // namespace indaba::tests::model
