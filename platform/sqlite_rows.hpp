// What is left of a damaged database: the rows that lie in its readable pages, whatever became of the pages above them.
// Reads only, through the file's -wal file and its cipher. One thread. Deliberately not: what rows mean, or whether
// they fit together; a row whose overflow pages are not all readable is left out.
#pragma once

#include "platform/sqlite.hpp"

#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace indaba::platform {

/// NULL, integer, real, text, blob.
using LooseValue = std::variant<std::monostate, std::int64_t, double, std::string, Bytes>;

struct LooseRow {
    std::string table;  ///< empty: the pages that say so cannot be read, so it is to be known by its values
    std::int64_t rowid = 0;  ///< 0: of a table without them
    std::vector<LooseValue> values;  ///< NULL where the rowid stands
};

struct LoosePages {
    std::uint64_t all = 0;
    std::uint64_t unreadable = 0;
};

/// Every row once, in no order, tables' alone as far as that is known. corrupt: not even the first page can be read
/// with this key, and without that nothing can. Nobody else may be writing.
[[nodiscard]] Result<LoosePages> each_loose_row(const DatabaseOptions& file,
                                                const std::function<void(LooseRow&&)>& visit);

}  // namespace indaba::platform
