// Erasure: an order of the centre, signed by it, that one record's content be gone everywhere: values, leaves that
// lost, what was searched, and the payloads of journal entries, whose hashes stay so that the chains can still be
// followed. Who has carried out which orders is told by how many, in the centre's numbering, and by a digest of which.
// Plain values and pure functions, any thread. Not here: who may order it (server/).
#pragma once

#include "shared/ports.hpp"
#include "shared/result.hpp"
#include "shared/transaction_view.hpp"
#include "sync/cells.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace indaba::sync {

class Storage;

struct Erasure {
    shared::RecordId record;
    std::int64_t ordered_ms = 0;
    shared::Signature signature;  ///< the centre's, over erasure_message()

    friend bool operator==(const Erasure&, const Erasure&) = default;
};
[[nodiscard]] shared::Bytes erasure_message(const Erasure& erasure);
/// Untrusted unless the centre has signed all of them.
[[nodiscard]] shared::Result<void> check_orders(std::span<const Erasure> erasures, const shared::PublicKey& centre,
                                                shared::Digest& digest);

/// Which orders somebody has carried out. Equal digests of the same number mean the same orders: ids hold 74 random
/// bits, and nobody gains by pretending to have erased other records than they have.
struct ErasureState {
    std::uint64_t through = 0;  ///< by the centre's numbers, which begin anew where it was put back
    std::uint64_t digest = 0;  ///< of all orders, in any order

    friend bool operator==(const ErasureState&, const ErasureState&) = default;
};
[[nodiscard]] std::uint64_t add_to_digest(std::uint64_t digest, const shared::RecordId& record);

using IsErased = std::function<shared::Result<bool>(const shared::RecordId&)>;

/// A transaction without what it wrote to erased records, and without the decisions that quote them.
struct Redacted {
    shared::Bytes payload;  ///< empty if nothing is left
    std::vector<shared::RecordId> records;  ///< that it does not write to any more
};
/// Nothing if it touches no such record.
[[nodiscard]] shared::Result<std::optional<Redacted>> redact(shared::ByteView payload, const IsErased& is_erased);

/// The same of an entry that is kept, there. Answers the records that it does not write to any more: none if it touches
/// none, or is not there.
[[nodiscard]] shared::Result<std::vector<shared::RecordId>> redact_kept(Storage& storage,
                                                                        const shared::TransactionName& name,
                                                                        const IsErased& is_erased,
                                                                        shared::Digest& digest);

/// The transaction's record is an erased one, or a decision that quotes one.
[[nodiscard]] shared::Result<bool> is_of_erased(const shared::TransactionView& transaction, std::size_t record,
                                                const IsErased& is_erased);

/// The record that a decision settled, if this record of the transaction is one that says so.
[[nodiscard]] std::optional<shared::RecordId> settled_record(const shared::TransactionView& transaction,
                                                             std::size_t record);

/// A decision about such a record, as it is kept: by any record that a leaf of it names.
[[nodiscard]] bool is_decision_about(std::string_view type, const Cells& cells,
                                     const std::function<bool(const shared::RecordId&)>& is_one);

}  // namespace indaba::sync
