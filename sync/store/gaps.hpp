// What is gone from journals, as a centre's rows: gaps that wait for an operator, and numbers that were ruled lost.
// Thread rule: the database's.
#pragma once

#include "platform/sqlite.hpp"
#include "shared/result.hpp"
#include "sync/gap.hpp"

#include <vector>

namespace indaba::sync::store {

using shared::JournalId;
using shared::Result;

class Gaps {
public:
    explicit Gaps(platform::Database& database) : database_(database) {}

    [[nodiscard]] Result<void> note(const WaitingGap& gap, std::size_t most);
    [[nodiscard]] Result<std::vector<WaitingGap>> all();
    [[nodiscard]] Result<void> end(JournalId journal, std::uint64_t from, std::uint64_t to);
    [[nodiscard]] Result<void> add_lost(JournalId journal, const LostNumbers& numbers);
    [[nodiscard]] Result<std::vector<LostNumbers>> lost(JournalId journal);

private:
    platform::Database& database_;
};

}  // namespace indaba::sync::store
