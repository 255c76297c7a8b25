#include "platform/zstd.hpp"

#include <gtest/gtest.h>
#include <zstd.h>

namespace indaba::platform {
namespace {

using shared::Errc;

constexpr std::size_t kCap = 1 << 20;

Bytes rows(std::size_t bytes)
{
    Bytes text;
    for (int i = 0; text.size() < bytes; ++i) {
        const std::string row = "{\"name\":\"Enterprise " + std::to_string(i * 7919) + "\",\"country\":\"ZA\"}\n";
        text.insert(text.end(), row.begin(), row.end());
    }
    text.resize(bytes);
    return text;
}

TEST(Zstd, WhatGoesInComesOut)
{
    Compressor compressor;
    Decompressor decompressor;
    for (const std::size_t size : {0u, 1u, 100u, 100'000u, unsigned{kCap}}) {
        const Bytes bytes = rows(size);
        for (const int level : {1, 3, 9, 19}) {
            const Bytes frame = compressor.compress(bytes, level);
            EXPECT_EQ(decompressor.decompress(frame, size, kCap).value(), bytes) << size << " at " << level;
        }
    }
    EXPECT_LT(compressor.compress(rows(100'000)).size(), 25'000u);
}

TEST(Zstd, ABombIsRefusedBeforeAnythingIsAllocated)
{
    Compressor compressor;
    Decompressor decompressor;
    const Bytes bomb = compressor.compress(Bytes(64 << 20));
    EXPECT_LT(bomb.size(), 10'000u);
    EXPECT_EQ(decompressor.decompress(bomb, 64 << 20, kCap).error().code, Errc::too_large);
    EXPECT_EQ(decompressor.decompress(bomb, kCap, kCap).error().code, Errc::malformed) << "says less than it holds";
    // Declared sizes that no machine could provide.
    EXPECT_EQ(decompressor.decompress(bomb, SIZE_MAX, kCap).error().code, Errc::too_large);
    EXPECT_EQ(decompressor.decompress(bomb, SIZE_MAX, SIZE_MAX).error().code, Errc::malformed);
    EXPECT_EQ(decompressor.decompress(bomb, SIZE_MAX - 1, SIZE_MAX).error().code, Errc::malformed);
}

TEST(Zstd, TheSizeMustBeExact)
{
    Compressor compressor;
    Decompressor decompressor;
    const Bytes bytes = rows(1000);
    const Bytes frame = compressor.compress(bytes);
    for (const std::size_t wrong : {0u, 999u, 1001u}) {
        EXPECT_EQ(decompressor.decompress(frame, wrong, kCap).error().code, Errc::malformed) << wrong;
    }
}

TEST(Zstd, NothingMayFollowTheFrame)
{
    Compressor compressor;
    Decompressor decompressor;
    Bytes frame = compressor.compress(rows(1000));
    Bytes twice = frame;
    twice.insert(twice.end(), frame.begin(), frame.end());
    EXPECT_EQ(decompressor.decompress(twice, 1000, kCap).error().code, Errc::malformed);
    EXPECT_EQ(decompressor.decompress(twice, 2000, kCap).error().code, Errc::malformed);
    frame.push_back(0);
    EXPECT_EQ(decompressor.decompress(frame, 1000, kCap).error().code, Errc::malformed);
}

TEST(Zstd, AFrameThatHidesItsSizeIsRefused)
{
    ZSTD_CCtx* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    const Bytes bytes = rows(1000);
    Bytes frame(2000);
    frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), bytes.data(), bytes.size()));
    ZSTD_freeCCtx(context);
    EXPECT_EQ(Decompressor().decompress(frame, 1000, kCap).error().code, Errc::malformed);
}

TEST(Zstd, DamageIsNeverMoreThanAnError)
{
    Compressor compressor;
    Decompressor decompressor;
    const Bytes bytes = rows(2000);
    const Bytes frame = compressor.compress(bytes);
    for (std::size_t size = 0; size < frame.size(); ++size) {
        EXPECT_EQ(decompressor.decompress(ByteView(frame).first(size), 2000, kCap).error().code, Errc::malformed)
            << size;
    }
    for (std::size_t at = 0; at < frame.size(); ++at) {
        Bytes damaged = frame;
        damaged[at] ^= 0x55;
        const auto outcome = decompressor.decompress(damaged, 2000, kCap);
        EXPECT_TRUE(outcome.has_error() || outcome->size() == 2000);
    }
    EXPECT_EQ(decompressor.decompress(frame, 2000, kCap).value(), bytes) << "and it goes on afterwards";
}

}  // namespace
}  // namespace indaba::platform
