// What one connection to the centre did: the figures that `sync --json` prints. Values, any thread.
#pragma once

#include "shared/result.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace indaba::client {

/// What the centre stores of this person's in a day, all devices together.
struct DailyQuota {
    std::uint64_t changes = 0;
    std::uint64_t bytes = 0;
    std::int64_t until_ms = 0;  ///< then a new day begins
};

/// Changes written here that are gone from this device's database.
struct MissingChanges {
    std::string journal;  ///< as the centre's operator names it
    std::string space;
    std::uint64_t first = 0;
    std::uint64_t through = 0;  ///< the last of them is here and cannot be sent either
};

/// Counts of transactions (pushed, accepted, refused), of records (pulled, erased) and of fields (conflicts).
struct SyncReport {
    std::uint64_t pushed = 0;
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    std::uint64_t refused_erased = 0;    ///< of these: for writing to an erased record
    std::uint64_t pulled = 0;
    std::uint64_t conflicts = 0;         ///< that appeared with it
    std::uint64_t erased = 0;            ///< records that were here, by order of the centre
    std::uint64_t bytes_sent = 0;        ///< on the socket, below TLS, after the handshakes
    std::uint64_t bytes_received = 0;
    std::uint64_t round_trips = 0;       ///< times the device had to wait for an answer
    int handshake_round_trips = 0;       ///< of TCP, TLS and WebSocket, counted apart
    std::int64_t duration_ms = 0;        ///< from dialling to the last byte
    std::int64_t clock_offset_ms = 0;    ///< the centre's clock minus the device's, as of the last contact
    std::optional<std::string> clock_warning;  ///< it is off by much, and nobody was told of that yet
    bool up_to_date = false;
    std::optional<DailyQuota> over_quota;  ///< used up: what waits is kept here and sent on another day
    std::vector<MissingChanges> missing;  ///< what follows them waits until the centre's operator has ruled
    std::size_t given_up = 0;  ///< journals that the centre asked for again and again and never ruled on: kept here
    std::optional<shared::Error> error;  ///< why it ended early; what was synchronised until then stays
};

/// What a person is told of a clock that is off by so much; nothing if it is about right.
[[nodiscard]] std::optional<std::string> clock_warning(std::int64_t offset_ms);

/// Called on the thread that called sync(), at most ten times a second, with what was done so far.
using SyncProgress = std::function<void(const SyncReport&)>;

}  // namespace indaba::client
