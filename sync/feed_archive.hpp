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

/// What a place says beside base and hash: nearly always a device is at rest, caught up at the newest head it has seen.
enum PlaceSays : std::uint8_t { kPosition = 1, kHead = 2, kBackedUp = 4, kHorizon = 8 };

[[nodiscard]] inline std::uint8_t what_says(const Place& place)
{
    return std::uint8_t((place.position != place.base ? kPosition : 0) | (place.head != place.position ? kHead : 0) |
                        (place.backed_up != 0 ? kBackedUp : 0) | (place.horizon != 0 ? kHorizon : 0));
}

template <class Archive>
void save(Archive& archive, const Place& place)
{
    const auto says = what_says(place);
    archive(says, shared::compact(place.base), place.head_hash);
    if ((says & kPosition) != 0) archive(shared::compact(place.position));
    if ((says & kHead) != 0) archive(shared::compact(place.head));
    if ((says & kBackedUp) != 0) archive(shared::compact(place.backed_up));
    if ((says & kHorizon) != 0) archive(shared::compact(place.horizon));
}

template <class Archive>
void load(Archive& archive, Place& place)
{
    std::uint8_t says = 0;
    archive(says, shared::compact(place.base), place.head_hash);
    place.position = place.base;
    if ((says & kPosition) != 0) archive(shared::compact(place.position));
    place.head = place.position;
    if ((says & kHead) != 0) archive(shared::compact(place.head));
    if ((says & kBackedUp) != 0) archive(shared::compact(place.backed_up));
    if ((says & kHorizon) != 0) archive(shared::compact(place.horizon));
    if (archive.ok() && says != what_says(place)) archive.fault("has a place that says something twice");
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
