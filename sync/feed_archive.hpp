// How the shapes of feed.hpp go through the archives. Included where messages are encoded or hashed, nowhere else.
#pragma once

#include "shared/archive.hpp"
#include "sync/feed.hpp"

namespace indaba::sync {

template <class Archive>
void serialize(Archive& archive, Reason& reason)
{
    archive(shared::checked(reason.code, Reason::Code::erased), reason.field, reason.text);
}

template <class Archive>
void serialize(Archive& archive, Ruling& ruling)
{
    archive(ruling.number, ruling.name, ruling.line, shared::checked(ruling.verdict, Verdict::lost), ruling.reason,
            ruling.time_ms);
}

template <class Archive>
void serialize(Archive& archive, SignedHead& head)
{
    archive(head.space, head.number, head.hash, head.time_ms, head.backed_up, head.horizon, head.signature.bytes);
}

template <class Archive>
void serialize(Archive& archive, Place& place)
{
    archive(shared::compact(place.base), shared::compact(place.position), shared::compact(place.head), place.head_hash,
            shared::compact(place.backed_up), shared::compact(place.horizon));
}

template <class Archive>
void serialize(Archive& archive, JournalMark& mark)
{
    archive(mark.journal, shared::compact(mark.number), mark.hash, shared::compact(mark.ruling), mark.ruled_ms);
}

template <class Archive>
void serialize(Archive& archive, Author& author)
{
    archive(author.journal, author.device, author.device_name, author.person);
}

}  // namespace indaba::sync
