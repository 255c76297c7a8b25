// What refused transactions of this device still want, a row a cell. Rows stay when they have ended: a ruling that
// comes again does not raise them. Thread rule: the database's.
#pragma once

#include "platform/sqlite.hpp"
#include "sync/storage.hpp"
#include "sync/store/entries.hpp"

#include <optional>
#include <string>
#include <vector>

namespace indaba::sync::store {

class Refusals {
public:
    Refusals(platform::Database& database, Entries& entries) : database_(database), entries_(entries) {}

    /// Its entry must be there.
    [[nodiscard]] Result<void> stand(const StandingRefusal& refusal);
    /// No keys: all of the record's.
    [[nodiscard]] Result<void> end(const RecordId& record, const std::vector<std::string>& keys);
    /// In the order of their entries; of one record, or of all.
    [[nodiscard]] Result<std::vector<StandingRefusal>> standing(const std::optional<RecordId>& record);
    /// From begin() to end() nobody else writes.
    void begin() { writing_ = true; }
    void end()
    {
        writing_ = false;
        any_.reset();
    }
    /// Nothing of the record was ever refused.
    [[nodiscard]] Result<void> forget(const RecordId& record);
    /// The entry is not refused any more.
    [[nodiscard]] Result<void> take_back(const TransactionName& name);

private:
    [[nodiscard]] Result<bool> any();

    platform::Database& database_;
    Entries& entries_;
    bool writing_ = false;
    std::optional<bool> any_;  ///< something stands: asked once a transaction, for nearly always nothing does
};

}  // namespace indaba::sync::store
