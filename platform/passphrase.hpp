// Keys made of passphrases (Argon2id, RFC 9106), and secrets sealed under a key (AES-256-GCM) so that a file may hold
// them. Any thread. Deliberately not: which secrets, in which file, and who asks for the passphrase.
#pragma once

#include "platform/secret.hpp"
#include "shared/result.hpp"

#include <cstdint>

namespace indaba::platform {

using shared::Result;

/// What one guess costs whoever guesses. The defaults are RFC 9106's for little memory, on one lane: a tablet's one.
struct PassphraseCost {
    std::uint32_t memory_kib = 64 * 1024;
    std::uint32_t passes = 3;
    friend bool operator==(const PassphraseCost&, const PassphraseCost&) = default;
};

/// too_large if it costs more than a file may ask for (limits.hpp), or less than there is; io if there is no memory.
/// The salt has 8 bytes or more.
[[nodiscard]] Result<Key32> key_of_passphrase(ByteView passphrase, ByteView salt, const PassphraseCost& cost);

/// `beside` is not hidden, but sealed too: it must be the same to unseal.
[[nodiscard]] Bytes seal(const Key32& key, ByteView secret, ByteView beside);
/// untrusted if the key, the bytes or what stands beside them are not those that were sealed.
[[nodiscard]] Result<Secret> unseal(const Key32& key, ByteView sealed, ByteView beside);

}  // namespace indaba::platform
