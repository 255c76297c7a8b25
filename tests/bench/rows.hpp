// Enterprise rows like those that forums keep: about 420 bytes as JSON, the same for the same seed. Nobody in them is
// real.
#pragma once

#include "shared/ids.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace indaba::bench {

struct Row {
    shared::RecordId id;
    std::vector<std::pair<std::string, std::string>> fields;  ///< as people type them, ordered by name, a set as "a,b"
};

[[nodiscard]] std::vector<Row> make_rows(std::size_t count, std::uint64_t seed);

/// One JSON object with id and fields, and the line end.
[[nodiscard]] std::string json_line(const Row& row);

}  // namespace indaba::bench
