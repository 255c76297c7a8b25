// Time, randomness and cryptography as the pure layers see them. platform/ implements them for real,
// tests with virtual time and one seed. Implementations are called from one thread at a time unless they say more.
#pragma once

#include "shared/bytes.hpp"
#include "shared/ids.hpp"

namespace indaba::shared {

class Clock {
public:
    virtual ~Clock() = default;
    /// The device's wall clock, Unix milliseconds. May jump, stand still or be years wrong.
    [[nodiscard]] virtual std::int64_t now_ms() = 0;
};

class Random {
public:
    virtual ~Random() = default;
    /// Fills with unpredictable bytes; never fails (the process aborts if the system has no entropy).
    virtual void fill(std::span<std::uint8_t> out) = 0;
};

/// Draws one 64-bit number.
[[nodiscard]] std::uint64_t draw64(Random& random);

/// ECDSA P-256 over SHA-256, as r || s, 32 bytes each, big-endian (IEEE P1363).
struct Signature {
    std::array<std::uint8_t, 64> bytes{};
    friend auto operator<=>(const Signature&, const Signature&) = default;
};

/// An uncompressed P-256 point (SEC 1): 0x04 || x || y.
struct PublicKey {
    std::array<std::uint8_t, 65> bytes{};
    friend auto operator<=>(const PublicKey&, const PublicKey&) = default;
};

/// SHA-256 and signature checks. Safe on any thread.
class Digest {
public:
    virtual ~Digest() = default;
    [[nodiscard]] virtual Hash sha256(ByteView bytes) = 0;
    /// False for a bad signature and for a point that is not on the curve.
    [[nodiscard]] virtual bool verify(const PublicKey& key, ByteView message, const Signature& signature) = 0;
};

/// Holds one private key and never shows it.
class Signer {
public:
    virtual ~Signer() = default;
    [[nodiscard]] virtual PublicKey public_key() const = 0;
    [[nodiscard]] virtual Signature sign(ByteView message) = 0;
};

}  // namespace indaba::shared
