#include "platform/zstd.hpp"

#include "shared/check.hpp"

#include <zstd.h>
#include <string>

namespace indaba::platform {

using shared::Errc;

void Compressor::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

void Decompressor::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

Compressor::Compressor() : context_(ZSTD_createCCtx()) { INDABA_CHECK(context_ != nullptr); }

Compressor::~Compressor() = default;

Bytes Compressor::compress(ByteView bytes, int level)
{
    Bytes frame(ZSTD_compressBound(bytes.size()));
    const std::size_t size =
        ZSTD_compressCCtx(context_.get(), frame.data(), frame.size(), bytes.data(), bytes.size(), level);
    INDABA_CHECK(!ZSTD_isError(size));
    frame.resize(size);
    return frame;
}

Decompressor::Decompressor() : context_(ZSTD_createDCtx()) { INDABA_CHECK(context_ != nullptr); }

Decompressor::~Decompressor() = default;

Result<Bytes> Decompressor::decompress(ByteView frame, std::size_t declared_bytes, std::size_t cap_bytes)
{
    const auto malformed = [] { return shared::fail(Errc::malformed, "compressed data is damaged; get it again"); };
    if (declared_bytes > cap_bytes) {
        return shared::fail(Errc::too_large,
                            "compressed data would unpack to more than " + std::to_string(cap_bytes) + " bytes");
    }
    if (ZSTD_getFrameContentSize(frame.data(), frame.size()) != declared_bytes) return malformed();
    if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) return malformed();
    Bytes bytes(declared_bytes);
    const std::size_t size =
        ZSTD_decompressDCtx(context_.get(), bytes.data(), bytes.size(), frame.data(), frame.size());
    if (ZSTD_isError(size) || size != declared_bytes) return malformed();
    return bytes;
}

}  // namespace indaba::platform
