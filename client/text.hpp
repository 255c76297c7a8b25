// Records, conflicts and counts as lines for people. English for now. Pure functions, any thread.
#pragma once

#include "client/records.hpp"
#include "client/sync_report.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace indaba::client {

/// What the record is called that a field refers to; nothing if it is not here.
using Titles = std::function<std::optional<std::string>(const RecordId&)>;

/// Several lines without a line end at the end.
[[nodiscard]] std::string text_of(const RecordView& record, const shared::Catalogue& catalogue, const Titles& titles);
/// One line: id, title, the fields of a list.
[[nodiscard]] std::string line_of(const RecordView& record, const shared::Catalogue& catalogue, const Titles& titles);
[[nodiscard]] std::string text_of(const Conflict& conflict);
[[nodiscard]] std::string text_of(const Refusal& refusal);
[[nodiscard]] std::string text_of(const Forgotten& forgotten);
[[nodiscard]] std::string text_of(const History& history);
[[nodiscard]] std::string text_of(const Status& status);
[[nodiscard]] std::string text_of(const SpaceView& space);
/// What carrying a space brings, as far as it is known.
[[nodiscard]] std::string centre_size_text(const SpaceView& space);
/// "2.1 MB"
[[nodiscard]] std::string size_text(std::uint64_t bytes);
[[nodiscard]] std::string text_of(const SyncReport& report);
/// How the keys of a home are kept.
[[nodiscard]] std::string protection_line(std::string_view protection, bool locked);
/// For people alone: programs know which ids they gave.
[[nodiscard]] std::vector<std::string> lines_of(const PutNotes& notes);
/// `city = Sochi, sectors/water`; `restored` says which of both an existence that began is.
[[nodiscard]] std::string cells_text(const std::vector<Cell>& cells, bool restored);

}  // namespace indaba::client
