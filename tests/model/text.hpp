// Short spellings for messages of failing tests. Pure functions.
#pragma once

#include "shared/ids.hpp"
#include "shared/transaction.hpp"

#include <string>

namespace indaba::tests::model {

/// journal:number#hash, the first two bytes of each.
[[nodiscard]] std::string text(const shared::TransactionName& name);
/// The last bytes: the first are the time.
[[nodiscard]] std::string text(const shared::RecordId& id);
/// Every write with its bases.
[[nodiscard]] std::string text(const shared::Transaction& transaction);

}  // namespace indaba::tests::model
