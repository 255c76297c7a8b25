// Random contents for everything that is stored or sent: valid, and as odd as the limits allow. Same seed, same bytes.
#pragma once

#include "shared/journal.hpp"
#include "shared/transaction.hpp"
#include "sync/messages.hpp"
#include "tests/model/chance.hpp"
#include "tests/model/cheap_crypto.hpp"

namespace indaba::tests::property {

[[nodiscard]] std::string random_text(model::Chance& chance, std::size_t longest);
[[nodiscard]] shared::Value random_value(model::Chance& chance);
[[nodiscard]] shared::TransactionName random_name(model::Chance& chance);
[[nodiscard]] shared::Transaction random_transaction(model::Chance& chance);
/// Sealed, with payloads that decode.
[[nodiscard]] shared::ChangeSet random_change_set(model::Chance& chance);
/// Joins itself: numbers without gaps, records under numbers of its rulings.
[[nodiscard]] sync::FeedBatch random_batch(model::Chance& chance);
inline constexpr std::size_t kMessageKinds = std::variant_size_v<sync::Message>;
[[nodiscard]] sync::Message random_message(model::Chance& chance, std::size_t kind);

}  // namespace indaba::tests::property
