#include "shared/journal.hpp"

#include "shared/archive.hpp"
#include "shared/check.hpp"
#include "shared/limits.hpp"

namespace indaba::shared {

namespace {

constexpr std::uint8_t kFormat = 1;
/// The same, then the erasures: only with some.
constexpr std::uint8_t kErasedFormat = 2;
constexpr std::string_view kJournalIdLabel = "indaba journal id 1";
constexpr std::string_view kJournalLabel = "indaba journal 1";
constexpr std::string_view kEntryLabel = "indaba entry 1";
constexpr std::string_view kChangeSetLabel = "indaba change set 1";
constexpr std::size_t kCount_bytes = 4;  ///< at most, of a payload's size
constexpr std::string_view kErasedLabel = "indaba change set 2";

/// An entry of a set in whose payload something was erased.
struct Erased {
    std::uint64_t index = 0;
    Hash original;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(compact(index), original);
    }
};

std::vector<Erased> erased_in(const ChangeSet& set)
{
    std::vector<Erased> erased;
    for (std::size_t i = 0; i < set.entries.size(); ++i)
        if (set.entries[i].original) erased.push_back({i, *set.entries[i].original});
    return erased;
}

/// False unless they are in order and within the set.
bool read_erased(BinaryInput& in, ChangeSet& set)
{
    std::vector<Erased> erased;
    in(erased);
    std::uint64_t next = 0;
    for (const auto& entry : erased) {
        if (entry.index < next || entry.index >= set.entries.size()) return false;
        set.entries[entry.index].original = entry.original;
        next = entry.index + 1;
    }
    return !erased.empty();
}

}  // namespace

template <class Archive>
void serialize(Archive& archive, JournalHead& head)
{
    archive(head.space, head.id, head.author.bytes);
}

namespace {

/// The head too: of a run from the middle of a journal the hashes alone do not say whose and where it is.
Bytes signed_message(const ChangeSet& set, const Hash& last)
{
    BinaryOutput out;
    std::size_t erased_bytes = 0;
    bool is_erased = false;
    for (const auto& entry : set.entries) {
        if (!entry.original) continue;
        is_erased = true;
        erased_bytes += kCount_bytes + entry.payload.size();
    }
    out.reserve(erased_bytes);
    out(is_erased ? kErasedLabel : kChangeSetLabel, set.journal, last);
    for (const auto& entry : set.entries)
        if (entry.original) out(entry.payload);
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

JournalHead journal_head(std::uint32_t drawn, const SpaceName& space, const PublicKey& author, Digest& digest)
{
    BinaryOutput out;
    out(kJournalIdLabel, drawn, space, author.bytes);
    return {space, {std::uint64_t(drawn) << 32 | digest.sha256(out.take()).prefix() >> 32}, author};
}

bool is_id_of(const JournalHead& head, Digest& digest)
{
    return head.id == journal_head(std::uint32_t(head.id.value >> 32), head.space, head.author, digest).id;
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
        const auto payload = entry.original ? *entry.original : digest.sha256(entry.payload);
        previous = entry_hash(previous, number++, entry.stamp, payload, digest);
        hashes.push_back(previous);
    }
    return hashes;
}

void seal(ChangeSet& set, const Hash& last, Signer& signer)
{
    INDABA_CHECK(signer.public_key() == set.journal.author);
    set.signature = signer.sign(signed_message(set, last));
}

Bytes encode_change_set(const ChangeSet& set)
{
    BinaryOutput out;
    const auto erased = erased_in(set);
    if (erased.empty()) out(kFormat, set);
    else out(kErasedFormat, set, erased);
    return out.take();
}

Result<VerifiedChangeSet> open_change_set(ByteView bytes, Digest& digest)
{
    BinaryInput in(bytes);
    std::uint8_t format = 0;
    VerifiedChangeSet opened;
    in(format);
    if (in.ok() && format != kFormat && format != kErasedFormat)
        return fail(Errc::unsupported, "a change set of a newer format: update this program");
    auto& set = opened.set;
    in(set.journal, compact(set.first), set.previous);
    const auto count = in.ByteReader::get_count();
    if (count > limits::kEntriesPerChangeSet) return fail(Errc::too_large, "a change set of more than 4,096 entries");
    if (in.allow(count * (sizeof(Entry) + sizeof(Hash)))) set.entries.resize(count);
    for (auto& entry : set.entries) in(entry);
    in(set.signature.bytes);
    const bool holds = format == kFormat || read_erased(in, set);
    INDABA_TRY(in.finish("a change set"));
    if (!holds) return fail(Errc::malformed, "a change set whose erasures do not hold");
    if (!is_space_name(set.journal.space)) return fail(Errc::malformed, "a change set without a space");
    if (set.entries.empty() || set.first == 0 || set.first > ~std::uint64_t(0) - set.entries.size())
        return fail(Errc::malformed, "a change set whose numbers do not hold");
    if (!is_id_of(set.journal, digest))
        return fail(Errc::untrusted, "a change set under an id that its device cannot have");
    if (set.first == 1 && set.previous != first_hash(set.journal, digest))
        return fail(Errc::untrusted, "a change set that does not begin its own journal");
    opened.hashes = entry_hashes(set, digest);
    if (!digest.verify(set.journal.author, signed_message(set, opened.hashes.back()), set.signature))
        return fail(Errc::untrusted, "a change set that its device did not sign");
    return opened;
}

}  // namespace indaba::shared
