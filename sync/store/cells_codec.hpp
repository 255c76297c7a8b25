// A record's cells as one blob: a row clock (write identity, stamp and feed number, said once for the whole row) and,
// for cells that differ from it only, what differs. The format byte comes first; names are interned. Decoding believes
// nothing: damaged bytes are Errc::corrupt. Thread rule: the database's.
//
//     cells      = 1, row clock, count, count x cell
//     row clock  = journal (0: none, and then no number, hash, stamp), number, hash[8], stamp[8], feed number
//     cell       = key << 2 | suffix << 1 | exception, [suffix text], [exception byte], [name], [stamp[8]],
//                  [feed number], value and [saw], or a count and so many leaves, [unknown]
//     leaf       = name, stamp[8], value, saw
//     saw, unknown = count, count x name;  name = journal, number, hash[8];  value = size, its encoding
//     numbers and counts without a size are LEB128
#pragma once

#include "sync/cells.hpp"
#include "sync/store/interned.hpp"

#include <vector>

namespace indaba::sync::store {

using shared::Bytes;
using shared::ByteView;

/// Inside a write transaction: names are interned as they come.
[[nodiscard]] Result<Bytes> encode_cells(const Cells& cells, InternedNames& names);
[[nodiscard]] Result<Cells> decode_cells(ByteView blob, InternedNames& names);

[[nodiscard]] Result<Bytes> encode_names(const std::vector<TransactionName>& list, InternedNames& names);
[[nodiscard]] Result<std::vector<TransactionName>> decode_names(ByteView blob, InternedNames& names);

}  // namespace indaba::sync::store
