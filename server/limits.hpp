// Every limit of the centre that is not a limit of the formats (those are in shared/limits.hpp), with unit and reason.
#pragma once

#include "platform/async.hpp"

#include <cstddef>
#include <cstdint>

namespace indaba::server::limits {

using platform::Duration;

// --- names ---
/// Of a person, a device, a space's title: what fits on one line of a list, in any script.
inline constexpr std::size_t kName_codepoints = 100;

// --- connections ---
/// Without a device certificate, or still in the TLS handshake, where nobody has reason to stay. The oldest makes
/// room for a new one.
inline constexpr std::size_t kAnonymousConnections = 256;
/// Of these, from one IPv4 address or one /64 of IPv6: a venue shares one address, and its devices come back within a
/// minute of each other; one that opens many fills no more than a quarter.
inline constexpr std::size_t kAnonymousPerNetwork = 64;
/// What the whole process may need when strangers hold every place with a handshake or a request, 160 KiB each, and a
/// few devices sync. Nothing in the program enforces it: it follows from the limits above, and a test holds it
/// (tests/end_to_end/crowd_test).
inline constexpr std::size_t kMemoryAmongStrangers_bytes = 96 * 1024 * 1024;
/// With a device certificate, whether or not its session has begun: a file descriptor each.
inline constexpr std::size_t kDeviceConnections = 4'096;
/// Of these, from one device: several processes of one home, and some that its last network swallowed, which stay until
/// their pings fail. The oldest makes room for a new one.
inline constexpr std::size_t kConnectionsPerDevice = 8;
/// File descriptors that connections leave free: the database with its companions, keys, log, timers, and sockets on
/// their way in or out. Where the system allows fewer than all connections need, they are fewer (fit_connections).
inline constexpr std::size_t kDescriptorReserve = 64;
/// From the WebSocket handshake to the device's first message, which says who it is: a satellite link takes seconds.
inline constexpr Duration kFirstMessage{15'000};
/// What strangers cause is logged at once, and then as a count this often.
inline constexpr Duration kRepeatedEvents{1'000};

// --- enrolment ---
/// An invitation that nobody used for so long has gone astray.
inline constexpr int kInvitation_days = 7;
inline constexpr int kInvitationMost_days = 365;
/// Wrong codes that one address may try within kWrongCodes_ms: a person mistypes a few times, a venue shares one
/// address.
inline constexpr std::size_t kWrongCodesPerAddress = 20;
/// From everywhere together: with 130 bits in a code this guards the log and the processor, not the secret.
inline constexpr std::size_t kWrongCodesInTotal = 600;
inline constexpr std::int64_t kWrongCodes_ms = 10 * 60 * 1000;

// --- certificates ---
/// A server certificate that ends sooner than this is renewed when the centre starts.
inline constexpr std::int64_t kRenewBefore_ms = std::int64_t(60) * 24 * 60 * 60 * 1000;

// --- sessions ---
/// Messages waiting to be written to one device, in bytes: reading from it waits until they are fewer. A session itself
/// keeps to the window of shared/limits.hpp; this is for answers that no window counts.
inline constexpr std::size_t kOutboxPause_bytes = 4 * 1024 * 1024;
/// A device that makes more of them is cut: it asks faster than it listens.
inline constexpr std::size_t kOutboxMost_bytes = 16 * 1024 * 1024;
/// Another process of this centre (an operator's command) may have changed roles or revoked a device: looked at this
/// often, which is one number read from the database. A revoked device is out within a second.
inline constexpr Duration kWatch{500};
/// After storing failed, how long no sign of a cure is a sign of none: a small write may succeed on a disk that is full
/// for what devices send. They come back within this time.
inline constexpr std::int64_t kTrouble_ms = 60 * 1000;
/// For the store's answer to a health question: beyond it something is wrong.
inline constexpr Duration kHealth{5'000};

// --- the end ---
/// From the signal to the cut, for what runs to finish.
inline constexpr Duration kShutdown{5'000};
/// Of these, for sessions to say goodbye.
inline constexpr Duration kGoodbye{2'000};

}  // namespace indaba::server::limits
