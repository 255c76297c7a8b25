#include "sync/feed.hpp"

#include "shared/archive.hpp"
#include "shared/check.hpp"
#include "sync/feed_archive.hpp"
#include "sync/merge.hpp"
#include "sync/storage.hpp"

namespace indaba::sync {

Hash chain_hash(const Hash& before, const Ruling& ruling, shared::Digest& digest)
{
    shared::BinaryOutput out;
    out(std::string_view("indaba feed 1"), before, ruling);
    return digest.sha256(out.take());
}

shared::Bytes head_message(const SignedHead& head)
{
    shared::BinaryOutput out;
    out(std::string_view("indaba head 2"), head.space, head.number, head.hash, head.time_ms, head.backed_up,
        head.horizon);
    return out.take();
}

FeedRecord to_feed(StoredRecord&& stored, std::uint64_t base)
{
    auto& word = stored.word ? *stored.word : stored.shown;
    FeedRecord record{stored.id, std::move(stored.type), stored.number, existence(word) == Existence::deleted, {},
                      false};
    for (auto& cell : word) {
        const bool wanted = record.tombstone ? cell.key == shared::kExistence : cell.number > base;
        if (wanted) INDABA_CHECK(record.cells.append(std::move(cell)));
    }
    return record;
}

bool is_forgotten(const StoredRecord& record, std::uint64_t horizon)
{
    return record.number > 0 && record.number <= horizon && existence(record.centre_word()) == Existence::deleted;
}

}  // namespace indaba::sync
