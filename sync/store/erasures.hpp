// Orders to erase a record that were carried out here, as rows, in the order in which they came. Thread rule: the
// database's.
#pragma once

#include "platform/sqlite.hpp"
#include "sync/erasure.hpp"

#include <optional>

namespace indaba::sync::store {

using shared::RecordId;
using shared::Result;

class Erasures {
public:
    explicit Erasures(platform::Database& database) : database_(database) {}

    [[nodiscard]] Result<bool> has(const RecordId& record);
    [[nodiscard]] Result<void> add(const Erasure& erasure);
    /// Of all of them; `through` is how many.
    [[nodiscard]] Result<ErasureState> state();
    /// Of the first so many; nothing if there are fewer.
    [[nodiscard]] Result<std::optional<std::uint64_t>> digest_at(std::uint64_t through);
    [[nodiscard]] Result<void> each(std::uint64_t after, const std::function<bool(Erasure&&)>& visit);

    /// A replica's: the last number of the centre's whose order was carried out.
    [[nodiscard]] Result<std::uint64_t> through();
    [[nodiscard]] Result<void> save_through(std::uint64_t through);

    /// From begin() to end() nobody else writes.
    void begin() { writing_ = true; }
    void end()
    {
        writing_ = false;
        any_.reset();
    }

private:
    [[nodiscard]] Result<bool> any();

    platform::Database& database_;
    bool writing_ = false;
    std::optional<bool> any_;  ///< asked once a transaction, for mostly nothing was ever erased
};

}  // namespace indaba::sync::store
