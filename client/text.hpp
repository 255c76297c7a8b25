// Records, conflicts and counts as lines for people. English for now. Pure functions, any thread.
#pragma once

#include "client/records.hpp"
#include "client/sync_report.hpp"

#include <string>

namespace indaba::client {

/// Several lines without a line end at the end.
[[nodiscard]] std::string text_of(const RecordView& record, const shared::Catalogue& catalogue);
/// One line: id, title, the fields of a list.
[[nodiscard]] std::string line_of(const RecordView& record, const shared::Catalogue& catalogue);
[[nodiscard]] std::string text_of(const Conflict& conflict);
[[nodiscard]] std::string text_of(const Refusal& refusal);
[[nodiscard]] std::string text_of(const History& history);
[[nodiscard]] std::string text_of(const Status& status);
[[nodiscard]] std::string text_of(const SyncReport& report);
/// `city = Sochi, sectors/water`
[[nodiscard]] std::string cells_text(const std::vector<Cell>& cells);

}  // namespace indaba::client
