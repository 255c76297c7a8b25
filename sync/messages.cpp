#include "sync/messages.hpp"

#include "shared/archive.hpp"
#include "sync/batch.hpp"
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

void save(BinaryOutput& archive, const Batch& batch) { save_batch(archive, batch.batch); }

void load(BinaryInput& archive, Batch& batch) { load_batch(archive, batch.batch); }

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

/// A cell of a history entry.
struct HistoryCell {
    std::string key;
    Value value;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(key, value);
    }
};

void save(BinaryOutput& archive, const HistoryEntry& entry)
{
    std::vector<HistoryCell> cells;
    for (const auto& [key, value] : entry.cells) cells.push_back({key, value});
    archive(entry.name, entry.stamp, compact(entry.number), entry.ruled_ms, entry.author, cells);
}

void load(BinaryInput& archive, HistoryEntry& entry)
{
    std::vector<HistoryCell> cells;
    archive(entry.name, entry.stamp, compact(entry.number), entry.ruled_ms, entry.author, cells);
    for (auto& cell : cells) entry.cells.emplace_back(std::move(cell.key), std::move(cell.value));
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
void serialize(Archive& archive, Leaf& leaf)
{
    archive(leaf.name, leaf.stamp, leaf.value, leaf.saw);
}

template <class Archive>
void serialize(Archive& archive, Cell& cell)
{
    archive(cell.key, compact(cell.number), cell.leaves, cell.unknown);
}

void save(BinaryOutput& archive, const FeedRecord& record)
{
    archive(record.id, record.type, compact(record.number), record.tombstone);
    const std::vector<Cell> cells(record.cells.begin(), record.cells.end());
    archive(cells);
}

void load(BinaryInput& archive, FeedRecord& record)
{
    std::vector<Cell> cells;
    archive(record.id, record.type, compact(record.number), record.tombstone, cells);
    if (cells.size() > shared::limits::kCells) archive.fault("has a record of too many cells");
    for (auto& cell : cells) {
        const bool ordered =
            std::ranges::is_sorted(cell.leaves, {}, &Leaf::name) && std::ranges::is_sorted(cell.unknown) &&
            cell.leaves.size() <= shared::limits::kLeaves &&
            std::ranges::all_of(cell.leaves, [](const Leaf& leaf) { return std::ranges::is_sorted(leaf.saw); });
        if (!archive.ok()) return;
        if (!ordered || !record.cells.append(std::move(cell))) archive.fault("has a record whose cells do not hold");
    }
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
