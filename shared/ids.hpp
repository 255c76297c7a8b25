// Names of things: records, journals, transactions, devices, spaces. Values, immutable, any thread.
#pragma once

#include "shared/bytes.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace indaba::shared {

/// SHA-256.
struct Hash {
    std::array<std::uint8_t, 32> bytes{};

    /// The first 64 bits, big-endian: how a transaction is told from another with its journal and number.
    [[nodiscard]] std::uint64_t prefix() const;

    friend auto operator<=>(const Hash&, const Hash&) = default;
};

/// UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random, so that ids sort roughly by age.
struct RecordId {
    std::array<std::uint8_t, 16> bytes{};

    [[nodiscard]] static RecordId make(std::int64_t now_ms, std::span<const std::uint8_t, 10> random);
    /// The 36-character form, either case; malformed if it is anything else.
    [[nodiscard]] static Result<RecordId> parse(std::string_view text);
    [[nodiscard]] std::string text() const;

    friend auto operator<=>(const RecordId&, const RecordId&) = default;
};

/// One life of one database in one space, never reused (journal_head in journal.hpp).
struct JournalId {
    std::uint64_t value = 0;
    friend auto operator<=>(const JournalId&, const JournalId&) = default;
};

/// A transaction's name for ever. `hash` is the prefix of its entry's hash; numbers begin at 1.
struct TransactionName {
    JournalId journal;
    std::uint64_t number = 0;
    std::uint64_t hash = 0;
    friend auto operator<=>(const TransactionName&, const TransactionName&) = default;
};

/// A device: the SHA-256 of its public key's SubjectPublicKeyInfo, so it is known before any centre names it.
struct DeviceId {
    Hash hash;
    friend auto operator<=>(const DeviceId&, const DeviceId&) = default;
};

/// A space is named by its operator, once: lower-case letters, digits and hyphens, 1 to 63 of them, a letter or digit
/// first.
using SpaceName = std::string;
[[nodiscard]] bool is_space_name(std::string_view text);

}  // namespace indaba::shared

template <>
struct std::hash<indaba::shared::RecordId> {
    std::size_t operator()(const indaba::shared::RecordId& id) const noexcept;
};

template <>
struct std::hash<indaba::shared::TransactionName> {
    std::size_t operator()(const indaba::shared::TransactionName& name) const noexcept
    {
        return name.hash ^ (name.journal.value * 0x9e3779b97f4a7c15u) ^ name.number;
    }
};
