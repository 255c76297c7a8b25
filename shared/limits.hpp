// Every limit on sizes, counts and waits, in one place, with its unit and its reason. Changing one that says "format"
// changes what other devices accept: raise it only together with the protocol version.
#pragma once

#include <cstddef>
#include <cstdint>

namespace indaba::shared::limits {

// --- decoding (archive.hpp) ---
/// Bytes that decoding may allocate for each byte of input: a hostile count cannot cost more memory than a large file.
/// An added set element is 5 bytes of a transaction and 32 in memory: the least that lets every honest one through.
inline constexpr std::size_t kDecodedPerInput = 8;
/// Added to that, so that small messages of many small things decode.
inline constexpr std::size_t kDecodedSlack_bytes = 64 * 1024;
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
/// A centre counts what a space holds, for devices that do not carry it, at most as often: it reads all of it.
inline constexpr std::int64_t kSizeAge_ms = 10 * 60 * 1000;

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
/// How long a device may go on reading and writing a space without having met the centre, if its operator says nothing.
inline constexpr std::uint32_t kLease_days = 30;
inline constexpr std::uint32_t kMostLease_days = 3'650;
/// Contact and the passing of time are written down at most as often: a lease is as much longer or shorter.
inline constexpr std::int64_t kLeaseStep_ms = 60 * 60 * 1000;
/// A person is told so long before a lease ends.
inline constexpr std::int64_t kLeaseWarning_ms = 5LL * 24 * 60 * 60 * 1000;

}  // namespace indaba::shared::limits
