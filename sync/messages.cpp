#include "sync/messages.hpp"

#include "shared/archive.hpp"
#include "sync/feed_archive.hpp"

#include <algorithm>

namespace indaba::sync {

using shared::BinaryInput;
using shared::BinaryOutput;
using shared::compact;
using shared::Errc;

template <class Archive>
void serialize(Archive& archive, Following& following)
{
    archive(following.space, following.place);
}

template <class Archive>
void serialize(Archive& archive, ErasureState& state)
{
    archive(compact(state.through), compact(state.digest));
}

void save(BinaryOutput& archive, const Hello& hello)
{
    archive(compact(hello.protocol), hello.program, hello.now_ms, hello.grants, hello.erased, hello.following);
}

void load(BinaryInput& archive, Hello& hello)
{
    archive(compact(hello.protocol));
    if (hello.protocol != kProtocol) return archive.skip_rest();
    archive(hello.program, hello.now_ms, hello.grants, hello.erased, hello.following);
}

template <class Archive>
void serialize(Archive& archive, Replica::Grant& grant)
{
    archive(grant.space, grant.kind, grant.title, grant.role, compact(grant.lease_days));
}

/// A standing in a list: cereal finds serialization by class, so the list is of these.
struct StandingItem {
    Standing standing = Standing::at_head;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(shared::checked(standing, Standing::not_granted));
    }
};

void save(BinaryOutput& archive, const Welcome& welcome)
{
    std::vector<StandingItem> standings;
    for (const auto standing : welcome.standings) standings.push_back({standing});
    archive(compact(welcome.protocol), welcome.now_ms, standings, welcome.grants_differ, welcome.erasures_follow);
    if (welcome.grants_differ) archive(welcome.grants);
}

void load(BinaryInput& archive, Welcome& welcome)
{
    std::vector<StandingItem> standings;
    archive(compact(welcome.protocol));
    if (welcome.protocol != kProtocol) return archive.skip_rest();
    archive(welcome.now_ms, standings, welcome.grants_differ, welcome.erasures_follow);
    welcome.standings.reserve(standings.size());
    for (const auto& item : standings) welcome.standings.push_back(item.standing);
    if (welcome.grants_differ) archive(welcome.grants);
}

template <class Archive>
void serialize(Archive& archive, Follow& follow)
{
    archive(follow.following);
}

template <class Archive>
void serialize(Archive& archive, Push& push)
{
    archive(push.change_set);
}

template <class Archive>
void serialize(Archive& archive, Quota& quota)
{
    archive(compact(quota.changes), compact(quota.bytes), quota.until_ms);
}

template <class Archive>
void serialize(Archive& archive, Stored& stored)
{
    archive(stored.journal, compact(stored.through), compact(stored.expected),
            shared::checked(stored.unstored, Unstored::over_quota), stored.rulings, compact(stored.window_bytes));
    if (stored.unstored == Unstored::over_quota) archive(stored.quota);
}

void save(BinaryOutput& archive, const Batch& batch) { archive.put(batch.encoded.data(), batch.encoded.size()); }

void load(BinaryInput& archive, Batch& batch)
{
    const auto rest = archive.get_view(archive.rest().size());
    if (archive.allow(rest.size())) batch.encoded.assign(rest.begin(), rest.end());
}

template <class Archive>
void serialize(Archive& archive, Taken& taken)
{
    archive(compact(taken.window_bytes));
}

template <class Archive>
void serialize(Archive& archive, Grants& grants)
{
    archive(grants.grants);
}

template <class Archive>
void serialize(Archive& archive, HistoryQuestion& question)
{
    archive(question.record, compact(question.after));
}

template <class Archive>
void serialize(Archive& archive, HistoryEntry& entry)
{
    archive(entry.name, entry.stamp, compact(entry.number), entry.ruled_ms, entry.author, entry.cells);
}

template <class Archive>
void serialize(Archive& archive, HistoryAnswer& answer)
{
    archive(answer.record, answer.entries, answer.more);
}

template <class Archive>
void serialize(Archive& archive, RecordVersion& record)
{
    archive(record.id, record.version);
}

template <class Archive>
void serialize(Archive& archive, IdRange& range)
{
    archive(range.from, range.before);
}

template <class Archive>
void serialize(Archive& archive, RangeDigest& digest)
{
    archive(digest.range, compact(digest.count), digest.fingerprint);
}

template <class Archive>
void serialize(Archive& archive, RangeContent& content)
{
    archive(content.range, content.records);
}

template <class Archive>
void serialize(Archive& archive, Compare& compare)
{
    archive(compare.space, compare.journals, compare.ranges);
}

template <class Archive>
void serialize(Archive& archive, Compared& compared)
{
    archive(compared.space, compared.head, compared.marks, compared.answers.parts, compared.answers.listed);
}

template <class Archive>
void serialize(Archive& archive, Fetch& fetch)
{
    archive(fetch.space, fetch.records);
}

template <class Archive>
void serialize(Archive& archive, Fetched& fetched)
{
    archive(fetched.space, compact(fetched.answered), fetched.head, fetched.authors, fetched.records);
}

template <class Archive>
void serialize(Archive& archive, StartOver& start_over)
{
    archive(start_over.space);
}

template <class Archive>
void serialize(Archive& archive, Unfollow& unfollow)
{
    archive(unfollow.spaces);
}

template <class Archive>
void serialize(Archive& archive, SizesQuestion& question)
{
    archive(question.spaces);
}

template <class Archive>
void serialize(Archive& archive, CentreSize& size)
{
    archive(compact(size.records), compact(size.bytes), size.as_of_ms);
}

template <class Archive>
void serialize(Archive& archive, SizesAnswer::Size& size)
{
    archive(size.head, size.on_chain, size.size);
}

template <class Archive>
void serialize(Archive& archive, SizesAnswer& answer)
{
    archive(answer.sizes);
}

template <class Archive>
void serialize(Archive& archive, Erasure& erasure)
{
    archive(erasure.record, erasure.ordered_ms, erasure.signature.bytes);
}

template <class Archive>
void serialize(Archive& archive, Erasures& erasures)
{
    archive(erasures.orders, compact(erasures.through), erasures.all, erasures.last);
}

template <class Archive>
void serialize(Archive& archive, Erased& erased)
{
    archive(erased.state);
}

template <class Archive>
void serialize(Archive& archive, Missing& missing)
{
    auto& gap = missing.gap;
    archive(gap.journal.space, gap.journal.id, gap.journal.author.bytes, compact(gap.after), missing.after_hash,
            compact(gap.through), gap.hash);
}

template <class Archive>
void serialize(Archive& archive, Bye& bye)
{
    archive(shared::checked(bye.code, Errc::unsupported), bye.text);
}

namespace {

/// Reads the alternative of that index; a tag is its place in Message, which must therefore never change.
template <std::size_t I = 0>
bool load_alternative(BinaryInput& archive, std::size_t tag, Message& message)
{
    if constexpr (I < std::variant_size_v<Message>) {
        if (tag != I) return load_alternative<I + 1>(archive, tag, message);
        archive(message.emplace<I>());
        return true;
    } else {
        return false;
    }
}

}  // namespace

Bytes encode_message(const Message& message)
{
    BinaryOutput archive;
    archive(std::uint8_t(message.index()));
    std::visit([&](const auto& content) { archive(content); }, message);
    return archive.take();
}

Result<Message> decode_message(shared::ByteView bytes)
{
    if (bytes.size() > shared::limits::kMessage_bytes) return fail(Errc::too_large, "a message over 5 MiB");
    BinaryInput archive(bytes);
    std::uint8_t tag = 0;
    archive(tag);
    Message message;
    if (archive.ok() && !load_alternative(archive, tag, message))
        return fail(Errc::unsupported, "a message of an unknown kind: update this program");
    INDABA_TRY(archive.finish("a message"));
    return message;
}

std::uint64_t grants_digest(const std::vector<Replica::Grant>& grants, shared::Digest& digest)
{
    if (grants.empty()) return 0;
    auto sorted = grants;
    std::ranges::sort(sorted, {}, &Replica::Grant::space);
    return digest.sha256(shared::encode(sorted)).prefix();
}

}  // namespace indaba::sync
