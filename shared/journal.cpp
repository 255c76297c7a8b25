#include "shared/journal.hpp"

#include "shared/archive.hpp"
#include "shared/check.hpp"
#include "shared/limits.hpp"

namespace indaba::shared {

namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::string_view kJournalLabel = "indaba journal 1";
constexpr std::string_view kEntryLabel = "indaba entry 1";
constexpr std::string_view kChangeSetLabel = "indaba change set 1";

}  // namespace

template <class Archive>
void serialize(Archive& archive, JournalHead& head)
{
    archive(head.space, head.id, head.author.bytes);
}

namespace {

/// The head too: of a run from the middle of a journal the hashes alone do not say whose and where it is.
Bytes signed_message(const JournalHead& head, const Hash& last)
{
    BinaryOutput out;
    out(kChangeSetLabel, head, last);
    return out.take();
}

}  // namespace

template <class Archive>
void serialize(Archive& archive, Entry& entry)
{
    archive(entry.stamp, entry.payload);
}

template <class Archive>
void serialize(Archive& archive, ChangeSet& set)
{
    archive(set.journal, compact(set.first), set.previous, set.entries, set.signature.bytes);
}

DeviceId device_of(const PublicKey& key, Digest& digest)
{
    static constexpr std::array<std::uint8_t, 26> kPrefix{0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                                          0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                                          0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
    BinaryOutput out;
    out(kPrefix, key.bytes);
    return {digest.sha256(out.take())};
}

Hash first_hash(const JournalHead& head, Digest& digest)
{
    BinaryOutput out;
    out(kJournalLabel, head);
    return digest.sha256(out.take());
}

Hash entry_hash(const Hash& previous, std::uint64_t number, Stamp stamp, const Hash& payload, Digest& digest)
{
    BinaryOutput out;
    out(kEntryLabel, previous, number, stamp, payload);
    return digest.sha256(out.take());
}

std::vector<Hash> entry_hashes(const ChangeSet& set, Digest& digest)
{
    std::vector<Hash> hashes;
    hashes.reserve(set.entries.size());
    auto previous = set.previous;
    auto number = set.first;
    for (const auto& entry : set.entries) {
        previous = entry_hash(previous, number++, entry.stamp, digest.sha256(entry.payload), digest);
        hashes.push_back(previous);
    }
    return hashes;
}

void seal(ChangeSet& set, const Hash& last, Signer& signer)
{
    INDABA_CHECK(signer.public_key() == set.journal.author);
    set.signature = signer.sign(signed_message(set.journal, last));
}

Bytes encode_change_set(const ChangeSet& set)
{
    BinaryOutput out;
    out(kFormat, set);
    return out.take();
}

Result<VerifiedChangeSet> open_change_set(ByteView bytes, Digest& digest)
{
    BinaryInput in(bytes);
    std::uint8_t format = 0;
    VerifiedChangeSet opened;
    in(format);
    if (in.ok() && format != kFormat)
        return fail(Errc::unsupported, "a change set of a newer format: update this program");
    in(opened.set);
    INDABA_TRY(in.finish("a change set"));
    const auto& set = opened.set;
    if (set.entries.size() > limits::kEntriesPerChangeSet)
        return fail(Errc::too_large, "a change set of more than 4,096 entries");
    if (!is_space_name(set.journal.space)) return fail(Errc::malformed, "a change set without a space");
    if (set.entries.empty() || set.first == 0 || set.first > ~std::uint64_t(0) - set.entries.size())
        return fail(Errc::malformed, "a change set whose numbers do not hold");
    if (set.first == 1 && set.previous != first_hash(set.journal, digest))
        return fail(Errc::untrusted, "a change set that does not begin its own journal");
    opened.hashes = entry_hashes(set, digest);
    if (!digest.verify(set.journal.author, signed_message(set.journal, opened.hashes.back()), set.signature))
        return fail(Errc::untrusted, "a change set that its device did not sign");
    return opened;
}

}  // namespace indaba::shared
