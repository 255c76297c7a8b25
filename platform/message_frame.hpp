// A session's message as one WebSocket frame carries it: a byte that says how, then the message itself, or its size and
// its zstd frame. Pure functions; the contexts belong to one thread at a time.
//
//     0, message
//     1, size of the message (4 bytes, little-endian), zstd frame
#pragma once

#include "platform/zstd.hpp"
#include "shared/limits.hpp"

namespace indaba::platform {

/// What framing adds at most: a message of the largest size fits a frame of that and these.
inline constexpr std::size_t kMessageFrame_bytes = 5;

/// Compresses what is long enough to gain by it, and gains. too_large if `message` is over
/// shared::limits::kMessage_bytes: what a device asks for decides how long an answer is, so that is no bug of ours
/// alone.
[[nodiscard]] Result<Bytes> pack_message(ByteView message, Compressor& compressor);

/// malformed, or too_large if the message is over `cap_bytes`: known before anything is allocated.
[[nodiscard]] Result<Bytes> unpack_message(ByteView frame, Decompressor& decompressor,
                                           std::size_t cap_bytes = shared::limits::kMessage_bytes);

}  // namespace indaba::platform
