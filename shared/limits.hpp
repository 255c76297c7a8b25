// Every limit on sizes, counts and waits, in one place, with its unit and its reason: also what platform, client and
// server keep to on the network. Changing one that says "format" changes what other devices accept: raise it only
// together with the protocol version.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace indaba::shared::limits {

using Milliseconds = std::chrono::milliseconds;

// --- decoding (archive.hpp) ---
/// Bytes that decoding may allocate at once for each byte of input: what is many small things on the wire is read piece
/// by piece, so that nobody can make us hold more than a small multiple of what they sent.
inline constexpr std::size_t kDecodedPerInput = 4;
/// Added to that, so that small messages of many small things decode.
inline constexpr std::size_t kDecodedSlack_bytes = 64 * 1024;
[[nodiscard]] constexpr std::size_t decoded_bytes(std::size_t input_bytes)
{
    return input_bytes * kDecodedPerInput + kDecodedSlack_bytes;
}
/// Classes within classes: our deepest message has 6.
inline constexpr int kDecodedDepth = 16;

// --- data (format) ---
/// Text and codes in one cell: a long description in any script; more belongs in an attachment.
inline constexpr std::size_t kValue_bytes = 64 * 1024;
/// A cell's key: field, language or element (a name of 80 characters in any script).
inline constexpr std::size_t kKey_bytes = 256;
/// Leaves of one cell; then settle first.
inline constexpr std::size_t kLeaves = 64;
/// Cells of one record, set elements and language versions included.
inline constexpr std::size_t kCells = 1'024;
/// Records that one transaction changes: an import writes in pieces of this size.
inline constexpr std::size_t kRecordsPerTransaction = 1'000;
/// An encoded transaction. Below kMessage_bytes with room for the change set around it.
inline constexpr std::size_t kTransaction_bytes = 4 * 1024 * 1024;

/// Transactions that one write replaces: every leaf of a full record, with room. More would be work without end for the
/// centre, which looks each of them up.
inline constexpr std::size_t kBases = 4'096;
/// All writes of a transaction together.
inline constexpr std::size_t kBasesPerTransaction = 65'536;
/// Entries of one change set, each of which is answered by a ruling of up to a few hundred bytes.
inline constexpr std::size_t kEntriesPerChangeSet = 4'096;

/// What the records of one transaction hold together once it is accepted: a device gets them in one message.
inline constexpr std::size_t kTouched_bytes = 4 * 1024 * 1024;

// --- wire (format) ---
/// One decompressed message: a transaction of the largest size and its envelope.
inline constexpr std::size_t kMessage_bytes = 5 * 1024 * 1024;
/// Bytes of change sets or feed that a sender aims to put in one message: large enough to compress well, small enough
/// that a cut loses little and the receiver's transaction stays short.
inline constexpr std::size_t kMessageTarget_bytes = 512 * 1024;
/// Bytes sent and not yet acknowledged, each direction: four messages keep a satellite link busy and memory small.
inline constexpr std::size_t kWindow_bytes = 4 * kMessageTarget_bytes;
/// Spaces that one device carries in one session.
inline constexpr std::size_t kSpacesPerSession = 256;
/// Orders to erase a record in one message: 360 KiB.
inline constexpr std::size_t kErasuresPerMessage = 4'096;
/// Of one device's journals, gaps that wait at the centre for an operator: more would be noise to them.
inline constexpr std::size_t kGapsPerDevice = 16;
/// A centre counts what a space holds, for devices that do not carry it, at most as often: it reads all of it.
inline constexpr std::int64_t kSizeAge_ms = 10 * 60 * 1000;

// --- network: strangers and devices at the centre's port ---
/// Without a device certificate, or still in the TLS handshake, where nobody has reason to stay. One of them makes room
/// for a new one.
inline constexpr std::size_t kAnonymousConnections = 256;
/// Of these, from one IPv4 address or one /64 of IPv6: a venue shares one address, and its devices come back within a
/// minute of each other; one that opens many fills no more than a quarter.
inline constexpr std::size_t kAnonymousPerNetwork = 64;
/// Accepted and not begun yet, a file descriptor each and hardly more: turns go round among the networks they come
/// from.
inline constexpr std::size_t kArrivals = 512;
/// Taken from the system's queue in one go, so that who comes after a crowd is seen soon.
inline constexpr std::size_t kAcceptAtOnce = 64;
/// What the centre's process may need when strangers hold every place with a handshake or a request, 160 KiB each, and
/// a few devices sync. Nothing in the program enforces it: it follows from the limits here, and a test holds it
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
/// Before accepting again when the system has no descriptors left and nobody here can make room.
inline constexpr Milliseconds kAcceptPause{200};
/// What strangers cause is logged at once, and then as a count this often.
inline constexpr Milliseconds kRepeatedEvents{1'000};
/// Different events told apart within that time; more are counted as others.
inline constexpr std::size_t kRepeatedTexts = 64;

// --- network: a connection, state by state ---
/// A name's addresses, as the device asks the system for them.
inline constexpr Milliseconds kResolve{5'000};
/// TCP, as the device opens it: three tries of the system on a bad link.
inline constexpr Milliseconds kConnect{10'000};
/// Either side, from TCP to the end of the TLS handshake: two messages of some KiB on a satellite link.
inline constexpr Milliseconds kHandshake{10'000};
/// For the next request to begin: browsers and load balancers keep a connection about so long.
inline constexpr Milliseconds kRequestIdle{30'000};
/// From a request's first byte to the end of its header, which fits into a few packets.
inline constexpr Milliseconds kRequestHeader{10'000};
/// For the whole body, of which the largest is an enrolment.
inline constexpr Milliseconds kRequestBody{20'000};
/// As the most careful proxies.
inline constexpr std::size_t kRequestHeader_bytes = 8 * 1024;
/// An enrolment is under 4 KiB.
inline constexpr std::size_t kRequestBody_bytes = 16 * 1024;
/// For the handler, and again for the peer to take its answer; for the device, from its request to the answer's end.
inline constexpr Milliseconds kAnswer{30'000};
/// A response's body: an enrolment's is under 16 KiB.
inline constexpr std::size_t kResponse_bytes = 256 * 1024;
/// From the WebSocket handshake to the device's first message, which says who it is: a satellite link takes seconds.
inline constexpr Milliseconds kFirstMessage{15'000};
/// Nothing from the peer of a session for so long: gone. A ping goes at half of it.
inline constexpr Milliseconds kStreamIdle{90'000};
/// A message not taken by the peer for so long: gone. The longest has 5 MiB, which a bad link carries in that time.
inline constexpr Milliseconds kStreamWrite{60'000};
/// For the peer's answer to a close; then cut.
inline constexpr Milliseconds kStreamClose{5'000};
/// For the peer to read our last word before the socket is closed: what it may still send, and how long.
inline constexpr std::size_t kLinger_bytes = 64 * 1024;
inline constexpr Milliseconds kLinger{2'000};
/// Read at a time before a session, where requests are small.
inline constexpr std::size_t kReadPiece_bytes = 4 * 1024;
/// Of a session's message, to begin with; a large one goes on in a buffer that grows as it arrives.
inline constexpr std::size_t kFirstRead_bytes = 4 * 1024;
/// What a peer may make us allocate by announcing a frame, before it has sent any of it.
inline constexpr std::size_t kReadStep_bytes = 64 * 1024;
/// A device's frames are masked piece by piece in a buffer of this size.
inline constexpr std::size_t kMaskBuffer_bytes = 64 * 1024;

// --- network: sessions of the centre ---
/// Messages waiting to be written to one device: reading from it waits until they are fewer. A session itself keeps to
/// kWindow_bytes; this is for answers that no window counts.
inline constexpr std::size_t kOutboxPause_bytes = 4 * 1024 * 1024;
/// A device that makes more of them is cut: it asks faster than it listens.
inline constexpr std::size_t kOutboxMost_bytes = 16 * 1024 * 1024;
/// Another process of this centre (an operator's command) may have changed roles or revoked a device: looked at this
/// often, which is one number read from the database. A revoked device is out within a second.
inline constexpr Milliseconds kWatch{500};
/// After storing failed, how long no sign of a cure is a sign of none: a small write may succeed on a disk that is full
/// for what devices send. They come back within this time.
inline constexpr std::int64_t kTrouble_ms = 60 * 1000;
/// A session's end is written down if it was longer than this after what was written down last.
inline constexpr std::int64_t kContactAgain_ms = 60 * 1000;
/// For the store's answer to a health question: beyond it something is wrong.
inline constexpr Milliseconds kHealth{5'000};
/// From the signal to the cut, for what runs to finish.
inline constexpr Milliseconds kShutdown{5'000};
/// Of these, for sessions to say goodbye.
inline constexpr Milliseconds kGoodbye{2'000};

// --- network: sessions of a device ---
/// The longest wait for an answer: the slowest centre writes 512 KiB in less.
inline constexpr Milliseconds kSilence{60'000};
/// How often a session that stays looks for what other processes of the home wrote.
inline constexpr Milliseconds kPoll{250};
/// Decompressed and not yet stored: two windows, so that the next one decompresses while this one is stored. Reading
/// waits until they are fewer.
inline constexpr std::size_t kInbox_bytes = 2 * kWindow_bytes;
/// A person's "stop" may wait for one storage transaction, not for the centre's goodbye.
inline constexpr Milliseconds kDeviceGoodbye{2'000};
/// How often a person is told how far a session is.
inline constexpr Milliseconds kTellProgress{100};
/// For the centre to add to a record's history, before a person who waits gets what is known here.
inline constexpr Milliseconds kHistory{2'000};
/// Before a device that stays connected tries again, doubled each time without a welcome: a restarted centre is met
/// soon, and is not run over.
inline constexpr Milliseconds kFirstPause{1'000};
inline constexpr Milliseconds kMostPause{60'000};

// --- quotas: what a centre stores of one person's in a day, over all their devices ---
inline constexpr std::int64_t kDay_ms = 24LL * 60 * 60 * 1000;
/// Transactions. A hundred thousand records are 100 of them from a table and 100,000 typed or scripted one by one; ten
/// times that is no person's day, and 300 MB of entries and rulings if each of them is as small as can be.
inline constexpr std::uint64_t kChangesPerDay = 1'000'000;
/// Of transactions: ten to forty times such a table.
inline constexpr std::uint64_t kBytesPerDay = 1'000'000'000;
/// What an operator may allow: more is no bound.
inline constexpr std::uint64_t kMostChangesPerDay = 1'000'000'000;
inline constexpr std::uint64_t kMostMegabytesPerDay = 1'000'000;

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
/// A server certificate that ends sooner than this is renewed when the centre starts.
inline constexpr std::int64_t kRenewBefore_ms = std::int64_t(60) * 24 * 60 * 60 * 1000;
/// Of a person, a device, a space's title: what fits on one line of a list, in any script.
inline constexpr std::size_t kName_codepoints = 100;

// --- storage ---
/// What stays free on a device's disk: with less, nothing is taken from the centre any more. An edit writes 9 pages of
/// 4 KiB to the -wal file, which is written over from 16 MiB on; the rest is 1,300 edits that share no page.
inline constexpr std::uint64_t kPullReserve_bytes = 64 * 1024 * 1024;

// --- passphrases (files of a home) ---
/// Of a new passphrase: fewer than this many characters can be tried one by one.
inline constexpr std::size_t kPassphraseLeast_characters = 8;
/// Several sentences in any script.
inline constexpr std::size_t kPassphrase_bytes = 1'024;
/// What a home's file may ask for to make a key of a passphrase: a hostile one must not take the machine down.
inline constexpr std::uint32_t kPassphraseMemory_kib = 256 * 1024;
inline constexpr std::uint32_t kPassphrasePasses = 16;

// --- clocks ---
/// How far a message may move a device's clock past its own time: a wrong clock must not spread.
inline constexpr std::int64_t kClockLead_ms = 5 * 60 * 1000;
/// A device keeps a new offset to the centre's clock if it differs by more: a welcome may take so long on its way.
inline constexpr std::int64_t kClockNoise_ms = 1'000;

// --- leases ---
/// How long a device may go on reading a space without having met the centre, if its operator says nothing.
inline constexpr std::uint32_t kLease_days = 30;
/// Deletions are told for so long at least; a device that stays away longer compares instead: 24 months.
inline constexpr std::int64_t kDeletionsTold_ms = 731 * kDay_ms;
inline constexpr std::uint32_t kMostLease_days = 3'650;
/// Contact and the passing of time are written down at most as often: a lease is as much longer or shorter.
inline constexpr std::int64_t kLeaseStep_ms = 60 * 60 * 1000;
/// A person is told so long before a lease ends.
inline constexpr std::int64_t kLeaseWarning_ms = 5LL * 24 * 60 * 60 * 1000;

}  // namespace indaba::shared::limits
