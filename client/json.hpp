// Records and answers as JSON, for scripts and pages: the names here are a contract. Times are RFC 3339 in UTC, or null
// for never. In `fields` a language version stands as `title@pt`, a set as an array; whole numbers and booleans are
// JSON's, everything else is text as people read it, decimals too, so that none loses a digit. Pure functions, any
// thread.
#pragma once

#include "client/records.hpp"
#include "client/sync_report.hpp"

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace indaba::client {

[[nodiscard]] boost::json::value json_of(const Value& value);
[[nodiscard]] boost::json::object fields_json(const std::vector<Cell>& cells);
[[nodiscard]] boost::json::object json_of(const RecordView& record);
[[nodiscard]] boost::json::object json_of(const Conflict& conflict);
[[nodiscard]] boost::json::object json_of(const Refusal& refusal);
[[nodiscard]] boost::json::object json_of(const Forgotten& forgotten);
[[nodiscard]] boost::json::object json_of(const History& history);
[[nodiscard]] boost::json::object json_of(const Status& status);
[[nodiscard]] boost::json::object json_of(const SpaceView& space);
[[nodiscard]] boost::json::object json_of(const SyncReport& report);

template <class T>
[[nodiscard]] boost::json::array json_of(const std::vector<T>& items)
{
    boost::json::array array;
    for (const auto& item : items) array.emplace_back(json_of(item));
    return array;
}

/// 2026-11-23T01:33:27.123Z
[[nodiscard]] std::string time_text(std::int64_t unix_ms);

}  // namespace indaba::client
