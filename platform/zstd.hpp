// zstd in one piece: a block in, a block out, contexts kept between calls. One object is used by one thread at a time.
// Deliberately not: streams and dictionaries. Sizes travel beside the frame, are capped, and must be exact.
#pragma once

#include "shared/bytes.hpp"
#include "shared/result.hpp"

#include <cstddef>
#include <memory>

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace indaba::platform {

using shared::Bytes;
using shared::ByteView;
using shared::Result;

inline constexpr int kDefaultZstdLevel = 3;

class Compressor {
public:
    Compressor();
    ~Compressor();

    /// `level` from 1, quick, to 19, small.
    [[nodiscard]] Bytes compress(ByteView bytes, int level = kDefaultZstdLevel);

private:
    struct Free {
        void operator()(ZSTD_CCtx_s* context) const;
    };
    std::unique_ptr<ZSTD_CCtx_s, Free> context_;
};

class Decompressor {
public:
    Decompressor();
    ~Decompressor();

    /// too_large if `declared_bytes` is over `cap_bytes`, malformed if the frame does not hold exactly that many or is
    /// followed by anything: both are known before a byte is allocated, except for a frame that is damaged inside.
    [[nodiscard]] Result<Bytes> decompress(ByteView frame, std::size_t declared_bytes, std::size_t cap_bytes);

private:
    struct Free {
        void operator()(ZSTD_DCtx_s* context) const;
    };
    std::unique_ptr<ZSTD_DCtx_s, Free> context_;
};

}  // namespace indaba::platform
