// What a device's pages and commands ask of its store: lists, search, conflicts, refusals, counts. Reads only, and each
// call sees one state of the database. A visitor must not write. One thread at a time, as the store it belongs to.
#pragma once

#include "sync/storage.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace indaba::shared {
class Catalogue;
}

namespace indaba::sync::store {

class Tables;

/// Which records of a type to list. Records come in the order in which they arrived here, space by space.
struct ListFilter {
    std::string type;
    std::optional<SpaceName> space;
    /// All must hold: the value shown under this key, or a language version of it, reads like this; or this set has
    /// this element.
    std::vector<std::pair<std::string, std::string>> where;
    std::size_t limit = 0;  ///< 0: all
    std::optional<RecordId> after;  ///< of the same list: goes on behind this record
};

/// One space in numbers. Transactions are those that this device wrote, in all its lives.
struct SpaceCounts {
    SpaceName space;
    std::uint64_t records = 0;  ///< alive, disputed ones included
    std::uint64_t conflicts = 0;  ///< records that need a person
    std::uint64_t pending = 0;  ///< transactions without a ruling: they are only here
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;  ///< or ruled lost
    std::uint64_t backed_up = 0;  ///< of the accepted ones, those that survive the loss of the centre's disk
};

struct SpaceSize {
    SpaceName space;
    std::uint64_t records = 0;  ///< alive, as at the centre (CentreSize)
    std::uint64_t bytes = 0;  ///< of all records, without indexes
};

using RecordVisitor = std::function<bool(StoredRecord&&)>;

class Queries {
public:
    Queries(Tables& tables, const shared::Catalogue& catalogue) : tables_(tables), catalogue_(catalogue) {}

    /// Without plainly deleted records, until `visit` answers false.
    [[nodiscard]] Result<void> list(const ListFilter& filter, const RecordVisitor& visit);
    /// Records that hold every word of the text, the last as a beginning; those that have them in what they are called
    /// come first, then the newest. Han and kana are found inside longer text. Any text is safe. Usage: no search
    /// index.
    [[nodiscard]] Result<std::vector<RecordId>> search(std::string_view text, std::size_t limit);
    /// Records that need a person, disputed deletions included.
    [[nodiscard]] Result<void> each_conflict(const RecordVisitor& visit);
    /// Own transactions that were refused or ruled lost, in the order in which they were written.
    [[nodiscard]] Result<void> each_refused(const std::function<bool(StoredEntry&&)>& visit);
    /// Every space that is kept or still has something pending.
    [[nodiscard]] Result<std::vector<SpaceCounts>> counts();
    [[nodiscard]] Result<std::vector<SpaceSize>> sizes();

private:
    [[nodiscard]] Result<std::vector<std::uint64_t>> space_numbers(const std::optional<SpaceName>& only);

    Tables& tables_;
    const shared::Catalogue& catalogue_;
};

}  // namespace indaba::sync::store
