#include "platform/message_frame.hpp"

#include <array>

namespace indaba::platform {

namespace {

using shared::Errc;
using shared::fail;

constexpr std::uint8_t kRaw = 0;
constexpr std::uint8_t kZstd = 1;
constexpr std::size_t kSize_bytes = 4;
constexpr std::size_t kWorthCompressing_bytes = 200;  // below it a zstd frame saves less than it costs in time

Bytes prefixed(ByteView head, ByteView body)
{
    Bytes out;
    out.reserve(head.size() + body.size());
    out.insert(out.end(), head.begin(), head.end());
    out.insert(out.end(), body.begin(), body.end());
    return out;
}

}  // namespace

Result<Bytes> pack_message(ByteView message, Compressor& compressor)
{
    if (message.size() > shared::limits::kMessage_bytes) return fail(Errc::too_large, "a message over the limit");
    if (message.size() > kWorthCompressing_bytes) {
        const Bytes frame = compressor.compress(message);
        if (frame.size() + kSize_bytes < message.size()) {
            std::array<std::uint8_t, 1 + kSize_bytes> head{kZstd};
            for (std::size_t i = 0; i < kSize_bytes; ++i) head[1 + i] = std::uint8_t(message.size() >> (8 * i));
            return prefixed(head, frame);
        }
    }
    return prefixed(std::array{kRaw}, message);
}

Result<Bytes> unpack_message(ByteView frame, Decompressor& decompressor, std::size_t cap_bytes)
{
    if (frame.empty()) return fail(Errc::malformed, "an empty message");
    if (frame[0] == kRaw) {
        if (frame.size() - 1 > cap_bytes) return fail(Errc::too_large, "a message over the limit");
        return Bytes(frame.begin() + 1, frame.end());
    }
    if (frame[0] != kZstd) return fail(Errc::malformed, "a message in an unknown frame");
    if (frame.size() < 1 + kSize_bytes) return fail(Errc::malformed, "a message that ends too early");
    std::size_t size = 0;
    for (std::size_t i = 0; i < kSize_bytes; ++i) size |= std::size_t(frame[1 + i]) << (8 * i);
    return decompressor.decompress(frame.subspan(1 + kSize_bytes), size, cap_bytes);
}

}  // namespace indaba::platform
