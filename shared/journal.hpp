// Journals: what one database wrote in one space, numbered without gaps and chained by hash; and change sets, the runs
// of a journal that travel, sealed with the device's signature. The same bytes go by server, hub, peer or USB stick.
// Plain values and pure functions, any thread.
#pragma once

#include "shared/ids.hpp"
#include "shared/ports.hpp"
#include "shared/stamp.hpp"

#include <optional>
#include <vector>

namespace indaba::shared {

/// Whose journal it is and where: covered by every hash of the chain.
struct JournalHead {
    SpaceName space;
    JournalId id;
    PublicKey author;  ///< the device's key
};

/// What an entry carries beside its place in the chain.
struct Entry {
    Stamp stamp;
    Bytes payload;  ///< an encoded transaction
    std::optional<Hash> original = {};  ///< hash of the payload as it was written, once something in it was erased
};

/// A journal's id is 32 bits drawn, then the first 32 of a SHA-256 over a label, these, the space and the author. So
/// nobody else can take it for a journal of their own before a centre knows whose it is, without trying 2^32 keys.
[[nodiscard]] JournalHead journal_head(std::uint32_t drawn, const SpaceName& space, const PublicKey& author,
                                       Digest& digest);

/// Whether the id is one that this author can have in this space.
[[nodiscard]] bool is_id_of(const JournalHead& head, Digest& digest);

/// The device of a key: the hash of its SubjectPublicKeyInfo (RFC 5480), whose bytes before the point are always the
/// same.
[[nodiscard]] DeviceId device_of(const PublicKey& key, Digest& digest);

/// The hash before the first entry: SHA-256 over a label, the space, the journal and the author.
[[nodiscard]] Hash first_hash(const JournalHead& head, Digest& digest);

/// An entry's hash covers the one before it, the number, the stamp and the payload's hash (so that a payload can be
/// erased later and the chain still be followed).
[[nodiscard]] Hash entry_hash(const Hash& previous, std::uint64_t number, Stamp stamp, const Hash& payload,
                              Digest& digest);

/// A contiguous run of a journal. `signature` is over a label, `journal` and the hash of the last entry; and over what
/// is left of payloads in which something was erased, for the hashes do not cover that.
struct ChangeSet {
    JournalHead journal;
    std::uint64_t first = 1;  ///< number of the first entry
    Hash previous;            ///< hash of the entry before it
    std::vector<Entry> entries;
    Signature signature;
};

/// The hash of every entry of the set.
[[nodiscard]] std::vector<Hash> entry_hashes(const ChangeSet& set, Digest& digest);

/// Signs the set as it stands: `last` is the hash of its last entry. The signer is the journal's author.
void seal(ChangeSet& set, const Hash& last, Signer& signer);

[[nodiscard]] Bytes encode_change_set(const ChangeSet& set);

/// Decodes, follows the chain and checks the signature before anything in a payload is looked at. Yields the hashes
/// too.
struct VerifiedChangeSet {
    ChangeSet set;
    std::vector<Hash> hashes;
};
[[nodiscard]] Result<VerifiedChangeSet> open_change_set(ByteView bytes, Digest& digest);

}  // namespace indaba::shared
