// How much of each person's the centre stores in a day, and how much it has stored today: one row a person, in the same
// file as the records and the registry. One thread at a time, the database's. Deliberately not: a history of past days.
#pragma once

#include "platform/sqlite.hpp"
#include "sync/quotas.hpp"

namespace indaba::server {

using platform::Transaction;
using shared::Result;

/// Of everybody for whom the operator has not said otherwise.
inline constexpr sync::Amount kUsualQuota{shared::limits::kChangesPerDay, shared::limits::kBytesPerDay};

class PersonQuotas final : public sync::Quotas {
public:
    explicit PersonQuotas(platform::Database& database) : database_(database) {}

    /// Makes the table of a new file, after the registry's.
    [[nodiscard]] static Result<void> create(Transaction& transaction);

    /// By the registry's number of the person.
    [[nodiscard]] Result<sync::Allowance> allowance_of(std::int64_t person, sync::Day day);
    /// From now on, for this day too.
    [[nodiscard]] Result<void> set_most(Transaction& transaction, std::int64_t person, const sync::Amount& most);

    [[nodiscard]] Result<std::optional<sync::Allowance>> allowance(const sync::Writer& writer, sync::Day day) override;
    [[nodiscard]] Result<void> add(const sync::Writer& writer, sync::Day day, const sync::Amount& amount) override;

private:
    [[nodiscard]] Result<std::optional<std::int64_t>> person_of(const sync::Writer& writer);

    platform::Database& database_;
};

}  // namespace indaba::server
