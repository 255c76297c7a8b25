// What one user action wrote in one space: changes to any number of its records, accepted or refused whole. Plain
// values, for whoever writes one; one that was written is read in place (transaction_view.hpp).
#pragma once

#include "shared/ids.hpp"
#include "shared/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace indaba::shared {

/// The key of the existence cell. Its value is `true` for alive and `false` for deleted.
inline constexpr std::string_view kExistence = "!";

/// A record that a transaction writes to. The type is repeated so that every entry can be read by itself.
struct TouchedRecord {
    RecordId id;
    std::string type;
};

/// One write to one cell. `bases` are the writes to that cell which its author saw and replaces (for a deletion: the
/// transactions whose leaves it saw in any cell). A base in the author's own journal stands for what that write named
/// as well: own journals are ruled in order, so whoever applies this has the other. (Naming that in turn would make a
/// chain of n edits cost n squared bytes; a range of numbers would not tell two branches of a copied journal apart.)
struct Write {
    std::uint32_t record = 0;  ///< index into Transaction::records
    std::string key;
    Value value;
    std::vector<TransactionName> bases;
};

struct Transaction {
    std::vector<TouchedRecord> records;
    std::vector<Write> writes;  ///< grouped by record, in the order of `records`
};

/// The payload of a journal entry. The writes of every record are ordered by key, each key at most once: one set of
/// writes has one encoding; that of no record at all, what is left when everything was erased, is empty. Over a limit
/// of limits.hpp: too_large.
[[nodiscard]] Result<Bytes> encode_transaction(const Transaction& transaction);

}  // namespace indaba::shared
